//! Samples of JSON out of schemas, in the manner of the original: `"String"`, 42, `true`.
//!
//! Easy to get wrong: a schema that refers to itself. Depth is bounded.

use serde_json::{Map, Value, json};

/// The most levels of a sample.
const MAX_DEPTH: usize = 8;
/// Where the document keeps its schemas.
const SCHEMAS: &str = "#/components/schemas/";

/// A sample of what that schema describes, as text.
pub(super) fn sample(document: &Value, schema: &Value) -> Option<String> {
    if schema.is_null() {
        return None;
    }
    serde_json::to_string_pretty(&of(document, schema, 0)).ok()
}

fn of(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.strip_prefix(SCHEMAS)) {
        return of(document, &document["components"]["schemas"][name], depth + 1);
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        return format!("String <one of: {}>", words.join(", ")).into();
    }
    for either in ["oneOf", "anyOf", "allOf"] {
        let some = schema[either].as_array().into_iter().flatten().find(|one| one["type"] != "null");
        if let Some(one) = some {
            return of(document, one, depth + 1);
        }
    }
    match kind(schema) {
        "object" => object(document, schema, depth),
        "array" => json!([of(document, &schema["items"], depth + 1)]),
        "integer" | "number" => json!(42),
        "boolean" => json!(true),
        _ => json!("String"),
    }
}

fn object(document: &Value, schema: &Value, depth: usize) -> Value {
    let members = schema["properties"].as_object().into_iter().flatten();
    members.map(|(name, inner)| (name.clone(), of(document, inner, depth + 1))).collect::<Map<_, _>>().into()
}

/// The one type that is not null.
fn kind(schema: &Value) -> &str {
    let given = &schema["type"];
    let several = given.as_array().into_iter().flatten().filter_map(Value::as_str);
    given.as_str().into_iter().chain(several).find(|kind| *kind != "null").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_the_shape_of_its_schema() {
        let document = json!({"components": {"schemas": {
            "Task": {"type": "object", "properties": {
                "id": {"type": "integer"},
                "started": {"type": ["integer", "null"]},
                "status": {"$ref": "#/components/schemas/Status"},
                "parts": {"type": "array", "items": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Task"}]}},
                "done": {"type": "boolean"},
                "word": {"type": "string", "example": "CANCEL"}
            }},
            "Status": {"type": "string", "enum": ["QUEUED", "COMPLETED"]}
        }}});
        let text = sample(&document, &json!({"$ref": "#/components/schemas/Task"})).unwrap();
        let sample: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(sample["id"], 42);
        assert_eq!(sample["started"], 42);
        assert_eq!(sample["status"], "String <one of: QUEUED, COMPLETED>");
        assert_eq!(sample["parts"][0]["word"], "CANCEL", "in itself, but not for ever");
        assert_eq!(super::sample(&document, &Value::Null), None);
    }
}
