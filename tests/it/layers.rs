//! The direction of dependence, and the shape of files: the sources are read, and what is not allowed fails with file and
//! line. Rules about parts that do not exist yet hold until these do.

mod paths;

use self::paths::{Path, paths};
use std::path::PathBuf;

/// The longest Rust file.
const MOST_LINES: usize = 400;
/// Names that say nothing.
const EMPTY_NAMES: [&str; 4] = ["utils", "common", "helpers", "manager"];
/// The interfaces that stand side by side in `src/api/`.
const DIALECTS: [&str; 4] = ["staged_config", "notebooks", "platform", "ops"];

/// One rule: which files it is for, and what they must not name.
struct Rule {
    says: &'static str,
    is_for: fn(&str) -> bool,
    forbids: fn(&str, &Path) -> bool,
}

const RULES: [Rule; 10] = [
    Rule {
        says: "the domain imports nothing of ours and does no I/O",
        is_for: |file| file.starts_with("src/domain"),
        forbids: |_, path| {
            let does_io =
                ["std::fs", "std::net", "std::time::SystemTime"].iter().any(|io| path.starts_with(io));
            path.root_is(&["tokio", "redis", "axum", "hyper", "offstage", "rand"])
                || (path.root_is(&["crate"]) && !path.starts_with("crate::domain"))
                // An address is a value like any other.
                || (does_io && !path.starts_with("std::net::IpAddr"))
        },
    },
    Rule {
        says: "the store knows no HTTP and no command line",
        is_for: |file| file.starts_with("src/store"),
        forbids: |_, path| {
            path.root_is(&["axum", "http", "hyper", "clap"])
                || ["crate::api", "crate::http", "crate::cli"].iter().any(|above| path.starts_with(above))
        },
    },
    Rule {
        says: "the disk and the engine know of ours the domain alone",
        is_for: |file| file.starts_with("src/workspaces") || file.starts_with("src/engine"),
        forbids: |file, path| {
            let own = if file.starts_with("src/engine") { "crate::engine" } else { "crate::workspaces" };
            path.root_is(&["crate"]) && !["crate::domain", own].iter().any(|below| path.starts_with(below))
        },
    },
    Rule {
        says: "only the store names redis",
        is_for: |file| is_program(file) && !file.starts_with("src/store"),
        forbids: |_, path| path.root_is(&["redis"]),
    },
    Rule {
        says: "apalis is named in the queue and in the runner alone",
        is_for: |file| {
            is_program(file) && !file.starts_with("src/store/queue") && file != "workers/src/runner.rs"
        },
        forbids: |_, path| path.segments[0].starts_with("apalis"),
    },
    Rule {
        says: "the service knows no dialect",
        is_for: |file| file.starts_with("src/api/service"),
        forbids: |_, path| names_dialect(path, ""),
    },
    Rule {
        says: "a dialect names neither the store nor another dialect",
        is_for: |file| !dialect_of(file).is_empty(),
        forbids: |file, path| path.starts_with("crate::store") || names_dialect(path, dialect_of(file)),
    },
    Rule {
        says: "the cluster's files are read without store, HTTP or settings",
        is_for: |file| file.starts_with("src/cluster"),
        forbids: |_, path| {
            let own = ["crate::domain", "crate::cluster"];
            path.root_is(&["crate"]) && !own.into_iter().any(|prefix| path.starts_with(prefix))
        },
    },
    Rule {
        says: "the workers know nothing of the API",
        is_for: |file| file.starts_with("workers/"),
        forbids: |_, path| path.starts_with("offstage::api"),
    },
    Rule {
        says: "the environment is read in config alone",
        is_for: |file| is_program(file) && !file.starts_with("src/config"),
        // Where the running program lies is no setting.
        forbids: |_, path| path.starts_with("std::env") && !path.starts_with("std::env::current_exe"),
    },
];

fn is_program(file: &str) -> bool {
    file.starts_with("src/") || file.starts_with("workers/")
}

/// The dialect whose file that is; empty if it is none's.
fn dialect_of(file: &str) -> &str {
    let part = file.strip_prefix("src/api/").and_then(|rest| rest.split(['/', '.']).next());
    part.filter(|part| DIALECTS.contains(part)).unwrap_or_default()
}

fn names_dialect(path: &Path, own: &str) -> bool {
    let named = path.starts_with("crate::api").then(|| path.segments.get(2)).flatten();
    named.is_some_and(|segment| segment != own && DIALECTS.contains(&segment.as_str()))
}

/// What one file does that it must not, as `file:line: rule: path`.
fn offences(file: &str, source: &str) -> Vec<String> {
    let found = paths(file, source);
    let broken = RULES.iter().filter(|rule| (rule.is_for)(file)).flat_map(|rule| {
        let bad = found.iter().filter(|path| (rule.forbids)(file, path));
        bad.map(|path| format!("{file}:{}: {}: {}", path.line, rule.says, path.segments.join("::")))
    });
    let names = file.split(['/', '.']).filter(|part| EMPTY_NAMES.contains(part));
    let names = names.map(|name| format!("{file}:1: a name that says nothing: {name}"));
    let length = source.lines().count();
    let long = (length > MOST_LINES).then(|| format!("{file}:{length}: longer than {MOST_LINES} lines"));
    broken.chain(names).chain(long).collect()
}

/// Every Rust file of ours, by its path from the root.
fn sources() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = ["src", "workers", "tests"].map(|folder| root.join(folder)).to_vec();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                sources.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

