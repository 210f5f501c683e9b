//! `offstage tasks cancel`, `pause`, `resume` and `retry`: one request a task.
//!
//! A task that cannot be acted on does not keep the others from it: it is said on standard error, and the command fails in
//! the end. With `--output json` the answer is `{"items":[…]}`, for one task as for many.

use serde_json::{Value, json};

use super::list;
use crate::cli::{
    client::{
        ClientArgs,
        http::Request,
        model::{Task, decode},
    },
    exit::Exit,
    output,
};

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Cancel,
    Pause,
    Resume,
    Retry,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Retry => "retry",
        }
    }
}

pub(super) async fn run(flags: &ClientArgs, action: Action, ids: &[u64]) -> anyhow::Result<Exit> {
    let client = flags.client()?;
    let mut items = Vec::new();
    let mut exit = Exit::Done;
    for id in ids {
        match client.send(Request::post(&["tasks", &id.to_string(), action.name()])).await {
            Ok(document) => items.push(document),
            Err(failure) => {
                output::complain(&format!("offstage: task {id}: {failure}"));
                exit = Exit::Failed;
            }
        }
    }
    if items.is_empty() {
        return Ok(exit);
    }
    let tasks: Vec<Task> = decode(&client, &Value::Array(items.clone()))?;
    let now = client.now().await?;
    flags.answer(&json!({ "items": items }), || list::shown(&tasks, now))?;
    Ok(exit)
}
