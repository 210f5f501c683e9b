//! Handing a workspace's contents over, and moving what is in one.

use super::{ADMIN, DEADLINE, JOE, Site, refused, root_of, success};
use offstage_tests::{
    engine::{Fault, StubEngine},
    eventually,
    stack::Stack,
};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;

const TRANSFER: &str = "/arcgis/notebooks/admin/dataaccess/transferUserWorkspace";

#[tokio::test]
async fn a_transfer_takes_the_contents_and_leaves_an_empty_workspace() {
    let site = Site::open().await;
    let spellings = [
        (TRANSFER, "targetUserName", "targetFolderName"),
        (TRANSFER, "targetUsername", "targetFoldername"),
        ("/arcgis/admin/dataaccess/transferUserWorkspace", "transferUserName", "transferFoldername"),
        ("/arcgis/admin/dataaccess/gis_joe/transferUserWorkspace", "targetUserName", "targetFoldername"),
    ];
    for (number, (path, user, folder)) in spellings.into_iter().enumerate() {
        site.workspace(JOE);
        let name = format!("from_joe/{number}");
        let form = [("userName", JOE), (user, "gis_jane"), (folder, name.as_str())];
        assert_eq!(site.post(path, &form).await, success(), "{path}");
        assert!(site.has(&format!("gis_jane/from_joe/{number}/project/.hidden.ipynb")), "{path}");
        assert!(site.has(JOE) && !site.has("gis_joe/project"), "{path}");
    }
    site.workspace(JOE);
    assert_eq!(site.post(TRANSFER, &[("userName", JOE), ("targetUserName", "gis_jane")]).await, success());
    assert!(site.has("gis_jane/project/.hidden.ipynb"));
}

#[tokio::test]
async fn a_transfer_that_cannot_be_changes_nothing() {
    let site = Site::open().await;
    site.workspace(JOE);
    site.workspace("gis_jane");
    for (form, code) in [
        (&[("userName", JOE), ("targetUserName", "gis_jane")][..], 500),
        (&[("userName", "nobody"), ("targetUserName", "gis_jane")], 404),
        (&[("userName", JOE), ("targetUserName", "nobody")], 404),
        (&[("userName", JOE), ("targetUserName", JOE)], 400),
        (&[("userName", JOE)], 400),
        (&[("userName", JOE), ("targetUserName", "gis_jane"), ("targetFolderName", "../gis_jim")], 400),
        (&[("userName", JOE), ("targetUserName", ".."), ("targetFolderName", "x")], 400),
        (&[("userName", JOE), ("targetUserName", "gis_jane"), ("transferUserName", "gis_jane")], 400),
    ] {
        refused(&site.post(TRANSFER, form).await, code);
    }
    assert!(site.has("gis_joe/project/.hidden.ipynb") && !site.has("nobody"));
    std::fs::create_dir(site.root.join("left_behind")).unwrap();
    let form = [("userName", JOE), ("targetUserName", "left_behind")];
    assert_eq!(site.post(TRANSFER, &form).await, success(), "whose user is gone, but is there");
}

#[tokio::test]
async fn the_sources_containers_are_in_the_way_and_the_targets_are_not() {
    let site = Site::open().await;
    site.workspace(JOE);
    site.container("of-joe", JOE).await;
    let form = [("userName", JOE), ("targetUserName", "gis_jane"), ("targetFolderName", "x")];
    let busy = json!({"error": {"code": 500, "details": null,
        "message": "Failed to transfer user workspace. The user has actively running containers."}});
    assert_eq!(site.post(TRANSFER, &form).await, busy);
    let moving = [("source", "project"), ("target", "other")];
    let busy = json!({"error": {"code": 500, "details": null,
        "message": "Failed to move user workspace. The user has actively running containers."}});
    assert_eq!(site.post(&format!("{ADMIN}/dataaccess/{JOE}/move"), &moving).await, busy);
    assert_eq!(
        site.post(&format!("{ADMIN}/system/containers/of-joe/terminateContainer"), &[]).await,
        success()
    );
    site.container("of-jane", "gis_jane").await;
    assert_eq!(site.post(TRANSFER, &form).await, success());
    site.container("of-joe", JOE).await;
}

#[tokio::test]
async fn what_is_in_a_workspace_moves_within_it_or_to_another() {
    let site = Site::open().await;
    site.workspace(JOE);
    site.workspace("gis_jane");
    let plain = format!("{ADMIN}/dataaccess/{JOE}/move");
    let long = format!("/arcgis/admin/dataaccess/{JOE}/notebookworkspace/move");
    let form = [("source", "project/.hidden.ipynb"), ("target", "project/shown.ipynb")];
    assert_eq!(site.post(&plain, &form).await, success());
    assert!(site.has("gis_joe/project/shown.ipynb"));
    let form =
        [("source", "project/shown.ipynb"), ("target", "theirs.ipynb"), ("targetUsername", "gis_jane")];
    assert_eq!(site.post(&long, &form).await, success());
    assert!(site.has("gis_jane/theirs.ipynb") && !site.has("gis_joe/project/shown.ipynb"));
    for (form, code) in [
        (&[("source", "none"), ("target", "x")][..], 404),
        (&[("source", "../gis_jane/theirs.ipynb"), ("target", "x")], 400),
        (&[("source", "project"), ("target", "/etc/x")], 400),
        (&[("source", "project")], 400),
    ] {
        refused(&site.post(&plain, form).await, code);
    }
}

/// Its caller has gone away, and the engine keeps it waiting.
#[tokio::test]
async fn a_program_that_stops_waits_for_the_move_of_files() {
    let stack = Stack::with_users([]).await;
    let engine = StubEngine::start(stack.redis.folder());
    engine.fails(Some(Fault::Silence));
    let root = stack.redis.folder().join("workspaces");
    for name in [JOE, "gis_jane"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    let settings = [root_of(&root), ("OFFSTAGE_NOTEBOOKS__DOCKER_SOCKET", &*engine.url())];
    let (mut program, api) = stack.api(&settings).await;
    let form = [("userName", JOE), ("targetUserName", "gis_jane"), ("f", "json")];
    let request = api.request(Method::POST, TRANSFER).form(&form).build().unwrap();
    let caller = tokio::spawn(reqwest::Client::new().execute(request));
    eventually("the engine is asked", DEADLINE, async || (engine.asked() > 0).then_some(())).await;
    caller.abort();
    program.signal(Signal::TERM);
    assert!(program.ended(DEADLINE).await.success());
    assert!(program.log().contains("files were moved between workspaces"), "{}", program.log());
}
