//! A Redis of the test's own: a Unix socket in a temporary folder, `appendfsync always`, killed with the test. It is started as
//! `docker-compose.yml` and `offstage dev` start theirs, by `deploy/start-redis.sh`.

use redis::{Client, Connection};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

use crate::{disk::LossyDisk, eventually};

const START: &str = include_str!("../../deploy/start-redis.sh");
/// How long a server may take to answer.
const START_LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// See the module's header.
pub struct PrivateRedis {
    folder: TempDir,
    server: Option<Child>,
    extra: Vec<String>,
    disk: Option<LossyDisk>,
}

impl PrivateRedis {
    /// Starts one.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts one with more flags, `--maxmemory 3mb` for one.
    pub async fn with(extra: &[&str]) -> Self {
        Self::not_started(extra).started().await
    }

    /// The same on a disk that can be slow, and that loses what was not synced.
    pub async fn on_lossy_disk(extra: &[&str]) -> Self {
        let mut redis = Self::not_started(extra);
        redis.disk = Some(LossyDisk::new(redis.folder()));
        redis.started().await
    }

    fn not_started(extra: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("offstage-test-").tempdir().expect("a temporary folder");
        let extra = extra.iter().map(|flag| (*flag).to_owned()).collect();
        Self { folder, server: None, extra, disk: None }
    }

    async fn started(mut self) -> Self {
        self.restart().await;
        self
    }

    /// Its disk, where that is a lossy one.
    #[must_use]
    pub fn lossy_disk(&self) -> &LossyDisk {
        self.disk.as_ref().expect("it was started on such a disk")
    }

    /// The temporary folder; a place for the test's other files too.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder stays when the server goes.
    pub fn keep_folder(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// Where it listens.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder().join("redis.sock")
    }

    /// The URL for offstage.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Starts the server again, on the data it had.
    pub async fn restart(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        if self.socket().exists() {
            std::fs::remove_file(self.socket()).expect("the stale socket goes");
        }
        let log = std::fs::File::options().create(true).append(true).open(self.folder().join("redis.log"));
        let mut command = Command::new("sh");
        command.args(["-c", START, "start-redis.sh"]).arg(self.folder()).arg(server_program());
        command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        command.args(["--maxmemory-policy", "noeviction", "--enable-debug-command", "yes"]);
        command.arg("--unixsocket").arg(self.socket()).arg("--dir").arg(self.folder()).args(&self.extra);
        command.envs(self.disk.iter().flat_map(LossyDisk::environment));
        let log = log.expect("a log file");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("the same file")).stderr(log);
        self.server = Some(command.spawn().expect("a Redis or Valkey server starts"));
        let client = self.client();
        eventually("Redis answers", START_LIMIT, async || {
            let mut connection = client.get_connection().ok()?;
            redis::cmd("PING").query::<String>(&mut connection).ok()
        })
        .await;
    }

    /// From here on its snapshots fail, as on a full disk, and so it takes no writes.
    pub async fn stop_writing(&self) {
        let dump = self.folder().join("dump.rdb");
        std::fs::create_dir(dump).expect("a folder in the way of the snapshot");
        let mut connection = self.connection();
        let mut set = |what: &str, value: &str| {
            redis::cmd("CONFIG").arg("SET").arg(what).arg(value).exec(&mut connection).expect("it is set");
        };
        set("stop-writes-on-bgsave-error", "yes");
        set("save", "3600 1");
        redis::cmd("BGSAVE").exec(&mut self.connection()).expect("it begins");
        eventually("Redis takes no writes", START_LIMIT, async || {
            let refused = redis::cmd("PING").query::<String>(&mut self.connection()).err()?;
            (refused.code() == Some("MISCONF")).then_some(())
        })
        .await;
    }

    /// `kill -9`
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        server.kill().expect("it is killed");
        server.wait().expect("it is gone");
    }

    /// The power goes: `kill -9`, and with it what its lossy disk had not synced, but for this share of it, from 0 to 1: a
    /// disk keeps some of what it was not asked to. How many bytes were lost.
    pub fn cut_power(&mut self, kept: f64) -> u64 {
        self.kill();
        self.lossy_disk().lose(self.folder(), kept)
    }

    /// `kill -9` at a moment when its lossy disk is at rest: a server that syncs every second holds back what it is told
    /// while a sync is under way.
    pub async fn kill_between_syncs(&mut self) {
        eventually("a moment between two syncs", START_LIMIT, async || {
            self.freeze();
            let at_rest = self.lossy_disk().is_at_rest();
            if !at_rest {
                self.thaw();
            }
            at_rest.then_some(())
        })
        .await;
        self.kill();
    }

    /// Everything it had is gone. It must not run.
    pub fn lose_everything(&self) {
        assert!(self.server.is_none(), "it runs");
        let path = |name| self.folder().join(name);
        for folder in ["appendonlydir"].map(path).into_iter().filter(|folder| folder.exists()) {
            std::fs::remove_dir_all(folder).expect("it goes");
        }
        for file in ["appendonly.aof", "dump.rdb"].map(path).into_iter().filter(|file| file.exists()) {
            std::fs::remove_file(file).expect("it goes");
        }
    }

    /// SIGSTOP: there, but silent.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// A client of the test's own, past offstage.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::open(self.url()).expect("the URL is good")
    }

    /// A connection of the test's own, past offstage.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.client().get_connection().expect("Redis takes connections")
    }

    fn signal(&self, signal: Signal) {
        let server = self.server.as_ref().expect("it runs");
        kill_process(Pid::from_child(server), signal).expect("the signal arrives");
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.kill();
        }
    }
}

/// The server's program, Redis or Valkey.
#[must_use]
pub fn server_program() -> PathBuf {
    let named = offstage::config::redis_server_override();
    let on_path = ["redis-server", "valkey-server"].map(PathBuf::from);
    let works = |program: &PathBuf| {
        Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    named.into_iter().chain(on_path).find(works).expect("a Redis or Valkey server: `make test` finds one")
}
