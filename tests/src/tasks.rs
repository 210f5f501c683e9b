//! What becomes of a task, seen by a store of the test's own. A store that does not answer for a moment is asked again.

use offstage::{
    domain::{
        state::TaskState,
        task::{Task, TaskId},
    },
    store::Store,
};
use std::time::Duration;

use crate::eventually;

const DEADLINE: Duration = Duration::from_secs(30);

/// The task, once it has ended.
pub async fn ended(store: &Store, task: TaskId) -> Task {
    eventually("the task ends", DEADLINE, async || {
        let task = store.task(task).await.ok()??;
        task.state.is_terminal().then_some(task)
    })
    .await
}

/// The task, once it is in that state.
pub async fn in_state(store: &Store, task: TaskId, state: TaskState) -> Task {
    eventually(state.name(), DEADLINE, async || {
        let task = store.task(task).await.ok()??;
        (task.state == state).then_some(task)
    })
    .await
}

/// The states a task went through.
pub async fn story(store: &Store, task: TaskId) -> Vec<TaskState> {
    let told = store.story(task).await.expect("the store answers").expect("there is such a task");
    told.history.iter().map(|line| line.to).collect()
}
