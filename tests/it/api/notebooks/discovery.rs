//! What clients ask before they reach an operation.

use super::{ADMIN, BOSS, DELETE, JOE, Site, refused};
use reqwest::Method;
use serde_json::{Value, json};

/// Asks without a token.
async fn ask(site: &Site, method: Method, path: &str) -> Value {
    let stranger = site.api.with_token(None);
    stranger.send(stranger.request(method, &format!("{path}?f=json"))).await.body
}

#[tokio::test]
async fn where_tokens_are_made_is_told_to_everybody_by_the_address_he_uses() {
    let site = Site::open().await;
    let base = site.api.base();
    let service = format!("{base}/arcgis/sharing/rest/generateToken");
    for path in ["/arcgis/info", "/arcgis/rest/info"] {
        let info = ask(&site, Method::GET, path).await;
        assert_eq!(info["authInfo"]["tokenServicesUrl"], service, "{path}");
        assert_eq!(info["authInfo"]["isTokenBasedSecurity"], true);
        assert!(info["currentVersion"].is_number() && info["fullVersion"].is_string(), "{info}");
        assert!(info.get("owningSystemUrl").is_none(), "the Python client would look for a portal: {info}");
    }
    for path in [
        "/arcgis/sharing/rest/info".to_owned(),
        format!("{DELETE}/rest/info"),
        format!("{ADMIN}/dataaccess/gis_joe/deleteUserWorkspace/rest/info"),
        format!("{ADMIN}/system/containers/c1/terminateContainer/rest/info"),
        "/arcgis/admin/dataaccess/listUserWorkspaces/rest/info".to_owned(),
    ] {
        for method in [Method::GET, Method::POST] {
            let info = ask(&site, method, &path).await;
            assert_eq!(info["owningSystemUrl"], format!("{base}/arcgis"), "{path}");
            assert_eq!(info["authInfo"]["tokenServicesUrl"], service, "{path}");
        }
    }
    let stranger = site.api.with_token(None);
    let forwarded = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=evil.example"),
    ];
    let request = forwarded
        .iter()
        .fold(stranger.request(Method::GET, "/arcgis/info?f=json"), |request, (name, value)| {
            request.header(*name, *value)
        });
    assert_eq!(stranger.send(request).await.body["authInfo"]["tokenServicesUrl"], service);
}

#[tokio::test]
async fn a_portal_says_who_the_caller_is_and_which_servers_it_has() {
    let site = Site::open().await;
    let boss = site.token(BOSS, &[]).await;
    let joe = site.token(JOE, &[]).await;
    let as_boss = async |path: &str| site.post_as(Some(&boss), path, &[("start", "1"), ("num", "100")]).await;
    let rest = "/arcgis/sharing/rest";
    assert!(ask(&site, Method::GET, &format!("{rest}/")).await["currentVersion"].is_number());
    let portal = as_boss(&format!("{rest}/portals/self")).await;
    assert_eq!((&portal["portalName"], &portal["user"]["username"]), (&json!("offstage"), &json!(BOSS)));
    assert_eq!(as_boss(&format!("{rest}/portals/self/roles")).await["roles"], json!([]));
    let server = &as_boss(&format!("{rest}/portals/offstage/servers")).await["servers"][0];
    assert_eq!(server["serverFunction"], "NotebookServer");
    assert_eq!(server["adminPublicUrl"], format!("{}/arcgis/notebooks", site.api.base()));
    let is_admin = |user: &Value| {
        user["privileges"].as_array().unwrap().iter().any(|one| one.as_str().unwrap().contains(":admin:"))
    };
    assert!(is_admin(&as_boss(&format!("{rest}/community/users/{BOSS}")).await));
    let own = site.post_as(Some(&joe), &format!("{rest}/community/self"), &[]).await;
    assert!(own["username"] == JOE && !is_admin(&own), "{own}");
    refused(&site.post_as(Some(&joe), &format!("{rest}/community/users/{BOSS}"), &[]).await, 404);
    let site_resource = as_boss(ADMIN).await;
    assert!(site_resource["resources"].as_array().unwrap().contains(&json!("dataaccess")), "{site_resource}");
}

#[tokio::test]
async fn what_is_not_there_is_told_in_this_dialects_shape() {
    let site = Site::open().await;
    for path in [
        "/arcgis",
        "/arcgis/",
        "/arcgis/rest/services",
        "/arcgis/notebooks/admin/none",
        "/arcgis/sharing/rest/oauth2/authorize",
    ] {
        assert_eq!(
            refused(&ask(&site, Method::GET, path).await, 404),
            "There is nothing at this path.",
            "{path}"
        );
    }
}
