//! What an endpoint is for, out of the document that its handler makes.
//!
//! Easy to get wrong: the document says `["string", "null"]` where a value may be missing; the help knows one type only.

use serde_json::Value;

use super::sample::sample;
use crate::api::staged_config::{
    endpoint::Endpoint,
    response::help::{AnswerForm, ParameterForm, ParameterHelp, SuccessResponse},
};

/// What is the same for all versions of an endpoint.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) response_description: String,
    pub(super) success_responses: Vec<SuccessResponse>,
    pub(super) response_mime_types: Vec<AnswerForm>,
    pub(super) parameters: Vec<ParameterHelp>,
}

impl Described {
    /// What the document says of that endpoint; nothing where it does not know it.
    pub(super) fn of(document: &Value, endpoint: &Endpoint) -> Self {
        let method = endpoint.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][endpoint.path][method];
        let summary = text(&operation["summary"]);
        let description = Some(text(&operation["description"])).filter(|said| !said.is_empty());
        let responses = operation["responses"].as_object().into_iter().flatten();
        let successes: Vec<_> = responses.filter(|(status, _)| status.starts_with('2')).collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten().map(parameter);
        Self {
            description: description.unwrap_or_else(|| summary.clone()),
            response_description: successes
                .first()
                .map(|(_, said)| text(&said["description"]))
                .unwrap_or_default(),
            success_responses: successes
                .iter()
                .filter_map(|(status, said)| Some((status.parse().ok()?, text(&said["description"]))))
                .map(|(status, said)| SuccessResponse::new(status, said))
                .collect(),
            response_mime_types: successes
                .iter()
                .flat_map(|(_, said)| said["content"].as_object().into_iter().flatten())
                .map(|(media_type, content)| AnswerForm {
                    media_type: media_type.clone(),
                    mime_type: constant(media_type),
                    sample: sample(document, &content["schema"]),
                })
                .collect(),
            parameters: parameters.chain(body(document, operation, endpoint)).collect(),
            summary,
        }
    }
}

fn parameter(said: &Value) -> ParameterHelp {
    let data_type = match said["schema"]["type"].as_str().or_else(|| said["schema"]["type"][0].as_str()) {
        Some("integer") => "Number (Integer)",
        Some("number") => "Number",
        Some("boolean") => "Boolean",
        Some(_) | None => "String",
    };
    let plain =
        ParameterForm { data_type: data_type.to_owned(), mime_type: constant("text/plain"), sample: None };
    ParameterHelp {
        default_value: None,
        description: text(&said["description"]),
        mime_types: vec![plain],
        parameter_name: text(&said["name"]),
        kind: text(&said["in"]).to_ascii_uppercase(),
    }
}

fn body(document: &Value, operation: &Value, endpoint: &Endpoint) -> Option<ParameterHelp> {
    let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
    let mime_types = content.map(|(media_type, content)| ParameterForm {
        data_type: "Object".to_owned(),
        mime_type: constant(media_type),
        sample: sample(document, &content["schema"]),
    });
    Some(ParameterHelp {
        default_value: None,
        description: text(&operation["requestBody"]["description"]),
        mime_types: mime_types.collect(),
        parameter_name: endpoint.body?.to_owned(),
        kind: "BODY".to_owned(),
    })
}

/// A media type as the help calls it: `APPLICATION_JSON`.
fn constant(media_type: &str) -> String {
    media_type.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

fn text(said: &Value) -> String {
    said.as_str().unwrap_or_default().to_owned()
}
