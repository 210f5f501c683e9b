//! The help, as clients ask it before they ask anything else.

use super::{as_user, routes, with};
use crate::api::{header, refuses};
use offstage_tests::{
    fixtures::READER_TOKEN,
    platform::{PLAIN, people},
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ENDPOINTS: &str = "/api/help/endpoints";

#[tokio::test]
async fn the_help_tells_what_the_document_documents_and_the_other_way_round() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let document = api.get("/api-docs/openapi.json").await.body;
    let paths = document["paths"].as_object().unwrap().iter();
    let documented: BTreeSet<_> = paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, said)| (path, method, said))
        })
        .filter(|(_, _, said)| said["tags"][0] == "staged_config")
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    let told = routes(&api).await;
    let told: BTreeSet<_> = told.iter().map(|route| format!("{} {}", route.method, route.pattern)).collect();
    assert_eq!(told, documented);
}

#[tokio::test]
async fn clients_discover_by_what_they_really_send() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    // qradar of PyPI: the space behind the comma arrives as a plus.
    let found = api.get(&format!("{ENDPOINTS}?filter=version%3D17.0&fields=http_method%2C+path")).await;
    let list = found.body.as_array().unwrap();
    assert!(
        list.contains(&json!({"http_method": "DELETE", "path": "/staged_config/access/users/{id}"})),
        "{list:?}"
    );
    assert!(!found.headers.contains_key("content-range"), "no part was asked for");
    // IBM's MCP server.
    let filter =
        "(path ILIKE '%USER%' OR summary ILIKE '%user%') AND http_method='DELETE' AND version='26.0'";
    let request = api.request(Method::GET, &with(ENDPOINTS, "filter", filter)).header("Range", "items=0-9");
    let found = api.send(request).await;
    let paths: Vec<_> = found.body.as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
    assert!(paths.contains(&json!("/staged_config/access/users/{id}")), "{paths:?}");
    assert_eq!(header(&found, "content-range"), format!("items 0-{}/{}", paths.len() - 1, paths.len()));
    let whole = &found.body[0];
    for text in ["summary", "description", "response_description", "last_modified_version"] {
        assert!(!whole[text].as_str().unwrap().is_empty(), "{text}: {whole}");
    }
    for list in ["parameters", "success_responses", "error_responses", "response_mime_types"] {
        assert!(!whole[list].as_array().unwrap().is_empty(), "{list}: {whole}");
    }
}

#[tokio::test]
async fn an_entry_is_found_again_by_its_number() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    for (list, code) in [
        (ENDPOINTS, "endpoint_id"),
        ("/api/help/resources", "resource_id"),
        ("/api/help/versions", "version_id"),
    ] {
        let first = api.send(api.request(Method::GET, list).header("Range", "items=0-0")).await.body;
        let id = first[0]["id"].as_u64().unwrap();
        assert_eq!(api.get(&format!("{list}/{id}")).await.body, first[0]);
        for none in ["0", "9007199254740991"] {
            refuses(&api.get(&format!("{list}/{none}")).await, 404, 1002);
        }
        let refused = api.get(&format!("{list}/x")).await;
        refuses(&refused, 422, 11);
        assert!(refused.body["message"].as_str().unwrap().contains(code), "{refused:?}");
    }
    let newest = api.get("/api/help/versions?filter=version%3D26.0").await.body;
    assert_eq!((&newest[0]["deprecated"], &newest[0]["removed"]), (&json!(false), &json!(false)));
    let root = newest[0]["root_resource_ids"][0].as_u64().unwrap();
    let root = api.get(&format!("/api/help/resources/{root}")).await.body;
    assert_eq!(root["parent_resource_id"], Value::Null, "{root}");
    let old = api.get("/api/help/versions?filter=deprecated%3Dtrue&fields=version").await.body;
    assert_eq!(old.as_array().unwrap().last(), Some(&json!({"version": "14.0"})));
}

#[tokio::test]
async fn the_help_says_what_this_caller_may() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    let filter = "version=26.0 and http_method=DELETE and path='/staged_config/access/users/{id}'";
    let path = with(&format!("{ENDPOINTS}?fields=caller_has_access"), "filter", filter);
    assert_eq!(api.get(&path).await.body, json!([{"caller_has_access": true}]));
    let reader = api.with_token(Some(READER_TOKEN));
    assert_eq!(reader.get(&path).await.body, json!([{"caller_has_access": false}]));
    assert_eq!(
        api.send(as_user(&api, Method::GET, &path, PLAIN)).await.body,
        json!([{"caller_has_access": false}])
    );
}

#[tokio::test]
async fn what_is_spoken_with_is_told() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[("OFFSTAGE_STAGED_CONFIG__EXTERNAL_VERSION", "7.4.3")]).await;
    let about = api.get("/api/system/about").await.body;
    assert_eq!(about["external_version"], "7.4.3");
    assert_eq!(about["build_version"], concat!("offstage ", env!("CARGO_PKG_VERSION")));
    assert_eq!((&about["fips_enabled"], about["release_name"].is_string()), (&json!(false), true));
    assert_eq!(
        api.get("/api/system/about?fields=external_version").await.body,
        json!({"external_version": "7.4.3"})
    );
}
