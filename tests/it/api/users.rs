//! Users on both sides, over HTTP: read, created, changed.
//!
//! Owns the directory that these tests share. Easy to get wrong: what an update changes on which side is half of it; the
//! other half is what it leaves alone, so [`Scene::sides`] compares whole records.

mod changes;
mod codes;
mod passwords;
mod sight;

use offstage::{
    domain::{
        capability::Capability,
        task::UserId,
        user::{Side, User},
    },
    import,
    store::principals::TokenHash,
};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::USERS;

/// The deployed side.
const DEPLOYED: &str = "/api/config/access/users";

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// A service token with all capabilities.
    Service,
    /// A service token that may administer, and no more.
    Administrators,
    /// A user, by his name; his password is the name and `-secret`.
    User(&'static str),
}

/// Everything: ADMIN, ADMINMANAGER and MNGELOCALONLY.
const MIA: u64 = 20;
/// ADMIN.
const ADAM: u64 = 21;
/// None.
const PAT: u64 = 23;
/// SAASADMIN.
const HUGO: u64 = 24;
/// ADMINMANAGER.
const OLGA: u64 = 25;
/// None, and without a password.
const NINA: u64 = 26;

const ALL: [u64; 7] = [1, MIA, ADAM, PAT, HUGO, OLGA, NINA];

fn directory() -> Value {
    let user = |id: u64, name: &str, role: u64, profile: u64| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "description": "d",
            "user_role_id": role, "security_profile_id": profile, "locale_id": "en", "tenant_id": null,
            "inactivity_timeout": 60_000, "password": format!("{name}-secret")})
    };
    let mut nina = user(NINA, "nina", 2, 2);
    nina["password"] = Value::Null;
    json!({
        "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ADMIN"]},
            {"id": 2, "name": "User", "capabilities": []},
            {"id": 3, "name": "Manager", "capabilities": ["ADMINMANAGER"]},
            {"id": 4, "name": "Hosted", "capabilities": ["SAASADMIN"]},
            {"id": 5, "name": "All", "capabilities": ["ADMIN", "ADMINMANAGER", "MNGELOCALONLY"]}],
        "security_profiles": [{"id": 1, "name": "Admin"}, {"id": 2, "name": "Plain"},
            {"id": 3, "name": "North", "domain_ids": [1]}, {"id": 4, "name": "South", "domain_ids": [2]}],
        "tenants": [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}],
        "domains": [{"id": 1, "name": "n", "tenant_id": 1}, {"id": 2, "name": "s", "tenant_id": 2}],
        "users": [user(MIA, "mia", 5, 1), user(ADAM, "adam", 1, 1), user(PAT, "pat", 2, 2),
            user(HUGO, "hugo", 4, 1), user(OLGA, "olga", 3, 2), nina],
    })
}

/// A Redis with that directory.
struct Scene {
    stack: Stack,
}

impl Scene {
    async fn new() -> Self {
        let stack = Stack::with_users([]).await;
        let file = stack.redis.folder().join("directory.json");
        std::fs::write(&file, directory().to_string()).unwrap();
        import::import(&stack.store, &file, false, &|_| ()).await.unwrap();
        let token = TokenHash::of(b"administrators");
        stack.store.keep_token("administrators", &token, &[Capability::Admin], true).await.unwrap();
        Self { stack }
    }

    /// Everybody there is, on both sides.
    async fn sides(&self) -> [Vec<Option<User>>; 2] {
        let everybody: Vec<_> = ALL.into_iter().chain([1_000_000]).map(UserId).collect();
        [
            self.stack.store.users(Side::Staged, &everybody).await.unwrap(),
            self.stack.store.users(Side::Deployed, &everybody).await.unwrap(),
        ]
    }
}

/// Sends a request as that caller; null for no body.
async fn ask(api: &Api, caller: Caller, method: Method, path: &str, version: &str, body: &Value) -> Answer {
    let api = match caller {
        Caller::Service => api.clone(),
        Caller::Administrators => api.with_token(Some("administrators")),
        Caller::User(_) => api.with_token(None),
    };
    let mut request = api.request(method, path).header("Version", version);
    if let Caller::User(name) = caller {
        request = request.basic_auth(name, Some(format!("{name}-secret")));
    }
    if !body.is_null() {
        request = request.json(body);
    }
    api.send(request).await
}

async fn post(api: &Api, caller: Caller, path: &str, body: &Value) -> Answer {
    ask(api, caller, Method::POST, path, "26.0", body).await
}

async fn get(api: &Api, caller: Caller, path: &str) -> Answer {
    ask(api, caller, Method::GET, path, "26.0", &Value::Null).await
}

fn staged(user: u64) -> String {
    format!("{USERS}/{user}")
}

fn deployed(user: u64) -> String {
    format!("{DEPLOYED}/{user}")
}

/// What a new user needs.
fn new_user() -> Value {
    json!({"username": "new", "email": "new@example.com", "user_role_id": 2, "security_profile_id": 2,
        "password": "new-secret"})
}

/// An object with these members beside, or in place of, those of another.
fn with(mut object: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    object.as_object_mut().unwrap().extend(more);
    object
}
