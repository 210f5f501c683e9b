//! The document that describes the interface, and the interface itself.

use super::tasks;
use crate::api::clients::{Python, script};
use offstage::domain::{capability::Capability, reason::Reason, state::TaskState, task::TaskKind};
use offstage_tests::stack::Stack;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_route_that_is_documented_is_served() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let document = api.get("/api-docs/openapi.json").await.body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut routes = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let pieces: Vec<_> =
            path.split('/').map(|piece| if piece.starts_with('{') { "404" } else { piece }).collect();
        for (method, operation) in item.as_object().unwrap() {
            routes += 1;
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = api.send(api.request(method.clone(), &pieces.join("/"))).await;
            let missing =
                answer.body["code"] == 4 || answer.body["detail"] == "There is nothing at this path.";
            assert!(!missing && answer.status != 405, "{method} {path}: {answer:?}");
            let documented = operation["responses"].as_object().unwrap();
            assert!(documented.contains_key(answer.status.as_str()), "{method} {path}: {answer:?}");
        }
    }
    assert_eq!(routes, 92, "a new route wants to be documented, and counted here");
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn the_document_is_valid_by_a_validator() {
    let Some(python) = Python::with("openapi-spec-validator", &["openapi-spec-validator==0.7.2"]) else {
        return;
    };
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let file = stack.redis.folder().join("openapi.json");
    std::fs::write(&file, api.get("/api-docs/openapi.json").await.body.to_string()).unwrap();
    let said = python.run(&["-m", "openapi_spec_validator", file.to_str().unwrap()]).await;
    assert!(said.contains("OK"), "{said}");
}

/// Bodies of the operators' interface: the schema of each, where it is sent, and what may be wrong with it.
fn bodies() -> Vec<(&'static str, &'static str, Value)> {
    let (deletions, token, dependent) = ("DeletionsToSubmit", "TokenToMake", "DependentToRegister");
    let user = |user: Value| (deletions, "POST /ops/v1/deletions", json!({"users": [{"id": 5}, user]}));
    let all = |body: Value| (deletions, "POST /ops/v1/deletions", body);
    let make = |body: Value| (token, "POST /ops/v1/tokens", body);
    let put = |body: Value| (dependent, "PUT /ops/v1/users/5/dependents/REPORT/1", body);
    let run = |body: Value| ("ContainerToRegister", "PUT /ops/v1/containers/c1", body);
    vec![
        user(json!({"id": 6})),
        user(json!({"id": 9_007_199_254_740_991_u64})),
        user(json!({"id": 9_007_199_254_740_992_u64})),
        user(json!({"id": -1})),
        user(json!({"id": null})),
        user(json!({"id": "5"})),
        user(json!({"id": 5, "username": "x"})),
        user(json!({"id": 5, "x": 1})),
        user(json!({})),
        user(json!(5)),
        user(json!({"username": "x"})),
        user(json!({"username": ""})),
        user(json!({"username": "a\u{0}"})),
        user(json!({"username": "x".repeat(1_024)})),
        user(json!({"username": "x".repeat(1_025)})),
        all(json!({})),
        all(json!({"users": []})),
        all(json!({"users": vec![json!({"id": 5}); 1_001]})),
        all(json!({"users": [{"id": 5}], "not_before": 253_402_300_799_999_u64, "dry_run": true})),
        all(json!({"users": [{"id": 5}], "not_before": 253_402_300_800_000_u64})),
        all(json!({"users": [{"id": 5}], "not_before": -1})),
        all(json!({"users": [{"id": 5}], "dry_run": null})),
        all(json!({"users": [{"id": 5}], "force": true})),
        run(json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 1})),
        run(json!({"username": "gis_joe", "type": "executeNotebook", "expires_s": 86_400})),
        run(json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 0})),
        run(json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 86_401})),
        run(json!({"username": "gis_joe", "type": "notebook", "expires_s": 60})),
        run(json!({"username": "a/b", "type": "openNotebook", "expires_s": 60})),
        run(json!({"username": "", "type": "openNotebook", "expires_s": 60})),
        run(json!({"username": "gis_joe", "type": "openNotebook"})),
        run(json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 60, "x": 1})),
        make(json!({"name": "ci", "capabilities": ["ops.read", "ops.write"], "expires": null})),
        make(json!({"name": "ci2", "capabilities": ["ops.all"]})),
        make(json!({"name": "ci3", "capabilities": []})),
        make(json!({"name": "ci4", "capabilities": ["ops.read", "ops.read"]})),
        make(json!({"name": "c i", "capabilities": ["ops.read"]})),
        make(json!({"name": "ci5", "capabilities": ["ops.read"], "token": "x"})),
        put(json!({"type": "REPORT", "id": "1", "name": "n", "owner": null, "database": "FLOWS"})),
        put(json!({"database": "TAPES"})),
        put(json!({"name": ""})),
        put(json!({"group_ids": vec![1; 1_001]})),
        put(json!({"mood": "fine"})),
    ]
}

