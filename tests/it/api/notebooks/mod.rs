//! The notebooks dialect as its clients see it: real programs, a real folder of workspaces, every answer looked at.
//!
//! Easy to get wrong: all answers are HTTP 200. What was refused is told by the body, and proved by what did not change.

mod access;
mod bodies;
mod captured;
mod containers;
mod deletion;
mod discovery;
mod jobs;
mod tokens;
mod transfer;

use super::DEADLINE;
use offstage_tests::{api::Api, programs::Program, stack::Stack};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The documented spelling of the administrators' address.
const ADMIN: &str = "/arcgis/notebooks/admin";
const DELETE: &str = "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace";
const LIST: &str = "/arcgis/notebooks/admin/dataaccess/listUserWorkspaces";
const GENERATE: &str = "/arcgis/sharing/rest/generateToken";
/// Who administers.
const BOSS: &str = "portaladmin";
/// A user who is not an administrator.
const JOE: &str = "gis_joe";

/// An API with a folder of workspaces, and users whose password is their name and `-secret`.
struct Site {
    stack: Stack,
    root: PathBuf,
    api: Api,
    program: Program,
}

impl Site {
    async fn open() -> Self {
        Self::with(&[]).await
    }

    /// The same with more settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let stack = Stack::with_users([]).await;
        import(&stack).await;
        let root = stack.redis.folder().join("workspaces");
        std::fs::create_dir(&root).unwrap();
        let all: Vec<_> = settings.iter().copied().chain([root_of(&root)]).collect();
        let (program, api) = stack.api(&all).await;
        Self { stack, root, api, program }
    }

    fn worker(&self) -> Program {
        self.stack.worker(&[root_of(&self.root)])
    }

    /// Makes a workspace with something in it.
    fn workspace(&self, name: &str) {
        let folder = self.root.join(name).join("project");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(".hidden.ipynb"), "{}").unwrap();
    }

    fn has(&self, name: &str) -> bool {
        self.root.join(name).exists()
    }

    /// Posts a form as the holder of the service token with all capabilities.
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let request = self.api.request(Method::POST, path);
        self.api.send(request.form(&with_json(form))).await.body
    }

    /// Posts a form with a token in the header that Esri's clients use, or without one.
    async fn post_as(&self, token: Option<&str>, path: &str, form: &[(&str, &str)]) -> Value {
        let stranger = self.api.with_token(None);
        let mut request = stranger.request(Method::POST, path).form(&with_json(form));
        if let Some(token) = token {
            request = request.header("X-Esri-Authorization", format!("Bearer {token}"));
        }
        stranger.send(request).await.body
    }

    async fn get(&self, path: &str) -> Value {
        self.api.get(&format!("{path}{}f=json", if path.contains('?') { '&' } else { '?' })).await.body
    }

    async fn delete(&self, name: &str) -> Value {
        self.post(DELETE, &[("userName", name)]).await
    }

    /// Logs a user in; more of the form than his name and password.
    async fn token(&self, user: &str, more: &[(&str, &str)]) -> String {
        let body = self.log_in(GENERATE, user, more).await;
        body["token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    async fn log_in(&self, path: &str, user: &str, more: &[(&str, &str)]) -> Value {
        let password = format!("{user}-secret");
        let form: Vec<_> = [("username", user), ("password", password.as_str())]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        self.post_as(None, path, &form).await
    }

    /// Registers a container that runs.
    async fn container(&self, id: &str, user: &str) {
        let body = json!({"username": user, "type": "openNotebook", "expires_s": 600});
        let request = self.api.request(Method::PUT, &format!("/ops/v1/containers/{id}")).json(&body);
        assert_eq!(self.api.send(request).await.status, 201);
    }
}

fn with_json<'a>(form: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    if form.iter().any(|(name, _)| *name == "f") { form.to_vec() } else { [form, &[("f", "json")]].concat() }
}

fn root_of(root: &std::path::Path) -> (&str, &str) {
    ("OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT", root.to_str().unwrap())
}

fn success() -> Value {
    json!({"status": "success"})
}

fn busy() -> Value {
    json!({"error": {"code": 500, "details": null,
        "message": "Failed to delete user workspace. The user has actively running containers."}})
}

/// The answer refuses with that code; returns what it says.
#[track_caller]
fn refused(body: &Value, code: u64) -> &str {
    assert_eq!(body["error"]["code"], code, "{body}");
    body["error"]["message"].as_str().unwrap()
}

async fn import(stack: &Stack) {
    let user = |id: u64, name: &str, role: u64| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "description": "",
            "user_role_id": role, "security_profile_id": 1, "locale_id": "en", "tenant_id": null,
            "inactivity_timeout": 0, "password": format!("{name}-secret")})
    };
    let directory = json!({
        "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ADMIN"]},
            {"id": 2, "name": "User", "capabilities": []}],
        "security_profiles": [{"id": 1, "name": "Admin"}],
        "users": [user(20, BOSS, 1), user(21, JOE, 2), user(22, "gis_jane", 2)],
        "dependents": [], "service_tokens": [],
    });
    let file = stack.redis.folder().join("directory.json");
    std::fs::write(&file, directory.to_string()).unwrap();
    let args = ["import", file.to_str().unwrap(), "--redis-url", &stack.redis.url()];
    let mut program = Program::start("offstage", stack.redis.folder(), &args, &[]);
    assert!(program.ended(DEADLINE).await.success(), "{}", program.log());
}
