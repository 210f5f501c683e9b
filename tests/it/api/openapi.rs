//! The document that describes the interface, and the interface itself.

use super::tasks;
use crate::api::clients::Python;
use offstage_tests::stack::Stack;
use reqwest::Method;

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
    assert_eq!(routes, 29, "a new route wants to be documented, and counted here");
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
