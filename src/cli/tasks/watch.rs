//! `offstage tasks watch`: what happens to tasks, one line each, as it happens.
//!
//! Without ids the events are printed as they come. With ids an event only says that there is something new: what is printed
//! comes from the task's history, so that nothing is missed and nothing comes twice, whatever the connection does.
//!
//! Easy to get wrong: with nobody left to read (`| head -1`) it has to end, and quietly.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::bail;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{
        client::{
            ClientArgs, Form,
            events::{Events, News},
            http::Client,
            model::{Detail, Step},
        },
        exit::Exit,
        follow::{self, Followed, Show},
        output::{self, Reader},
        table::printable,
        words::exact,
    },
    shutdown,
};

pub(super) async fn run(flags: &ClientArgs, ids: &[u64]) -> anyhow::Result<Exit> {
    let client = Arc::new(flags.client()?);
    let stop = shutdown::on_signal()?;
    let events = tokio::select! {
        events = Events::follow(client.clone()) => events,
        () = stop.cancelled() => return Ok(Exit::Interrupted),
    };
    if ids.is_empty() {
        all(flags.output, events, &stop).await
    } else {
        some(flags.output, client, events, ids, &stop).await
    }
}

/// Everything, until Ctrl-C or nobody reads.
async fn all(form: Form, mut events: Events, stop: &CancellationToken) -> anyhow::Result<Exit> {
    if events.connected {
        output::complain("offstage: listening to all tasks; Ctrl-C ends it");
    }
    let mut away = false;
    loop {
        let news = tokio::select! {
            news = events.next() => news,
            () = stop.cancelled() => return Ok(Exit::Interrupted),
        };
        match news {
            Some(News::Moved(moved, document)) => {
                away = false;
                let line = line(form, moved.task_id, moved.user_id, &moved.step, || document);
                if output::tell(&line)? == Reader::Gone {
                    return Ok(Exit::Done);
                }
            }
            Some(News::Missed) => output::complain("offstage: some of what happened was missed"),
            Some(News::Lost(failure)) if !failure.is_transient() => return Err(failure.into()),
            Some(News::Lost(failure)) if !away => {
                away = true;
                output::complain(&format!("offstage: {failure}; waiting"));
            }
            Some(News::Lost(_)) => {}
            None => bail!("the events are not followed any more"),
        }
    }
}

/// These tasks, until they have ended.
async fn some(
    form: Form,
    client: Arc<Client>,
    events: Events,
    ids: &[u64],
    stop: &CancellationToken,
) -> anyhow::Result<Exit> {
    let mut lines = Lines { form, printed: BTreeMap::new() };
    match follow::until_ended(client, events, ids, stop, &mut lines).await? {
        Followed::Ended(ended) => {
            let ends = ended.values().filter_map(|(detail, _)| detail.task.exit());
            Ok(ends.fold(Exit::Done, Exit::or_worse))
        }
        Followed::Stopped(open) => {
            follow::say_stopped(&open);
            Ok(Exit::Interrupted)
        }
        Followed::Unread => Ok(Exit::Done),
    }
}

/// The history of the watched tasks, as far as it is printed.
struct Lines {
    form: Form,
    /// The last step printed of each task.
    printed: BTreeMap<u64, Step>,
}

impl Show for Lines {
    fn wants_steps(&self, _: u64) -> bool {
        true
    }

    fn looked(&mut self, detail: &Detail) -> anyhow::Result<bool> {
        let (task, history) = (&detail.task, &detail.history);
        for step in unprinted(history, self.printed.get(&task.id)) {
            let document = || {
                json!({ "task_id": task.id, "kind": task.kind, "user_id": task.user_id, "at": step.at,
                    "from": step.from, "to": step.to, "by": step.by, "why": step.why })
            };
            if output::tell(&line(self.form, task.id, task.user_id, step, document))? == Reader::Gone {
                return Ok(false);
            }
        }
        if let Some(last) = history.last() {
            self.printed.insert(task.id, last.clone());
        }
        Ok(true)
    }

    fn note(&self, line: &str) {
        output::complain(line);
    }
}

/// What comes after the last step printed; all of it where that one is not there any more.
fn unprinted<'a>(history: &'a [Step], last: Option<&Step>) -> &'a [Step] {
    let printed = last.and_then(|last| history.iter().rposition(|step| step == last));
    printed.map_or(history, |at| &history[at + 1..])
}

fn line(form: Form, task: u64, user: Option<u64>, step: &Step, document: impl FnOnce() -> Value) -> String {
    match form {
        Form::Json => format!("{}\n", document()),
        Form::Table => {
            let from = step.from.as_deref().unwrap_or("-");
            let about = user.map_or_else(|| "a workspace".to_owned(), |user| format!("user {user}"));
            let said = format!("task {task}  {about}  {from} -> {}  {}  {}", step.to, step.by, step.why);
            format!("{}  {}\n", exact(step.at), printable(&said))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(to: &str, at: i64) -> Step {
        Step { at, from: None, to: to.to_owned(), by: "w".to_owned(), why: "claim".to_owned() }
    }

    #[test]
    fn only_what_is_new_is_printed_even_where_the_beginning_is_gone() {
        let history = [step("QUEUED", 1), step("PROCESSING", 2), step("INTERRUPTED", 3)];
        assert_eq!(unprinted(&history, None), history);
        assert_eq!(unprinted(&history, Some(&history[1])), &history[2..]);
        assert_eq!(unprinted(&history, Some(&history[2])), []);
        assert_eq!(unprinted(&history[1..], Some(&history[0])), &history[1..]);
    }

    #[test]
    fn a_line_shows_nothing_that_a_terminal_obeys() {
        let step = Step { by: "\x1b[2J\n".to_owned(), ..step("PROCESSING", 0) };
        let text = line(Form::Table, 7, Some(5), &step, || Value::Null);
        assert_eq!(
            text,
            "1970-01-01T00:00:00Z  task 7  user 5  - -> PROCESSING  \u{fffd}[2J\u{fffd}  claim\n"
        );
    }
}
