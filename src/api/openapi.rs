//! The document that describes every route: its frame, and what the dialects share in describing theirs.
//!
//! Owns title, licence, security schemes and the shape of a list of failures. The paths come from the handlers
//! themselves, when the router is built, so that none can be missing.
//!
//! Easy to get wrong: a security scheme that a route names and that is not declared here makes the document invalid;
//! validate it with `openapi-spec-validator` after a change.

use std::collections::BTreeMap;
use utoipa::{
    Modify, OpenApi, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The document without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "offstage",
        description = "Deletes users safely: accepted at once, checked by workers, never over a dependent.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "staged_config", description = "Deleting staged users, in the shape of the QRadar REST API."),
        (name = "notebooks", description = "Notebook workspaces, containers and jobs, in the shape of the ArcGIS administrators' API."),
        (name = "platform", description = "Users as IBM Spectrum LSF Application Center knows them."),
        (name = "ops", description = "What other systems and operators use."),
        (name = "probes", description = "Health, metrics and this document.")
    ),
    modifiers(&SecuritySchemes)
)]
pub(super) struct Document;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let http = |scheme| SecurityScheme::Http(HttpBuilder::new().scheme(scheme).build());
        components.add_security_scheme(
            "sec",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "SEC",
                "A service token; or the value of the cookie `SEC`, which answers to a user with a password set.",
            ))),
        );
        components.add_security_scheme(
            "esri",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "X-Esri-Authorization",
                "`Bearer` and a token. It may stand in the body or the query as `token` as well.",
            ))),
        );
        components.add_security_scheme(
            "platform_token",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "platform_token",
                "The token of a logon; as a header of that name too, or as a Bearer token beside Auth-User.",
            ))),
        );
        components.add_security_scheme("basic", http(HttpAuthScheme::Basic));
        components.add_security_scheme("bearer", http(HttpAuthScheme::Bearer));
    }
}

/// Responses that share one body, by their status.
pub(super) fn failures<Body: ToSchema + PartialSchema>(
    content_type: &str,
    statuses: &[(u16, &str)],
) -> BTreeMap<String, RefOr<Response>> {
    let one = |status: u16, description: &str| {
        let content =
            ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name().as_ref()))).build();
        let response = ResponseBuilder::new().description(description).content(content_type, content);
        let described = headers(status).iter().fold(response, |response, (name, said)| {
            let text = Object::with_type(Type::String);
            response.header(*name, HeaderBuilder::new().schema(Some(text)).description(Some(*said)).build())
        });
        described.build().into()
    };
    statuses.iter().map(|(status, description)| (status.to_string(), one(*status, description))).collect()
}

/// What a failure of that status says in its head.
fn headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 => &[("WWW-Authenticate", "How to say who calls.")],
        405 => &[("Allow", "The methods that the path has.")],
        409 => &[("Retry-After", "In seconds, where waiting helps.")],
        503 => &[("Retry-After", "In seconds.")],
        _ => &[],
    }
}
