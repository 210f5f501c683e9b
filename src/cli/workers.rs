//! `offstage workers`: who works, and keeping a worker from taking more.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    client::{
        ClientArgs,
        http::Request,
        model::{Items, Worker, decode},
    },
    exit::Exit,
    table::{Table, Tone},
    words::relative,
};

/// Flags of `offstage workers`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage workers                          who works, on how much\n  \
    offstage workers quiet worker-17-0a1b2c3d let it take nothing more before it is stopped")]
pub struct WorkersArgs {
    /// What to do; without it the workers are listed.
    #[command(subcommand)]
    pub command: Option<WorkersCommand>,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What can be done to a worker.
#[derive(Clone, Debug, Subcommand)]
pub enum WorkersCommand {
    /// List the workers, as without a command.
    #[command(after_help = "Example:\n  offstage workers list --output json")]
    List,
    /// Let a worker finish what it has and take nothing more.
    #[command(after_help = "Example:\n  offstage workers quiet worker-17-0a1b2c3d")]
    Quiet {
        /// The worker's name, from the list.
        name: String,
    },
    /// Let a quiet worker take tasks again.
    #[command(after_help = "Example:\n  offstage workers wake worker-17-0a1b2c3d")]
    Wake {
        /// The worker's name, from the list.
        name: String,
    },
}

/// Lists the workers, or does something to one and shows it.
///
/// # Errors
/// A request that failed; there is no such worker.
pub async fn run(args: WorkersArgs) -> anyhow::Result<Exit> {
    let client = args.client.client()?;
    let (request, one) = match &args.command {
        None | Some(WorkersCommand::List) => (Request::get(&["workers"]), false),
        Some(WorkersCommand::Quiet { name }) => (Request::post(&["workers", name, "quiet"]), true),
        Some(WorkersCommand::Wake { name }) => (Request::post(&["workers", name, "wake"]), true),
    };
    let document = client.send(request).await?;
    let workers: Items<Worker> =
        if one { decode(&client, &json!({ "items": [document] }))? } else { decode(&client, &document)? };
    let now = client.now().await?;
    args.client.answer(&document, || shown(&workers.items, now))?;
    Ok(Exit::Done)
}

fn shown(workers: &[Worker], now: DateTime<Utc>) -> String {
    let mut table =
        Table::new(&["NAME", "HOST", "PID", "VERSION", "RUNNING", "QUIET", "SINCE", "LAST CLAIM", "SEEN"]);
    for worker in workers {
        let quiet =
            if worker.quiet { (Tone::Warn, "quiet".to_owned()) } else { (Tone::Plain, "-".to_owned()) };
        let plain = |text: String| (Tone::Plain, text);
        table.toned([
            plain(worker.name.clone()),
            plain(worker.host.clone()),
            plain(worker.pid.to_string()),
            plain(worker.version.clone()),
            plain(worker.running.to_string()),
            quiet,
            plain(relative(worker.since, now)),
            plain(worker.last_claim.map_or_else(|| "never".to_owned(), |at| relative(at, now))),
            plain(relative(worker.seen, now)),
        ]);
    }
    table.text()
}
