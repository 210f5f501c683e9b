//! A place where faults happen: a Redis, a proxy before it, APIs, workers, all real programs in one folder.
//!
//! Rows break the parts directly: `redis`, `proxy`, `workers`, `apis` are theirs to kill, freeze and start anew. What must
//! never happen here: a repair that a real operator would not make.

mod drain;
mod programs;
mod refused;
mod spare;

use offstage::{domain::state::TaskState, store::Store};
use offstage_tests::{
    eventually, fixtures,
    programs::Program,
    proxy::{Proxy, Swap},
    redis::PrivateRedis,
    within,
};
use rand::Rng;
use std::{
    collections::BTreeSet,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    load::{Doors, Load, Running, Users},
    log::{Answer, Log, Outcome, What},
    run::Run,
};

/// The first user of a scene.
const FIRST_USER: u64 = 1_000;
/// Users that are kept back, for requests of the rows' own: each shows once that deletions go through again.
const PROBES: Range<u64> = 10_000_000..10_000_800;
/// Where fewer are left for the clients, as many as there were at the beginning are added, or so many.
const FEW: u64 = 500;
const MOST_ADDED: u64 = 4_000;
/// How long some progress may take where nothing is broken any more.
const PROGRESS_LIMIT: Duration = Duration::from_secs(30);
/// The slowest recovery that is one.
const RECOVERY_LIMIT: Duration = Duration::from_secs(30);

/// What a scene is made of.
#[derive(Clone, Copy)]
pub(crate) struct Setup<'a> {
    pub(crate) fsync: Fsync,
    /// More flags of the server.
    pub(crate) redis: &'a [&'a str],
    /// Its disk can be slow, and loses what was not synced when the power is cut.
    pub(crate) lossy_disk: bool,
    pub(crate) apis: usize,
    pub(crate) workers: usize,
    /// Users that the load may take.
    pub(crate) users: u64,
    /// Who goes through the proxy; all others go straight to Redis.
    pub(crate) proxied: Proxied,
    /// More settings of all programs, by their environment variables.
    pub(crate) settings: &'a [(&'a str, &'a str)],
    /// Another text for a script, for whoever goes through the proxy.
    pub(crate) swap: Option<&'a dyn Fn() -> Swap>,
    /// Nothing comes between the workers and Redis, or ends one: whatever they do, they write down.
    pub(crate) workers_are_let_alone: bool,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            fsync: Fsync::Always,
            redis: &[],
            lossy_disk: false,
            apis: 1,
            workers: 2,
            users: 4_000,
            proxied: Proxied::Nobody,
            settings: &[],
            swap: None,
            workers_are_let_alone: false,
        }
    }
}

/// When Redis brings to disk what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "rows choose")]
pub(crate) enum Fsync {
    Always,
    Everysec,
}

/// See [`Setup::proxied`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "rows choose")]
pub(crate) enum Proxied {
    Nobody,
    Workers,
    Apis,
    Everybody,
}

/// See the module's header.
pub(crate) struct Scene {
    pub(crate) redis: PrivateRedis,
    /// Stands before Redis from the beginning, whether anybody goes through it or not.
    pub(crate) proxy: Proxy,
    /// The driver's own way into Redis; to seed it, and to read what is there at the end.
    pub(crate) store: Store,
    /// Every worker that was started, dead ones too.
    pub(crate) workers: Vec<Program>,
    /// Every API, in the order of its doors.
    pub(crate) apis: Vec<Program>,
    pub(crate) doors: Doors,
    /// Where the workers write down their effects.
    pub(crate) ledger: PathBuf,
    /// Nobody turns the clock of one of the programs. A row that does says so here.
    pub(crate) clocks_agree: bool,
    /// The ledger is kept.
    pub(crate) has_ledger: bool,
    workers_are_let_alone: bool,
    /// What was wrong with programs in whose place there are others by now.
    complaints: Vec<String>,
    settings: Vec<(String, String)>,
    proxied: Proxied,
    users: Arc<Users>,
    /// Users who are added in one go.
    batch: u64,
    probes: Users,
    swap: Option<Arc<Swap>>,
    log: Arc<Log>,
}

impl Scene {
    /// Builds one, with everything up.
    pub(crate) async fn start(_run: &mut Run, setup: Setup<'_>) -> Self {
        let fsync = match setup.fsync {
            Fsync::Always => "always",
            Fsync::Everysec => "everysec",
        };
        let flags = [&["--appendfsync", fsync], setup.redis].concat();
        let redis = if setup.lossy_disk {
            PrivateRedis::on_lossy_disk(&flags).await
        } else {
            PrivateRedis::with(&flags).await
        };
        let proxy = Proxy::start(redis.socket()).await;
        let swap = setup.swap.map(|swap| proxy.swap(swap()));
        let store = fixtures::store(&redis);
        fixtures::tokens(&store).await;
        let users = FIRST_USER..FIRST_USER + setup.users;
        fixtures::users(&store, users.clone().chain(PROBES)).await;
        let ledger = redis.folder().join("ledger.jsonl");
        let clock =
            std::fs::File::create(&ledger).and_then(|file| file.metadata()).and_then(|file| file.modified());
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut scene = Self {
            redis,
            proxy,
            store,
            workers: Vec::new(),
            apis: Vec::new(),
            doors: Doors::none(),
            ledger,
            has_ledger: true,
            clocks_agree: true,
            workers_are_let_alone: setup.workers_are_let_alone,
            complaints: Vec::new(),
            settings: setup.settings.iter().map(own).collect(),
            proxied: setup.proxied,
            users: Arc::new(Users::of(users)),
            batch: setup.users.min(MOST_ADDED),
            probes: Users::of(PROBES),
            swap,
            log: Arc::new(Log::begin(clock.expect("the disk knows the time"))),
        };
        for _ in 0..setup.apis {
            scene.start_api(&[]).await;
        }
        for _ in 0..setup.workers {
            scene.start_worker(&[]);
        }
        scene
    }

