//! Security profiles of both sides.

use super::*;
use crate::api::refuses;

const STAGED_PROFILES: &str = "/api/staged_config/access/security_profiles";
const DEPLOYED_PROFILES: &str = "/api/config/access/security_profiles";

#[tokio::test]
async fn a_security_profile_is_told_with_its_domains() {
    let (_stack, _program, api) = cast().await;
    for (path, code) in [(STAGED_PROFILES, 38_341_001), (DEPLOYED_PROFILES, 38_331_001)] {
        let both = json!({"id": 3, "name": "Both", "domain_ids": [1, 2]});
        assert_eq!(api.get(&format!("{path}/3")).await.body, both);
        assert_eq!(api.get(path).await.body[0], json!({"id": 1, "name": "Admin", "domain_ids": []}));
        refuses(&api.get(&format!("{path}/9")).await, 404, code);
        refuses(&api.get(&format!("{path}/x")).await, 422, 11);
        assert_eq!(ids(&ask(&api, path, &[("filter", "domain_ids contains 2")]).await), [3]);
        assert_eq!(ids(&ask_for(&api, path, &[("fields", "id")], "items=1-9").await), [2, 3]);
    }
}

#[tokio::test]
async fn a_tenant_has_the_profiles_that_cover_a_domain_of_his() {
    let (_stack, _program, api) = cast().await;
    for (path, code) in [(STAGED_PROFILES, 38_340_001), (DEPLOYED_PROFILES, 38_330_001)] {
        assert_eq!(ids(&ask(&api, path, &[("tenant_id", "1")]).await), [2, 3]);
        assert_eq!(ids(&ask(&api, path, &[("tenant_id", "2")]).await), [3]);
        refuses(&ask(&api, path, &[("tenant_id", "9")]).await, 422, code);
        refuses(&ask(&api, path, &[("tenant_id", "x")]).await, 422, 11);
    }
}

#[tokio::test]
async fn everybody_sees_his_own_deployed_profile() {
    let (_stack, _program, api) = cast().await;
    let (saas, outsider) = (api.with_token(Some(SAAS_TOKEN)), api.with_token(Some(OUTSIDER_TOKEN)));
    assert_eq!(ids(&saas.get(STAGED_PROFILES).await), [1, 2, 3]);
    assert_eq!(ids(&saas.get(DEPLOYED_PROFILES).await), [1, 2, 3]);
    refuses(&outsider.get(STAGED_PROFILES).await, 403, 26);
    refuses(&ask_as(&api, "pat", &format!("{STAGED_PROFILES}/3"), &[]).await, 403, 26);
    assert_eq!(ids(&outsider.get(DEPLOYED_PROFILES).await), [0; 0], "a service has none");
    assert_eq!(ids(&ask_as(&api, "pat", DEPLOYED_PROFILES, &[]).await), [3]);
    assert_eq!(ask_as(&api, "pat", &format!("{DEPLOYED_PROFILES}/3"), &[]).await.status, 200);
    refuses(&ask_as(&api, "pat", &format!("{DEPLOYED_PROFILES}/2"), &[]).await, 404, 38_331_001);
    let own = [("current_security_profile", "true")];
    assert_eq!(ids(&ask_as(&api, "adam", DEPLOYED_PROFILES, &own).await), [1]);
    assert_eq!(ids(&ask_as(&api, "adam", DEPLOYED_PROFILES, &[]).await), [1, 2, 3]);
}
