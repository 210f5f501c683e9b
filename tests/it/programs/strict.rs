//! A Redis that may lose accepted tasks: named at the start, and refused with `--strict`.

use offstage_tests::{programs::Program, redis::PrivateRedis};
use std::time::Duration;

#[tokio::test]
async fn a_redis_that_may_lose_tasks_is_named_and_refused_where_that_is_asked_for() {
    let redis = PrivateRedis::with(&["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]).await;
    let url = redis.url();
    let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &url];
    let mut lenient = Program::start("offstage", redis.folder(), &args, &[]);
    lenient.line("ready ").await;
    lenient.logged("appendonly is off").await;
    lenient.logged("maxmemory-policy is allkeys-lru").await;

    let mut strict = Program::start("offstage", redis.folder(), &[&args[..], &["--strict"]].concat(), &[]);
    assert_eq!(strict.ended(Duration::from_secs(5)).await.code(), Some(1));
    assert!(strict.log().contains("--strict: maxmemory-policy is allkeys-lru"), "{}", strict.log());
}

#[tokio::test]
async fn a_redis_that_keeps_everything_passes_the_strict_look() {
    let redis = PrivateRedis::start().await;
    let url = redis.url();
    let args = ["serve", "--strict", "--listen", "127.0.0.1:0", "--redis-url", &url];
    Program::start("offstage", redis.folder(), &args, &[]).line("ready ").await;
}

/// A server that is set like most: not started by `deploy/start-redis.sh`.
#[tokio::test]
async fn a_redis_that_revives_what_it_died_over_is_named_and_refused_where_that_is_asked_for() {
    let redis = PrivateRedis::start().await;
    let set = ["SET", "aof-load-truncated", "yes"];
    redis::cmd("CONFIG").arg(&set).exec(&mut redis.connection()).unwrap();
    let url = redis.url();
    let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &url];
    let mut lenient = Program::start("offstage", redis.folder(), &args, &[]);
    lenient.line("ready ").await;
    lenient.logged("aof-load-truncated is yes").await;
    let mut strict = Program::start("offstage", redis.folder(), &[&args[..], &["--strict"]].concat(), &[]);
    assert_eq!(strict.ended(Duration::from_secs(5)).await.code(), Some(1));
    assert!(strict.log().contains("--strict: aof-load-truncated is yes"), "{}", strict.log());
}
