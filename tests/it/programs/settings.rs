//! Where settings come from, and how impossible ones are refused. By both programs, from outside.

use offstage_tests::{
    fixtures::ADMIN_TOKEN,
    programs::{Ended, Program},
};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

use super::ended;

/// From a start to its refusal.
const REFUSAL_LIMIT: Duration = Duration::from_secs(2);
const PROGRAMS: [(&str, &[&str]); 2] = [("offstage", &["serve"]), ("offstage-worker", &[])];

/// A place where a Redis would be: whoever connects is noticed.
struct Trap {
    folder: TempDir,
    socket: std::os::unix::net::UnixListener,
}

impl Trap {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("trap.sock")).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { folder, socket }
    }

    fn url(&self) -> String {
        format!("unix://{}", self.folder.path().join("trap.sock").display())
    }

    fn file(&self, text: &str) -> PathBuf {
        let file = self.folder.path().join("offstage.toml");
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Both programs refuse to start, name the setting, keep the secret, and never ask Redis.
    async fn refuses(&self, environment: &[(&str, &str)], named: &str, secret: &str) {
        let url = self.url();
        let mut all = vec![("OFFSTAGE_REDIS_URL", url.as_str()), ("RUST_BACKTRACE", "1")];
        all.extend(environment);
        for (program, args) in PROGRAMS {
            let begun = Instant::now();
            let Ended { status, stdout, stderr } = ended(program, self.folder.path(), args, &all).await;
            assert_eq!(status.code(), Some(1), "{program} {environment:?}: {stderr}");
            assert!(begun.elapsed() < REFUSAL_LIMIT, "{program} {environment:?}: {:?}", begun.elapsed());
            assert!(stderr.contains(named), "{program}: {named} is not in {stderr}");
            assert!(secret.is_empty() || !stderr.contains(secret), "{program}: {stderr}");
            assert!(stderr.starts_with(&format!("{program}: ")), "{program}: {stderr}");
            assert!(!stderr.contains("backtrace") && !stderr.contains("panicked"), "{program}: {stderr}");
            assert_eq!(stdout, "", "{program}");
        }
        let connected = self.socket.accept();
        assert!(connected.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "{named}");
    }
}

#[tokio::test]
async fn impossible_values_in_the_environment_are_refused_with_the_settings_name() {
    let trap = Trap::new();
    let lease = [("OFFSTAGE_WORKER__LEASE_MS", "8999"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "3000")];
    trap.refuses(&lease, "worker.lease_ms: 8999 is shorter than three heartbeats", "").await;
    for (variable, value, named) in [
        ("OFFSTAGE_WORKER__HEARTBEAT_MS", "0", "worker.heartbeat_ms"),
        ("OFFSTAGE_WORKER__CONCURRENCY", "0", "worker.concurrency"),
        ("OFFSTAGE_WORKER__CONCURRENCY", "many", "worker.concurrency"),
        ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "0", "worker.max_attempts"),
        ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "-1", "worker.max_attempts"),
        ("OFFSTAGE_WORKER__RETRY_DELAY_MAX_MS", "1", "worker.retry_delay_max_ms"),
        ("OFFSTAGE_TASKS__RETENTION_S", "0", "tasks.retention_s"),
        ("OFFSTAGE_TASKS__RETENTION_S", "99999999999999", "tasks.retention_s"),
        ("OFFSTAGE_KEY_PREFIX", "offstage", "key_prefix"),
        ("OFFSTAGE_API__LISTEN", "localhost", "api.listen"),
        ("OFFSTAGE_WORKER__LISTEN", "8081", "worker.listen"),
        ("OFFSTAGE_DURABILITY__FSYNC", "sometimes", "durability.fsync"),
        ("OFFSTAGE_DURABILITY__REPLICAS", "11", "durability.replicas"),
        ("OFFSTAGE_METRICS__PUBLIC", "perhaps", "metrics.public"),
        ("OFFSTAGE_LOG", "loud=very=much", "log"),
        ("OFFSTAGE_WORKER__LEASE_M", "10000", "OFFSTAGE_WORKER__LEASE_M"),
        ("OFFSTAGE_REDIS_ULR", "redis://redis", "OFFSTAGE_REDIS_URL"),
        ("OFFSTAGE_WORKER__COLOUR", "red", "OFFSTAGE_WORKER__COLOUR"),
    ] {
        trap.refuses(&[(variable, value)], named, "").await;
    }
}

