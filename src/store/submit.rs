//! Accepting deletions: one script, and many of them coalesced into one call.
//!
//! While a call is in flight, further submits gather; the next call takes them all. Nobody waits longer for it, Redis
//! works half as much, and with `appendfsync always` they share one fsync.
//!
//! Easy to get wrong: when a call fails, its outcome may be unknown for every submit in it. All of them are told so; a
//! caller who repeats his request with the same idempotency key gets the same task.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

use super::{
    Store, StoreError, moves, records,
    reply::{columns, number},
    scripts,
};
use crate::{
    domain::task::{Requester, Subject, TaskId, TaskKind},
    telemetry::trace::TraceParent,
};

/// Most submits in one script call: each costs Redis some 25 us, and nobody else is served meanwhile.
const MOST_AT_ONCE: usize = 50;
/// Submits that may wait for the next call before callers are held back.
const MOST_WAITING: usize = 4_096;
/// Most idempotency keys that may name one task.
const MOST_KEYS: usize = 100;

/// A request for a deletion.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What is asked for.
    pub kind: TaskKind,
    /// Whom or what it is about; a user for every kind but a workspace's removal.
    pub subject: Subject,
    /// Who asks.
    pub requester: Requester,
    /// He may delete users whose role is an administrator's.
    pub may_delete_administrators: bool,
    /// The earliest start.
    pub not_before: Option<DateTime<Utc>>,
    /// Makes repeating safe.
    pub idempotency: Option<IdempotencyKey>,
    /// The task that this one tries again.
    pub retry_of: Option<TaskId>,
    /// The span that asked, to which the work on the task is linked.
    pub trace: Option<TraceParent>,
}

/// An idempotency key, hashed together with caller and operation, and the request it stands for, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The first half of the SHA-256 of caller, operation and key, in hex.
    pub key: String,
    /// The first half of the SHA-256 of the request, in hex.
    pub request: String,
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitted {
    /// A new task.
    Created {
        /// Its id.
        id: TaskId,
        /// When.
        at: DateTime<Utc>,
    },
    /// The same key and the same request as before: that task.
    Repeated(TaskId),
    /// A deletion of this user already runs.
    Live(TaskId),
    /// A task of another kind, which does not stand in for this one, deletes this user right now.
    Other(TaskId),
    /// A deletion of this user is being cancelled: ask again in a moment.
    BeingCancelled(TaskId),
    /// The idempotency key stands for another request.
    KeyReused,
    /// A deletion of this user already runs, and as many idempotency keys name it as may.
    TooManyKeys(TaskId),
    /// The user's role is an administrator's, and the caller may not delete such.
    Forbidden,
    /// No such user in the configuration that it would take him out of.
    NotFound,
}

/// Accepts submissions, many in one call.
#[derive(Debug, Clone)]
pub struct Submitter {
    queue: mpsc::Sender<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    submission: Submission,
    answer: oneshot::Sender<Outcome>,
}

/// What one caller is told. Those of one call share its failure.
type Outcome = Result<Submitted, Arc<StoreError>>;

impl Submitter {
    /// Starts the task that makes the calls; it ends with the last clone of this.
    #[must_use]
    pub fn start(store: Store) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Waiting>(MOST_WAITING);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(MOST_AT_ONCE);
            while waiting.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
                submit_batch(&store, std::mem::take(&mut batch)).await;
            }
        });
        Self { queue }
    }

    /// Submits one request, together with whatever else waits.
    ///
    /// # Errors
    /// The error of the whole call. Where it is [`StoreError::Unknown`], the task may exist.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, Arc<StoreError>> {
        self.enqueue(submission).await?.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Submits several requests, one after the other in their order, together with whatever else waits.
    ///
    /// # Errors
    /// The error of the first call that failed. Requests before it were accepted, and those after it may have been.
    pub async fn submit_all(&self, submissions: Vec<Submission>) -> Result<Vec<Submitted>, Arc<StoreError>> {
        let mut answers = Vec::with_capacity(submissions.len());
        for submission in submissions {
            answers.push(self.enqueue(submission).await?);
        }
        let mut outcomes = Vec::with_capacity(answers.len());
        for answer in answers {
            outcomes.push(answer.await.unwrap_or_else(|_| Err(stopped()))?);
        }
        Ok(outcomes)
    }

    async fn enqueue(&self, submission: Submission) -> Result<oneshot::Receiver<Outcome>, Arc<StoreError>> {
        let (answer, outcome) = oneshot::channel();
        self.queue.send(Waiting { submission, answer }).await.map_err(|_| stopped())?;
        Ok(outcome)
    }
}

