//! `deploy/start-redis.sh`: a server that dies amid a write leaves half a transaction in its file, and it stays undone.

use offstage_tests::{
    eventually,
    programs::{Ended, run},
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

/// The script on that folder, with a server that only says its version.
async fn look(folder: &Path) -> Ended {
    let mut command = Command::new(repository("deploy/start-redis.sh"));
    command.arg(folder).arg(server_program()).arg("--version");
    run(command, DEADLINE).await
}

/// A server's files with a bare write and a transaction, and where that begins.
async fn written(text: &str) -> (PrivateRedis, Vec<u8>, usize) {
    let mut redis = PrivateRedis::start().await;
    redis::cmd("SET").arg("bare").arg("1").exec(&mut redis.connection()).unwrap();
    write(&redis, text);
    redis.kill();
    let whole = fs::read(appended(redis.folder())).unwrap();
    let multi = b"*1\r\n$5\r\nMULTI";
    let begins = whole.windows(multi.len()).rposition(|bytes| bytes == multi).unwrap();
    (redis, whole, begins)
}

#[tokio::test]
async fn a_write_that_ends_anywhere_is_cut_off() {
    let (redis, whole, begins) = written("executive").await;
    let file = appended(redis.folder());
    for end in begins + 1..whole.len() {
        for zeros in [0, 7] {
            fs::write(&file, [&whole[..end], &[0; 7][..zeros]].concat()).unwrap();
            let ended = look(redis.folder()).await;
            assert!(ended.status.success(), "{end} of {}, {zeros} zeros: {ended:?}", whole.len());
            assert_eq!(fs::read(&file).unwrap(), whole[..begins], "{end}");
        }
    }
    let command = b"*3\r\n$3\r\nSET\r\n$4\r\nbare\r\n$1\r\n2\r\n";
    for end in 1..command.len() {
        fs::write(&file, [&whole, &command[..end]].concat()).unwrap();
        assert!(look(redis.folder()).await.status.success(), "{end}");
        assert_eq!(fs::read(&file).unwrap(), whole, "{end}");
    }
}

#[tokio::test]
async fn more_than_one_write_that_is_not_whole_is_left_to_people() {
    let (redis, whole, begins) = written("first").await;
    let file = appended(redis.folder());
    let (before, last) = whole.split_at(begins);
    let torn = &TORN[..TORN.len() - 2];
    let select = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n".as_slice();
    let bare = b"*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n1\r\n".as_slice();
    for (what, broken) in [
        ("a whole transaction behind a broken command", [b"xxx", whole.as_slice()].concat()),
        ("a whole command behind a broken one", [before, b"x3", &bare[2..], bare].concat()),
        ("a broken command alone", [before, b"x3", &bare[2..]].concat()),
        ("a start that went on behind half a transaction", [before, torn, select, last].concat()),
        ("and with a bare command", [before, b"*1\r\n$5\r\nMULTI\r\n", bare, select, bare].concat()),
    ] {
        fs::write(&file, &broken).unwrap();
        let ended = look(redis.folder()).await;
        assert_eq!(ended.status.code(), Some(1), "{what}: {ended:?}");
        assert!(
            ended.stderr.contains("more is broken than the last write, and nothing was changed"),
            "{ended:?}"
        );
        assert_eq!(fs::read(&file).unwrap(), broken, "{what}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_said() {
    let (redis, ..) = written("first").await;
    fs::remove_file(appended(redis.folder())).unwrap();
    let ended = look(redis.folder()).await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.contains("cannot be checked; nothing was changed"), "{ended:?}");
    let mut command = Command::new(repository("deploy/start-redis.sh"));
    command.arg(redis.folder()).arg("no-such-server");
    let ended = run(command, DEADLINE).await;
    assert_eq!(
        (ended.status.code(), ended.stderr.trim()),
        (Some(127), "start-redis: no-such-server is no program")
    );
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
