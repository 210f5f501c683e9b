//! What there is to be called, in the field names of this dialect.

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::staged_config::{
    error::sentence,
    fields::{Kind, Known},
};

/// The fields of an endpoint.
pub(in crate::api::staged_config) static ENDPOINT_FIELDS: [Known; 15] = [
    Known::flag("caller_has_access"),
    Known::flag("deprecated"),
    Known::text("description"),
    Known::list("error_responses", &Kind::Object(&ERROR_FIELDS)),
    Known::text("http_method"),
    Known::number("id"),
    Known::text("last_modified_version"),
    Known::list("parameters", &Kind::Object(&PARAMETER_FIELDS)),
    Known::text("path"),
    Known::number("resource_id"),
    Known::text("response_description"),
    Known::list("response_mime_types", &Kind::Object(&MIME_FIELDS)),
    Known::list("success_responses", &Kind::Object(&SUCCESS_FIELDS)),
    Known::text("summary"),
    Known::text("version"),
];
static ERROR_FIELDS: [Known; 4] = [
    Known::text("description"),
    Known::number("response_code"),
    Known::text("response_code_description"),
    Known::number("unique_code"),
];
static SUCCESS_FIELDS: [Known; 3] =
    [Known::text("description"), Known::number("response_code"), Known::text("response_code_description")];
static MIME_FIELDS: [Known; 3] = [Known::text("media_type"), Known::text("mime_type"), Known::text("sample")];
static PARAMETER_FIELDS: [Known; 5] = [
    Known::text("default_value"),
    Known::text("description"),
    Known::list("mime_types", &Kind::Object(&DATA_FIELDS)),
    Known::text("parameter_name"),
    Known::text("type"),
];
static DATA_FIELDS: [Known; 3] = [Known::text("data_type"), Known::text("mime_type"), Known::text("sample")];

/// The fields of a resource.
pub(in crate::api::staged_config) static RESOURCE_FIELDS: [Known; 7] = [
    Known::list("child_resource_ids", &Kind::Number),
    Known::list("endpoint_ids", &Kind::Number),
    Known::number("id"),
    Known::number("parent_resource_id"),
    Known::text("path"),
    Known::text("resource"),
    Known::text("version"),
];

/// The fields of a version.
pub(in crate::api::staged_config) static VERSION_FIELDS: [Known; 5] = [
    Known::flag("deprecated"),
    Known::number("id"),
    Known::flag("removed"),
    Known::list("root_resource_ids", &Kind::Number),
    Known::text("version"),
];

/// An endpoint, in one version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointDocumentation)]
pub(in crate::api::staged_config) struct EndpointHelp {
    /// The caller may use it.
    pub(in crate::api::staged_config) caller_has_access: bool,
    /// It will go with its version.
    pub(in crate::api::staged_config) deprecated: bool,
    /// What it does.
    pub(in crate::api::staged_config) description: String,
    /// How it refuses.
    pub(in crate::api::staged_config) error_responses: Vec<ErrorResponse>,
    /// GET, POST or DELETE.
    pub(in crate::api::staged_config) http_method: String,
    /// Its number. Another start of the server may give it another.
    pub(in crate::api::staged_config) id: u64,
    /// The version in which it last changed.
    pub(in crate::api::staged_config) last_modified_version: String,
    /// What it takes.
    pub(in crate::api::staged_config) parameters: Vec<ParameterHelp>,
    /// Where it is, without `/api`.
    pub(in crate::api::staged_config) path: String,
    /// The resource it is on.
    pub(in crate::api::staged_config) resource_id: u64,
    /// What it answers.
    pub(in crate::api::staged_config) response_description: String,
    /// In which forms.
    pub(in crate::api::staged_config) response_mime_types: Vec<AnswerForm>,
    /// How it says yes.
    pub(in crate::api::staged_config) success_responses: Vec<SuccessResponse>,
    /// What it does, in a few words.
    pub(in crate::api::staged_config) summary: String,
    /// The version.
    pub(in crate::api::staged_config) version: String,
}

