//! `offstage tasks`: looking at tasks, watching them, and acting on them; one file for each.

mod act;
mod list;
mod show;
mod watch;

use clap::{Args, Subcommand};

use self::{act::Action, list::ListArgs};
use super::{
    client::ClientArgs,
    exit::{CODES, Exit},
};

/// Flags of `offstage tasks`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage tasks list --state CONFLICT\n  \
    offstage tasks show 71                 with what was found and all that happened\n  \
    offstage tasks watch                   what happens, as it happens\n  \
    offstage tasks retry 71")]
pub struct TasksArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TasksCommand,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What can be done with tasks.
#[derive(Clone, Debug, Subcommand)]
pub enum TasksCommand {
    /// List tasks, the newest first.
    List(ListArgs),
    /// Show one task: what it is for, what was found, and all that happened to it.
    #[command(
        after_help = "Examples:\n  offstage tasks show 71\n  offstage tasks show 71 --output json | jq .history"
    )]
    Show {
        /// The task's number.
        id: u64,
    },
    /// Print what happens to tasks as it happens; ends when the named ones have ended.
    #[command(after_help = format!("Examples:\n  \
        offstage tasks watch                    all tasks, until Ctrl-C\n  \
        offstage tasks watch 71 72              these, until both have ended\n  \
        offstage tasks watch --output json      one document a line\n\n{CODES}"))]
    Watch {
        /// The tasks' numbers; without any, all tasks are watched for ever.
        ids: Vec<u64>,
    },
    /// Cancel tasks; nothing is deleted any more once this says so.
    #[command(after_help = "Example:\n  offstage tasks cancel 71 72")]
    Cancel(Ids),
    /// Stop tasks until they are resumed; one that runs is taken from its worker.
    #[command(after_help = "Example:\n  offstage tasks pause 71")]
    Pause(Ids),
    /// Let paused tasks go on.
    #[command(after_help = "Example:\n  offstage tasks resume 71")]
    Resume(Ids),
    /// Try tasks again that ended without a deletion: each becomes a new task.
    #[command(after_help = "Example:\n  offstage tasks retry 71")]
    Retry(Ids),
}

/// Tasks to act on.
#[derive(Args, Clone, Debug)]
pub struct Ids {
    /// The tasks' numbers.
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<u64>,
}

/// Does what is asked for.
///
/// # Errors
/// A request that failed.
pub async fn run(args: TasksArgs) -> anyhow::Result<Exit> {
    let flags = args.client;
    match args.command {
        TasksCommand::List(list) => list::run(&flags, &list).await,
        TasksCommand::Show { id } => show::run(&flags, id).await,
        TasksCommand::Watch { ids } => watch::run(&flags, &ids).await,
        TasksCommand::Cancel(Ids { ids }) => act::run(&flags, Action::Cancel, &ids).await,
        TasksCommand::Pause(Ids { ids }) => act::run(&flags, Action::Pause, &ids).await,
        TasksCommand::Resume(Ids { ids }) => act::run(&flags, Action::Resume, &ids).await,
        TasksCommand::Retry(Ids { ids }) => act::run(&flags, Action::Retry, &ids).await,
    }
}