#[tokio::test]
async fn the_document_allows_the_bodies_that_the_server_does() {
    let Some(python) = Python::with("openapi-spec-validator", &["openapi-spec-validator==0.7.2"]) else {
        return;
    };
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let [document, cases] = ["openapi.json", "bodies.json"].map(|name| stack.redis.folder().join(name));
    std::fs::write(&document, api.get("/api-docs/openapi.json").await.body.to_string()).unwrap();
    let pairs: Vec<_> = bodies().into_iter().map(|(schema, _, body)| (schema, body)).collect();
    std::fs::write(&cases, json!(pairs).to_string()).unwrap();
    let script = script("judge_bodies.py");
    let said = python.run(&[&script, document.to_str().unwrap(), cases.to_str().unwrap()]).await;
    let allowed: Vec<bool> = serde_json::from_str(&said).unwrap();
    for ((_, to, body), allowed) in bodies().into_iter().zip(allowed) {
        let (method, path) = to.split_once(' ').unwrap();
        let request = api.request(method.parse().unwrap(), path).json(&body);
        let answer = api.send(request).await;
        assert_eq!(answer.status.is_success(), allowed, "{to}: {body:.200}: {answer:?}");
    }
}

#[tokio::test]
async fn the_document_lists_every_word_and_only_failures_that_can_be() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let document = api.get("/api-docs/openapi.json").await.body;
    let schemas = &document["components"]["schemas"];
    let states = TaskState::ALL.map(TaskState::name);
    assert_eq!(schemas["TaskState"]["enum"], json!(states));
    assert_eq!(schemas["Task"]["properties"]["state"]["$ref"], "#/components/schemas/TaskState");
    assert_eq!(schemas["Depth"]["required"], json!(states));
    assert_eq!(schemas["TaskKind"]["enum"], json!(TaskKind::ALL.map(TaskKind::name)));
    assert_eq!(schemas["TaskReason"]["enum"], json!(Reason::every("").each_ref().map(Reason::name)));
    assert_eq!(schemas["Capability"]["enum"], json!(Capability::ALL.map(Capability::name)));
    assert_eq!(schemas["Database"]["enum"], json!(["EVENTS", "FLOWS", "ASSETS"]));
    assert_eq!(schemas["Level"]["enum"], json!(["good", "warn", "bad"]));
    assert_eq!(schemas["CheckState"]["enum"], json!(["answered", "running", "stopped", "unanswered"]));
    assert_eq!(schemas["Verdict"]["enum"], json!(["accepted", "live", "not_found", "forbidden"]));
    let durability = json!(["always", "everysec", "no", "off", "unknown"]);
    assert_eq!(schemas["Durability"]["enum"], durability);
    assert_eq!(schemas["DurabilityPromised"]["enum"], json!(["any", "everysec", "always"]));
    let special = |path: &str, method: &str| {
        let responses = &document["paths"][path][method]["responses"];
        ["404", "409", "422"].map(|status| responses.get(status).is_some())
    };
    assert_eq!(special("/ops/v1/queue", "get"), [false, false, false]);
    assert_eq!(special("/ops/v1/tasks/{id}", "get"), [true, false, false]);
    assert_eq!(special("/ops/v1/tasks/{id}/retry", "post"), [true, true, false]);
    assert_eq!(special("/ops/v1/deletions", "post"), [false, false, true]);
    assert_eq!(special("/ops/v1/tokens", "post"), [false, true, false]);
    let parameter = |name: &str| {
        let all = document["paths"]["/ops/v1/tasks"]["get"]["parameters"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["schema"].clone()
    };
    assert_eq!((&parameter("limit")["minimum"], &parameter("limit")["maximum"]), (&json!(1), &json!(100)));
    assert_eq!(parameter("user_id")["maximum"], 9_007_199_254_740_991_u64);
    assert!(parameter("state").to_string().contains("CANCEL_REQUESTED"), "{}", parameter("state"));
}
