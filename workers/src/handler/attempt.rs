//! One look at a user: runs the checks side by side, writes down what they find as it comes, and counts.
//!
//! A user nobody depends on, with no outside system to ask, costs no round trip here: the claim said that nothing is
//! registered, and the commit looks again.

use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use offstage::{
    domain::{
        checklist::{CheckState, Checklist},
        dependents::{Dependent, Findings, Label},
        reason::Reason,
        sub_type::SubType,
    },
    store::{
        StoreError,
        patience::until_answered,
        queue::{Claimed, Commit, Interruption, Lease, MOST_PER_REPORT, Report, Standing},
    },
};
use std::{pin::pin, time::Instant};
use tokio::sync::{SemaphorePermit, mpsc};

use super::Context;
use crate::checks::{self, Check, News, Subject, Unanswered};

/// What one look brought.
pub(super) struct Look {
    pub(super) findings: Findings,
    oldest_answer_ms: Option<u64>,
}

impl Look {
    pub(super) fn commit(&self, lease: Lease) -> Commit {
        Commit { lease, oldest_answer_ms: self.oldest_answer_ms, checks: self.findings.checks.clone() }
    }
}

/// Runs the checks that apply in this round.
pub(super) async fn look(
    context: &Context,
    claimed: &Claimed,
    username: &str,
    round: u32,
) -> Result<Look, Interruption> {
    let subject = Subject {
        about: claimed.subject.clone(),
        username: username.to_owned(),
        registered: claimed.registered,
        round,
    };
    let checks: Vec<_> = context.checks.applying(&subject).collect();
    let mut scribe = Scribe::new(context, claimed, &checks);
    let takes_time = checks.len() > 1 || checks.iter().any(|check| check.asks_outside());
    let (told, mut incoming) = mpsc::channel(MOST_PER_REPORT);
    let (asked, mut asks) = mpsc::unbounded_channel();
    let sink = checks::Findings::new(told, asked);
    let (outside, inside): (Vec<_>, Vec<_>) =
        checks.into_iter().enumerate().partition(|(_, check)| check.asks_outside());
    let mut ready: Vec<Placed<'_>> = inside.into_iter().map(|(place, check)| (place, check, None)).collect();
    let mut slots = pin!(slots(outside));
    // They are free nearly always, and then the first report tells that all have begun.
    let free = slots.as_mut().now_or_never();
    let mut waiting = free.is_none();
    ready.extend(free.into_iter().flatten());
    scribe.began(&ready);
    if round > 1 || takes_time {
        scribe.report(&[]).await?;
    }
    let begin = |(place, check, slot)| run(check, slot, &subject, sink.of(place));
    let mut running: FuturesUnordered<_> = ready.into_iter().map(begin).collect();
    let mut batch = Vec::with_capacity(MOST_PER_REPORT);
    while waiting || !running.is_empty() {
        tokio::select! {
            biased;
            _ = incoming.recv_many(&mut batch, MOST_PER_REPORT) => {
                scribe.write(std::mem::take(&mut batch)).await?;
                // What can have changed since the first look is only whether somebody blocks.
                if round > 1 && scribe.findings.counts().blocking > 0 {
                    break;
                }
            }
            placed = &mut slots, if waiting => {
                waiting = false;
                scribe.began(&placed);
                scribe.report(&[]).await?;
                running.extend(placed.into_iter().map(begin));
            }
            ended = running.next(), if !running.is_empty() => {
                if let Some((place, outcome)) = ended {
                    scribe.checked(place, outcome).await?;
                }
            }
        }
    }
    drop(running);
    while let Ok(news) = incoming.try_recv() {
        batch.push(news);
    }
    while !batch.is_empty() {
        let rest = batch.split_off(batch.len().min(MOST_PER_REPORT));
        scribe.write(std::mem::replace(&mut batch, rest)).await?;
    }
    let oldest = std::iter::from_fn(|| asks.try_recv().ok()).min();
    Ok(scribe.finish(oldest))
}

type Slot<'a> = Option<SemaphorePermit<'a>>;
/// A check, its place among the others, and the slot it runs in.
type Placed<'a> = (usize, &'a dyn Check, Slot<'a>);

/// The checks, each with its slot, once all of them have one.
async fn slots(checks: Vec<(usize, &dyn Check)>) -> Vec<Placed<'_>> {
    let mut placed = Vec::with_capacity(checks.len());
    for (place, check) in checks {
        placed.push((place, check, check.slot().await));
    }
    placed
}