/// The task that makes the calls is gone, which only the end of the program brings about.
fn stopped() -> Arc<StoreError> {
    Arc::new(StoreError::UnknownReply { script: scripts::SUBMIT.name, what: "nothing".into() })
}

/// Whoever was told "try again later" meanwhile must not find his request carried out minutes later, when Redis is back:
/// what nobody waits for any more is dropped before the call.
async fn submit_batch(store: &Store, mut batch: Vec<Waiting>) {
    batch.retain(|waiting| !waiting.answer.is_closed());
    if batch.is_empty() {
        return;
    }
    let (submissions, answers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.submission, waiting.answer)).unzip();
    let outcome = store.submit(&submissions).await.map_err(Arc::new);
    for (index, answer) in answers.into_iter().enumerate() {
        let one = outcome.as_ref().map(|outcomes| outcomes[index]).map_err(Arc::clone);
        if answer.send(one).is_err() {
            tracing::debug!("a caller went away before his submit was answered");
        }
    }
}

impl Store {
    /// Submits these requests in order, each in a step of its own.
    ///
    /// # Errors
    /// [`StoreError`]; the outcome is then unknown for all of them unless the error says otherwise.
    pub async fn submit(&self, submissions: &[Submission]) -> Result<Vec<Submitted>, StoreError> {
        let mut args = vec![moves::SUBMIT.clone(), self.highest_task().to_string(), MOST_KEYS.to_string()];
        for submission in submissions {
            push_item(&mut args, submission);
        }
        let lines = self.run(&scripts::SUBMIT, args).await?.ok(scripts::SUBMIT.name)?.texts()?;
        if lines.len() != submissions.len() {
            let what = format!("{} answers to {} submits", lines.len(), submissions.len());
            return Err(StoreError::UnknownReply { script: scripts::SUBMIT.name, what });
        }
        let outcomes = lines.iter().map(|line| read_item(line)).collect::<Result<Vec<_>, _>>()?;
        for outcome in &outcomes {
            if let Submitted::Created { id, .. } = outcome {
                self.saw_task(id.0);
            }
        }
        Ok(outcomes)
    }
}

fn push_item(args: &mut Vec<String>, submission: &Submission) {
    let flag = |set: bool| if set { "1" } else { "0" }.to_owned();
    let (key, request) = submission
        .idempotency
        .as_ref()
        .map_or_else(Default::default, |idempotency| (idempotency.key.clone(), idempotency.request.clone()));
    args.extend([
        match &submission.subject {
            Subject::User(user) => user.to_string(),
            Subject::Workspace(name) => name.as_str().to_owned(),
            // Asked for by a script of its own.
            Subject::Configuration(order) => order.to_string(),
        },
        submission.kind.name().to_owned(),
        submission.requester.name.clone(),
        flag(submission.requester.is_administrator),
        flag(submission.may_delete_administrators),
        submission.not_before.map_or(0, |at| at.timestamp_millis()).to_string(),
        key,
        request,
        submission.retry_of.map_or_else(String::new, |id| id.to_string()),
        submission.trace.map_or_else(String::new, |trace| trace.to_string()),
    ]);
}

fn read_item(line: &str) -> Result<Submitted, StoreError> {
    let script = scripts::SUBMIT.name;
    let Some([tag, id, at]) = columns(line) else {
        return Err(StoreError::UnknownReply { script, what: "an answer of another shape".into() });
    };
    let task = TaskId(number(script, id)?);
    match tag {
        "CREATED" => Ok(Submitted::Created { id: task, at: records::time(number(script, at)?) }),
        "REPEATED" => Ok(Submitted::Repeated(task)),
        "LIVE" => Ok(Submitted::Live(task)),
        "OTHER" => Ok(Submitted::Other(task)),
        "BEING_CANCELLED" => Ok(Submitted::BeingCancelled(task)),
        "KEY_REUSED" => Ok(Submitted::KeyReused),
        "TOO_MANY_KEYS" => Ok(Submitted::TooManyKeys(task)),
        "FORBIDDEN" => Ok(Submitted::Forbidden),
        "NOT_FOUND" => Ok(Submitted::NotFound),
        _ => Err(StoreError::UnknownReply { script, what: tag.to_owned() }),
    }
}
