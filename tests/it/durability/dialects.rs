//! Every way in which it cannot be had, in every dialect: 503 with Retry-After and never a yes, and back by itself.

use offstage_tests::{
    eventually,
    platform::{self, Caller, OPERATOR},
};
use reqwest::Method;
use serde_json::json;

use super::{DEADLINE, Site};

/// What an answer to a request for a deletion is.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// 503, to be tried again after a second.
    Later,
    /// Yes: it was accepted, or has been done.
    Yes,
}

/// Asks for the deletion of another user or workspace in each dialect, one after the other.
async fn ask_everywhere(site: &Site, operator: &Caller) -> [Answer; 4] {
    let api = &site.api;
    let staged = api.request(Method::DELETE, "/api/staged_config/access/users/5");
    let staged = api.send(staged.header("Idempotency-Key", "k")).await;
    let asked = api.request(Method::POST, "/ops/v1/deletions").json(&json!({"users": [{"id": 6}]}));
    let ops = api.send(asked).await;
    let platform = operator.delete("user7").await;
    let form = [("userName", "user8"), ("f", "json")];
    let path = "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace";
    let notebooks = api.send(api.request(Method::POST, path).form(&form)).await;
    let http = |answer: &offstage_tests::api::Answer| match answer.status.as_u16() {
        503 if answer.headers["retry-after"] == "1" => Answer::Later,
        200 | 202 => Answer::Yes,
        other => panic!("{other}: {answer:?}"),
    };
    let platform = match platform.status {
        503 if platform.head.contains("\r\nretry-after: 1\r\n") => Answer::Later,
        // One that was asked for in vain may have been done since.
        204 | 404 => Answer::Yes,
        _ => panic!("{platform:?}"),
    };
    let notebooks = match notebooks.body["error"]["code"].as_u64() {
        Some(503) => Answer::Later,
        None | Some(404) => Answer::Yes,
        Some(_) => panic!("{notebooks:?}"),
    };
    [http(&staged), http(&ops), platform, notebooks]
}

/// Breaks it, asks, heals it, asks again; `begun` tasks stand there though nobody was told yes.
async fn holds(breaks: impl AsyncFn(&mut Site), heals: impl AsyncFn(&mut Site), begun: usize) {
    let mut site = Site::open().await;
    platform::people(&site.stack).await;
    let operator = Caller::logged_on(&site.api, OPERATOR).await;
    breaks(&mut site).await;
    for _ in 0..2 {
        assert_eq!(ask_everywhere(&site, &operator).await, [const { Answer::Later }; 4]);
    }
    heals(&mut site).await;
    let _worker = site.worker();
    eventually("everything is accepted again", DEADLINE, async || {
        let answers = ask_everywhere(&site, &operator).await;
        (answers == [const { Answer::Yes }; 4]).then_some(())
    })
    .await;
    let key = site.api.request(Method::DELETE, "/api/staged_config/access/users/5");
    let found = site.api.send(key.header("Idempotency-Key", "k")).await;
    if begun > 0 {
        assert_eq!(found.body["id"], 1, "what was begun is found by its key");
    }
    eventually("all four are gone, and each once", DEADLINE, async || {
        let items = site.api.get("/ops/v1/tasks").await.body["items"].as_array()?.clone();
        (items.len() == 4 && items.iter().all(|task| task["state"] == "COMPLETED")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_died() {
    let breaks = async |site: &mut Site| site.replica.kill();
    holds(breaks, async |site| site.replica.restart().await, 1).await;
}

#[tokio::test]
async fn a_replica_that_hangs() {
    holds(async |site| site.replica.freeze(), async |site| site.replica.thaw(), 1).await;
}

#[tokio::test]
async fn a_server_that_writes_later_than_is_promised() {
    let breaks = async |site: &mut Site| site.set("appendfsync", "everysec");
    holds(breaks, async |site| site.set("appendfsync", "always"), 1).await;
}

#[tokio::test]
async fn a_server_that_wants_more_replicas_than_there_are() {
    let breaks = async |site: &mut Site| site.set("min-replicas-to-write", "2");
    holds(breaks, async |site| site.set("min-replicas-to-write", "0"), 0).await;
}

#[tokio::test]
async fn a_server_that_cannot_write() {
    let breaks = async |site: &mut Site| site.stack.redis.stop_writing().await;
    holds(breaks, async |site| site.set("stop-writes-on-bgsave-error", "no"), 0).await;
}

#[tokio::test]
async fn a_server_without_memory() {
    let breaks = async |site: &mut Site| site.set("maxmemory", "1");
    holds(breaks, async |site| site.set("maxmemory", "0"), 0).await;
}

#[tokio::test]
async fn a_server_that_became_a_replica() {
    let follow = |site: &Site, whom: [&str; 2]| {
        redis::cmd("REPLICAOF").arg(&whom).exec(&mut site.stack.redis.connection()).unwrap();
    };
    // Port 1 of this machine: nobody is there to take data from.
    let breaks = async |site: &mut Site| follow(site, ["127.0.0.1", "1"]);
    holds(breaks, async |site| follow(site, ["NO", "ONE"]), 0).await;
}
