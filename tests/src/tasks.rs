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
    once("the task ends", store, task, TaskState::is_terminal).await
}

/// The task, once it is in that state.
pub async fn in_state(store: &Store, task: TaskId, state: TaskState) -> Task {
    once(state.name(), store, task, |is| is == state).await
}

async fn once(what: &str, store: &Store, task: TaskId, wanted: impl Fn(TaskState) -> bool) -> Task {
    eventually(what, DEADLINE, async || match store.task(task).await {
        Ok(task) => task.filter(|task| wanted(task.state)),
        Err(error) => {
            assert!(error.is_transient(), "{error}");
            None
        }
    })
    .await
}

/// The states a task went through.
pub async fn story(store: &Store, task: TaskId) -> Vec<TaskState> {
    let told = store.story(task).await.expect("the store answers").expect("there is such a task");
    told.history.iter().map(|line| line.to).collect()
}
