//! How requests go in: by the dialect `staged_config`, or by the operators' one, at any of the scene's APIs.
//!
//! Easy to get wrong: an API that is started again has another address. Clients look it up for every request.

use offstage::domain::state::TaskState;
use offstage_tests::api::{Api, look_at};
use rand::{rngs::StdRng, seq::IndexedRandom};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use crate::{
    hush::hushed,
    log::{Answer, Outcome, What},
};

/// How long a client waits for an answer; longer than offstage waits for Redis.
const PATIENCE: Duration = Duration::from_secs(6);

/// The APIs that are there.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    client: Client,
    open: Arc<RwLock<Vec<Api>>>,
}

/// One of them.
pub(crate) struct Door(Api);

impl Doors {
    pub(crate) fn none() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self { client, open: Arc::default() }
    }

    /// Another one, at `http://HOST:PORT`.
    pub(crate) fn add(&self, base: &str) {
        self.write().push(Api::with_client(base, self.client.clone()));
    }

    /// The one of that number has moved.
    pub(crate) fn moved(&self, which: usize, base: &str) {
        self.write()[which] = Api::with_client(base, self.client.clone());
    }

    /// One by chance.
    pub(crate) fn any(&self, rng: &mut StdRng) -> Door {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        Door(open.choose(rng).expect("an API was started").clone())
    }

    /// The first one.
    pub(crate) fn first(&self) -> Door {
        Door(self.open.read().unwrap_or_else(PoisonError::into_inner)[0].clone())
    }

    /// Where the first one listens: `http://HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        self.open.read().unwrap_or_else(PoisonError::into_inner)[0].base().to_owned()
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Api>> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// Asks, and sorts the answer.
    pub(crate) async fn ask(&self, what: &What, by_batch: bool) -> Outcome {
        let Ok(response) = self.request(what, by_batch).send().await else { return Outcome::Unknown(None) };
        let (status, headers) = (response.status(), response.headers().clone());
        let path = response.url().path().to_owned();
        // Else the connection broke within the body.
        let Ok(text) = response.text().await else { return Outcome::Unknown(Some(status.as_u16())) };
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        if let Err(wrong) = hushed(|| look_at(&path, status, &headers, &text, &body)) {
            return Outcome::Broke(wrong);
        }
        let sorted = sort(status, &headers).or_else(|| answer(what, by_batch, &body));
        sorted.unwrap_or_else(|| Outcome::Broke(format!("{path}: {text}")))
    }

    fn request(&self, what: &What, by_batch: bool) -> RequestBuilder {
        let Self(api) = self;
        let at = |method, path: String| api.request(method, &path);
        match what {
            What::Submit { user, key } if by_batch => at(Method::POST, "/ops/v1/deletions".to_owned())
                .header("Idempotency-Key", key)
                .json(&json!({ "users": [{ "id": user }] })),
            What::Submit { user, key } => {
                at(Method::DELETE, format!("/api/staged_config/access/users/{user}"))
                    .header("Idempotency-Key", key)
            }
            What::Cancel { task } if by_batch => at(Method::POST, format!("/ops/v1/tasks/{task}/cancel")),
            What::Cancel { task } => {
                at(Method::POST, format!("/api/staged_config/access/user_delete_tasks/{task}"))
                    .json(&json!({ "status": "CANCEL_REQUESTED" }))
            }
            What::Register { user, dependent } => {
                at(Method::PUT, format!("/ops/v1/users/{user}/dependents/ARIEL_SAVED_SEARCH/{dependent}"))
                    .json(&json!({ "blocking": true }))
            }
            What::Withdraw { user, dependent } => {
                at(Method::DELETE, format!("/ops/v1/users/{user}/dependents/ARIEL_SAVED_SEARCH/{dependent}"))
            }
            What::Look { task } => at(Method::GET, format!("/ops/v1/tasks/{task}")),
        }
    }
}

/// What the head says; none where it is for the body to say. Only a 503 that says when to come again leaves open what became
/// of the request: there is no gateway, and offstage holds nobody back with a 429.
fn sort(status: StatusCode, headers: &HeaderMap) -> Option<Outcome> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE if headers.contains_key(RETRY_AFTER) => {
            Some(Outcome::Unknown(Some(status.as_u16())))
        }
        StatusCode::NO_CONTENT => Some(Outcome::Ok(Answer::Done)),
        status if status.is_client_error() => Some(Outcome::Fail(status.as_u16())),
        status if status.is_success() => None,
        status => Some(Outcome::Broke(status.to_string())),
    }
}

/// What a good answer says; none where it makes no sense.
fn answer(what: &What, by_batch: bool, body: &Value) -> Option<Outcome> {
    let good = match what {
        What::Submit { .. } if by_batch => {
            let verdict = &body["items"][0];
            let task = verdict["task_id"].as_u64();
            match (verdict["verdict"].as_str(), task) {
                (Some("accepted"), Some(task)) => Answer::Task(task),
                (Some("live"), Some(task)) => Answer::Joined(task),
                (Some("not_found"), _) => return Some(Outcome::Fail(404)),
                (Some("forbidden"), _) => return Some(Outcome::Fail(403)),
                _ => return None,
            }
        }
        What::Submit { .. } => Answer::Task(body["id"].as_u64()?),
        What::Look { .. } => {
            let state = body["state"].as_str().and_then(TaskState::from_name)?;
            Answer::Seen { state, modified_ms: body["modified"].as_u64()? }
        }
        What::Cancel { .. } | What::Register { .. } | What::Withdraw { .. } => {
            body.is_object().then_some(Answer::Done)?
        }
    };
    Some(Outcome::Ok(good))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, answer, sort};
    use crate::log::{Answer, What};
    use reqwest::{
        StatusCode,
        header::{HeaderMap, HeaderValue, RETRY_AFTER},
    };
    use serde_json::{Value, json};

    #[test]
    fn only_a_503_that_says_when_to_come_again_leaves_anything_open() {
        let polite = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("1"))]);
        assert_eq!(sort(StatusCode::SERVICE_UNAVAILABLE, &polite), Some(Outcome::Unknown(Some(503))));
        let rude = HeaderMap::new();
        assert!(matches!(sort(StatusCode::SERVICE_UNAVAILABLE, &rude), Some(Outcome::Broke(_))));
        assert!(matches!(sort(StatusCode::BAD_GATEWAY, &polite), Some(Outcome::Broke(_))));
        assert_eq!(sort(StatusCode::CONFLICT, &polite), Some(Outcome::Fail(409)));
        assert_eq!(sort(StatusCode::ACCEPTED, &polite), None);
    }

    #[test]
    fn a_body_that_makes_no_sense_is_no_answer() {
        let submit = What::Submit { user: 5, key: "a".to_owned() };
        let cancel = What::Cancel { task: 7 };
        assert_eq!(answer(&submit, false, &json!({ "id": 7 })), Some(Outcome::Ok(Answer::Task(7))));
        for (what, by_batch, body) in [
            (&submit, false, json!({ "title": "Bad Gateway" })),
            (&submit, true, json!({ "items": [] })),
            (&What::Look { task: 7 }, false, json!({ "state": "ASLEEP", "modified": 1 })),
            (&cancel, false, Value::Null),
        ] {
            assert_eq!(answer(what, by_batch, &body), None, "{what:?} {body}");
        }
    }
}
