//! ArcGIS Notebook Server: a caller stays on the line, and errors come with HTTP 200.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::{
    Door, Meaning, Who, Whom,
    exchange::{Answer, Call},
    stage::{CHIEF, CLERK, Stage, USERNAME},
};
use super::number_behind;

/// See the module's header.
pub(in super::super) struct Notebooks {
    chief: String,
    clerk: String,
}

impl Door for Notebooks {
    const DIALECT: &'static str = "notebooks";
    const KIND: &'static str = "workspace";

    async fn open(stage: &Stage) -> Self {
        Self { chief: token(stage, CHIEF).await, clerk: token(stage, CLERK).await }
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.chief.clone(), self.clerk.clone()]
    }

    fn ask(&self, who: Who, whom: Whom) -> Call {
        let name = match whom {
            Whom::There => USERNAME,
            Whom::Unknown => "nobody",
        };
        let call = Call::new(Method::POST, "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace");
        let call = match who {
            Who::Chief => call.header("x-esri-authorization", format!("Bearer {}", self.chief)),
            Who::Clerk => call.header("x-esri-authorization", format!("Bearer {}", self.clerk)),
            Who::Nobody => call,
        };
        call.form(&[("f", "json"), ("userName", name)])
    }

    fn look(&self, _task: u64) -> Option<Call> {
        None
    }

    fn means(&self, answer: &Answer) -> Meaning {
        assert_eq!(answer.status, 200, "clients repeat what is answered otherwise: {}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).expect("the body is JSON");
        if body == json!({"status": "success"}) {
            return Meaning::Gone;
        }
        let message = body["error"]["message"].as_str().expect("an error has a message");
        match body["error"]["code"].as_u64() {
            Some(498 | 499) => Meaning::NoCredentials,
            Some(403) => Meaning::Forbidden,
            Some(404) => Meaning::NotFound,
            Some(503) => Meaning::Unavailable,
            Some(500) if message.contains("actively running containers") => Meaning::Blocked,
            Some(500) if message.contains("was cancelled meanwhile") => Meaning::Cancelled,
            Some(500) if message.contains("goes on as task") => {
                Meaning::Running(number_behind("as task ", message))
            }
            other => panic!("no scenario leads to {other:?}: {message}"),
        }
    }

    async fn block(stage: &Stage) {
        let container = json!({"username": USERNAME, "type": "openNotebook", "expires_s": 3600});
        let registered = stage.api.request(Method::PUT, "/ops/v1/containers/c0ffee").json(&container);
        assert_eq!(stage.api.send(registered).await.status, 201);
    }

    fn is_gone(stage: &Stage) -> bool {
        !stage.root.join(USERNAME).exists()
    }
}

async fn token(stage: &Stage, name: &str) -> String {
    let password = format!("{name}-secret");
    let call = Call::new(Method::POST, "/arcgis/notebooks/admin/generateToken");
    let answer = call.form(&[("username", name), ("password", &password), ("f", "json")]);
    let answer = answer.send(stage.api.base()).await;
    let body: Value = serde_json::from_str(&answer.body).expect("the body is JSON");
    body["token"].as_str().unwrap_or_else(|| panic!("{name} is not let in: {answer:?}")).to_owned()
}