#[tokio::test]
async fn secrets_are_not_echoed_when_they_are_refused() {
    let trap = Trap::new();
    trap.refuses(&[("OFFSTAGE_ADMIN_TOKEN", "hunter2")], "admin_token: must have at least", "hunter2").await;
    let spaced = format!("hunter2 {ADMIN_TOKEN}");
    trap.refuses(&[("OFFSTAGE_ADMIN_TOKEN", &spaced)], "admin_token: must be printable", "hunter2").await;
    for url in ["http://user:hunter2@redis", "redis://:hunter2@", "redis://:hunter2@redis:99999", "hunter2"] {
        trap.refuses(&[("OFFSTAGE_REDIS_URL", url)], "redis_url: ", "hunter2").await;
    }
    let collector = ("OFFSTAGE_TELEMETRY__OTLP_ENDPOINT", "http://bob:hunter2@127.0.0.1:4318");
    trap.refuses(&[collector], "telemetry.otlp_endpoint: must name no user", "hunter2").await;
    for text in
        ["admin_token = \"hunter2", "admin_token = hunter2\n", "admin_token = [\"hunter2\"]", "hunter2"]
    {
        let file = trap.file(text);
        trap.refuses(&[("OFFSTAGE_CONFIG", file.to_str().unwrap())], "", "hunter2").await;
    }
}

#[tokio::test]
async fn impossible_values_in_the_file_are_refused_with_the_settings_name() {
    let trap = Trap::new();
    let check = "[[checks.http]]\nname = \"reports\"\nurl = ";
    for (text, named) in [
        (format!("{check}\"http://127.0.0.1/{{id}}\"\ntimeout_ms = 0"), "checks.http[0].timeout_ms"),
        (format!("{check}\"http://127.0.0.1/{{id}}\"\nconcurrency = 0"), "checks.http[0].concurrency"),
        (format!("{check}\"http://127.0.0.1/{{id}}\"\ntimeout_ms = 40000"), "checks.max_answer_age_ms"),
        (format!("{check}\"http://127.0.0.1/{{who}}\""), "checks.http[0].url"),
        (format!("{check}\"http://127.0.0.1/{{id}}\"\nsub_type = \"REPORTS\""), "checks.http[0].sub_type"),
        (format!("{check}\"ftp://127.0.0.1/{{id}}\""), "checks.http[0].url"),
        (format!("{check}\"http://{{username}}/\""), "checks.http[0].url"),
        ("[[checks.http]]\nname = \"pause\"\nurl = \"http://a/\"".to_owned(), "checks.http[0].name"),
        ("[[checks.http]]\nname = \"x\"".to_owned(), "url"),
        ("[worker]\nlease = 1".to_owned(), "lease"),
        ("colour = \"red\"".to_owned(), "colour"),
        ("[worker]\nlease_ms = \"soon\"".to_owned(), "worker.lease_ms"),
        ("[worker]\nlease_ms = -1".to_owned(), "worker.lease_ms"),
        ("[worker]\nlease_ms = 1\n[tasks]\nretention_s = 0".to_owned(), "tasks.retention_s"),
        ("[worker\nlease_ms = 1".to_owned(), "offstage.toml is not valid TOML"),
    ] {
        let file = trap.file(&text);
        trap.refuses(&[("OFFSTAGE_CONFIG", file.to_str().unwrap())], named, "").await;
    }
}

#[tokio::test]
async fn a_configuration_file_that_cannot_be_read_is_named() {
    let trap = Trap::new();
    let missing = trap.folder.path().join("missing.toml");
    for path in [missing.as_path(), trap.folder.path()] {
        let path = path.to_str().unwrap();
        trap.refuses(&[("OFFSTAGE_CONFIG", path)], path, "").await;
        for (program, args) in PROGRAMS {
            let mut args = args.to_vec();
            args.extend(["--config", path]);
            let Ended { status, stderr, .. } = ended(program, trap.folder.path(), &args, &[]).await;
            assert_eq!(status.code(), Some(1));
            assert!(stderr.contains(path), "{stderr}");
        }
    }
}

