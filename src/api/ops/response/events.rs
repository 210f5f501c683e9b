//! Server-Sent Events, as the HTML standard has them.
//!
//! Owns the names of events and the shape of their data. The first thing sent is a hint how soon to come back, so that
//! the caller and every proxy between see at once that the stream stands.
//!
//! Easy to get wrong: an answer without an end. It ends when the program is to stop, when the caller may no longer
//! listen, and when the caller does not take what he is sent (the listener's write limit).

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, Sse},
};
use futures::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::tasks::TransitionView;
use crate::api::{
    ops::{status, words::KindWord},
    service::{Heard, Listener, TaskEvent},
};

/// How soon a caller whose stream broke should come back.
const COME_BACK: Duration = Duration::from_secs(2);
/// nginx would else gather what is meant to arrive at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The data of an event named `transition`.
#[derive(Serialize, ToSchema)]
#[schema(as = TransitionEvent)]
pub(crate) struct EventView {
    /// The task.
    task_id: u64,
    /// What it is for.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// The user whom it is about; null where it is about a workspace, which the task names.
    #[schema(required)]
    user_id: Option<u64>,
    #[serde(flatten)]
    transition: TransitionView,
}

impl From<TaskEvent> for EventView {
    fn from(event: TaskEvent) -> Self {
        Self {
            task_id: event.task.0,
            kind: status::kind(event.kind),
            user_id: event.user.map(|user| user.0),
            transition: event.transition.into(),
        }
    }
}

/// What a listener hears, until `stop` is cancelled.
pub(crate) fn stream(listener: Listener, stop: CancellationToken) -> Response {
    let heard = stream::unfold(listener, async |mut listener| {
        let heard = listener.next().await?;
        Some((event(heard), listener))
    });
    let hint = Event::default().retry(COME_BACK);
    let all = stream::iter([hint]).chain(heard).take_until(stop.cancelled_owned());
    let mut response = Sse::new(all.map(Ok::<_, Infallible>)).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

fn event(heard: Heard) -> Event {
    match heard {
        Heard::Heartbeat => Event::default().comment("heartbeat"),
        Heard::Gap => Event::default().event("gap").data("{}"),
        Heard::Event(happened) => {
            let id = happened.id.to_string();
            let data = serde_json::to_string(&EventView::from(happened))
                .unwrap_or_else(|error| unreachable!("strings and numbers are JSON: {error}"));
            Event::default().event("transition").id(id).data(data)
        }
    }
}
