//! The real programs, from their command line to their end.

use offstage_tests::programs::{Ended, command, run};
use std::{path::Path, time::Duration};

mod cli;
mod deploy;
mod dev;
mod dev_crashes;
mod dev_secrets;
mod import;
mod production;
mod races;
mod scale;
mod settings;
mod speed;
mod start_redis;
mod strict;
mod tls;
mod tls_renewal;

/// For whatever ends by itself.
const DEADLINE: Duration = Duration::from_secs(20);

/// A file of this repository.
fn repository(path: &str) -> String {
    format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The sample directory.
fn sample() -> String {
    repository("deploy/sample-directory.json")
}

/// Runs a program of ours to its end.
async fn ended(name: &str, folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Ended {
    run(command(name, folder, args, environment), DEADLINE).await
}

/// A directory file with that many users without dependents, from id 10 on, and the built-in administrator.
fn generated(folder: &Path, users: u64) -> String {
    let user = |id: u64, name: &str, role: u64| {
        format!(
            r#"{{"id":{id},"username":"{name}","email":"{name}@example.com","description":"","user_role_id":{role},"security_profile_id":1,"locale_id":"en","tenant_id":null,"inactivity_timeout":0}}"#
        )
    };
    let all: Vec<_> = std::iter::once(user(1, "admin", 1))
        .chain((10..10 + users).map(|id| user(id, &format!("user{id}"), 2)))
        .collect();
    let text = format!(
        r#"{{"user_roles":[{{"id":1,"name":"Admin","capabilities":["ADMIN"]}},{{"id":2,"name":"User","capabilities":[]}}],
"security_profiles":[{{"id":1,"name":"Admin"}}],
"users":[{}]}}"#,
        all.join(",\n")
    );
    let file = folder.join(format!("generated-{users}.json"));
    std::fs::write(&file, text).expect("the file is written");
    file.to_str().expect("UTF-8").to_owned()
}
