//! IBM QRadar: a task that is polled.

use offstage_tests::fixtures::{ADMIN_TOKEN, READER_TOKEN};
use reqwest::Method;
use serde_json::Value;

use super::super::{
    Door, Meaning, Who, Whom,
    exchange::{Answer, Call},
    stage::{Stage, USER},
};

/// Nobody's number.
const UNKNOWN: u64 = 404;

/// See the module's header.
pub(in super::super) struct StagedConfig;

impl Door for StagedConfig {
    const DIALECT: &'static str = "staged_config";
    const KIND: &'static str = "staged_user";

    async fn open(_stage: &Stage) -> Self {
        Self
    }

    fn secrets(&self) -> Vec<String> {
        [ADMIN_TOKEN, READER_TOKEN].map(str::to_owned).to_vec()
    }

    fn ask(&self, who: Who, whom: Whom) -> Call {
        let user = match whom {
            Whom::There => USER,
            Whom::Unknown => UNKNOWN,
        };
        let call = Call::new(Method::DELETE, format!("/api/staged_config/access/users/{user}"));
        match who {
            Who::Chief => call.header("sec", ADMIN_TOKEN),
            Who::Clerk => call.header("sec", READER_TOKEN),
            Who::Nobody => call,
        }
    }

    fn look(&self, task: u64) -> Option<Call> {
        let path = format!("/api/staged_config/access/user_delete_tasks/{task}");
        Some(Call::new(Method::GET, path).header("sec", ADMIN_TOKEN))
    }

    fn means(&self, answer: &Answer) -> Meaning {
        let body: Value = serde_json::from_str(&answer.body).expect("the body is JSON");
        match answer.status.as_u16() {
            200 | 202 => match body["status"].as_str().expect("a task has a status") {
                "COMPLETED" => Meaning::Gone,
                "CONFLICT" => Meaning::Blocked,
                "CANCELLED" => Meaning::Cancelled,
                "QUEUED" | "PROCESSING" => Meaning::Running(body["id"].as_u64().expect("a task has an id")),
                other => panic!("no scenario leads to {other}"),
            },
            401 => Meaning::NoCredentials,
            403 => Meaning::Forbidden,
            404 => Meaning::NotFound,
            503 => Meaning::Unavailable,
            other => panic!("no scenario leads to {other}: {}", answer.body),
        }
    }

    async fn block(stage: &Stage) {
        assert_eq!(stage.api.register(USER, "17", true).await.status, 201);
    }

    fn is_gone(stage: &Stage) -> bool {
        !stage.has_user("staged")
    }
}
