//! A container's start against the removal of its user's workspace: one of them, never both.

use offstage::{
    domain::state::TaskState::{Completed, Conflict},
    store::containers::Registration,
};

use super::{Ground, files};

const ROUNDS: usize = 60;

#[tokio::test]
async fn a_container_starts_or_the_workspace_goes_but_never_both() {
    let ground = Ground::new().await;
    let _worker = ground.worker(&[]);
    let (mut removed, mut kept) = (0, 0);
    for round in 0..ROUNDS {
        let name = format!("user{round}");
        ground.workspace(&name, 5);
        let (task, registration) = tokio::join!(ground.submit(&name), async {
            // Spread over the time that a removal takes.
            for _ in 0..round % 12 {
                ground.stack.store.check().await.unwrap();
            }
            ground.register(&name, &name, 60).await
        });
        let task = ground.ended(task).await;
        let containers = ground.stack.store.containers().await.unwrap();
        let container = containers.iter().find(|container| container.id == name);
        match (task.state, registration) {
            (Completed, Registration::BeingDeleted) => assert!(container.is_none()),
            // It came after the end.
            (Completed, Registration::Created) => {
                assert!(container.unwrap().created >= task.completed.unwrap(), "round {round}");
            }
            (Conflict, Registration::Created) => assert_eq!(files(&ground.at(&name)), 5),
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(ground.at(&name).exists(), task.state == Conflict, "round {round}");
        removed += usize::from(task.state == Completed);
        kept += usize::from(task.state == Conflict);
    }
    assert!(removed > 0 && kept > 0, "no race: {removed} removed, {kept} kept");
}

#[tokio::test]
async fn no_container_starts_from_the_promise_to_the_end() {
    let ground = Ground::new().await;
    ground.workspace("joe", 5);
    let task = ground.submit("joe").await;
    ground.claim_and_promise().await;
    assert_eq!(ground.register("c1", "joe", 60).await, Registration::BeingDeleted);
    assert_eq!(ground.register("c2", "jane", 60).await, Registration::Created);
    let _worker = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert_eq!(ground.register("c1", "joe", 60).await, Registration::Created);
}
