//! Who works, and who claims no more.

use super::{DEADLINE, act, body, get};
use offstage_tests::{api::Api, eventually, fixtures, stack::Stack};
use serde_json::{Value, json};

async fn first_worker(api: &Api) -> Value {
    eventually("a worker is seen", DEADLINE, async || {
        let workers = get(api, "/workers").await;
        body(&workers, 200)["items"].get(0).cloned()
    })
    .await
}

#[tokio::test]
async fn a_worker_tells_who_it_is() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(body(&get(&api, "/workers").await, 200), &json!({"items": []}));
    let program = stack.worker(&[]);
    let worker = first_worker(&api).await;
    let members: Vec<_> = worker.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["name", "host", "pid", "version", "since", "last_claim", "running", "quiet", "quiet_by", "seen"]
    );
    assert_eq!(worker["pid"], program.pid());
    assert_eq!((&worker["running"], &worker["quiet"]), (&json!(0), &json!(false)));
    assert_eq!(
        (&worker["version"], &worker["last_claim"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!(null))
    );
}

#[tokio::test]
async fn a_quiet_worker_claims_nothing_until_it_is_woken() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let name = first_worker(&api).await["name"].as_str().unwrap().to_owned();
    let quiet = act(&api, &format!("/workers/{name}/quiet")).await;
    assert_eq!((&body(&quiet, 200)["quiet"], &quiet.body["name"]), (&json!(true), &json!(name)));
    let task = fixtures::submit(&stack.store, 5).await;
    let since = first_worker(&api).await["seen"].as_u64().unwrap();
    eventually("it was heard of twice more", DEADLINE, async || {
        (first_worker(&api).await["seen"].as_u64().unwrap() > since + 2_000).then_some(())
    })
    .await;
    assert_eq!(api.status(task.0).await, "QUEUED");
    let awake = act(&api, &format!("/workers/{name}/wake")).await;
    assert_eq!(body(&awake, 200)["quiet"], false);
    api.until(task.0, &["COMPLETED"], DEADLINE).await;
    for action in ["quiet", "wake"] {
        let unknown = act(&api, &format!("/workers/nobody%2Fhere/{action}")).await;
        assert!(body(&unknown, 404)["detail"].as_str().unwrap().contains("No worker"), "{unknown:?}");
    }
}
