//! Users of both sides: who is told of whom, what is told, and every way of asking.

use super::*;
use crate::api::{keys, refuses};

/// What a user is told with, in the order of the original.
const SEVENTEEN: [&str; 17] = [
    "id",
    "username",
    "email",
    "description",
    "user_role_id",
    "security_profile_id",
    "locale_id",
    "enable_popup_notifications",
    "old_password",
    "password",
    "password_creation_time",
    "tenant_id",
    "allow_system_authentication_fallback",
    "local_only_account",
    "inactivity_timeout",
    "notification_flag",
    "display_theme",
];

async fn chosen(api: &Api, filter: &str) -> Vec<u64> {
    let staged = ids(&ask(api, STAGED, &[("filter", filter)]).await);
    assert_eq!(ids(&ask(api, DEPLOYED, &[("filter", filter)]).await), staged, "{filter}");
    staged
}

#[tokio::test]
async fn everybody_sees_whom_he_may_and_nobody_else() {
    let (_stack, _program, api) = cast().await;
    let (saas, outsider) = (api.with_token(Some(SAAS_TOKEN)), api.with_token(Some(OUTSIDER_TOKEN)));
    for path in [STAGED, DEPLOYED] {
        assert_eq!(ids(&api.get(path).await), [1, 20, 21, 22, 23, 24, 25]);
        assert_eq!(ids(&saas.get(path).await), [20, 22, 23, 24, 25]);
        assert_eq!(ids(&ask_as(&api, "Zoe", path, &[]).await), [20, 22, 23, 24, 25]);
        assert_eq!(ids(&ask(&saas, path, &[("filter", "id in (1, 20, 21)")]).await), [20]);
        assert_eq!(ids(&ask(&saas, path, &[("filter", "username = adam")]).await), [0; 0]);
        assert_eq!(ids(&ask(&saas, path, &[("sort", "-username")]).await), [22, 20, 25, 24, 23]);
    }
    refuses(&outsider.get(STAGED).await, 403, 26);
    refuses(&ask_as(&api, "pat", STAGED, &[]).await, 403, 26);
    assert_eq!(ids(&ask_as(&api, "pat", DEPLOYED, &[]).await), [22]);
    assert_eq!(ids(&ask_as(&api, "pat", DEPLOYED, &[("filter", "id < 22 or id > 22")]).await), [0; 0]);
    assert_eq!(ids(&ask_as(&api, "pat", DEPLOYED, &[("filter", "username in (pat, adam)")]).await), [22]);
    assert_eq!(ids(&outsider.get(DEPLOYED).await), [0; 0], "a service is no user");
}

#[tokio::test]
async fn the_current_user_is_the_caller_and_a_service_is_nobody() {
    let (_stack, _program, api) = cast().await;
    assert_eq!(ids(&ask_as(&api, "adam", DEPLOYED, &[("current_user", "true")]).await), [21]);
    assert_eq!(ids(&ask_as(&api, "adam", DEPLOYED, &[("current_user", "FALSE")]).await).len(), 7);
    assert_eq!(ids(&ask(&api, DEPLOYED, &[("current_user", "true")]).await), [0; 0]);
    refuses(&ask(&api, DEPLOYED, &[("current_user", "1")]).await, 422, 11);
    refuses(&ask(&api, DEPLOYED, &[("current_user", "true"), ("current_user", "true")]).await, 422, 11);
    assert_eq!(
        ids(&ask(&api, STAGED, &[("current_user", "true")]).await).len(),
        7,
        "the staged side has none"
    );
}

