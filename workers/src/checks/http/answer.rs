//! What an outside system answers: `[{"type","id","name","owner","database","group_ids","blocking"}, ...]`. Only type and
//! id are required; `blocking` is true when absent. Members that are not known here are the other system's business.

use offstage::domain::dependents::{
    Database, Dependent, Label, MAX_GROUPS, MAX_ID_BYTES, MAX_NAME_BYTES, is_plain_text,
};
use serde::Deserialize;
use serde_json::Value;

use super::Unanswered;

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    id: Id,
    name: Option<String>,
    owner: Option<String>,
    database: Option<String>,
    group_ids: Option<Vec<u64>>,
    blocking: Option<bool>,
}

/// Some systems number their things, others name them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

/// The dependents in an answer.
pub(super) fn parse(body: &[u8]) -> Result<Vec<Dependent>, Unanswered> {
    let garbage = || Unanswered("the answer is not a JSON array of dependents".into());
    let entries: Vec<Value> = serde_json::from_slice(body).map_err(|_| garbage())?;
    entries.into_iter().map(|entry| parse_entry(entry).ok_or_else(garbage)).collect()
}

fn parse_entry(entry: Value) -> Option<Dependent> {
    // serde takes an array for a struct; an outside system that sends one means something else.
    let entry: Entry = if entry.is_object() { serde_json::from_value(entry).ok()? } else { return None };
    let id = match entry.id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    };
    let database = entry.database.map(|name| Database::from_name(&name).ok_or(())).transpose().ok()?;
    let dependent = Dependent {
        kind: Label::new(&entry.kind)?,
        id,
        name: entry.name.filter(|name| !name.is_empty()),
        owner: entry.owner.filter(|owner| !owner.is_empty()),
        database,
        group_ids: entry.group_ids.unwrap_or_default(),
        blocking: entry.blocking.unwrap_or(true),
    };
    let named = [&dependent.name, &dependent.owner]
        .into_iter()
        .flatten()
        .all(|text| is_plain_text(text, MAX_NAME_BYTES));
    let bounded = is_plain_text(&dependent.id, MAX_ID_BYTES) && dependent.group_ids.len() <= MAX_GROUPS;
    (named && bounded).then_some(dependent)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn type_and_id_are_enough_and_block() {
        let found =
            parse(br#"[{"type":"REPORT","id":7},{"type":"DASHBOARD","id":"x","blocking":false}]"#).unwrap();
        assert_eq!((found[0].id.as_str(), found[0].blocking), ("7", true));
        assert!(!found[1].blocking);
        assert!(parse(b"[]").unwrap().is_empty());
    }

    #[test]
    fn whatever_is_not_understood_is_no_answer() {
        for garbage in [
            "",
            "null",
            "{}",
            "\"none\"",
            "<html>",
            "[1]",
            "[[\"REPORT\",\"7\"]]",
            r#"[{"type":"REPORT"}]"#,
            r#"[{"id":"7"}]"#,
            r#"[{"type":"a b","id":"7"}]"#,
            r#"[{"type":"R","id":""}]"#,
            r#"[{"type":"R","id":"7","blocking":"no"}]"#,
            r#"[{"type":"R","id":"7","database":"X"}]"#,
            r#"[{"type":"R","id":"7"}"#,
            r#"[{"type":"R","id":"7","name":"a\nb"}]"#,
            r#"[{"type":"R","id":"7"}] x"#,
        ] {
            assert!(parse(garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