#[test]
fn direction_of_dependence() {
    let sources = sources();
    for rule in RULES.iter().filter(|rule| !rule.says.contains("dialect")) {
        assert!(sources.iter().any(|(file, _)| (rule.is_for)(file)), "no file for: {}", rule.says);
    }
    let all: Vec<_> = sources.iter().flat_map(|(file, source)| offences(file, source)).collect();
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[test]
fn what_is_not_allowed_is_found() {
    let bad = [
        ("src/domain/state.rs", "use crate::store::Store;"),
        ("src/domain/state.rs", "use crate::{domain::task::Task, store::{self, Store}};"),
        ("src/domain/state/x.rs", "use super::super::super::config::Settings;"),
        ("src/domain/mod.rs", "use super::config::Settings;"),
        ("src/domain/plan.rs", "fn f() { tokio::spawn(async {}); }"),
        ("src/domain/plan.rs", "use std::{fmt, fs};"),
        ("src/domain/plan.rs", "fn f() { let t = std::time::SystemTime::now(); }"),
        ("src/store/tasks.rs", "use axum::Json;"),
        ("src/store/tasks.rs", "fn f() -> crate::http::Fault { g() }"),
        ("src/store/mod.rs", "use super::{\n    domain,\n    cli::Command,\n};"),
        ("src/workspaces/mod.rs", "use crate::{domain::workspace::WorkspaceName, store::Store};"),
        ("src/workspaces/empty.rs", "fn f() -> super::super::config::Settings { g() }"),
        ("src/engine.rs", "use crate::workspaces::Workspaces;"),
        ("src/cli/serve.rs", "fn f() { ::redis::Client::open(url); }"),
        ("src/cli/serve.rs", "pub use redis as r;"),
        ("src/cli/serve.rs", "/* a\n comment */ use redis::Client; // \"redis\""),
        ("src/cli/serve.rs", "fn f(c: char) -> bool { c == '\"' || redis::is(c, '\\'') }"),
        ("workers/src/handler.rs", "use apalis_core::task::Task;"),
        ("src/store/tasks.rs", "use apalis::prelude::*;"),
        ("src/api/service.rs", "use super::staged_config::status;"),
        ("src/api/service/submit.rs", "use crate::api::ops;"),
        ("src/api/ops/routes.rs", "use crate::store::Store;"),
        ("src/api/ops/routes.rs", "use super::super::staged_config::status;"),
        ("src/api/staged_config.rs", "use super::{ops::status, service};"),
        ("workers/src/runner.rs", "use offstage::{api::service, store::Store};"),
        ("src/cluster/roster.rs", "use crate::store::Store;"),
        ("src/http/server.rs", "use std::env;"),
        ("workers/src/main.rs", "fn f() { std::env::var(\"X\"); }"),
        ("src/http/utils.rs", ""),
        ("tests/src/helpers/x.rs", ""),
    ];
    for (file, snippet) in bad {
        assert_ne!(offences(file, snippet), [""; 0], "{file} may not say: {snippet}");
    }
    assert_ne!(offences("src/a.rs", &"\n".repeat(MOST_LINES + 1)), [""; 0]);
    assert_eq!(
        offences("src/cli/serve.rs", "use a::b;\n\nuse c::{\n    d,\n};\nuse redis::Client;"),
        ["src/cli/serve.rs:6: only the store names redis: redis::Client"]
    );
}

#[test]
fn what_is_allowed_is_left_alone() {
    let good = [
        ("src/domain/plan.rs", "use std::net::IpAddr;"),
        ("src/domain/plan.rs", "use super::{dependents::Findings, reason::Reason};\nuse std::fmt;"),
        ("src/domain/plan.rs", "use crate::domain::task::Task; // crate::store\n"),
        (
            "src/workspaces/empty.rs",
            "use super::{DiskError, folder::Folder};\nuse crate::domain::workspace::X;",
        ),
        ("src/engine/tests.rs", "use super::Engine;"),
        ("src/store/link.rs", "use redis::Client;\nuse crate::domain::task::Task;"),
        ("src/store/queue/backend.rs", "use apalis_core::backend::Backend;"),
        ("src/cli/serve.rs", "/// See redis::Client.\nfn f() { let x = \"redis::Client \\\" redis::x\"; }"),
        ("src/cli/serve.rs", "const X: &str = r#\"use redis::Client; \" redis::x\"#;"),
        ("src/cli/serve.rs", "fn f<'a>(settings: &'a Settings) { settings.redis.url(); }"),
        ("src/cli/dev/mod.rs", "mod redis;\nfn f() { redis::start(); }"),
        ("src/cli/dev/run.rs", "use super::{child, redis};\nfn f() { redis::start(); }"),
        ("src/api/ops/routes.rs", "use crate::api::{ops::status, service};"),
        ("workers/src/runner.rs", "use offstage::{domain::task::Task, store::Store};"),
        ("src/cli/dev/run.rs", "fn f() { std::env::current_exe(); }"),
        ("src/config/environment.rs", "fn f() { std::env::vars_os(); }"),
        ("src/http/x.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use std::env;\n}"),
        ("src/http/tests.rs", "use std::env;"),
        ("tests/src/redis.rs", "use redis::Client;"),
    ];
    for (file, snippet) in good {
        assert_eq!(offences(file, snippet), [""; 0], "{file} may say: {snippet}");
    }
}
