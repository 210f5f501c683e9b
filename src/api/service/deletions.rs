//! Asking for the deletion of many at once, or for dry runs.
//!
//! Owns the verdict on each, in the order asked. It must never refuse one for another's sake: who is not there or must
//! stay costs his neighbours nothing. What is wrong with the request as a whole is found before anything is submitted.
//!
//! Easy to get wrong: one idempotency key, many tasks. Each position of the request has a key of its own, derived from
//! the caller's, and all of them carry the hash of the whole request. A position that nothing was accepted for leaves
//! none, so every position that a request can have is looked up, not only those that this one has.

use chrono::{DateTime, Utc};
use tracing::info;

use super::{
    ClientKey, Operation, Principal, Problem, Service,
    refusals::key_reused,
    submission::{count_submission, own_key, request},
    within,
};
use crate::{
    domain::task::{TaskId, TaskKind, UserId},
    store::{
        directory::Reference,
        idempotency::KnownKey,
        principals::sha256_half_hex,
        submit::{IdempotencyKey, Submission, Submitted},
    },
};

/// Most users in one request.
pub const MOST_USERS: usize = 1_000;

const OPERATION: &str = "submit deletions";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletions {
    /// Whose deletion; at most [`MOST_USERS`].
    pub users: Vec<Reference>,
    /// The earliest start.
    pub not_before: Option<DateTime<Utc>>,
    /// Only the checks, without the effect.
    pub dry_run: bool,
}

impl Deletions {
    /// The kind of task that each of them becomes.
    fn kind(&self) -> TaskKind {
        if self.dry_run { TaskKind::Dependents } else { TaskKind::StagedUser }
    }
}

/// What became of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has a task of its own.
    Accepted,
    /// A deletion of the user is under way already, or is just being cancelled: that task.
    Live,
    /// There is no such user.
    NotFound,
    /// This user stays, whoever asks; or he is an administrator, and the caller may not delete such.
    Forbidden,
}

/// One user, and the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// His number, where it is known.
    pub user: Option<UserId>,
    /// His name, where it is known.
    pub username: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The task that deletes him.
    pub task: Option<TaskId>,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Live, Self::NotFound, Self::Forbidden];

    /// A stable word for metrics.
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "created",
            Self::Live => "live",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
        }
    }
}

impl Judged {
    fn of(asked: &Reference, subject: Option<&(UserId, String)>) -> Self {
        let (user, username) = match (subject, asked) {
            (Some((user, name)), Reference::Id(_) | Reference::Name(_)) => (Some(*user), Some(name.clone())),
            (None, Reference::Id(user)) => (Some(*user), None),
            (None, Reference::Name(name)) => (None, Some(name.clone())),
        };
        Self { user, username, verdict: Verdict::NotFound, task: None }
    }

    fn judge(&mut self, verdict: Verdict, task: Option<TaskId>) {
        (self.verdict, self.task) = (verdict, task);
    }
}

impl Service {
    /// Asks for these deletions; says what became of each, in their order.
    ///
    /// # Errors
    /// [`Problem`]: the request as a whole is not served. Where the storage did not answer, some may be accepted.
    pub async fn submit_deletions(
        &self,
        principal: &Principal,
        asked: &Deletions,
        key: Option<&ClientKey>,
    ) -> Result<Vec<Judged>, Problem> {
        Operation::SubmitDeletions.permit(principal)?;
        let outcome = within(self.judge(principal, asked, key)).await;
        let count = |word| count_submission(asked.kind(), word);
        match &outcome {
            Ok(judged) => judged.iter().for_each(|one| count(one.verdict.name())),
            Err(problem) => count(problem.kind.name()),
        }
        if let Ok(judged) = &outcome {
            let accepted = judged.iter().filter(|one| one.verdict == Verdict::Accepted).count();
            info!(asked = judged.len(), accepted, dry_run = asked.dry_run, "deletions accepted");
        }
        outcome
    }

