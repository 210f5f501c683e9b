//! IBM Spectrum LSF Application Center: a caller stays on the line, and reads XML.
//!
//! Easy to get wrong: whatever is refused is a 403, since that is where the real client shows a message. What it means, the
//! message says.

use reqwest::Method;

use super::super::{
    Door, Meaning, Who, Whom,
    exchange::{Answer, Call},
    stage::{CHIEF, CLERK, Stage, USER, USERNAME},
};
use super::number_behind;

/// See the module's header.
pub(in super::super) struct Platform {
    chief: String,
    clerk: String,
}

impl Door for Platform {
    const DIALECT: &'static str = "platform";
    const KIND: &'static str = "platform_user";

    async fn open(stage: &Stage) -> Self {
        Self { chief: log_on(stage, CHIEF).await, clerk: log_on(stage, CLERK).await }
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.chief.clone(), self.clerk.clone()]
    }

    fn ask(&self, who: Who, whom: Whom) -> Call {
        let name = match whom {
            Whom::There => USERNAME,
            Whom::Unknown => "nobody",
        };
        let call = Call::new(Method::DELETE, format!("/platform/ws/users/{name}"));
        let call = call.header("accept", "application/xml");
        match who {
            Who::Chief => call.header("cookie", format!("platform_token={}", self.chief)),
            Who::Clerk => call.header("cookie", format!("platform_token={}", self.clerk)),
            Who::Nobody => call,
        }
    }

    fn look(&self, _task: u64) -> Option<Call> {
        None
    }

    fn means(&self, answer: &Answer) -> Meaning {
        let said = |words: &str| answer.body.contains(words);
        match answer.status.as_u16() {
            204 => Meaning::Gone,
            200 => Meaning::Running(number_behind("as task ", &answer.body)),
            404 => Meaning::NotFound,
            403 if said("blocks the deletion") => Meaning::Blocked,
            403 if said("Cancelled; nothing was deleted") => Meaning::Cancelled,
            403 if said("You are not logged on") => Meaning::NoCredentials,
            403 => Meaning::Forbidden,
            503 => Meaning::Unavailable,
            other => panic!("no scenario leads to {other}: {}", answer.body),
        }
    }

    async fn block(stage: &Stage) {
        assert_eq!(stage.api.register(USER, "17", true).await.status, 201);
    }

    fn is_gone(stage: &Stage) -> bool {
        match (stage.has_user("staged"), stage.has_user("deployed")) {
            (false, false) => true,
            (true, true) => false,
            half => panic!("he is gone by half: {half:?}"),
        }
    }
}

/// A token, as it is written into the cookie.
async fn log_on(stage: &Stage, name: &str) -> String {
    let mut call = Call::new(Method::POST, "/platform/ws/logon");
    call.body = format!("<User><name>{name}</name><pass>{name}-secret</pass></User>");
    let call = call.header("content-type", "application/xml").header("accept", "application/xml");
    let answer = call.send(stage.api.base()).await;
    let token = answer.body.split_once("<token>").and_then(|(_, rest)| rest.split_once("</token>"));
    let (token, _) = token.unwrap_or_else(|| panic!("{name} is not let in: {answer:?}"));
    token.trim().replace("&quot;", "#quote#")
}
