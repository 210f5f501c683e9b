//! `offstage delete`: asks for the deletion of users and, if wanted, waits for how it ends.
//!
//! Owns the order: connect to the events first (with `--wait`), so that none is missed, then ask, then follow. Every request
//! carries an idempotency key, so that one without an answer is repeated safely.
//!
//! Easy to get wrong: what was accepted before a request failed is accepted; it is shown before the failure is.

mod bars;
mod report;
mod submit;
mod users;

use std::sync::Arc;

use clap::Args;
use tokio_util::sync::CancellationToken;

use self::{bars::Bars, report::Report, submit::Asked, users::Meaning};
use super::{
    client::{ClientArgs, Form, events::Events, http::Client},
    exit::{CODES, Exit},
    follow::{self, Followed},
    output,
    words::{self, Moment},
};
use crate::shutdown;

/// Flags of `offstage delete`.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  \
    offstage delete 5                            by id: the answer is a task\n  \
    offstage delete alice bob --wait             by name, and wait for how it ends\n  \
    offstage delete @leavers.txt --dry-run --wait\n                                               \
    what would block? One user a line in the file\n  \
    offstage delete alice --not-before +2h       not before two hours from now\n  \
    cut -f1 leavers.tsv | offstage delete - --username --output json\n\n{CODES}"))]
pub struct DeleteArgs {
    /// Whom to delete: digits are an id, anything else is a username; @FILE and - (standard input) have one a line.
    #[arg(value_name = "USER", required = true)]
    pub users: Vec<String>,
    /// What a USER is.
    #[command(flatten)]
    pub naming: Naming,
    /// Wait until all have ended, and say what blocks those that could not be deleted.
    #[arg(long)]
    pub wait: bool,
    /// Only look for what would block; nobody is deleted.
    #[arg(long)]
    pub dry_run: bool,
    /// Begin no earlier: a time such as 2026-12-01T02:00:00Z, or a wait such as +30m, +2h or +1d.
    #[arg(long, value_name = "TIME", value_parser = words::moment)]
    pub not_before: Option<Moment>,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What a USER is, where it is not left to its look.
#[derive(Args, Clone, Copy, Debug)]
pub struct Naming {
    /// Take every USER for an id.
    #[arg(long, conflicts_with = "username")]
    pub id: bool,
    /// Take every USER for a username, digits too.
    #[arg(long)]
    pub username: bool,
}

/// Asks, and waits if that is wanted.
///
/// # Errors
/// A list of users that cannot be read, or a request that failed.
pub async fn run(args: DeleteArgs) -> anyhow::Result<Exit> {
    let users = users::read(&args.users, Meaning::of(args.naming))?;
    let client = Arc::new(args.client.client()?);
    let stop = shutdown::on_signal()?;
    let asking = async {
        let events = if args.wait { Some(Events::follow(client.clone()).await) } else { None };
        let asked = submit::ask(&client, &users, args.dry_run, args.not_before).await?;
        anyhow::Ok((events, asked))
    };
    let (events, asked) = tokio::select! {
        asked = asking => asked?,
        () = stop.cancelled() => {
            output::complain("offstage: interrupted; what was asked for so far may have been accepted");
            return Ok(Exit::Interrupted);
        }
    };
    match events {
        Some(events) => wait(&args, client, asked, events, &stop).await,
        None => accepted(args.client.output, asked),
    }
}

/// Shows what became of the requests, and of those that failed.
fn accepted(form: Form, asked: Asked) -> anyhow::Result<Exit> {
    let report = Report::new(asked.verdicts);
    output::say(&match form {
        Form::Json => report.document(),
        Form::Table => report.verdicts(),
    })?;
    asked.failure.map_or(Ok(report.accepted()), Err)
}

/// Follows the tasks to their ends, and shows these.
async fn wait(
    args: &DeleteArgs,
    client: Arc<Client>,
    asked: Asked,
    events: Events,
    stop: &CancellationToken,
) -> anyhow::Result<Exit> {
    let mut report = Report::new(asked.verdicts);
    let tasks = report.tasks();
    let mut bars = Bars::new(&report.labels());
    let followed = follow::until_ended(client, events, &tasks, stop, &mut bars).await;
    bars.clear();
    match followed? {
        Followed::Ended(ended) => report.ended(ended),
        Followed::Stopped(open) => {
            follow::say_stopped(&open);
            return Ok(Exit::Interrupted);
        }
        Followed::Unread => return Ok(Exit::Done),
    }
    output::say(&match args.client.output {
        Form::Json => report.document(),
        Form::Table => report.outcomes(),
    })?;
    asked.failure.map_or(Ok(report.outcome()), Err)
}
