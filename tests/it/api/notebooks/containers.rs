//! Containers: registered by notebook servers, or run by an engine.

use super::{ADMIN, JOE, Site, busy, refused, success};
use offstage_tests::engine::{Fault, StubEngine};
use serde_json::json;

#[tokio::test]
async fn a_registered_container_is_listed_shown_and_terminated() {
    let site = Site::open().await;
    site.container("c1", JOE).await;
    let all = site.get(&format!("{ADMIN}/system/containers")).await;
    let created = all["containers"][0]["dateCreated"].as_i64().unwrap();
    let one = json!({"id": "c1", "containerId": "c1", "username": JOE, "type": "openNotebook", "dateCreated": created});
    assert_eq!(all, json!({"containers": [one]}));
    assert_eq!(site.get("/arcgis/admin/system/containers/c1").await, one);
    for id in ["none", "..", "c1%2F"] {
        refused(&site.get(&format!("{ADMIN}/system/containers/{id}")).await, 404);
    }
    let end = format!("{ADMIN}/system/containers/c1/terminateContainer");
    assert_eq!(site.post(&end, &[]).await, success());
    refused(&site.post(&end, &[]).await, 404);
    assert_eq!(site.get(&format!("{ADMIN}/system/containers")).await, json!({"containers": []}));
}

#[tokio::test]
async fn what_an_engine_runs_is_listed_too_and_stopped_there() {
    let folder = tempfile::tempdir().unwrap();
    let engine = StubEngine::start(folder.path());
    let id = "0123abcd".repeat(8);
    engine.run(&id, ("notebook.user", JOE), "running");
    let socket = engine.url();
    let site = Site::with(&[("OFFSTAGE_NOTEBOOKS__DOCKER_SOCKET", &socket)]).await;
    site.container("of-a-server", JOE).await;
    let named = format!("{ADMIN}/system/containers/of-a-server/terminateContainer");
    engine.fails(Some(Fault::Status(500)));
    let away = format!("{ADMIN}/system/containers/{id}/terminateContainer");
    assert!(refused(&site.post(&away, &[]).await, 500).contains("engine"));
    assert_eq!(site.post(&named, &[]).await, success(), "the engine has nothing to do with it");
    engine.fails(None);
    refused(&site.post(&named, &[]).await, 404);
    let all = site.get(&format!("{ADMIN}/system/containers")).await;
    assert_eq!((&all["containers"][0]["id"], &all["containers"][0]["username"]), (&json!(id), &json!(JOE)));
    site.workspace(JOE);
    let form = [("userName", JOE), ("targetUserName", "gis_jane")];
    let transfer = format!("{ADMIN}/dataaccess/transferUserWorkspace");
    let said = site.post(&transfer, &form).await;
    assert_eq!(
        refused(&said, 500),
        "Failed to transfer user workspace. The user has actively running containers."
    );
    assert_eq!(
        site.post(&format!("{ADMIN}/system/containers/{id}/terminateContainer"), &[]).await,
        success()
    );
    assert_eq!(site.get(&format!("{ADMIN}/system/containers")).await, json!({"containers": []}));
    assert_eq!(site.post(&transfer, &form).await, success());

    engine.fails(Some(Fault::Status(500)));
    let said = site.get(&format!("{ADMIN}/system/containers")).await;
    assert!(refused(&said, 500).contains("engine"), "a list without them would look whole: {said}");
    refused(&site.post(&transfer, &[("userName", "gis_jane"), ("targetUserName", JOE)]).await, 500);
    assert!(site.has("gis_jane/project"), "who cannot tell does not move");
    assert_ne!(said, busy());
}

#[tokio::test]
async fn an_author_sees_his_own_however_many_others_run() {
    let folder = tempfile::tempdir().unwrap();
    let engine = StubEngine::start(folder.path());
    engine.run("his", ("notebook.user", JOE), "running");
    let site = Site::with(&[("OFFSTAGE_NOTEBOOKS__DOCKER_SOCKET", &engine.url())]).await;
    let joe = site.token(JOE, &[]).await;
    let containers = format!("{ADMIN}/system/containers");
    for number in 0..1_001 {
        engine.run(&number.to_string(), ("notebook.user", "gis_jane"), "running");
    }
    refused(&site.get(&containers).await, 500);
    let told = site.api.with_token(None).get(&format!("{containers}?f=json&token={joe}")).await.body;
    assert_eq!(told["containers"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["containers"][0]["id"], "his");
}