    /// Lets clients loose on it.
    pub(crate) fn load(&self, run: &mut Run, load: Load) -> Running {
        Running::start(run, load, &self.log, &self.doors, &self.users)
    }

    /// Waits until the clients have had some more good answers, by chance how many.
    pub(crate) async fn some_progress(&self, run: &mut Run, load: &Running) {
        self.progress(load, run.rng.random_range(20..80)).await;
    }

    /// Lets a fault last until so many more requests of the clients have ended, one way or another; or that long.
    pub(crate) async fn lasts(&self, load: &Running, more: u64, at_most: Duration) {
        // A fault that nobody gets any answer through has lasted, too.
        tokio::time::timeout(at_most, load.log.more_ended(more)).await.unwrap_or_default();
    }

    /// Waits until the clients have had so many more good answers.
    pub(crate) async fn progress(&self, load: &Running, more: u64) {
        self.keep_users().await;
        within("the clients get answers", PROGRESS_LIMIT, load.log.more(more)).await;
    }

    /// Which tasks are held, each with the number of its claim.
    pub(crate) fn leases(&self) -> BTreeSet<String> {
        let mut ask = redis::cmd("ZRANGE");
        ask.arg(format!("{}:leases", fixtures::PREFIX)).arg(0).arg(-1);
        ask.query(&mut self.redis.connection()).expect("Redis answers")
    }

    /// Submits the deletion of a user who was kept back for it; the task.
    pub(crate) async fn submit_probe(&self) -> u64 {
        let user = self.probes.take().expect("as many probes as there are faults");
        let submit = What::Submit { user, key: format!("probe-{user}") };
        eventually("a submit is answered", RECOVERY_LIMIT, async || match self.ask(submit.clone()).await {
            Outcome::Ok(Answer::Task(task)) => Some(task),
            Outcome::Ok(Answer::Joined(_) | Answer::Seen { .. } | Answer::Done)
            | Outcome::Fail(_)
            | Outcome::Unknown(_)
            | Outcome::Broke(_) => None,
        })
        .await
    }

    /// Nothing is broken any more: waits until a fresh deletion has gone through, and notes how long that took.
    pub(crate) async fn recovered(&self, run: &mut Run) {
        let begun = Instant::now();
        within("a deletion goes through again", RECOVERY_LIMIT, async {
            let task = self.submit_probe().await;
            self.ended(task).await;
        })
        .await;
        run.recovered_in(begun.elapsed());
        self.keep_users().await;
    }

    /// Brings more users in where the clients have few left: nothing must be broken.
    async fn keep_users(&self) {
        if self.users.left() < FEW {
            let first = self.users.end();
            fixtures::users(&self.store, first..first + self.batch).await;
            self.users.add(self.batch);
        }
    }

    /// Every user who was ever there.
    fn everybody(&self) -> BTreeSet<u64> {
        (FIRST_USER..self.users.end()).chain(PROBES).chain([1]).collect()
    }

    /// The machine's clock, as far as it has gone since the clients' log began.
    pub(crate) fn now(&self) -> SystemTime {
        self.log.began_at() + self.log.now()
    }

    /// Waits until a task has ended; how.
    pub(crate) async fn ended(&self, task: u64) -> TaskState {
        eventually("the task ends", RECOVERY_LIMIT, async || match self.ask(What::Look { task }).await {
            Outcome::Ok(Answer::Seen { state, .. }) => state.is_terminal().then_some(state),
            Outcome::Ok(Answer::Task(_) | Answer::Joined(_) | Answer::Done)
            | Outcome::Fail(_)
            | Outcome::Unknown(_)
            | Outcome::Broke(_) => None,
        })
        .await
    }

    /// A request of the row's own, through the first API; it stands in the log with the others.
    pub(crate) async fn ask(&self, what: What) -> Outcome {
        let begun = self.log.now();
        let outcome = self.doors.first().ask(&what, false).await;
        let op = crate::log::Op { client: usize::MAX, begun, ended: self.log.now(), what, outcome };
        self.log.add(op.clone());
        op.outcome
    }
}

impl Drop for Scene {
    /// A scene in which something was waited for in vain is kept, to be looked at.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.redis.keep_folder();
            eprintln!("--- the scene is kept: {}", self.redis.folder().display());
        }
    }
}
