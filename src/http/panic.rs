//! A handler that panics: the caller gets the dialect's answer, and the server goes on.
//!
//! This owns turning a panic into [`Fault::Panicked`]. It must never show what the panic said: the text may
//! quote anything. The text and its place are logged by the panic hook that `telemetry::init` installs, in
//! the request's span; logging them here again would count one failure twice.
//!
//! Easy to get wrong: this must sit inside the request id's layer, so that the answer to a panic carries the
//! id by which an operator finds the log line.

use std::any::Any;

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tower::ServiceExt as _;
use tower_http::catch_panic::{CatchPanic, ResponseForPanic};

use super::fault::{Fault, FaultRenderer};

/// The path is kept from before the panic, because it decides which dialect answers.
#[derive(Clone)]
struct RenderedPanic {
    path: String,
    render: FaultRenderer,
}

impl ResponseForPanic for RenderedPanic {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _said: Box<dyn Any + Send + 'static>) -> Response {
        metrics::counter!("offstage_http_panics_total").increment(1);
        (self.render)(&self.path, Fault::Panicked)
    }
}

/// The middleware.
pub(super) async fn catch(request: Request, next: Next, render: FaultRenderer) -> Response {
    let path = request.uri().path().to_owned();
    CatchPanic::custom(next, RenderedPanic { path, render }).oneshot(request).await.into_response()
}
