//! How the last deploy stands, in the field names of this dialect.
//!
//! Easy to get wrong: the original deploys to hosts. Here there is one, the store, which has no address to be shown.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        problem::Problem,
        staged_config::{
            call::Call,
            fields::{Kind, Known},
            status::{DeployStatus, HostStatus},
        },
    },
    domain::{deploy::DeployType, state::TaskState, task::Task},
};

/// The fields of a deploy's status.
pub(in crate::api::staged_config) static DEPLOY_FIELDS: [Known; 6] = [
    Known::list("hosts", &Kind::Object(&HOST_FIELDS)),
    Known::text("initiated_by"),
    Known::text("initiated_from"),
    Known::number("percent_complete"),
    Known::text("status"),
    Known::text("type"),
];

static HOST_FIELDS: [Known; 3] = [Known::text("host_status"), Known::text("ip"), Known::text("status")];

/// How the last deploy stands.
#[derive(Serialize, ToSchema)]
#[schema(as = DeployStatusView)]
pub(in crate::api::staged_config) struct DeployView {
    /// Where it is deployed to; empty where no deploy is known.
    hosts: Vec<HostView>,
    /// Who asked for it; null where no deploy is known.
    #[schema(required)]
    initiated_by: Option<String>,
    /// The address it was asked for from; null where that is not known.
    #[schema(required)]
    initiated_from: Option<String>,
    /// How much of it is done.
    percent_complete: u64,
    /// Where it stands.
    status: DeployStatus,
    /// How it was asked for; null where no deploy is known.
    #[schema(required)]
    r#type: Option<&'static str>,
}

/// What is deployed to.
#[derive(Serialize, ToSchema)]
#[schema(as = DeployHost)]
pub(in crate::api::staged_config) struct HostView {
    /// How it went there.
    host_status: HostStatus,
    /// Its address; null, because it has none of its own.
    #[schema(required)]
    ip: Option<String>,
    /// The same as `host_status`.
    status: HostStatus,
}

impl DeployView {
    fn of(task: &Task) -> Self {
        let (host, order) = (HostStatus::of(task), task.subject.order());
        Self {
            hosts: vec![HostView { host_status: host, ip: None, status: host }],
            initiated_by: Some(task.requester.name.clone()),
            initiated_from: order.and_then(|order| order.from).map(|address| address.to_string()),
            percent_complete: percent(task),
            status: DeployStatus::of(task),
            r#type: order.map(|order| DeployType::name(order.kind)),
        }
    }

    /// Where no deploy is known.
    const fn unknown() -> Self {
        Self {
            hosts: Vec::new(),
            initiated_by: None,
            initiated_from: None,
            percent_complete: 100,
            status: DeployStatus::Complete,
            r#type: None,
        }
    }
}

/// All of it is done when it has taken effect, and not before.
fn percent(task: &Task) -> u64 {
    if task.state == TaskState::Completed {
        return 100;
    }
    let progress = task.progress();
    (progress.done * 100).checked_div(progress.of).map_or(0, |percent| percent.min(99))
}

/// How the last deploy stands, if one is known.
pub(in crate::api::staged_config) fn deploy(call: &Call, task: Option<&Task>) -> Result<Response, Problem> {
    call.answer(StatusCode::OK, &task.map_or(DeployView::unknown(), DeployView::of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        checklist::Progress,
        deploy::DeployOrder,
        task::{Requester, Subject, TaskId, TaskKind},
    };
    use serde_json::{Value, json};

    fn shown(state: TaskState, prepared: Option<(u64, u64)>) -> Value {
        let order = DeployOrder { kind: DeployType::Full, from: "10.0.0.7".parse().ok() };
        let requester = Requester { name: "admin".into(), is_administrator: true };
        let at = chrono::DateTime::UNIX_EPOCH;
        let task = Task::accepted(TaskId(7), TaskKind::Deploy, Subject::Configuration(order), requester, at);
        let prepared = prepared.map(|(done, of)| Progress { done, of });
        let started = prepared.map(|_| at);
        serde_json::to_value(DeployView::of(&Task { prepared, state, started, ..task })).unwrap()
    }

    #[test]
    fn it_is_complete_when_it_has_ended_and_whole_when_it_took_effect() {
        let said = |state, prepared| {
            let view = shown(state, prepared);
            (view["status"].clone(), view["hosts"][0]["status"].clone(), view["percent_complete"].clone())
        };
        let row = |a: &str, b: &str, c: u64| (json!(a), json!(b), json!(c));
        assert_eq!(said(TaskState::Queued, None), row("INITIALIZING", "INITIATING", 0));
        assert_eq!(said(TaskState::Processing, Some((1, 3))), row("IN_PROGRESS", "IN_PROGRESS", 33));
        assert_eq!(said(TaskState::Processing, Some((3, 3))), row("IN_PROGRESS", "IN_PROGRESS", 99));
        assert_eq!(said(TaskState::Interrupted, Some((1, 2))), row("IN_PROGRESS", "IN_PROGRESS", 50));
        assert_eq!(said(TaskState::Completed, Some((0, 0))), row("COMPLETE", "SUCCESS", 100));
        assert_eq!(said(TaskState::Cancelled, Some((1, 2))), row("COMPLETE", "ERROR", 50));
        assert_eq!(said(TaskState::Exception, Some((1, 2))), row("COMPLETE", "ERROR", 50));
    }

    #[test]
    fn the_known_fields_are_those_of_the_shape() {
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let known = |fields: &[Known]| fields.iter().map(|known| known.name).collect::<Vec<_>>();
        let view = shown(TaskState::Queued, None);
        assert_eq!(names(&view), known(&DEPLOY_FIELDS));
        assert_eq!(names(&view["hosts"][0]), known(&HOST_FIELDS));
        assert_eq!((&view["initiated_by"], &view["initiated_from"]), (&json!("admin"), &json!("10.0.0.7")));
    }
}
