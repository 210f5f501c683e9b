//! Parameters that many routes of this dialect take, for their documentation. They are read in one place too, by
//! [`Call`](crate::api::staged_config::call::Call).

use utoipa::IntoParams;

/// What every route takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "headers are read by the Call; this only describes them")]
pub(super) struct Common {
    /// The release of the interface; the newest by default.
    #[param(rename = "Version")]
    version: Option<String>,
}

/// What a route takes that answers with sentences.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "headers are read by the Call; this only describes them")]
pub(super) struct Sentences {
    /// The language of `message` and `name`: `en` or `de`; English by default.
    #[param(rename = "Accept-Language")]
    accept_language: Option<String>,
}

/// What a list takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "headers are read by the Call; this only describes them")]
pub(super) struct Part {
    /// The part wanted, from zero: `items=0-49`.
    #[param(rename = "Range")]
    range: Option<String>,
}

/// What a route takes that makes a task.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the header is read by the handlers; this only describes it")]
pub(super) struct Repeatable {
    /// 1 to 255 visible ASCII characters: a repeated request gets the same task.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}
