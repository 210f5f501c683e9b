//! What is promised, and what there is, where an operator looks.

use offstage_tests::{eventually, programs::Program, redis::PrivateRedis};
use serde_json::{Value, json};
use std::time::Duration;

use super::{DEADLINE, PROMISED, Site};

const MEMBERS: [&str; 5] =
    ["durability", "durability_promised", "replicas", "replicas_promised", "promise_kept"];

async fn queue(site: &Site) -> Vec<Value> {
    let answer = site.api.get("/ops/v1/queue").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    MEMBERS.map(|member| answer.body[member].clone()).to_vec()
}

async fn acceptances(site: &Site) -> (Value, String) {
    let answer = site.api.get("/ops/v1/doctor").await;
    let items = answer.body["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["what"] == "acceptances").unwrap();
    (item["level"].clone(), item["says"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_queue_and_the_doctor_say_what_is_promised_and_whether_it_is_kept() {
    let mut site = Site::open().await;
    let kept = [json!("always"), json!("always"), json!(1), json!(1), json!(true)];
    assert_eq!(queue(&site).await, kept);
    assert_eq!(acceptances(&site).await.0, "good");
    site.set("appendfsync", "everysec");
    assert_eq!(queue(&site).await, [json!("everysec"), json!("always"), json!(1), json!(1), json!(false)]);
    let (level, says) = acceptances(&site).await;
    assert_eq!(level, "bad");
    assert!(says.contains("Redis has appendfsync everysec, and durability.fsync promises always"), "{says}");
    site.set("appendfsync", "always");
    site.replica.freeze();
    let at_once = queue(&site).await.pop();
    assert_eq!(at_once, Some(json!(false)), "it may still be counted, and confirms nothing");
    eventually("a replica that hangs is not counted", DEADLINE, async || {
        (queue(&site).await[2..] == [json!(0), json!(1), json!(false)]).then_some(())
    })
    .await;
    site.replica.thaw();
    site.replica.kill();
    assert!(acceptances(&site).await.1.contains("durability.replicas promises 1"));
}

#[tokio::test]
async fn where_nothing_is_promised_nothing_is_asked_and_what_there_is_is_shown() {
    let site = Site::promising(&[]).await;
    assert_eq!(queue(&site).await, [json!("always"), json!("any"), json!(1), json!(0), json!(true)]);
    site.api.submit(5).await;
    assert_eq!(site.stack.redis_calls_of("wait"), 0);
    assert_eq!(acceptances(&site).await.0, "good");
}

#[tokio::test]
async fn where_redis_takes_no_writes_the_doctor_still_looks_and_says_what_redis_said() {
    let site = Site::open().await;
    site.set("min-replicas-to-write", "5");
    let (level, says) = acceptances(&site).await;
    assert_eq!(level, "bad", "{says}");
    assert!(says.contains("NOREPLICAS"), "{says}");
    site.set("min-replicas-to-write", "0");
    assert_eq!(acceptances(&site).await.0, "good");
}

#[tokio::test]
async fn a_server_that_does_not_tell_its_settings_is_not_taken_to_keep_a_promise() {
    let site = Site::promising(&PROMISED[..1]).await;
    site.api.submit(5).await;
    let mut connection = site.stack.redis.connection();
    redis::cmd("ACL").arg(&["SETUSER", "default", "-config"]).exec(&mut connection).unwrap();
    let refused = site.api.delete_user(6).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    redis::cmd("ACL").arg(&["SETUSER", "default", "-info"]).exec(&mut connection).unwrap();
    assert_eq!(
        queue(&site).await,
        [json!("unknown"), json!("always"), json!(null), json!(0), json!(false)],
        "what is not told is not shown, and everything else is"
    );
    redis::cmd("ACL").arg(&["SETUSER", "default", "+config", "+info"]).exec(&mut connection).unwrap();
    assert_eq!(site.api.delete_user(6).await.status, 202);
}

#[tokio::test]
async fn a_promise_that_is_not_kept_is_refused_at_the_start_where_that_is_asked_for() {
    let redis = PrivateRedis::with(&["--appendfsync", "everysec"]).await;
    let url = redis.url();
    let strict = async |environment: &[(&str, &str)]| {
        let args = ["serve", "--strict", "--listen", "127.0.0.1:0", "--redis-url", &url];
        Program::start("offstage", redis.folder(), &args, environment)
    };
    for (promised, says) in [
        (&PROMISED[..1], "Redis has appendfsync everysec, and durability.fsync promises always"),
        (&PROMISED[1..], "0 replicas have it in time, and durability.replicas promises 1"),
    ] {
        let mut refused = strict(promised).await;
        assert_eq!(refused.ended(Duration::from_secs(5)).await.code(), Some(1));
        assert!(refused.log().contains(says), "{}", refused.log());
    }
    let known = [("OFFSTAGE_DURABILITY__FSYNC", "everysec")];
    strict(&known).await.line("ready ").await;
}
