//! What is spoken with, and who tried to log in, in the field names of this dialect.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        problem::Problem,
        staged_config::{call::Call, fields::Known},
    },
    config::StagedConfigSettings,
};

/// The fields of what is spoken with.
pub(in crate::api::staged_config) static ABOUT_FIELDS: [Known; 4] = [
    Known::text("build_version"),
    Known::text("external_version"),
    Known::flag("fips_enabled"),
    Known::text("release_name"),
];

/// What is spoken with.
#[derive(Serialize, ToSchema)]
#[schema(as = SystemAbout)]
pub(in crate::api::staged_config) struct About {
    /// Which offstage this is.
    build_version: &'static str,
    /// The product's release whose interface is spoken; clients choose by it.
    external_version: String,
    /// Always false: no module of ours is certified.
    fips_enabled: bool,
    /// The same release by its full name.
    release_name: String,
}

/// What is spoken with.
pub(in crate::api::staged_config) fn about(
    call: &Call,
    settings: &StagedConfigSettings,
) -> Result<Response, Problem> {
    let about = About {
        build_version: concat!("offstage ", env!("CARGO_PKG_VERSION")),
        external_version: settings.external_version.clone(),
        fips_enabled: false,
        release_name: settings.release_name.clone(),
    };
    call.answer(StatusCode::OK, &about)
}