/// A free port, on a loopback address that no other test takes ports from.
fn free() -> String {
    let [_, b, c, d] = rand::random::<[u8; 4]>();
    let listener = TcpListener::bind(format!("127.{b}.{c}.{}:0", d.clamp(2, 254))).unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Where each program listens, by what it says itself.
async fn listens(program: &str, args: &[&str], folder: &Path, environment: &[(&str, &str)]) -> String {
    let mut running = Program::start(program, folder, args, environment);
    if program == "offstage" {
        return running.line("ready http://").await.trim_start_matches("ready http://").to_owned();
    }
    let line = running.logged("probes and metrics").await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    line["address"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let trap = Trap::new();
    let url = trap.url();
    for (program, args) in PROGRAMS {
        let (in_file, in_environment, in_flag) = (free(), free(), free());
        let file = trap.file(&format!("[api]\nlisten = \"{in_file}\"\n[worker]\nlisten = \"{in_file}\"\n"));
        let of_file = [("OFFSTAGE_REDIS_URL", url.as_str()), ("OFFSTAGE_CONFIG", file.to_str().unwrap())];
        assert_eq!(listens(program, args, trap.folder.path(), &of_file).await, in_file, "{program}");
        let both =
            [("OFFSTAGE_API__LISTEN", in_environment.as_str()), ("OFFSTAGE_WORKER__LISTEN", &in_environment)];
        let both = [of_file, both].concat();
        assert_eq!(listens(program, args, trap.folder.path(), &both).await, in_environment, "{program}");
        let all = [args, &["--listen", &in_flag]].concat();
        assert_eq!(listens(program, &all, trap.folder.path(), &both).await, in_flag, "{program}");
    }
}

#[tokio::test]
async fn a_flags_file_wins_over_the_environments_and_an_empty_variable_is_none() {
    let trap = Trap::new();
    let (wanted, url) = (free(), trap.url());
    let file = trap.file(&format!("[api]\nlisten = \"{wanted}\"\n[worker]\nlisten = \"{wanted}\"\n"));
    let environment = [
        ("OFFSTAGE_CONFIG", "/nowhere/offstage.toml"),
        ("OFFSTAGE_API__LISTEN", ""),
        ("OFFSTAGE_WORKER__LISTEN", ""),
        ("OFFSTAGE_ADMIN_TOKEN", ""),
        ("OFFSTAGE_SERVICE_HOST", "10.0.0.1"),
        ("OFFSTAGE_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ];
    for (program, args) in PROGRAMS {
        let all = [args, &["--config", file.to_str().unwrap(), "--redis-url", &url]].concat();
        assert_eq!(listens(program, &all, trap.folder.path(), &environment).await, wanted, "{program}");
    }
}

#[tokio::test]
async fn a_name_in_place_of_an_address_to_listen_on_is_a_clear_message() {
    let folder = tempfile::tempdir().unwrap();
    for (program, args) in PROGRAMS {
        let args = [args, &["--listen", "localhost:8080"]].concat();
        let Ended { status, stderr, .. } = ended(program, folder.path(), &args, &[]).await;
        assert_eq!(status.code(), Some(2), "{program}: {stderr}");
        assert!(stderr.contains("such as 127.0.0.1:8080"), "{program}: {stderr}");
    }
}

#[tokio::test]
async fn a_redis_that_refuses_us_is_logged_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let gone = format!("unix://{}", folder.path().join("gone.sock").display());
    for (program, args) in PROGRAMS {
        let args = [args, &["--listen", "127.0.0.1:0", "--redis-url", &gone]].concat();
        let running = Program::start(program, folder.path(), &args, &[]);
        running.logged("No such file or directory").await;
    }
}

#[tokio::test]
async fn a_port_in_use_is_a_clear_message() {
    let trap = Trap::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let variables = [("OFFSTAGE_API__LISTEN", address.as_str()), ("OFFSTAGE_WORKER__LISTEN", &address)];
    trap.refuses(&variables, &format!("cannot listen on {address}"), "").await;
    trap.refuses(&variables, "--listen", "").await;
}
