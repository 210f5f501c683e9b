//! What a dry run tells of its checks: an outside system under the sub-type of its settings, whatever it names, and as one
//! object until it has answered.

use super::{DEADLINE, Says, Stub, settings, worker};
use offstage::{
    domain::{
        checklist::Progress,
        state::TaskState,
        sub_type::SubType,
        task::{Task, TaskId, TaskKind},
    },
    store::submit::Submission,
};
use offstage_tests::{eventually, fixtures, stack::Stack, tasks};
use std::sync::Arc;
use tokio::sync::Notify;

async fn dry_run(stack: &Stack, user: u64) -> TaskId {
    let submission = Submission { kind: TaskKind::Dependents, ..fixtures::submission(user) };
    fixtures::submit_one(&stack.store, submission).await
}

/// Where each component of a task stands, by its sub-type, with how far it is.
fn shown(task: &Task) -> Vec<(SubType, TaskState, Progress)> {
    let all = task.checks.components();
    all.map(|(check, _, part)| (part.sub_type, check.state_in(task.state), check.progress_of(part))).collect()
}

async fn until(stack: &Stack, id: TaskId, wanted: &[(SubType, TaskState, Progress)]) -> Task {
    eventually(&format!("task {id} has {wanted:?}"), DEADLINE, async || {
        let task = stack.store.task(id).await.unwrap().unwrap();
        (shown(&task) == wanted).then_some(task)
    })
    .await
}

const fn progress(done: u64, of: u64) -> Progress {
    Progress { done, of }
}

#[tokio::test]
async fn an_outside_system_is_shown_under_its_own_sub_type_from_its_turn_to_its_answer() {
    let stack = Stack::with_users([5, 6]).await;
    let release = Arc::new(Notify::new());
    let says = Says::Dependents(r#"[{"type":"DASHBOARD","id":"7"},{"type":"ROLE","id":"8"}]"#);
    let stub = Stub { release: Some(Arc::clone(&release)), ..Stub::new(says) };
    let more = "concurrency = 1\nsub_type = \"FIND_DEPENDENT_DOMAIN\"\n";
    let file = settings(&stack, &stub.start().await, more);
    let text = std::fs::read_to_string(&file).unwrap().replace("timeout_ms = 300", "timeout_ms = 20000");
    std::fs::write(&file, text).unwrap();
    let first = dry_run(&stack, 5).await;
    let _worker = worker(&stack, &file);
    until(&stack, first, &[(SubType::Domain, TaskState::Processing, progress(0, 1))]).await;
    let second = dry_run(&stack, 6).await;
    let waits = until(&stack, second, &[(SubType::Domain, TaskState::Queued, progress(0, 1))]).await;
    assert_eq!(waits.state, TaskState::Processing, "only its question waits for its turn");
    for task in [first, second] {
        let asked = eventually("an answer is let go", DEADLINE, async || {
            release.notify_waiters();
            let task = stack.store.task(task).await.unwrap().unwrap();
            task.state.is_terminal().then_some(task)
        })
        .await;
        assert_eq!(shown(&asked), [(SubType::Domain, TaskState::Completed, progress(2, 2))]);
        let (_, times, _) = asked.checks.components().next().unwrap();
        assert!(times.started >= Some(times.created) && times.completed >= times.started, "{times:?}");
        assert!(times.created >= asked.started.unwrap() && times.completed <= asked.completed, "{times:?}");
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn a_system_that_cannot_answer_shows_as_such_and_so_does_the_pause_as_any_other() {
    let stack = Stack::with_users([5]).await;
    let file = settings(&stack, &Stub::new(Says::Silence).start().await, "[checks.pause]\nms = 1\n");
    let task = dry_run(&stack, 5).await;
    let _worker = worker(&stack, &file);
    let ended = tasks::ended(&stack.store, task).await;
    assert_eq!(ended.state, TaskState::Exception);
    let expected = [
        (SubType::NamedServices, TaskState::Completed, progress(1, 1)),
        (SubType::NamedServices, TaskState::Exception, progress(0, 1)),
    ];
    assert_eq!(shown(&ended), expected);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_deletion_keeps_no_detail_that_nobody_is_shown() {
    let stack = Stack::with_users([5]).await;
    fixtures::register(&stack.store, 5, fixtures::dependent("1", true)).await;
    let _worker = stack.worker(&[]);
    let task = fixtures::submit(&stack.store, 5).await;
    let ended = tasks::ended(&stack.store, task).await;
    assert_eq!(ended.checks.to_string(), "registered:answered:1:1");
}