/// The name of a check, as the record keeps it.
fn label(check: &dyn Check) -> Label {
    Label::new(check.name())
        .unwrap_or_else(|| unreachable!("the settings allow labels only as names of checks"))
}

/// Runs one check; says how it ended, and which place it has among the others.
async fn run(
    check: &dyn Check,
    slot: Slot<'_>,
    subject: &Subject,
    sink: checks::Findings,
) -> (usize, Result<(), Reason>) {
    let begun = Instant::now();
    let outcome = check.find(subject, &sink).await;
    drop(slot);
    let name = check.name().to_owned();
    let word = if outcome.is_ok() { CheckState::Answered } else { CheckState::Unanswered }.name();
    metrics::histogram!("offstage_check_seconds", "check" => name.clone(), "outcome" => word)
        .record(begun.elapsed().as_secs_f64());
    let outcome = outcome.map_err(|Unanswered(why)| {
        tracing::warn!(check = name, why, "a check could not answer");
        Reason::CheckUnavailable { check: name }
    });
    (sink.place(), outcome)
}

/// Writes down what is found, under the fence, and learns from the answers whether to go on.
struct Scribe<'a> {
    context: &'a Context,
    claimed: &'a Claimed,
    findings: Findings,
    /// What each check is shown as, where it is one thing.
    sub_types: Vec<Option<SubType>>,
    /// Some of it is in the record.
    began: bool,
}

impl<'a> Scribe<'a> {
    fn new(context: &'a Context, claimed: &'a Claimed, checks: &[&dyn Check]) -> Self {
        let sub_types: Vec<_> = checks.iter().map(|check| check.sub_type()).collect();
        let findings = Findings::default();
        let mut scribe = Self { context, claimed, findings, sub_types, began: false };
        let running = Checklist::running(checks.iter().map(|check| label(*check)));
        scribe.findings.checks = if claimed.kind.shows_components() {
            running.in_detail(&scribe.sub_types, scribe.now())
        } else {
            running
        };
        scribe
    }

    /// The time by Redis's clock.
    fn now(&self) -> DateTime<Utc> {
        self.claimed.at.time_at(Instant::now())
    }

    fn began(&mut self, checks: &[Placed<'_>]) {
        let at = self.now();
        for (place, ..) in checks {
            self.findings.began(*place, at);
        }
    }

    async fn write(&mut self, news: Vec<(usize, News)>) -> Result<(), Interruption> {
        let at = self.now();
        let mut found = Vec::with_capacity(news.len());
        for (place, news) in news {
            match news {
                News::Expected(sub_type, objects) => self.findings.expect(place, sub_type, objects, at),
                News::Found(dependent) => {
                    let only = self.sub_types.get(place).copied().flatten();
                    let sub_type = only.unwrap_or_else(|| SubType::of(&dependent.kind));
                    self.findings.add(place, sub_type, &dependent, at);
                    let blocking = if dependent.blocking { "true" } else { "false" };
                    metrics::counter!("offstage_dependents_found_total", "blocking" => blocking).increment(1);
                    found.push(dependent);
                }
            }
        }
        // What is to be expected is told with the first of it.
        if found.is_empty() { Ok(()) } else { self.report(&found).await }
    }

    async fn checked(&mut self, place: usize, outcome: Result<(), Reason>) -> Result<(), Interruption> {
        self.findings.ended(place, outcome, self.now());
        // The last check's end is written with the attempt's.
        let more_to_come = self.findings.checks.0.iter().any(|check| check.state == CheckState::Running);
        if self.began && more_to_come { self.report(&[]).await } else { Ok(()) }
    }

    async fn report(&mut self, found: &[Dependent]) -> Result<(), Interruption> {
        let report = Report { checks: self.findings.checks.clone(), found };
        let lease = self.claimed.lease;
        let answer = until_answered("report", || self.context.store.report(lease, &report)).await;
        match answer.map_err(|error| lost(&error))? {
            Standing::Kept => {
                self.began = true;
                Ok(())
            }
            Standing::Cancel => Err(Interruption::Cancelled),
            Standing::Lost => Err(Interruption::Lost),
        }
    }

    fn finish(self, oldest_ask: Option<Instant>) -> Look {
        let oldest_answer_ms = oldest_ask.map(|ask| self.claimed.at.millis_at(ask));
        Look { findings: self.findings, oldest_answer_ms }
    }
}

fn lost(error: &StoreError) -> Interruption {
    tracing::error!(error = %offstage::telemetry::chain(error), "what was found cannot be written down");
    Interruption::Lost
}