    async fn judge(
        &self,
        principal: &Principal,
        asked: &Deletions,
        key: Option<&ClientKey>,
    ) -> Result<Vec<Judged>, Problem> {
        let keys = key.map(|key| position_keys(principal, asked, key)).unwrap_or_default();
        let known = self.known_positions(&keys).await?;
        let subjects = self.inner.store.resolve(&asked.users).await?;
        let mut judged: Vec<_> = asked
            .users
            .iter()
            .zip(&subjects)
            .map(|(one, subject)| Judged::of(one, subject.as_ref()))
            .collect();
        let mut submissions = Vec::new();
        let mut positions = Vec::new();
        for (position, one) in judged.iter_mut().enumerate() {
            if let Some(KnownKey { task, user, made, .. }) = known.get(position).and_then(Option::as_ref) {
                one.user = Some(*user);
                one.judge(if *made { Verdict::Accepted } else { Verdict::Live }, Some(*task));
            } else if one.user.is_some_and(|user| principal.authorize_subject(user).is_err()) {
                one.judge(Verdict::Forbidden, None);
            } else if let Some((user, _)) = &subjects[position] {
                submissions.push(submission(principal, asked, *user, keys.get(position)));
                positions.push(position);
            }
        }
        let outcomes = self.inner.submitter.submit_all(submissions).await?;
        for (position, outcome) in positions.into_iter().zip(outcomes) {
            let (verdict, task) = verdict(outcome)?;
            judged[position].judge(verdict, task);
        }
        Ok(judged)
    }

    /// What the positions of an earlier request with the same key stand for.
    async fn known_positions(&self, keys: &[IdempotencyKey]) -> Result<Vec<Option<KnownKey>>, Problem> {
        let hashes: Vec<_> = keys.iter().map(|key| key.key.clone()).collect();
        let known = self.inner.store.known_keys(&hashes).await?;
        let anothers = |known: &KnownKey| keys.first().is_none_or(|own| own.request != known.request);
        if known.iter().flatten().any(anothers) { Err(key_reused()) } else { Ok(known) }
    }
}

fn submission(
    principal: &Principal,
    asked: &Deletions,
    user: UserId,
    key: Option<&IdempotencyKey>,
) -> Submission {
    let kind = asked.kind();
    Submission { not_before: asked.not_before, idempotency: key.cloned(), ..request(principal, kind, user) }
}

/// The keys of all positions that a request can have, each with the hash of this whole request.
fn position_keys(principal: &Principal, asked: &Deletions, key: &ClientKey) -> Vec<IdempotencyKey> {
    let request = request_hash(asked);
    let one = |position: usize| IdempotencyKey {
        key: own_key(principal, OPERATION, key, &[position.to_string().as_bytes()]),
        request: request.clone(),
    };
    (0..MOST_USERS).map(one).collect()
}

/// The same for two requests that ask for the same, however they are written down.
fn request_hash(asked: &Deletions) -> String {
    let when = asked.not_before.map(|at| at.timestamp_millis().to_string()).unwrap_or_default();
    let mut parts = vec![OPERATION.to_owned(), asked.dry_run.to_string(), when];
    parts.extend(asked.users.iter().map(|user| match user {
        Reference::Id(id) => format!("id {id}"),
        Reference::Name(name) => format!("name {name}"),
    }));
    sha256_half_hex(&parts.iter().map(String::as_bytes).collect::<Vec<_>>())
}

fn verdict(outcome: Submitted) -> Result<(Verdict, Option<TaskId>), Problem> {
    match outcome {
        Submitted::Created { id, .. } | Submitted::Repeated(id) => Ok((Verdict::Accepted, Some(id))),
        Submitted::Live(id)
        | Submitted::Other(id)
        | Submitted::BeingCancelled(id)
        | Submitted::TooManyKeys(id) => Ok((Verdict::Live, Some(id))),
        Submitted::Forbidden => Ok((Verdict::Forbidden, None)),
        Submitted::NotFound => Ok((Verdict::NotFound, None)),
        // Another request with this key came at the same time, and was faster.
        Submitted::KeyReused => Err(key_reused()),
    }
}
