//! Reading a request to listen: where a broken stream is to go on.
//!
//! Easy to get wrong: browsers send `Last-Event-ID` by themselves, and an empty one means that there was none.

use http::{HeaderMap, HeaderName};

use crate::api::{problem::Problem, service::EventId};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The last event that the caller has seen; none when he wants what happens from now on.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<EventId>, Problem> {
    let mut given = headers.get_all(LAST_EVENT_ID).iter();
    let refusal = |why| Problem::bad_parameter("Last-Event-ID", format!("The header Last-Event-ID {why}"));
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(only), None) if only.is_empty() => Ok(None),
        (Some(only), None) => {
            let id = only.to_str().ok().and_then(|text| text.parse().ok());
            id.map(Some).ok_or_else(|| refusal("is not an id that this interface gave out."))
        }
        (Some(_), Some(_)) => Err(refusal("is given more than once.")),
    }
}
