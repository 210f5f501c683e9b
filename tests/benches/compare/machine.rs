//! Where it is measured, and with what.

use offstage_tests::{bench::report::Machine, redis::PrivateRedis};
use std::{collections::BTreeMap, process::Command, thread::available_parallelism};

pub(crate) fn look() -> Machine {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.unwrap_or_default().trim_matches([':', ' ', '\t', '=', '"']).to_owned()
    };
    let kib: f64 = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Machine {
        processor: field("/proc/cpuinfo", "model name"),
        cores: available_parallelism().map_or(0, usize::from),
        memory_gib: (kib / 1_024.0 / 1_024.0).round(),
        system: format!("{}, Linux {}", field("/etc/os-release", "PRETTY_NAME"), said("uname", &["-r"])),
        load: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
    }
}

pub(crate) fn versions(redis: &PrivateRedis) -> BTreeMap<String, String> {
    let info: String =
        redis::cmd("INFO").arg("server").query(&mut redis.connection()).expect("Redis answers");
    let server = |field: &str| info.lines().find_map(|line| line.strip_prefix(field)).map(str::to_owned);
    let server = server("valkey_version:")
        .map(|version| format!("Valkey {version}"))
        .or_else(|| server("redis_version:").map(|version| format!("Redis {version}")));
    let revision = said("git", &["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "--short", "HEAD"]);
    let changed = said("git", &["-C", env!("CARGO_MANIFEST_DIR"), "status", "--porcelain", "-uno"]);
    let changed = if changed.is_empty() { "" } else { ", changed" };
    let build = if cfg!(debug_assertions) { ", debug build" } else { ", release build" };
    let versions = [
        ("offstage", format!("{} ({revision}{changed}{build})", env!("CARGO_PKG_VERSION"))),
        ("server", server.unwrap_or_default()),
        ("rustc", said("rustc", &["--version"])),
        ("node", said("node", &["--version"])),
        ("python", said("python3", &["--version"])),
    ];
    versions.into_iter().map(|(name, version)| (name.to_owned(), version)).collect()
}

/// The first line that a program prints; nothing where it is missing.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}
