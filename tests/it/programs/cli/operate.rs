//! `offstage queue`, `workers`, `dependents`, `token` and `doctor`, with a real API and real workers.

use offstage_tests::{eventually, programs::Ended, redis::PrivateRedis, stack::Stack};
use serde_json::json;
use tempfile::tempdir;

use super::{DEADLINE, Operator, code, document, said};

#[tokio::test]
async fn a_paused_queue_says_so_and_lets_nothing_begin() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    assert!(said(&operator.runs(&["queue", "pause"]).await).starts_with("queue             paused"));
    said(&operator.runs(&["delete", "5"]).await);
    let queue = operator.runs(&["queue"]).await;
    for line in ["\nQUEUED            1\n", "durability        always"] {
        assert!(said(&queue).contains(line), "{line}: {}", queue.stdout);
    }
    let resumed = operator.runs(&["queue", "resume", "--output", "json"]).await;
    assert_eq!(document(&resumed)["paused"], false);
    assert_eq!(code(&operator.runs(&["tasks", "watch", "1"]).await), 0);
}

#[tokio::test]
async fn workers_are_listed_kept_quiet_and_woken() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    let name = eventually("it is announced", DEADLINE, async || {
        let listed = operator.runs(&["workers", "list", "--output", "json"]).await;
        document(&listed)["items"][0]["name"].as_str().map(str::to_owned)
    })
    .await;
    let row = |ended: &Ended| said(ended).lines().find(|line| line.starts_with(&name)).unwrap().to_owned();
    assert!(row(&operator.runs(&["workers", "quiet", &name]).await).contains(" quiet "));
    said(&operator.runs(&["delete", "5"]).await);
    let woken = operator.runs(&["workers", "wake", &name]).await;
    assert!(!row(&woken).contains(" quiet ") && woken.stdout.contains("never"), "it took nothing: {woken:?}");
    assert_eq!(code(&operator.runs(&["tasks", "watch", "1"]).await), 0);
    let nobody = operator.runs(&["workers", "quiet", "nobody"]).await;
    assert!(code(&nobody) == 1 && nobody.stderr.contains("404"), "{nobody:?}");
}

#[tokio::test]
async fn dependents_are_added_listed_and_removed() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let flags =
        ["--name", "Failed logins", "--owner", "bob", "--database", "EVENTS", "--group", "3", "--group", "4"];
    let add = [&["dependents", "add", "5", "REPORT", "a/b"][..], &flags].concat();
    let row = "REPORT  a/b  yes       Failed logins  bob    EVENTS    3,4";
    assert_eq!(said(&operator.runs(&add).await).lines().last(), Some(row));
    said(&operator.runs(&["dependents", "add", "5", "DASHBOARD", "8", "--not-blocking"]).await);
    let listed = operator.runs(&["dependents", "list", "5", "--output", "json"]).await;
    let items = document(&listed)["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["blocking"], false);
    said(&operator.runs(&["dependents", "remove", "5", "REPORT", "a/b"]).await);
    let left = operator.runs(&["dependents", "list", "5"]).await;
    assert!(said(&left).contains("DASHBOARD") && !left.stdout.contains("REPORT"), "{left:?}");
    let none = operator.runs(&["dependents", "list", "77"]).await;
    assert!(code(&none) == 1 && none.stderr.contains("404"), "{none:?}");
}

#[tokio::test]
async fn a_token_is_alone_on_standard_output_opens_what_it_may_and_is_revoked() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let create = ["token", "create", "ci", "--capability", "ops.read", "--expires", "90d"];
    let created = operator.runs(&create).await;
    let token = said(&created).trim_end();
    assert!(created.stdout.lines().count() == 1 && !created.stderr.contains(token), "{created:?}");
    assert_eq!(code(&operator.runs(&create).await), 1, "the name has one");

    let reader = Operator::of(home.path(), api.base()).with("OFFSTAGE_TOKEN", token);
    said(&reader.runs(&["queue"]).await);
    assert!(reader.runs(&["queue", "pause"]).await.stderr.contains("403"));
    let listed = operator.runs(&["token", "list"]).await;
    let row = said(&listed).lines().find(|line| line.starts_with("ci ")).unwrap();
    assert!(row.contains("ops.read") && row.contains("in 89 days") | row.contains("in 90 days"), "{row}");
    assert!(!listed.stdout.contains(token));

    let revoked = operator.runs(&["token", "revoke", "ci"]).await;
    assert!(said(&revoked).is_empty() && revoked.stderr.contains("ci is revoked"), "{revoked:?}");
    assert_eq!(code(&reader.runs(&["queue"]).await), 1);
}

#[tokio::test]
async fn the_doctor_says_the_same_through_the_api_and_at_redis_itself() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let url = stack.redis.url();
    let at_redis = operator.runs(&["doctor", "--redis-url", &url]).await;
    let through_api = operator.runs(&["doctor"]).await;
    for ended in [&at_redis, &through_api] {
        let worker = ended.stdout.lines().find(|line| line.contains("workers")).unwrap();
        assert!(worker.starts_with("bad ") || worker.starts_with("warn"), "nobody works: {ended:?}");
        assert!(ended.stdout.contains("good  persistence"), "{ended:?}");
    }
    let whats = |ended: &Ended| -> Vec<_> {
        ended
            .stdout
            .lines()
            .filter(|line| !line.starts_with(' '))
            .map(|line| line[6..12].to_owned())
            .collect()
    };
    assert_eq!(whats(&at_redis), whats(&through_api));
    let by_environment = Operator::at(home.path()).with("OFFSTAGE_REDIS_URL", &url);
    let json = by_environment.runs(&["doctor", "--output", "json"]).await;
    assert!(document(&json)["items"].as_array().unwrap().len() > 5, "{json:?}");
}

#[tokio::test]
async fn what_is_bad_has_a_remedy_and_the_exit_code_1() {
    let home = tempdir().unwrap();
    let redis = PrivateRedis::with(&["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]).await;
    let operator = Operator::at(home.path());
    let ended = operator.runs(&["doctor", "--redis-url", &redis.url()]).await;
    assert_eq!(code(&ended), 1);
    let lines: Vec<_> = ended.stdout.lines().collect();
    for what in ["bad   persistence", "bad   eviction policy"] {
        let at = lines
            .iter()
            .position(|line| line.starts_with(what))
            .unwrap_or_else(|| panic!("{what}: {ended:?}"));
        assert!(lines[at + 1].starts_with("      "), "the remedy of {what}: {ended:?}");
    }
    let items = document(&operator.runs(&["doctor", "--redis-url", &redis.url(), "--output", "json"]).await);
    assert_ne!(items, json!(null));
}

#[tokio::test]
async fn the_doctor_reports_on_a_redis_that_cannot_write() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    assert!(operator.runs(&["doctor"]).await.stdout.contains("good  persistence"));
    stack.redis.stop_writing().await;
    for asked in [&["doctor"][..], &["doctor", "--redis-url", &stack.redis.url()]] {
        let ended = operator.runs(asked).await;
        assert_eq!(code(&ended), 1, "{ended:?}");
        assert!(ended.stdout.contains("bad   persistence"), "{ended:?}");
        assert!(ended.stdout.contains("good  version"), "{ended:?}");
    }
}