/// How an endpoint refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api::staged_config) struct ErrorResponse {
    /// What the code means.
    pub(in crate::api::staged_config) description: String,
    /// The HTTP status.
    pub(in crate::api::staged_config) response_code: u16,
    /// What the status means.
    response_code_description: String,
    /// The unique code.
    pub(in crate::api::staged_config) unique_code: u32,
}

impl ErrorResponse {
    /// A refusal with that status and that code.
    pub(in crate::api::staged_config) fn new(status: u16, unique_code: u32, description: &str) -> Self {
        let said = StatusCode::from_u16(status).map(sentence).unwrap_or_default();
        Self {
            description: description.to_owned(),
            response_code: status,
            response_code_description: said.to_owned(),
            unique_code,
        }
    }
}

/// How an endpoint says yes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api::staged_config) struct SuccessResponse {
    /// What it means.
    description: String,
    /// The HTTP status.
    response_code: u16,
    /// What the status is called.
    response_code_description: String,
}

impl SuccessResponse {
    /// An answer with that status.
    pub(in crate::api::staged_config) fn new(status: u16, description: String) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        let response_code_description = reason.unwrap_or_default().to_owned();
        Self { description, response_code: status, response_code_description }
    }
}

/// A form of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api::staged_config) struct AnswerForm {
    /// As HTTP calls it: `application/json`.
    pub(in crate::api::staged_config) media_type: String,
    /// `APPLICATION_JSON`.
    pub(in crate::api::staged_config) mime_type: String,
    /// What it looks like.
    #[schema(required)]
    pub(in crate::api::staged_config) sample: Option<String>,
}

/// Something that an endpoint takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api::staged_config) struct ParameterHelp {
    /// What it is without being given; null for nothing.
    #[schema(required)]
    pub(in crate::api::staged_config) default_value: Option<String>,
    /// What it is for.
    pub(in crate::api::staged_config) description: String,
    /// In which forms.
    pub(in crate::api::staged_config) mime_types: Vec<ParameterForm>,
    /// What it is called.
    pub(in crate::api::staged_config) parameter_name: String,
    /// QUERY, HEADER, PATH or BODY.
    #[serde(rename = "type")]
    pub(in crate::api::staged_config) kind: String,
}

/// A form of something that an endpoint takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api::staged_config) struct ParameterForm {
    /// What it is: `String`, `Number (Integer)`, `Object`.
    pub(in crate::api::staged_config) data_type: String,
    /// `TEXT_PLAIN` or `APPLICATION_JSON`.
    pub(in crate::api::staged_config) mime_type: String,
    /// What it looks like.
    #[schema(required)]
    pub(in crate::api::staged_config) sample: Option<String>,
}

/// A piece of a path, in one version.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ResourceDocumentation)]
pub(in crate::api::staged_config) struct ResourceHelp {
    /// The resources below it.
    pub(in crate::api::staged_config) child_resource_ids: Vec<u64>,
    /// The endpoints on it.
    pub(in crate::api::staged_config) endpoint_ids: Vec<u64>,
    /// Its number. Another start of the server may give it another.
    pub(in crate::api::staged_config) id: u64,
    /// The resource above it; null for a root.
    #[schema(required)]
    pub(in crate::api::staged_config) parent_resource_id: Option<u64>,
    /// Where it is, without `/api`.
    pub(in crate::api::staged_config) path: String,
    /// The piece itself.
    pub(in crate::api::staged_config) resource: String,
    /// The version.
    pub(in crate::api::staged_config) version: String,
}

/// A version of the interface.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VersionDocumentation)]
pub(in crate::api::staged_config) struct VersionHelp {
    /// It will be removed.
    pub(in crate::api::staged_config) deprecated: bool,
    /// Its number. Another start of the server may give it another.
    pub(in crate::api::staged_config) id: u64,
    /// It is not served any more.
    pub(in crate::api::staged_config) removed: bool,
    /// The resources that its paths begin with.
    pub(in crate::api::staged_config) root_resource_ids: Vec<u64>,
    /// What the header Version says.
    pub(in crate::api::staged_config) version: String,
}
