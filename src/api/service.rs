//! What can be asked for, whatever the dialect: domain in, domain out.
//!
//! Owns who may do what, the bounds in time, and the order of the steps of each operation. Every call to the store is
//! inside `within`, so that a Redis that is away costs a caller a few seconds and a clear "try again", never a hang.
//!
//! It must never know a dialect's words, codes or headers; the name it is given by [`Service::speaking`] is a label.
//!
//! Easy to get wrong: 403 comes before 404. What can be refused without looking at the user is refused first; the rest
//! is decided in the submit script, which refuses before it says whether the user exists.

mod accounts;
mod authentication;
mod beside;
mod containers;
mod deletion;
mod deletions;
mod dependents;
mod deploys;
mod directory;
mod doctor;
mod dry_runs;
mod enlisting;
mod events;
mod listing;
mod logins;
mod occupancy;
mod operation;
mod premises;
mod queue;
mod refusals;
mod roles;
mod sessions;
mod submission;
mod tasks;
mod tokens;
mod turns;
mod users;
mod waiting;
mod workers;
mod workspaces;

use std::{future::Future, sync::Arc, time::Duration};
use tokio_util::task::TaskTracker;

use self::{
    authentication::Doorman,
    beside::Beside,
    events::Hall,
    logins::{Attempt, Bookkeeper},
    premises::Premises,
    waiting::WaitingRoom,
};
use super::problem::Problem;
use crate::{
    config::NotebookSettings,
    store::{Store, submit::Submitter},
};

pub use self::{
    accounts::{Account, Wanted},
    authentication::Credentials,
    containers::{ContainerRegistration, NotebookContainer},
    deletion::{Acceptance, Accepted, Family, FoundDependent},
    deletions::{Deletions, Judged, MOST_USERS, Verdict},
    dependents::Registration,
    directory::{ProfileChoice, SecurityProfile, UserRole},
    events::{Heard, Listener, MOST_LISTENERS},
    listing::UserChoice,
    operation::Operation,
    queue::QueueStatus,
    roles::Role,
    sessions::{Binding, Origin, Session, SessionTerms},
    submission::ClientKey,
    tasks::{Action, Told},
    tokens::{ADMINISTRATOR, MadeToken, NewToken, TokenName},
    users::{Asked, Writer},
};
pub use crate::{
    config::FsyncPromise,
    domain::capability::Principal,
    store::{
        containers::{Container, ContainerType, LONGEST_LIFE_S, NewContainer},
        dependents::Page as DependentsPage,
        directory::Reference,
        doctor::{Finding, Level},
        durability::Durability,
        events::{EventId, TaskEvent},
        ids::{Numbers, TaskChoice},
        listing::{TaskFilter, TaskPage},
        logins::{LoginAttempt, LoginMethod},
        principals::TokenEntry,
        story::Story,
        tasks::Transition,
        workers::WorkerEntry,
    },
};

/// How long the store may take for one operation, whatever it consists of.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long the store may take to tell how much there is to do: probes are asked often.
const PROBE_TIME_LIMIT: Duration = Duration::from_secs(1);

/// The operations. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
    dialect: &'static str,
}

struct Inner {
    store: Store,
    submitter: Submitter,
    doorman: Doorman,
    bookkeeper: Bookkeeper,
    beside: Beside,
    hall: Hall,
    waiting: WaitingRoom,
    premises: Premises,
    /// The moves of files that are under way.
    moves: TaskTracker,
}

impl Service {
    /// A service over that store, and over the workspaces and containers that these settings name. Call it inside the tokio
    /// runtime: submits are gathered by a task of their own.
    #[must_use]
    pub fn new(store: Store, notebooks: &NotebookSettings) -> Self {
        let submitter = Submitter::start(store.clone());
        let doorman = Doorman::new(store.clone());
        let bookkeeper = Bookkeeper::start(store.clone());
        let inner = Inner {
            store,
            submitter,
            doorman,
            bookkeeper,
            beside: Beside::new(),
            hall: Hall::new(),
            waiting: WaitingRoom::new(),
            premises: Premises::of(notebooks),
            moves: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner), dialect: "none" }
    }

    /// The same service, its log lines labelled with the dialect it is asked in.
    #[must_use]
    pub fn speaking(&self, dialect: &'static str) -> Self {
        Self { dialect, ..self.clone() }
    }

    /// Who calls.
    ///
    /// # Errors
    /// [`Problem`]: bad credentials, or the store does not answer.
    pub async fn authenticate(&self, credentials: Credentials) -> Result<Principal, Problem> {
        let shown = credentials.clone();
        let outcome = self.inner.doorman.authenticate(credentials, self.dialect).await;
        match (shown, &outcome) {
            (Credentials::Basic { username, from, .. }, outcome) => {
                if let Some(succeeded) = authentication::was_judged(outcome) {
                    let method = LoginMethod::HttpBasic;
                    self.inner.bookkeeper.note(Attempt { username, from, method, succeeded });
                }
            }
            (Credentials::Session { token, from }, Ok(_)) => {
                self.inner.beside.was_shown(self.dialect, &token, &from).await;
            }
            (Credentials::Session { .. }, Err(_)) | (Credentials::Token(_), _) => {}
        }
        outcome.map(|admitted| admitted.principal)
    }

    /// Who calls, if he may do that.
    ///
    /// # Errors
    /// [`Problem`]: bad credentials, no permission, or the store does not answer.
    pub async fn admit(&self, credentials: Credentials, operation: Operation) -> Result<Principal, Problem> {
        let principal = self.authenticate(credentials).await?;
        operation.permit(&principal)?;
        Ok(principal)
    }

    /// Sets the queue's gauges to what they are now. Asks no permission: whoever calls this has asked for it.
    pub async fn observe(&self) {
        self.inner.store.observe().await;
    }

    /// Requests can be served.
    ///
    /// # Errors
    /// [`Problem`]: they cannot, because the store does not answer.
    pub async fn ready(&self) -> Result<(), Problem> {
        bounded(PROBE_TIME_LIMIT, self.inner.store.check()).await
    }
}

/// Tells what the metrics mean that are kept here and below. Call it once, when metrics are set up.
pub fn describe_metrics() {
    crate::store::gauges::describe();
    metrics::describe_counter!(
        "offstage_tasks_submitted_total",
        "Requests for a task, by kind and by what became of them."
    );
}

/// Bounds what one operation waits for the store.
async fn within<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, Problem>
where
    Problem: From<E>,
{
    bounded(TIME_LIMIT, work).await
}

async fn bounded<T, E>(limit: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, Problem>
where
    Problem: From<E>,
{
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome.map_err(Problem::from),
        Err(elapsed) => Err(Problem::unavailable().caused_by(elapsed)),
    }
}
