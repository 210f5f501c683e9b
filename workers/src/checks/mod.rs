//! The checks that find what depends on a user, one file each.
//!
//! A check streams what it finds and can be stopped between any two items: it is a future that is dropped. It says
//! "could not answer" rather than guess; silence of an outside system is never "no dependents".
//!
//! To add one: a file here, a variant in the settings, a line in [`Checks::new`]. CONTRIBUTING.md has the recipe.

pub mod containers;
pub mod http;
pub mod pause;
pub mod registered;

use futures::{FutureExt, future::BoxFuture};
use offstage::{
    config::Settings,
    domain::{dependents::Dependent, sub_type::SubType, task},
    store::Store,
};
use std::{sync::Arc, time::Instant};
use tokio::sync::{SemaphorePermit, mpsc};

/// Whom or what a check is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The user, or the workspace.
    pub about: task::Subject,
    /// The user's name, or the workspace's; for asking, never for logs.
    pub username: String,
    /// How many dependents were registered when the task was claimed.
    pub registered: u64,
    /// 1 for the first look; later ones come after the deletion was found to have become stale.
    pub round: u32,
}

/// What a check has to say while it runs.
#[derive(Debug)]
pub(crate) enum News {
    /// There are so many objects of that sub-type to look at.
    Expected(SubType, u64),
    /// One more dependent.
    Found(Dependent),
}

/// Where a check puts what it finds.
#[derive(Debug, Clone)]
pub struct Findings {
    /// The check's place among those that run.
    place: usize,
    news: mpsc::Sender<(usize, News)>,
    asked: mpsc::UnboundedSender<Instant>,
}

impl Findings {
    pub(crate) fn new(news: mpsc::Sender<(usize, News)>, asked: mpsc::UnboundedSender<Instant>) -> Self {
        Self { place: 0, news, asked }
    }

    /// The same for the check at that place.
    pub(crate) fn of(&self, place: usize) -> Self {
        Self { place, ..self.clone() }
    }

    pub(crate) fn place(&self) -> usize {
        self.place
    }

    /// One more dependent. Waits while earlier ones are being written down.
    pub async fn add(&self, dependent: Dependent) {
        self.tell(News::Found(dependent)).await;
    }

    /// There will be so many objects of that sub-type to look at, for those who watch.
    pub async fn expect(&self, sub_type: SubType, objects: u64) {
        self.tell(News::Expected(sub_type, objects)).await;
    }

    async fn tell(&self, news: News) {
        if self.news.send((self.place, news)).await.is_err() {
            // The attempt is over; the check is about to be dropped with it.
            std::future::pending::<()>().await;
        }
    }

    /// An outside system is asked now; its answer ages from here.
    pub fn asking(&self) {
        if self.asked.send(Instant::now()).is_err() {
            tracing::debug!("an outside system is asked for an attempt that is over");
        }
    }
}

/// A check could not answer. Carries what the log says; no body, no name, no address of a person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(pub String);

/// One way to find dependents.
pub trait Check: Send + Sync {
    /// Its name in settings, messages and metrics.
    fn name(&self) -> &str;

    /// It asks a system outside Redis, whose answer ages.
    fn asks_outside(&self) -> bool;

    /// The one kind of search that it is shown as; none where that goes by what it finds.
    fn sub_type(&self) -> Option<SubType> {
        Some(SubType::default())
    }

    /// It is worth asking about this user in this round.
    fn applies(&self, subject: &Subject) -> bool;

    /// A place among the questions that may be under way at once, where there is a bound. All places of a look are taken
    /// before anybody outside is asked, in the order of the settings: so no answer ages while another one is waited for,
    /// and no two looks wait for each other.
    fn slot(&self) -> BoxFuture<'_, Option<SemaphorePermit<'_>>> {
        std::future::ready(None).boxed()
    }

    /// Finds what depends on the user.
    fn find<'a>(
        &'a self,
        subject: &'a Subject,
        findings: &'a Findings,
    ) -> BoxFuture<'a, Result<(), Unanswered>>;
}

/// Every check that is configured.
#[derive(Clone)]
pub struct Checks(Arc<[Box<dyn Check>]>);

impl std::fmt::Debug for Checks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|check| check.name())).finish()
    }
}

impl Checks {
    /// The checks of these settings. `registered` and `containers` are always among them.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: &Settings, store: &Store) -> anyhow::Result<Self> {
        let mut checks: Vec<Box<dyn Check>> = vec![
            Box::new(registered::Registered::new(store.clone())),
            Box::new(containers::Containers::new(store.clone(), &settings.notebooks)),
        ];
        if settings.checks.pause.ms > 0 {
            checks.push(Box::new(pause::Pause::new(settings.checks.pause.ms)));
        }
        for http in &settings.checks.http {
            checks.push(Box::new(http::Http::new(http)?));
        }
        Ok(Self::of(checks))
    }

    /// These checks and no others.
    #[must_use]
    pub fn of(checks: Vec<Box<dyn Check>>) -> Self {
        Self(checks.into())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// There are none; never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that apply.
    pub fn applying<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a dyn Check> {
        self.0.iter().map(AsRef::as_ref).filter(|check| check.applies(subject))
    }
}
