//! `offstage import`, end to end.

use offstage::store::Store;
use offstage_tests::{
    eventually, fixtures,
    fixtures::PREFIX,
    programs::{Ended, Program, command, run},
    redis::PrivateRedis,
    stack::Stack,
};
use redis::Connection;
use rustix::process::Signal;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{DEADLINE, ended, generated, sample};

const SAMPLE_REPORT: &str = "user roles: 4 added, 0 kept as they were, 0 skipped
security profiles: 3 added, 0 kept as they were, 0 skipped
tenants: 2 added, 0 kept as they were, 0 skipped
domains: 2 added, 0 kept as they were, 0 skipped
users: 9 added, 0 kept as they were, 0 skipped
dependents: 7 added, 0 kept as they were, 0 skipped
service tokens: 0 added, 0 kept as they were, 0 skipped
";

async fn import(redis: &PrivateRedis, file: &str, more: &[&str]) -> Ended {
    let url = redis.url();
    let args = [&["import", file, "--redis-url", &url], more].concat();
    ended("offstage", redis.folder(), &args, &[]).await
}

async fn imported(redis: &PrivateRedis, file: &str, more: &[&str]) -> String {
    let ended = import(redis, file, more).await;
    assert!(ended.status.success(), "{ended:?}");
    ended.stdout
}

fn keys(connection: &mut Connection) -> u64 {
    redis::cmd("DBSIZE").query(connection).expect("Redis answers")
}

#[tokio::test]
async fn the_sample_is_imported_and_a_repetition_keeps_everything() {
    let redis = PrivateRedis::start().await;
    assert_eq!(imported(&redis, &sample(), &[]).await, SAMPLE_REPORT);
    let before = keys(&mut redis.connection());
    let again = imported(&redis, &sample(), &[]).await;
    assert!(again.contains("users: 0 added, 9 kept as they were, 0 skipped"), "{again}");
    assert!(again.contains("dependents: 0 added, 7 kept as they were, 0 skipped"), "{again}");
    assert_eq!(keys(&mut redis.connection()), before);
}

