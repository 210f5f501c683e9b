//! Lists as clients of `staged_config` ask for them: filtered, in order, in part, with the fields that they want.
//!
//! Owns the cast of these modules. Easy to get wrong: an answer that looks right may be right by chance; so whatever is
//! chosen here leaves somebody out, and whatever is in order is in another one by number.

mod large;
mod parts;
mod profiles;
mod roles;
mod tasks;
mod users;

use offstage::{domain::capability::Capability, store::principals::TokenHash};
use offstage_tests::{
    api::{Answer, Api},
    programs::Program,
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::DEADLINE;

const STAGED: &str = "/api/staged_config/access/users";
const DEPLOYED: &str = "/api/config/access/users";
/// A token that may see users who are no administrators.
const SAAS_TOKEN: &str = "saas-token-for-tests-0123456789-abcdefgh";
/// A token that may do nothing.
const OUTSIDER_TOKEN: &str = "outsider-token-for-tests-0123456789-abcd";

/// Six users with passwords, which are their names and `-secret`, beside the built-in administrator; roles, security
/// profiles, tenants and domains; and the tokens.
async fn cast() -> (Stack, Program, Api) {
    let stack = Stack::with_users([]).await;
    let user = |id: u64, name: &str, role: u64, profile: u64, tenant: Value, description: Value| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "description": description,
            "user_role_id": role, "security_profile_id": profile, "locale_id": "en", "tenant_id": tenant,
            "inactivity_timeout": id * 60_000, "password": format!("{name}-secret")})
    };
    let directory = json!({
        "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ADMIN"]},
            {"id": 2, "name": "User", "capabilities": []},
            {"id": 3, "name": "Watcher", "capabilities": ["SAASADMIN", "ops.read"]}],
        "tenants": [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}],
        "domains": [{"id": 1, "name": "one", "tenant_id": 1}, {"id": 2, "name": "two", "tenant_id": 2},
            {"id": 3, "name": "three"}],
        "security_profiles": [{"id": 1, "name": "Admin"}, {"id": 2, "name": "North", "domain_ids": [1]},
            {"id": 3, "name": "Both", "domain_ids": [1, 2]}],
        "users": [
            user(20, "mia", 2, 2, json!(1), json!("50% of the work")),
            user(21, "adam", 1, 1, Value::Null, json!("Ärger")),
            user(22, "pat", 2, 3, Value::Null, Value::Null),
            user(23, "Zoe", 3, 1, Value::Null, json!("")),
            user(24, "bob", 2, 2, json!(1), json!("500 of them")),
            user(25, "carl", 2, 2, json!(1), json!("ärger")),
        ],
        "dependents": [], "service_tokens": [],
    });
    let file = stack.redis.folder().join("directory.json");
    std::fs::write(&file, directory.to_string()).unwrap();
    let args = ["import", file.to_str().unwrap(), "--redis-url", &stack.redis.url()];
    let mut program = Program::start("offstage", stack.redis.folder(), &args, &[]);
    assert!(program.ended(DEADLINE).await.success(), "{}", program.log());
    for (name, token, capabilities) in
        [("saas", SAAS_TOKEN, &[Capability::SaasAdmin][..]), ("outsider", OUTSIDER_TOKEN, &[])]
    {
        stack.store.keep_token(name, &TokenHash::of(token.as_bytes()), capabilities, true).await.unwrap();
    }
    let (program, api) = stack.api(&[]).await;
    (stack, program, api)
}

/// Asks for a list with these parameters.
async fn ask(api: &Api, path: &str, query: &[(&str, &str)]) -> Answer {
    api.send(api.request(Method::GET, path).query(query)).await
}

/// The same for a part of it.
async fn ask_for(api: &Api, path: &str, query: &[(&str, &str)], range: &str) -> Answer {
    api.send(api.request(Method::GET, path).query(query).header("Range", range)).await
}

/// The same as a user with a password.
async fn ask_as(api: &Api, name: &str, path: &str, query: &[(&str, &str)]) -> Answer {
    let request = api.with_token(None).request(Method::GET, path).query(query);
    api.send(request.basic_auth(name, Some(format!("{name}-secret")))).await
}

/// The ids of an answer's elements, in their order.
#[track_caller]
fn ids(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.as_array().unwrap().iter().map(|element| element["id"].as_u64().unwrap()).collect()
}
