//! A private Redis with users, an API and workers before it, all real programs.

use crate::{
    api::Api,
    fixtures,
    identity::{Identity, trusting},
    programs::{Program, START_LIMIT},
    redis::PrivateRedis,
    within,
};
use offstage::store::Store;
use std::time::Duration;

/// The lease of the workers that [`Stack::worker`] starts.
pub const LEASE: Duration = Duration::from_millis(900);

const LEASE_SETTINGS: [(&str, &str); 2] =
    [("OFFSTAGE_WORKER__LEASE_MS", "900"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "300")];

/// See the module's header.
pub struct Stack {
    /// The server.
    pub redis: PrivateRedis,
    /// The test's own way into it.
    pub store: Store,
}

impl Stack {
    /// A Redis with the built-in administrator, these users, and the tests' tokens.
    pub async fn with_users(ids: impl IntoIterator<Item = u64>) -> Self {
        Self::on(PrivateRedis::start().await, ids).await
    }

    /// The same on a server of the test's choice.
    pub async fn on(redis: PrivateRedis, ids: impl IntoIterator<Item = u64>) -> Self {
        let store = fixtures::store(&redis);
        fixtures::tokens(&store).await;
        fixtures::users(&store, ids).await;
        Self { redis, store }
    }

    /// Starts an API; more settings by their environment variables.
    pub async fn api(&self, environment: &[(&str, &str)]) -> (Program, Api) {
        self.api_at(&self.redis.url(), environment).await
    }

    /// Starts an API on another way to the same Redis.
    pub async fn api_at(&self, redis_url: &str, environment: &[(&str, &str)]) -> (Program, Api) {
        let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", redis_url];
        let mut program = Program::start("offstage", self.redis.folder(), &args, environment);
        let ready = program.line("ready ").await;
        let api = Api::new(ready.trim_start_matches("ready ").trim());
        (program, api)
    }

    /// Starts an API with a certificate, and a client who trusts it.
    pub async fn guarded_api(&self, identity: &Identity) -> (Program, Api) {
        let url = self.redis.url();
        let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &url];
        let args = [args.as_slice(), &identity.flags()].concat();
        let mut program = Program::start("offstage", self.redis.folder(), &args, &[]);
        let ready = program.line("ready ").await;
        let client = trusting([identity.certificate()], true);
        let api = Api::with_client(ready.trim_start_matches("ready ").trim(), client);
        (program, api)
    }

    /// Starts a worker with a short lease.
    #[must_use]
    pub fn worker(&self, environment: &[(&str, &str)]) -> Program {
        self.worker_at(&self.redis.url(), environment)
    }

    /// Starts a worker with a short lease on another way to the same Redis.
    #[must_use]
    pub fn worker_at(&self, redis_url: &str, environment: &[(&str, &str)]) -> Program {
        let all: Vec<_> = LEASE_SETTINGS.into_iter().chain(environment.iter().copied()).collect();
        let args = ["--listen", "127.0.0.1:0", "--redis-url", redis_url];
        Program::start("offstage-worker", self.redis.folder(), &args, &all)
    }

    /// CPU time that Redis has used, in seconds.
    #[must_use]
    pub fn redis_cpu_seconds(&self) -> f64 {
        self.info("cpu", "used_cpu_user:") + self.info("cpu", "used_cpu_sys:")
    }

    /// Bytes that Redis holds.
    #[must_use]
    pub fn redis_memory_bytes(&self) -> f64 {
        self.info("memory", "used_memory:")
    }

    /// How often the scripts, and the blocking wait for work, have been called.
    #[must_use]
    pub fn redis_calls(&self) -> f64 {
        ["cmdstat_evalsha:calls=", "cmdstat_eval:calls=", "cmdstat_blmove:calls="]
            .iter()
            .map(|field| {
                let text = self.info_text("commandstats");
                let calls = text.lines().find_map(|line| line.strip_prefix(field)?.split(',').next());
                calls.map_or(0.0, |calls| calls.parse().expect("a number"))
            })
            .sum()
    }

    /// How many commands Redis was given, those of scripts included.
    #[must_use]
    pub fn redis_commands(&self) -> u64 {
        let calls = |line: &str| line.split_once("calls=")?.1.split(',').next()?.parse::<u64>().ok();
        self.info_text("commandstats").lines().filter_map(calls).sum()
    }

    /// How often Redis was asked that.
    #[must_use]
    pub fn redis_calls_of(&self, command: &str) -> u64 {
        let lead = format!("cmdstat_{command}:calls=");
        let text = self.info_text("commandstats");
        let calls = text.lines().find_map(|line| line.strip_prefix(&lead)?.split(',').next());
        calls.map_or(0, |calls| calls.parse().expect("a number"))
    }

    fn info_text(&self, section: &str) -> String {
        redis::cmd("INFO").arg(section).query(&mut self.redis.connection()).expect("Redis answers")
    }

    fn info(&self, section: &str, field: &str) -> f64 {
        let text = self.info_text(section);
        let line = text.lines().find_map(|line| line.strip_prefix(field)).expect("the field is there");
        line.trim().parse().expect("a number")
    }

    /// Every task has ended and nothing is held: what a test leaves behind.
    pub async fn is_settled(&self) {
        use offstage::domain::state::TaskState;
        let depth = within("Redis answers", START_LIMIT, self.store.depth()).await.expect("Redis answers");
        let open: Vec<_> = depth
            .states
            .iter()
            .filter(|(state, number)| !TaskState::is_terminal(**state) && **number > 0)
            .collect();
        assert!(open.is_empty(), "not all have ended: {open:?}");
        let mut connection = self.redis.connection();
        let left: (u64, u64, u64, u64) = redis::pipe()
            .zcard("{offstage}:leases")
            .zcard("{offstage}:claimable")
            .zcard("{offstage}:delayed")
            .hlen("{offstage}:live")
            .query(&mut connection)
            .expect("Redis answers");
        assert_eq!(left, (0, 0, 0, 0), "leases, claimable, delayed, live");
    }
}