#[tokio::test]
async fn a_user_is_told_with_what_his_version_has_and_never_with_a_password() {
    let (_stack, _program, api) = cast().await;
    let first = |answer: &Answer| Answer { body: answer.body[0].clone(), ..answer.clone() };
    let newest = first(&ask(&api, STAGED, &[("filter", "id = 20")]).await);
    assert_eq!(keys(&newest), SEVENTEEN);
    assert_eq!(newest.body["username"], "mia");
    assert_eq!((&newest.body["old_password"], &newest.body["password"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&newest.body["inactivity_timeout"], &newest.body["tenant_id"]),
        (&json!(1_200_000), &json!(1))
    );
    assert!(!newest.body.to_string().contains("argon2"), "{newest:?}");
    for (version, missing) in [("23.0", 1), ("17.0", 3)] {
        let request = api.request(Method::GET, STAGED).header("Version", version);
        assert_eq!(keys(&first(&api.send(request).await)).len(), SEVENTEEN.len() - missing, "{version}");
        let request = api.request(Method::GET, STAGED).header("Version", version);
        let by_theme = request.try_clone().unwrap().query(&[("filter", "display_theme is null")]);
        refuses(&api.send(by_theme).await, 422, 1010);
        refuses(&api.send(request.query(&[("fields", "display_theme")])).await, 422, 30);
    }
    let few = ask(&api, STAGED, &[("fields", "username, id"), ("filter", "id = 20")]).await;
    assert_eq!(few.body, json!([{"id": 20, "username": "mia"}]));
}

#[tokio::test]
async fn users_are_filtered_by_everything_that_is_told_of_them() {
    let (_stack, _program, api) = cast().await;
    for (filter, expected) in [
        ("id = 22", &[22][..]),
        ("id >= 22 and id < 24", &[22, 23]),
        ("id in (25, 20, 99)", &[20, 25]),
        ("id between 20 and 22 and user_role_id = 2", &[20, 22]),
        ("id = 20 or username = 'Zoe'", &[20, 23]),
        ("username = zoe", &[]),
        ("username in (pat, 'mia', nobody)", &[20, 22]),
        ("username = mia and tenant_id is null", &[]),
        ("username ilike 'z%'", &[23]),
        ("username like '_a%'", &[22, 25]),
        ("tenant_id is null and id > 1", &[21, 22, 23]),
        ("tenant_id != 1 and id > 1", &[21, 22, 23]),
        ("NOT tenant_id = 1 AND NOT id = 1", &[21, 22, 23]),
        (r"description like '50\%%'", &[20]),
        ("description like '50%'", &[20, 24]),
        ("description ilike 'ÄRGER'", &[21, 25]),
        ("inactivity_timeout > 1.4e6", &[24, 25]),
        ("email between 'a' and 'c'", &[21, 24]),
        ("enable_popup_notifications is null and user_role_id = 1", &[1, 21]),
    ] {
        assert_eq!(chosen(&api, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_space_arrives_as_a_plus_or_as_a_percent_twenty() {
    let (_stack, _program, api) = cast().await;
    for query in ["filter=id+=+20", "filter=id%20%3D%2020", "filter=id%3D20"] {
        assert_eq!(ids(&api.get(&format!("{STAGED}?{query}")).await), [20], "{query}");
    }
    for query in ["sort=%2Busername", "sort=+username", "sort=username"] {
        assert_eq!(ids(&api.get(&format!("{STAGED}?{query}&filter=id>1")).await), [23, 21, 24, 25, 20, 22]);
    }
}

#[tokio::test]
async fn users_are_put_in_order_and_null_is_larger_than_everything() {
    let (_stack, _program, api) = cast().await;
    for (sort, expected) in [
        ("id", [20, 21, 22, 23, 24, 25]),
        ("-id", [25, 24, 23, 22, 21, 20]),
        ("-id,+username", [25, 24, 23, 22, 21, 20]),
        ("-username", [22, 20, 25, 24, 21, 23]),
        ("description", [23, 20, 24, 21, 25, 22]),
        ("-description", [22, 25, 21, 24, 20, 23]),
        ("+user_role_id,-id", [21, 25, 24, 22, 20, 23]),
        ("tenant_id", [20, 24, 25, 21, 22, 23]),
    ] {
        for path in [STAGED, DEPLOYED] {
            let answer = ask(&api, path, &[("sort", sort), ("filter", "id > 1")]).await;
            assert_eq!(ids(&answer), expected, "{sort}");
        }
    }
    assert_eq!(ids(&ask(&api, STAGED, &[("sort", "-id")]).await), [25, 24, 23, 22, 21, 20, 1]);
}

#[tokio::test]
async fn a_faulty_filter_or_order_has_the_code_of_its_side() {
    let (_stack, _program, api) = cast().await;
    for (path, unknown, not_sortable) in
        [(STAGED, 38_313_001, 38_313_002), (DEPLOYED, 38_314_001, 38_314_002)]
    {
        refuses(&ask(&api, path, &[("sort", "+nope")]).await, 422, unknown);
        refuses(&ask(&api, path, &[("sort", "id,")]).await, 422, unknown);
        refuses(&ask(&api, path, &[("sort", "id"), ("sort", "id")]).await, 422, unknown);
        refuses(&ask(&api, path, &[("sort", "-password")]).await, 422, not_sortable);
        for filter in ["nope = 1", "id = ", "password = x", "id = x", "(", "id in ()"] {
            let answer = ask(&api, path, &[("filter", filter)]).await;
            refuses(&answer, 422, 1010);
            assert!(answer.body["message"].as_str().unwrap().contains("Error Parsing filter"), "{answer:?}");
        }
        refuses(&ask(&api, path, &[("filter", "id = 1"), ("filter", "id = 1")]).await, 422, 1010);
    }
}

#[tokio::test]
async fn a_list_is_measured_in_one_order_fields_range_filter_sort() {
    let (_stack, _program, api) = cast().await;
    let wrong = [("fields", "nope"), ("filter", "nope = 1"), ("sort", "nope")];
    refuses(&ask_for(&api, STAGED, &wrong, "rows=1").await, 422, 30);
    refuses(&ask_for(&api, STAGED, &wrong[1..], "rows=1").await, 422, 36);
    refuses(&ask(&api, STAGED, &wrong[1..]).await, 422, 1010);
    refuses(&ask(&api, STAGED, &wrong[2..]).await, 422, 38_313_001);
    let stranger = api.with_token(None);
    refuses(&ask(&stranger, STAGED, &wrong).await, 401, 18);
}
