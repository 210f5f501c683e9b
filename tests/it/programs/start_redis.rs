//! `deploy/start-redis.sh`: a server that dies amid a write leaves half a transaction in its file, and it stays undone.

use offstage_tests::{
    eventually,
    programs::run,
    redis::{PrivateRedis, server_program},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::repository;

const DEADLINE: Duration = Duration::from_secs(10);
/// The file's end in which it is begun, and not ended, that a key is set.
const TORN: &[u8] = b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$1\r\n1\r\n*1\r\n$4\r\nEX";

fn appended(folder: &Path) -> PathBuf {
    folder.join("appendonlydir/appendonly.aof.1.incr.aof")
}

/// Writes two keys in one transaction, as scripts do.
fn write(redis: &PrivateRedis, key: &str) {
    let script = "redis.call('SET', KEYS[1], 1) redis.call('SET', KEYS[1] .. ':2', 1)";
    redis::cmd("EVAL").arg(script).arg(1).arg(key).exec(&mut redis.connection()).unwrap();
}

fn has(redis: &PrivateRedis, key: &str) -> bool {
    redis::cmd("EXISTS").arg(key).query(&mut redis.connection()).unwrap()
}

#[tokio::test]
async fn what_a_server_died_over_never_takes_effect() {
    let mut redis = PrivateRedis::start().await;
    write(&redis, "first");
    write(&redis, "torn");
    redis.kill();
    let file = File::options().write(true).open(appended(redis.folder())).unwrap();
    file.set_len(file.metadata().unwrap().len() - 3).unwrap();
    redis.restart().await;
    assert!(has(&redis, "first") && !has(&redis, "torn"));
    write(&redis, "second");
    redis.kill();
    redis.restart().await;
    assert!(has(&redis, "first") && has(&redis, "second"));
    assert!(!has(&redis, "torn") && !has(&redis, "torn:2"), "nobody was told that it took place");
}

#[tokio::test]
async fn a_file_that_is_broken_elsewhere_is_left_to_people() {
    let mut redis = PrivateRedis::start().await;
    for key in ["first", "second", "third"] {
        write(&redis, key);
    }
    redis.kill();
    let path = appended(redis.folder());
    let whole = fs::read(&path).unwrap();
    let begins = whole.windows(5).rposition(|bytes| bytes == b"MULTI").unwrap();
    let mut broken = whole.clone();
    broken[begins - 8] = b'x';
    fs::write(&path, &broken).unwrap();
    let mut command = Command::new(repository("deploy/start-redis.sh"));
    command.arg(redis.folder()).arg(server_program());
    let ended = run(command, DEADLINE).await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("more is broken than the end of the file; nothing was changed"),
        "{ended:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), broken);
    fs::write(&path, &whole).unwrap();
    redis.restart().await;
    assert!(has(&redis, "third"));
}

/// A server that goes with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("it is killed");
        self.0.wait().expect("it is gone");
    }
}

/// What `docker-compose.yml` says is run for Redis, in that folder.
fn composed(folder: &Path) -> Server {
    let file = fs::read_to_string(repository("docker-compose.yml")).unwrap();
    let (_, service) = file.split_once("\n  redis:\n").unwrap();
    let (_, command) = service.split_once("    command:\n").unwrap();
    let words = command.lines().map_while(|line| line.strip_prefix("      - "));
    let here = |word: &str| match word.trim_matches('"') {
        "/usr/local/bin/start-redis.sh" => repository("deploy/start-redis.sh"),
        "/data" => folder.to_str().unwrap().to_owned(),
        "redis-server" => server_program().to_str().unwrap().to_owned(),
        word => word.to_owned(),
    };
    let words: Vec<_> = words.map(here).collect();
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(["--port", "0", "--unixsocket"]).arg(folder.join("redis.sock"));
    Server(command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
}

#[tokio::test]
async fn the_compose_files_server_starts_without_it_and_says_what_it_promises() {
    let mut redis = PrivateRedis::start().await;
    write(&redis, "first");
    redis.kill();
    let path = appended(redis.folder());
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [whole.as_slice(), TORN].concat()).unwrap();
    fs::remove_file(redis.socket()).unwrap();
    let _server = composed(redis.folder());
    let mut connection =
        eventually("Redis answers", DEADLINE, async || redis.client().get_connection().ok()).await;
    let mut setting = |name: &str| -> String {
        let (_, value): (String, String) =
            redis::cmd("CONFIG").arg("GET").arg(name).query(&mut connection).unwrap();
        value
    };
    let told = ["appendonly", "appendfsync", "maxmemory-policy", "aof-load-truncated"].map(&mut setting);
    assert_eq!(told, ["yes", "always", "noeviction", "no"]);
    assert!(has(&redis, "first"));
    assert!(fs::read(&path).unwrap().starts_with(&whole));
    assert!(!fs::read(&path).unwrap().windows(4).any(|bytes| bytes == b"torn"));
}
