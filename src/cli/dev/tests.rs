//! A whole run with placeholder parts: a real Redis, real child processes, and the stop.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::Instant;

use super::*;

/// Parts that serve nothing; what they were told is kept.
#[derive(Clone, Default)]
struct Placeholder {
    settings: Arc<std::sync::Mutex<Option<Settings>>>,
    serving: CancellationToken,
    /// Whether the API keeps serving although it was told to stop.
    stubborn: Arc<AtomicBool>,
}

impl Backstage for Placeholder {
    async fn prepare(&self, settings: &Settings, _seed: Option<&Path>) -> anyhow::Result<()> {
        *self.settings.lock().unwrap() = Some(settings.clone());
        Ok(())
    }

    async fn serve(
        &self,
        _: &Settings,
        _listener: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        stop.cancelled().await;
        if self.stubborn.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn tour(&self, _: &Settings) -> anyhow::Result<TourFacts> {
        self.serving.cancel();
        Ok(TourFacts::default())
    }
}

/// A run in the background on a folder of its own, with a script as the worker.
struct Run {
    data: tempfile::TempDir,
    parts: Placeholder,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Run {
    async fn start(worker: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let program = data.path().join("worker.sh");
        std::fs::write(&program, format!("#!/bin/sh\necho $$ >> \"$(dirname \"$0\")/pids\"\n{worker}\n"))
            .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let args = DevArgs {
            listen: None,
            data: data.path().to_owned(),
            tls: TlsArgs::default(),
            workers: 1,
            seed: None,
            config: None,
            redis_url: None,
        };
        let mut settings = Settings::default();
        settings.api.listen.set_port(0);
        let (parts, stop) = (Placeholder::default(), CancellationToken::new());
        let dev = run::Dev { args, settings, worker: program, stop: stop.clone() };
        let task = tokio::spawn(dev.run(parts.clone()));
        tokio::time::timeout(Duration::from_secs(20), parts.serving.cancelled()).await.unwrap();
        Self { data, parts, stop, task }
    }

    /// The processes that the worker's script has been, in order.
    fn workers(&self) -> Vec<Pid> {
        let text = std::fs::read_to_string(self.data.path().join("pids")).unwrap_or_default();
        text.lines().map(|line| Pid::from_raw(line.parse().unwrap()).unwrap()).collect()
    }

    /// The private Redis's process, once it answers.
    async fn redis(&self) -> Option<Pid> {
        let mut stream = UnixStream::connect(self.data.path().join("redis.sock")).await.ok()?;
        stream.write_all(b"INFO server\r\n").await.ok()?;
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.ok()?;
        let text = String::from_utf8_lossy(&answer[..read]).into_owned();
        let pid = text.lines().find_map(|line| line.strip_prefix("process_id:"))?;
        Pid::from_raw(pid.trim().parse().ok()?)
    }

    /// Stops the run and says how long that took.
    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        assert!(orphans::marked(&self.data.path().canonicalize().unwrap()).is_empty());
        began.elapsed()
    }
}

/// Polls until something is there; half a minute is more than anything here takes.
async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "it never happened");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn redis_and_workers_are_started_again_and_all_end_with_the_run() {
    let run = Run::start("exec sleep 60").await;
    let worker = eventually(async || run.workers().first().copied()).await;
    kill_process(worker, Signal::KILL).unwrap();
    let redis = eventually(async || run.redis().await).await;
    kill_process(redis, Signal::KILL).unwrap();

    let redis_again = eventually(async || run.redis().await.filter(|pid| *pid != redis)).await;
    let worker_again = eventually(async || run.workers().get(1).copied()).await;
    let settings = run.parts.settings.lock().unwrap().clone().unwrap();
    assert!(settings.redis_url.starts_with("redis+unix:///"), "{}", settings.redis_url);
    assert!(settings.admin_token.unwrap().expose_secret().len() >= 32);

    assert!(run.stop().await < Duration::from_secs(3));
    assert!(test_kill_process(redis_again).is_err() && test_kill_process(worker_again).is_err());
}

#[tokio::test]
async fn what_does_not_end_is_killed_within_five_seconds() {
    let run = Run::start("trap '' TERM\nwhile :; do sleep 1; done").await;
    run.parts.stubborn.store(true, Ordering::SeqCst);
    let redis = eventually(async || run.redis().await).await;
    eventually(async || run.workers().first().copied()).await;
    kill_process(redis, Signal::STOP).unwrap();
    assert!(run.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn the_next_start_ends_the_private_redis_of_a_killed_one() {
    let run = Run::start("exec sleep 60").await;
    let (worker, redis) = (
        eventually(async || run.workers().first().copied()).await,
        eventually(async || run.redis().await).await,
    );
    let data = run.data.path().canonicalize().unwrap();
    // As after a kill -9 of the supervisor: nobody restarts, nobody reaps, all that is known is the folder.
    let mut found = orphans::marked(&data);
    found.sort_by_key(|pid| pid.as_raw_nonzero());
    let mut expected = vec![worker, redis];
    expected.sort_by_key(|pid| pid.as_raw_nonzero());
    assert_eq!(found, expected);
    run.stop().await;
}

#[tokio::test]
async fn a_second_run_on_the_folder_is_refused_and_changes_nothing() {
    let run = Run::start("exec sleep 60").await;
    let redis = eventually(async || run.redis().await).await;
    let args = DevArgs { data: run.data.path().to_owned(), ..sample_args() };
    let mut settings = Settings::default();
    settings.api.listen.set_port(0);
    let second = run::Dev { args, settings, worker: "/bin/true".into(), stop: CancellationToken::new() };
    let text = second.run(Placeholder::default()).await.unwrap_err().to_string();
    assert!(text.contains("another `offstage dev`"), "{text}");
    assert_eq!(run.redis().await, Some(redis));
    run.stop().await;
}

fn sample_args() -> DevArgs {
    DevArgs {
        listen: None,
        data: PathBuf::new(),
        tls: TlsArgs::default(),
        workers: 0,
        seed: None,
        config: None,
        redis_url: None,
    }
}
