//! What is spoken with, and who tried to log in, in the field names of this dialect.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        problem::Problem,
        service::{LoginAttempt, LoginMethod},
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

/// The fields of an attempt to log in.
pub(in crate::api::staged_config) static LOGIN_FIELDS: [Known; 5] = [
    Known::text("attempt_method"),
    Known::text("attempt_result"),
    Known::number("attempt_time"),
    Known::text("remote_ip"),
    Known::number("user_id"),
];

/// An attempt to log in.
#[derive(Serialize, ToSchema)]
#[schema(as = LoginAttempt)]
pub(in crate::api::staged_config) struct Login {
    /// `LOGIN_PAGE` where a token was asked for, `HTTP_BASIC` for a request with a password.
    #[schema(example = "HTTP_BASIC", pattern = "^(LOGIN_PAGE|HTTP_BASIC)$")]
    attempt_method: &'static str,
    /// SUCCESS or FAILURE.
    #[schema(example = "SUCCESS", pattern = "^(SUCCESS|FAILURE)$")]
    attempt_result: &'static str,
    /// When, in milliseconds since the epoch.
    attempt_time: i64,
    /// The address of the socket's other end; null when it is not known.
    #[schema(required)]
    remote_ip: Option<String>,
    /// Whose name was given; null where it was no deployed user's.
    #[schema(required)]
    user_id: Option<u64>,
}

impl From<LoginAttempt> for Login {
    fn from(attempt: LoginAttempt) -> Self {
        let LoginAttempt { at, user, from, succeeded, method } = attempt;
        Self {
            attempt_method: match method {
                LoginMethod::LoginPage => "LOGIN_PAGE",
                LoginMethod::HttpBasic => "HTTP_BASIC",
            },
            attempt_result: if succeeded { "SUCCESS" } else { "FAILURE" },
            attempt_time: at.timestamp_millis(),
            remote_ip: from.map(|address| address.to_string()),
            user_id: user.map(|user| user.0),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::UserId;

    #[test]
    fn the_known_fields_are_those_of_the_shape_and_null_is_written_out() {
        let attempt = LoginAttempt {
            at: chrono::DateTime::from_timestamp_millis(7).unwrap(),
            user: Some(UserId(5)),
            from: None,
            succeeded: false,
            method: LoginMethod::LoginPage,
        };
        let value = serde_json::to_value(Login::from(attempt)).unwrap();
        let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, LOGIN_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
        let told = serde_json::json!({"attempt_method": "LOGIN_PAGE", "attempt_result": "FAILURE",
            "attempt_time": 7, "remote_ip": null, "user_id": 5});
        assert_eq!(value, told);
    }
}
