//! Following tasks until they have ended, for `delete --wait` and `tasks watch`.
//!
//! Owns the loop: an event says "look at task N", and a slow round over everything that is still open finds what no event
//! told. Only a look at the task decides; what is shown of it is the follower's ([`Show`]).
//!
//! Easy to get wrong: a look that fails because the server is away is no end. It is told once, and tried again, for as long
//! as [`PATIENCE`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{
    client::{
        events::{Events, News},
        failure::Failure,
        http::{Client, Request},
        model::{Detail, decode},
    },
    output,
};

/// Between two rounds of looks that no event asked for.
const ROUND: Duration = Duration::from_secs(1);
/// Looks in one such round.
const LOOKS_A_ROUND: usize = 20;
/// Looks at the same time.
const SIDE_BY_SIDE: usize = 8;
/// Looks before the events, and Ctrl-C, have their turn.
const LOOKS_AT_ONCE: usize = 64;
/// How long a server may be away.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a command shows of the tasks that it follows.
pub(crate) trait Show {
    /// Whether every step of that task is worth a look, not its end alone.
    fn wants_steps(&self, task: u64) -> bool;
    /// A task, as it is now; ended or not. Returns false where nobody reads any more.
    fn looked(&mut self, task: &Detail) -> anyhow::Result<bool>;
    /// Something to say that is not about one task.
    fn note(&self, line: &str);
}

/// How following ended.
#[derive(Debug)]
pub(crate) enum Followed {
    /// All have ended: each as it was asked for, and as it came.
    Ended(BTreeMap<u64, (Detail, Value)>),
    /// Somebody stopped it; these are still open.
    Stopped(Vec<u64>),
    /// Nobody reads any more.
    Unread,
}

struct Following<'a> {
    client: Arc<Client>,
    open: BTreeSet<u64>,
    due: BTreeSet<u64>,
    /// The last task that a round looked at.
    round: u64,
    ended: BTreeMap<u64, (Detail, Value)>,
    show: &'a mut dyn Show,
    away_since: Option<Instant>,
}

/// Follows tasks until all have ended, or `stop`.
///
/// # Errors
/// A task that is not there, a token that may not look, or a server that stays away.
pub(crate) async fn until_ended(
    client: Arc<Client>,
    mut events: Events,
    tasks: &[u64],
    stop: &CancellationToken,
    show: &mut dyn Show,
) -> anyhow::Result<Followed> {
    let open: BTreeSet<u64> = tasks.iter().copied().collect();
    let mut following = Following {
        client,
        due: open.clone(),
        open,
        round: 0,
        ended: BTreeMap::new(),
        show,
        away_since: None,
    };
    let mut round = tokio::time::interval(ROUND);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        while !following.due.is_empty() {
            let reading = tokio::select! {
                reading = following.look() => reading?,
                () = stop.cancelled() => return Ok(following.stopped()),
            };
            if !reading {
                return Ok(Followed::Unread);
            }
        }
        if following.open.is_empty() {
            return Ok(Followed::Ended(following.ended));
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(following.stopped()),
            Some(news) = events.next() => following.hear(&news),
            _ = round.tick() => following.next_round(),
        }
    }
}

impl Following<'_> {
    fn stopped(&self) -> Followed {
        Followed::Stopped(self.open.iter().copied().collect())
    }

    fn hear(&mut self, news: &News) {
        match news {
            News::Moved(moved, _) => {
                let task = moved.task_id;
                if self.open.contains(&task) && (moved.is_end() || self.show.wants_steps(task)) {
                    self.due.insert(task);
                }
            }
            News::Missed => self.due.clone_from(&self.open),
            // The rounds go on without it.
            News::Lost(failure) => tracing::debug!(%failure, "no events"),
        }
    }

    /// The next ones in line, and those whose every step is shown.
    fn next_round(&mut self) {
        let shown = self.open.iter().filter(|task| self.show.wants_steps(**task)).take(LOOKS_A_ROUND);
        let after: Vec<u64> = self.open.range(self.round + 1..).copied().take(LOOKS_A_ROUND).collect();
        self.due.extend(shown);
        // Past the last one it begins anew.
        self.round = if after.len() < LOOKS_A_ROUND { 0 } else { after.last().copied().unwrap_or(0) };
        self.due.extend(after);
    }

    /// Looks at some of the tasks that are due; false where nobody reads any more.
    async fn look(&mut self) -> anyhow::Result<bool> {
        let some: Vec<u64> = self.due.iter().copied().take(LOOKS_AT_ONCE).collect();
        let client = &self.client;
        let mut looks = stream::iter(some)
            .map(|task| async move { (task, ask(client, task).await) })
            .buffer_unordered(SIDE_BY_SIDE);
        let mut answers = Vec::new();
        while let Some(answer) = looks.next().await {
            answers.push(answer);
        }
        drop(looks);
        for (task, answer) in answers {
            self.due.remove(&task);
            match answer {
                Ok((detail, document)) => {
                    self.away_since = None;
                    if !self.show.looked(&detail)? {
                        return Ok(false);
                    }
                    if detail.task.ended().is_some() {
                        self.open.remove(&task);
                        self.ended.insert(task, (detail, document));
                    }
                }
                Err(failure) => self.endure(task, failure)?,
            }
        }
        Ok(true)
    }

    /// A server that is away for a while is waited for.
    fn endure(&mut self, task: u64, failure: Failure) -> anyhow::Result<()> {
        if !failure.is_transient() {
            return Err(failure).with_context(|| format!("cannot look at task {task}"));
        }
        let since = *self.away_since.get_or_insert_with(|| {
            self.show.note(&format!("offstage: {failure}; waiting"));
            Instant::now()
        });
        if since.elapsed() > PATIENCE {
            return Err(failure).context("gave up waiting; the tasks go on");
        }
        Ok(())
    }
}

async fn ask(client: &Client, task: u64) -> Result<(Detail, Value), Failure> {
    let document = client.send(Request::get(&["tasks", &task.to_string()])).await?;
    Ok((decode(client, &document)?, document))
}

/// Says what goes on without this command, and how to see it.
pub(crate) fn say_stopped(open: &[u64]) {
    /// More than this would not fit on a line.
    const SHOWN: usize = 20;
    let ids: Vec<_> = open.iter().take(SHOWN).map(u64::to_string).collect();
    let more = open.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    let go_on = if open.len() == 1 { "1 task goes".to_owned() } else { format!("{} tasks go", open.len()) };
    output::complain(&format!(
        "offstage: stopped waiting; {go_on} on. To see how: offstage tasks watch {}{more}",
        ids.join(" ")
    ));
}
