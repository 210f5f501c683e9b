//! Deleting a workspace: done, in use, not there, asked for twice, taken back, or longer than anybody waits.

use super::{ADMIN, BOSS, DELETE, JOE, LIST, Site, busy, refused, success};
use crate::api::{DEADLINE, tasks};
use offstage_tests::{eventually, fixtures::ADMIN_TOKEN};
use reqwest::Method;
use serde_json::{Value, json};

const IMPATIENT: (&str, &str) = ("OFFSTAGE_NOTEBOOKS__WAIT_MS", "300");

#[tokio::test]
async fn a_workspace_is_deleted_from_the_disk_and_from_the_list() {
    let site = Site::open().await;
    let _worker = site.worker();
    for name in [JOE, "gis_jane", "DOM\\u ser@r+x"] {
        site.workspace(name);
    }
    let named = |body: &Value| -> Vec<String> {
        body["Containers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["Name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(named(&site.get(LIST).await), ["DOM\\u ser@r+x", "gis_jane", JOE]);
    assert_eq!(site.delete(JOE).await, success());
    assert_eq!(site.delete("DOM\\u ser@r+x").await, success());
    assert!(!site.has(JOE) && site.has("gis_jane"));
    assert_eq!(named(&site.get(LIST).await), ["gis_jane"]);
    let said = site.delete(JOE).await;
    assert_ne!(refused(&said, 404), busy()["error"]["message"]);
    assert_eq!(tasks(&site.stack).await, 2, "what is not there needs no task");
    site.stack.is_settled().await;
}

#[tokio::test]
async fn every_spelling_of_the_address_deletes() {
    let site = Site::open().await;
    let _worker = site.worker();
    for path in [
        "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace",
        "/arcgis/admin/dataaccess/deleteUserWorkspace",
        "/arcgis/admin/notebooks/dataaccess/deleteUserWorkspace",
        "/arcgis/notebooks/admin/dataaccess/gis_joe/deleteUserWorkspace",
        "/arcgis/admin/dataaccess/gis_joe/deleteUserWorkspace",
    ] {
        site.workspace(JOE);
        assert_eq!(site.post(path, &[("userName", JOE)]).await, success(), "{path}");
        assert!(!site.has(JOE), "{path}");
    }
}

#[tokio::test]
async fn a_workspace_in_use_stays_until_its_container_ends() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    site.container("c1", JOE).await;
    assert_eq!(site.delete(JOE).await, busy());
    assert!(site.has(JOE));
    assert_eq!(site.post(&format!("{ADMIN}/system/containers/c1/terminateContainer"), &[]).await, success());
    assert_eq!(site.delete(JOE).await, success());
    assert!(!site.has(JOE));
}

#[tokio::test]
async fn who_joins_a_deletion_waits_for_its_end_and_does_not_succeed_himself() {
    let site = Site::open().await;
    site.workspace(JOE);
    site.stack.store.pause_queue(true, "test").await.unwrap();
    let _worker = site.worker();
    let first = site.delete(JOE);
    let second = async {
        eventually("the first one is accepted", DEADLINE, async || {
            (tasks(&site.stack).await == 1).then_some(())
        })
        .await;
        let go_on = async { site.stack.store.pause_queue(false, "test").await.unwrap() };
        futures::join!(site.delete(JOE), go_on).0
    };
    let (first, second) = futures::join!(first, second);
    assert_eq!(first, success());
    assert!(refused(&second, 404).contains("task 1"), "{second}");
    assert_eq!(tasks(&site.stack).await, 1);
}

#[tokio::test]
async fn when_the_wait_runs_out_the_caller_is_told_which_task_goes_on() {
    let site = Site::with(&[IMPATIENT]).await;
    site.workspace(JOE);
    let said = site.delete(JOE).await;
    let said = refused(&said, 500);
    assert!(said.contains("task 1") && said.contains("system/jobs/1"), "{said}");
    assert!(site.has(JOE));
    let _worker = site.worker();
    let gone = eventually("the task goes on", DEADLINE, async || (!site.has(JOE)).then_some(()));
    gone.await;
}

#[tokio::test]
async fn a_deletion_that_an_operator_cancels_says_so_to_who_waits() {
    let site = Site::open().await;
    site.workspace(JOE);
    let cancelled = async {
        eventually("it is accepted", DEADLINE, async || (tasks(&site.stack).await == 1).then_some(())).await;
        site.api.send(site.api.request(Method::POST, "/ops/v1/tasks/1/cancel")).await
    };
    let (said, cancelled) = futures::join!(site.delete(JOE), cancelled);
    assert_eq!(cancelled.status, 200);
    let said = refused(&said, 500);
    assert!(said.contains("cancelled") && said.contains("task 1"), "{said}");
    assert_ne!(said, busy()["error"]["message"]);
    assert!(site.has(JOE));
}

#[tokio::test]
async fn a_job_is_begun_for_who_does_not_wait() {
    let site = Site::open().await;
    site.workspace(JOE);
    let begun = site.post(DELETE, &[("userName", JOE), ("async", "true")]).await;
    assert_eq!(begun, json!({"jobId": "1"}));
    assert!(site.has(JOE), "nobody works yet");
}

#[tokio::test]
async fn a_caller_who_hangs_up_stops_nothing() {
    let site = Site::open().await;
    site.workspace(JOE);
    {
        let mut waiting = std::pin::pin!(site.delete(JOE));
        let accepted =
            eventually("it is accepted", DEADLINE, async || (tasks(&site.stack).await == 1).then_some(()));
        tokio::select! {
            said = &mut waiting => panic!("nobody works yet: {said}"),
            () = accepted => {}
        }
    }
    let _worker = site.worker();
    eventually("it goes on", DEADLINE, async || (!site.has(JOE)).then_some(())).await;
}

#[tokio::test]
async fn a_get_deletes_nothing_whoever_follows_a_link() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    for path in [DELETE, "/arcgis/admin/dataaccess/gis_joe/deleteUserWorkspace"] {
        let link = format!("{path}?userName={JOE}&f=json&token={ADMIN_TOKEN}");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let said = site.api.send(site.api.request(method, &link)).await;
            assert_eq!(refused(&said.body, 405), "This path does not support this method.");
        }
    }
    assert!(site.has(JOE));
    assert_eq!(tasks(&site.stack).await, 0);
}

#[tokio::test]
async fn an_installation_without_workspaces_says_so() {
    let stack = offstage_tests::stack::Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let form = [("userName", JOE), ("f", "json")];
    let said = api.send(api.request(Method::POST, DELETE).form(&form)).await;
    assert!(refused(&said.body, 500).contains("workspace_root"), "{said:?}");
}

#[tokio::test]
async fn a_redis_that_is_away_is_an_error_in_the_body() {
    let mut site = Site::open().await;
    site.workspace(JOE);
    let token = site.token(BOSS, &[]).await;
    site.stack.redis.kill();
    let said = site.post_as(Some(&token), DELETE, &[("userName", JOE)]).await;
    let said = refused(&said, 503);
    assert!(said.contains("Try again") && !said.contains("Idempotency"), "{said}");
    assert!(site.has(JOE));
}
