//! User roles of both sides.

use super::*;
use crate::api::{keys, refuses};

const STAGED_ROLES: &str = "/api/staged_config/access/user_roles";
const DEPLOYED_ROLES: &str = "/api/config/access/user_roles";

#[tokio::test]
async fn a_role_is_told_with_its_capabilities() {
    let (_stack, _program, api) = cast().await;
    let expected = json!({"id": 3, "name": "Watcher", "capabilities": [
        {"application_id": null, "name": "SAASADMIN", "description": "See users and roles but administrators'"},
        {"application_id": null, "name": "ops.read", "description": "See what operators see"}]});
    for path in [STAGED_ROLES, DEPLOYED_ROLES] {
        let one = api.get(&format!("{path}/3")).await;
        assert_eq!((keys(&one), &one.body), (vec!["id", "name", "capabilities"], &expected));
        assert_eq!(api.get(path).await.body[2], expected);
        refuses(&api.get(&format!("{path}/9")).await, 404, 38_341_001);
        refuses(&api.get(&format!("{path}/+3")).await, 422, 11);
    }
}

#[tokio::test]
async fn who_is_no_administrator_sees_no_administrators_role() {
    let (_stack, _program, api) = cast().await;
    let (saas, outsider) = (api.with_token(Some(SAAS_TOKEN)), api.with_token(Some(OUTSIDER_TOKEN)));
    for path in [STAGED_ROLES, DEPLOYED_ROLES] {
        assert_eq!(ids(&api.get(path).await), [1, 2, 3]);
        assert_eq!(ids(&saas.get(path).await), [2, 3]);
        refuses(&saas.get(&format!("{path}/1")).await, 404, 38_341_001);
        assert_eq!(saas.get(&format!("{path}/2")).await.status, 200);
        refuses(&outsider.get(&format!("{path}/2")).await, 403, 26);
        refuses(&ask_as(&api, "pat", &format!("{path}/2"), &[]).await, 403, 26);
    }
    refuses(&outsider.get(STAGED_ROLES).await, 403, 26);
}

#[tokio::test]
async fn everybody_sees_his_own_deployed_role_and_a_service_has_none() {
    let (_stack, _program, api) = cast().await;
    assert_eq!(ids(&ask_as(&api, "pat", DEPLOYED_ROLES, &[]).await), [2]);
    assert_eq!(ids(&api.with_token(Some(OUTSIDER_TOKEN)).get(DEPLOYED_ROLES).await), [0; 0]);
    assert_eq!(ids(&ask_as(&api, "adam", DEPLOYED_ROLES, &[("current_user_role", "true")]).await), [1]);
    assert_eq!(
        ids(&ask_as(&api, "adam", DEPLOYED_ROLES, &[("current_user_role", "false")]).await),
        [1, 2, 3]
    );
    refuses(&ask(&api, DEPLOYED_ROLES, &[("current_user_role", "yes")]).await, 422, 11);
}

#[tokio::test]
async fn roles_are_chosen_by_a_capability_or_a_filter_and_a_sort_means_nothing() {
    let (_stack, _program, api) = cast().await;
    for path in [STAGED_ROLES, DEPLOYED_ROLES] {
        assert_eq!(ids(&ask(&api, path, &[("contains", "ops.read")]).await), [3]);
        assert_eq!(ids(&ask(&api, path, &[("contains", "nothing")]).await), [0; 0]);
        let by_capability = "capabilities contains (name like '%ADMIN' and application_id is null)";
        assert_eq!(ids(&ask(&api, path, &[("filter", by_capability)]).await), [1, 3]);
        assert_eq!(ids(&ask(&api, path, &[("filter", "not capabilities contains name != x")]).await), [2]);
        assert_eq!(ids(&ask(&api, path, &[("sort", "-nope")]).await), [1, 2, 3]);
        assert_eq!(ids(&ask_for(&api, path, &[("filter", "id > 1")], "items=1-1").await), [3]);
        let names = ask(&api, path, &[("fields", "capabilities(name)"), ("filter", "id = 1")]).await;
        assert_eq!(names.body, json!([{"capabilities": [{"name": "ADMIN"}]}]));
        refuses(&ask(&api, path, &[("filter", "capabilities(name) = ADMIN")]).await, 422, 1010);
    }
}