#[tokio::test]
async fn deleted_users_and_live_deletions_are_skipped_and_restore_brings_only_the_deleted_back() {
    let redis = PrivateRedis::start().await;
    imported(&redis, &sample(), &[]).await;
    let store = fixtures::store(&redis);
    fixtures::tokens(&store).await;
    let stack = Stack { redis, store };
    let (_server, api) = stack.api(&[]).await;
    let mut worker = stack.worker(&[]);
    let deleted = api.submit(7).await;
    api.until(deleted, &["COMPLETED"], DEADLINE).await;
    worker.signal(Signal::TERM);
    worker.ended(DEADLINE).await;
    let live = api.submit(5).await;

    // The deployed user stays until the next deploy, but is as good as deleted for an import.
    let report = imported(&stack.redis, &sample(), &[]).await;
    assert!(report.contains("users: 0 added, 7 kept as they were, 2 skipped"), "{report}");
    assert!(report.contains("  user 5: the deletion is under way\n"), "{report}");
    assert!(report.contains("  user 7: was deleted (--restore brings deleted users back)\n"), "{report}");
    assert!(report.contains("dependent DASHBOARD \"9\" of user 7: the user is not there"), "{report}");
    assert_eq!(api.delete_user(7).await.status, 404);

    let report = imported(&stack.redis, &sample(), &["--restore"]).await;
    assert!(report.contains("users: 0 added, 1 restored, 7 kept as they were, 1 skipped"), "{report}");
    assert!(report.contains("dependents: 2 added, 5 kept as they were, 0 skipped"), "{report}");
    assert!(report.contains("  user 5: the deletion is under way\n"), "{report}");
    let _worker = stack.worker(&[]);
    for task in [live, api.submit(7).await] {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn all_faults_are_listed_with_their_places_and_nothing_is_written() {
    const FAULTY: &str = r#"{
  "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ROOT"]}],
  "users": [
    {"id": 1, "username": "admin"},
    {"id": 1, "username": "twice", "email": "e@example.com", "user_role_id": 9},
    17
  ],
  "dependents": [{"user_id": 77, "type": "REPORT", "id": "1"}],
  "service_tokens": [{"name": "ci", "token": "hunter2", "capabilities": ["ADMIN"]}],
  "extra": 1
}"#;
    let redis = PrivateRedis::start().await;
    let file = redis.folder().join("faulty.json");
    std::fs::write(&file, FAULTY).unwrap();
    // Whoever looks first gives the Redis its name.
    fixtures::store(&redis).check().await.unwrap();
    let before = keys(&mut redis.connection());
    let ended = import(&redis, file.to_str().unwrap(), &[]).await;
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""));
    for place in [
        "user_roles[0] (line 2): capabilities: ",
        "users[1] (line 5): id: 1 is that of users[0] already",
        "users[1] (line 5): user_role_id: ",
        "users[2] (line 6): an object is wanted, not a number",
        "dependents[0] (line 8): user_id: no such user",
        "service_tokens[0] (line 9): token: ",
        "file (line 10): \"extra\": unknown",
        "nothing was written",
    ] {
        assert!(ended.stderr.contains(place), "{place} is not in {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("hunter2") && !ended.stderr.contains("ROOT"), "{}", ended.stderr);
    assert_eq!(keys(&mut redis.connection()), before);
}

#[tokio::test]
async fn a_file_that_is_missing_empty_no_json_or_no_text_is_a_clear_message() {
    let redis = PrivateRedis::start().await;
    let file = redis.folder().join("odd.json");
    let path = file.to_str().unwrap();
    let folder = redis.folder().to_str().unwrap().to_owned();
    for (bytes, said) in [
        (&b""[..], "not JSON"),
        (b"{\"users\": [", "not JSON"),
        (b"[]", "an object is wanted"),
        (b"\xff\xfe", "not UTF-8"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let ended = import(&redis, path, &[]).await;
        assert_eq!(ended.status.code(), Some(1));
        assert!(ended.stderr.contains(said) && ended.stderr.contains(path), "{said}: {}", ended.stderr);
    }
    std::fs::remove_file(&file).unwrap();
    for path in [path, &folder] {
        let ended = import(&redis, path, &[]).await;
        assert_eq!(ended.status.code(), Some(1));
        assert!(ended.stderr.contains(&format!("cannot read {path}")), "{}", ended.stderr);
    }
    assert_eq!(keys(&mut redis.connection()), 0);
}

#[tokio::test]
async fn a_hundred_thousand_users_are_imported_in_well_under_a_minute_and_progress_is_said() {
    const USERS: u64 = 100_000;
    let redis = PrivateRedis::start().await;
    let file = generated(redis.folder(), USERS);
    let url = redis.url();
    let begun = Instant::now();
    let args = ["import", file.as_str(), "--redis-url", &url];
    let ended = run(command("offstage", redis.folder(), &args, &[]), Duration::from_mins(1)).await;
    let took = begun.elapsed();
    assert!(ended.status.success(), "{ended:?}");
    eprintln!("import of {USERS} users: {took:?}");
    assert!(ended.stdout.contains(&format!("users: {} added", USERS + 1)), "{}", ended.stdout);
    let line = ended.stderr.lines().next().expect("progress is said");
    assert!(line.starts_with("users: ") && line.ends_with(" of 100001"), "{}", ended.stderr);
    assert!(ended.stderr.lines().count() < 30, "a log is not filled: {}", ended.stderr);
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_panic() {
    let redis = PrivateRedis::start().await;
    let url = redis.url();
    let sample = sample();
    let mut import = command("offstage", redis.folder(), &["import", &sample, "--redis-url", &url], &[]);
    import.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = import.spawn().unwrap();
    drop(child.stdout.take());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());

    let mut piped = Command::new("sh");
    let program = offstage_tests::programs::path_of("offstage");
    piped.args(["-c", "\"$0\" import \"$1\" --redis-url \"$2\" | head -1"]).arg(program).args([sample, url]);
    let ended = run(piped, DEADLINE).await;
    assert_eq!(ended.stdout, "user roles: 0 added, 4 kept as they were, 0 skipped\n");
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn a_redis_that_dies_in_the_middle_is_a_clear_error_and_a_repetition_completes() {
    const USERS: u64 = 20_000;
    let mut redis = PrivateRedis::start().await;
    let file = generated(redis.folder(), USERS);
    let store = Store::new(&redis.url(), PREFIX, "offstage-test").unwrap();
    let args = ["import", file.as_str(), "--redis-url", &redis.url()].map(str::to_owned);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let mut first = Program::start("offstage", redis.folder(), &args, &[]);
    eventually("some are loaded", DEADLINE, async || {
        (store.staged_users().await.is_ok_and(|users| users > 0)).then_some(())
    })
    .await;
    redis.kill();
    assert_eq!(first.ended(DEADLINE).await.code(), Some(1));
    let said = first.log();
    assert!(said.contains("the import is not complete; it can be repeated"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    redis.restart().await;
    let report = imported(&redis, &file, &[]).await;
    let tally = report.lines().find(|line| line.starts_with("users: ")).unwrap();
    assert!(tally.ends_with("kept as they were, 0 skipped") && !tally.contains(" 0 kept"), "{tally}");
    assert_eq!(fixtures::store(&redis).staged_users().await.unwrap(), USERS + 1);
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_a_clear_error() {
    let mut redis = PrivateRedis::start().await;
    redis.kill();
    let ended = import(&redis, &sample(), &[]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("Redis") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(ended.stderr.matches("os error").count(), 1, "the cause, once: {}", ended.stderr);
}
