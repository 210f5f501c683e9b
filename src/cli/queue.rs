//! `offstage queue`: how much waits, for how long, and whether anybody works on it; pausing and resuming it.

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::{
    client::{
        ClientArgs,
        http::Request,
        model::{Queue, decode},
    },
    exit::Exit,
    table::{Screen, Tone, printable},
    words,
};
use crate::domain::state::TaskState;

/// Flags of `offstage queue`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage queue                        how much waits, and for how long\n  \
    offstage queue pause                  let nothing new begin; what runs goes on\n  \
    offstage queue --output json | jq .depth.QUEUED")]
pub struct QueueArgs {
    /// What to do; without it the queue is shown.
    #[command(subcommand)]
    pub command: Option<QueueCommand>,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What can be done to the queue.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum QueueCommand {
    /// Let workers begin nothing new; what runs goes on, and requests are still accepted.
    #[command(after_help = "Example:\n  offstage queue pause")]
    Pause,
    /// Let workers begin again.
    #[command(after_help = "Example:\n  offstage queue resume")]
    Resume,
}

/// Shows the queue, after what was to be done.
///
/// # Errors
/// A request that failed.
pub async fn run(args: QueueArgs) -> anyhow::Result<Exit> {
    let client = args.client.client()?;
    let request = match args.command {
        None => Request::get(&["queue"]),
        Some(QueueCommand::Pause) => Request::post(&["queue", "pause"]),
        Some(QueueCommand::Resume) => Request::post(&["queue", "resume"]),
    };
    let document = client.send(request).await?;
    let queue: Queue = decode(&client, &document)?;
    args.client.answer(&document, || shown(&queue, Screen::of_stdout()))?;
    Ok(Exit::Done)
}

/// One fact a line: the name, then what it is.
fn shown(queue: &Queue, screen: Screen) -> String {
    let fact = |name: &str, tone, value: &str| format!("{name:18}{}\n", screen.tinted(tone, value));
    let mut text = if queue.paused {
        let by = queue.paused_by.as_deref().map(|name| format!(" by {}", printable(name)));
        let paused = format!("paused{} (offstage queue resume)", by.unwrap_or_default());
        fact("queue", Tone::Warn, &paused)
    } else {
        fact("queue", Tone::Good, "running")
    };
    let workers = if queue.workers == 0 { Tone::Bad } else { Tone::Plain };
    text += &fact("workers", workers, &queue.workers.to_string());
    let oldest = queue.oldest_age_ms.map_or_else(|| "nothing waits".to_owned(), words::span);
    text += &fact("oldest waits", Tone::Plain, &oldest);
    let (tone, durability) = durability(&queue.durability);
    text += &fact("durability", tone, &durability);
    if let Some((tone, promised)) = promised(queue) {
        text += &fact("promised", tone, &promised);
    }
    for (state, number) in in_order(&queue.depth) {
        text += &fact(&printable(state), Tone::Plain, &number.to_string());
    }
    text
}

/// The states in the order of a task's life, then those that are new.
fn in_order(depth: &Map<String, Value>) -> Vec<(&String, u64)> {
    let age =
        |state: &str| TaskState::ALL.iter().position(|known| known.name() == state).unwrap_or(usize::MAX);
    let mut states: Vec<_> =
        depth.iter().map(|(state, number)| (state, number.as_u64().unwrap_or_default())).collect();
    states.sort_by_key(|(state, _)| age(state));
    states
}

/// What an answered request survives.
fn durability(name: &str) -> (Tone, String) {
    match name {
        "always" => (Tone::Good, "always: what was accepted is on the disk".to_owned()),
        "everysec" => (Tone::Warn, "everysec: a power cut may lose the last second".to_owned()),
        "no" | "off" => {
            (Tone::Bad, format!("{name}: a crash may lose what was accepted (see offstage doctor)"))
        }
        other => (Tone::Plain, printable(other)),
    }
}

/// What an acceptance waits for; none where nothing is promised.
fn promised(queue: &Queue) -> Option<(Tone, String)> {
    let fsync = queue.durability_promised.as_deref().filter(|word| *word != "any");
    if fsync.is_none() && queue.replicas_promised == 0 {
        return None;
    }
    let have = queue.replicas.map_or_else(|| "?".to_owned(), |have| have.to_string());
    let promised = format!(
        "{} on the disk, {have} of {} replicas",
        printable(fsync.unwrap_or("any")),
        queue.replicas_promised
    );
    Some(match queue.promise_kept {
        Some(false) => {
            (Tone::Bad, format!("{promised}: not kept, nothing is accepted (see offstage doctor)"))
        }
        Some(true) | None => (Tone::Good, promised),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_promise_is_shown_where_there_is_one_and_said_to_be_broken_where_it_is() {
        let shown = |promised, replicas, kept| {
            let document = json!({"depth": {}, "oldest_age_ms": null, "paused": false, "workers": 1,
                "durability": "always", "durability_promised": promised, "replicas": 1,
                "replicas_promised": replicas, "promise_kept": kept});
            super::shown(&serde_json::from_value(document).unwrap(), Screen::of_stdout())
        };
        assert!(!shown("any", 0, true).contains("promised"));
        assert!(shown("always", 1, true).contains("promised          always on the disk, 1 of 1 replicas\n"));
        assert!(
            shown("any", 2, false)
                .contains("any on the disk, 1 of 2 replicas: not kept, nothing is accepted")
        );
    }

    #[test]
    fn every_fact_is_a_line() {
        let document = json!({"depth": {"COMPLETED": 3, "DREAMING": 1, "QUEUED": 12}, "oldest_age_ms": 200_000,
            "paused": true, "paused_by": "olga\u{1b}[2J", "workers": 2, "durability": "everysec"});
        let queue: Queue = serde_json::from_value(document).unwrap();
        let text = shown(&queue, Screen::of_stdout());
        for line in [
            "queue             paused by olga",
            "[2J (offstage queue resume)\n",
            "workers           2\n",
            "3 min\n",
            "QUEUED            12\nCOMPLETED         3\nDREAMING          1\n",
            "a power cut",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
