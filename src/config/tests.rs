//! Precedence of the sources, and every refusal, with the environment given as an argument.

use std::io::Write as _;

use secrecy::ExposeSecret as _;

use super::*;

/// Loads from a file's text and some variables.
fn load_text(toml: &str, variables: &[(&str, &str)], overrides: Overrides) -> anyhow::Result<Settings> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(toml.as_bytes()).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    load_from(Some(file.path()), variables, overrides)
}

/// The text of the refusal.
fn refusal(toml: &str) -> String {
    format!("{:#}", load_text(toml, &[], Overrides::default()).unwrap_err())
}

#[test]
fn defaults_are_valid_and_need_no_file() {
    let settings = load_from(None, std::iter::empty(), Overrides::default()).unwrap();
    assert_eq!(settings.redis_url, "redis://127.0.0.1:6379");
    assert_eq!(settings.worker.lease_ms, 10_000);
    assert_eq!(settings.tasks.retention_s, 604_800);
    assert!(settings.admin_token.is_none());
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let toml = "redis_url = \"redis://file:1\"\n[worker]\nconcurrency = 5\nlease_ms = 20000\n[api]\nlisten = \"127.0.0.1:1\"";
    let variables = [("OFFSTAGE_REDIS_URL", "redis://environment:2"), ("OFFSTAGE_WORKER__CONCURRENCY", "6")];
    let flags = Overrides { redis_url: Some("redis://flag:3".to_owned()), ..Overrides::default() };
    let settings = load_text(toml, &variables, flags).unwrap();
    assert_eq!(settings.redis_url, "redis://flag:3");
    assert_eq!(settings.worker.concurrency, 6);
    assert_eq!(settings.worker.lease_ms, 20_000);
    assert_eq!(settings.worker.heartbeat_ms, 3_000);
    assert_eq!(settings.api.listen.port(), 1);

    let settings = load_text(toml, &variables, Overrides::default()).unwrap();
    assert_eq!(settings.redis_url, "redis://environment:2");
}

#[test]
fn the_environment_can_name_the_file_and_a_flag_wins_over_it() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"log = \"debug\"").unwrap();
    let variables = [(CONFIG_VARIABLE.to_owned(), file.path().display().to_string())];
    let named = load_from(None, variables.clone().into_iter(), Overrides::default()).unwrap();
    assert_eq!(named.log, "debug");
    let other = tempfile::NamedTempFile::new().unwrap();
    let flagged = load_from(Some(other.path()), variables.into_iter(), Overrides::default()).unwrap();
    assert_eq!(flagged.log, "info");
}

#[test]
fn nested_settings_tokens_and_switches_come_from_the_environment() {
    let token = "0123456789012345678901234567890123456789";
    let variables = [
        ("OFFSTAGE_CHECKS__PAUSE__MS", "250"),
        ("OFFSTAGE_ADMIN_TOKEN", token),
        ("OFFSTAGE_METRICS__PUBLIC", "true"),
        ("OFFSTAGE_WORKER__LISTEN", "0.0.0.0:9"),
    ];
    let settings = load_text("", &variables, Overrides::default()).unwrap();
    assert_eq!(settings.checks.pause.ms, 250);
    assert_eq!(settings.admin_token.unwrap().expose_secret(), token);
    assert!(settings.metrics.public);
    assert_eq!(settings.worker.listen.map(|address| address.port()), Some(9));
}

#[test]
fn lists_come_from_the_file_and_from_the_environment() {
    let said = "cors_origins = [\"https://a.example\", \"http://[::1]:8080\", \"*\"]\nversions = [\"13.1\", \"15.0\"]";
    let toml = format!("[staged_config]\n{said}\ndeprecated_up_to = \"13.1\"");
    let from_file = load_text(&toml, &[], Overrides::default()).unwrap().staged_config;
    let variables = [
        ("OFFSTAGE_STAGED_CONFIG__VERSIONS", "13.1,15.0"),
        ("OFFSTAGE_STAGED_CONFIG__DEPRECATED_UP_TO", "13.1"),
        ("OFFSTAGE_STAGED_CONFIG__CORS_ORIGINS", "https://a.example, http://[::1]:8080, *"),
    ];
    let from_environment = load_text("", &variables, Overrides::default()).unwrap().staged_config;
    for settings in [from_file, from_environment] {
        assert_eq!(settings.versions, [Release::new(13, 1), Release::new(15, 0)]);
        assert_eq!(settings.newest(), Release::new(15, 0));
        assert_eq!(settings.cors_origins, ["https://a.example", "http://[::1]:8080", "*"]);
    }
    for faulty in ["13", "13.", "x.1", "13.1.0", "+13.1"] {
        let text = refusal(&format!("staged_config.versions = [\"{faulty}\"]"));
        assert!(text.contains("two numbers"), "{faulty}: {text}");
    }
}

#[test]
fn the_issue_s_example_is_accepted() {
    let settings = load_text(
        r#"
        [worker]
        lease_ms = 10000
        heartbeat_ms = 3000
        [tasks]
        retention_s = 604800
        [[checks.http]]
        name = "reports"
        url = "http://127.0.0.1:9000/dependents?user={id}&name={username}"
        timeout_ms = 5000
        [checks.pause]
        ms = 0
        "#,
        &[],
        Overrides::default(),
    )
    .unwrap();
    // Where there are no workspaces, nothing is late; and thirty seconds are three leases.
    for accepted in ["tasks.retention_s = 1", "tasks.retention_s = 30\nnotebooks.workspace_root = \"/w\""] {
        load_text(accepted, &[], Overrides::default()).unwrap();
    }
    assert_eq!(settings.checks.http[0].concurrency, 16);
    assert_eq!(settings.checks.http[0].max_body_bytes, 1_048_576);
}

#[test]
fn every_impossible_setting_is_refused_by_its_name() {
    for (toml, name, why) in [
        ("worker.heartbeat_ms = 0", "worker.heartbeat_ms", "more than 0"),
        ("worker.lease_ms = 8999", "worker.lease_ms", "three heartbeats"),
        ("worker.lease_ms = 99999999999999", "worker.lease_ms", "ten years"),
        ("worker.concurrency = 0", "worker.concurrency", "between 1 and 10000"),
        ("worker.concurrency = 10001", "worker.concurrency", "between 1 and 10000"),
        ("worker.max_attempts = 0", "worker.max_attempts", "at least 1"),
        ("worker.retry_delay_ms = 0", "worker.retry_delay_ms", "more than 0"),
        ("worker.retry_delay_max_ms = 999", "worker.retry_delay_max_ms", "worker.retry_delay_ms"),
        ("tasks.retention_s = 0", "tasks.retention_s", "more than 0"),
        ("tasks.retention_s = 29\nnotebooks.workspace_root = \"/w\"", "tasks.retention_s", "three leases"),
        ("checks.max_answer_age_ms = 0", "checks.max_answer_age_ms", "more than 0"),
        ("admin_token = \"0123456\"", "admin_token", "at least 8"),
        ("admin_token = \"0123456789 0123456789 0123456789 0\"", "admin_token", "printable"),
        ("key_prefix = \"offstage\"", "key_prefix", "hash tag"),
        ("key_prefix = \"{}\"", "key_prefix", "hash tag"),
        ("key_prefix = \"{a b}\"", "key_prefix", "white space"),
        ("redis_url = \"127.0.0.1:6379\"", "redis_url", "redis://"),
        ("redis_url = \"http://127.0.0.1\"", "redis_url", "redis://"),
        ("redis_url = \"redis://\"", "redis_url", "host"),
        ("redis_url = \"redis://h/x\"", "redis_url", "database"),
        ("redis_url = \"unix://\"", "redis_url", "socket"),
        ("log = \"a=b=c\"", "log", "filter"),
        ("telemetry.otlp_endpoint = \"collector:4318\"", "telemetry.otlp_endpoint", "http://"),
        ("telemetry.otlp_endpoint = \"127.0.0.1\"", "telemetry.otlp_endpoint", "address"),
        ("telemetry.otlp_endpoint = \"grpc://h:4317\"", "telemetry.otlp_endpoint", "not gRPC"),
        ("telemetry.otlp_endpoint = \"http://h:4318/?key=1\"", "telemetry.otlp_endpoint", "is added"),
        (
            "telemetry.otlp_endpoint = \"http://bob:hunter2@h:4318\"",
            "telemetry.otlp_endpoint",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (
            "telemetry.otlp_endpoint = \"http://bob@h\"",
            "telemetry.otlp_endpoint",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
        ("durability.replicas = 11", "durability.replicas", "between 0 and 10"),
        ("durability.replicas_timeout_ms = 0", "durability.replicas_timeout_ms", "between 1 and 2000"),
        ("durability.replicas_timeout_ms = 2001", "durability.replicas_timeout_ms", "between 1 and 2000"),
        ("staged_config.password_min_chars = 0", "staged_config.password_min_chars", "between 1 and 128"),
        ("staged_config.password_min_chars = 129", "staged_config.password_min_chars", "between 1 and 128"),
        ("staged_config.versions = []", "staged_config.versions", "one at least"),
        ("staged_config.versions = [\"14.0\", \"13.1\"]", "staged_config.versions", "oldest first"),
        ("staged_config.versions = \"14.0, 14.0\"", "staged_config.versions", "oldest first"),
        (
            "staged_config.deprecated_up_to = \"14.1\"",
            "staged_config.deprecated_up_to",
            "staged_config.versions",
        ),
        (
            "staged_config.cors_origins = \"https://a.example/\"",
            "staged_config.cors_origins",
            "SCHEME://HOST",
        ),
        ("staged_config.cors_origins = [\"null\"]", "staged_config.cors_origins", "SCHEME://HOST"),
        ("staged_config.release_name = \"a\\nb\"", "staged_config.release_name", "control"),
        ("staged_config.session_idle_s = 0", "staged_config.session_idle_s", "more than 0"),
        ("telemetry.sampling_ratio = 1.1", "telemetry.sampling_ratio", "between 0 and 1"),
        ("telemetry.sampling_ratio = nan", "telemetry.sampling_ratio", "between 0 and 1"),
    ] {
        let text = refusal(toml);
        assert!(text.contains(&format!("{name}: ")) && text.contains(why), "{toml}: {text}");
    }
}

#[test]
fn every_impossible_http_check_is_refused_by_its_position() {
    let good = "name = \"a\"\nurl = \"http://h/{id}\"";
    for (fields, name, why) in [
        ("name = \"\"\nurl = \"http://h/\"", "name", "1 to 64"),
        ("name = \"re ports\"\nurl = \"http://h/\"", "name", "1 to 64"),
        ("name = \"pause\"\nurl = \"http://h/\"", "name", "built-in"),
        ("name = \"registered\"\nurl = \"http://h/\"", "name", "built-in"),
        (good, "name", "twice"),
        ("name = \"b\"\nurl = \"ftp://h/\"", "url", "http://"),
        ("name = \"b\"\nurl = \"nothing\"", "url", "not an address"),
        ("name = \"b\"\nurl = \"http://h/{email}\"", "url", "placeholders"),
        ("name = \"b\"\nurl = \"http://h/{id\"", "url", "placeholders"),
        ("name = \"b\"\nurl = \"http://{username}.h/\"", "url", "host"),
        ("name = \"b\"\nurl = \"http://{id}@h/\"", "url", "host"),
        ("name = \"b\"\nurl = \"http://h/\"\ntimeout_ms = 0", "timeout_ms", "more than 0"),
        ("name = \"b\"\nurl = \"http://h/\"\nconcurrency = 0", "concurrency", "between"),
        ("name = \"b\"\nurl = \"http://h/\"\nmax_body_bytes = 0", "max_body_bytes", "at least 1"),
    ] {
        let text = refusal(&format!("[[checks.http]]\n{good}\n[[checks.http]]\n{fields}"));
        assert!(text.contains(&format!("checks.http[1].{name}: ")) && text.contains(why), "{fields}: {text}");
    }
    let text = refusal(&format!("[[checks.http]]\n{good}\ntimeout_ms = 30001"));
    assert!(text.contains("checks.max_answer_age_ms: "), "{text}");
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = refusal("[worker]\nconcurrency = 0\nmax_attempts = 0");
    assert!(text.contains("worker.concurrency") && text.contains("worker.max_attempts"), "{text}");
}

#[test]
fn unknown_names_and_wrong_types_are_refused() {
    assert!(refusal("[worker]\nlease = 1").contains("lease"));
    assert!(refusal("[workers]\nlease_ms = 1").contains("workers"));
    assert!(refusal("[[checks.http]]\nname = \"a\"").contains("url"));
    assert!(refusal("[worker]\nlease_ms = -1").contains("worker.lease_ms"));
    assert!(refusal("[worker]\nlease_ms = \"soon\"").contains("worker.lease_ms"));
    assert!(refusal("[api]\nlisten = \"nowhere\"").contains("api.listen"));
    assert!(refusal("[durability]\nfsync = \"often\"").contains("durability.fsync"));
}

#[test]
fn no_error_quotes_a_secret() {
    let secret = "hunter2-hunter2";
    for toml in [
        format!("admin_token = \"{secret} \""),
        format!("admin_token = \"{secret}"),
        format!("admin_token = {secret}"),
        format!("admin_token = [\"{secret}\"]"),
        format!("admin_token = {{ a = \"{secret}\" }}"),
        format!("redis_url = \"http://:{secret}@h\""),
        format!("redis_url = \"redis://:{secret}@h:port\""),
        format!("redis_url = [\"{secret}\"]"),
        format!("[[checks.http]]\nname = \"a\"\nurl = \"ftp://x:{secret}@h/\""),
    ] {
        let error = load_text(&toml, &[], Overrides::default()).unwrap_err();
        let text = format!("{error:#} {error:?}");
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn every_setting_has_its_environment_variable() {
    // Serde lists a struct's fields when it meets an unknown one.
    let known = |section: &str| -> Vec<String> {
        let text = refusal(&format!("{section}zzz = 1"));
        let (_, list) = text.split_once("expected ").unwrap();
        let list = list.split(" for key").next().unwrap();
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let sections = [
        "durability",
        "api",
        "worker",
        "tasks",
        "checks",
        "checks.pause",
        "staged_config",
        "platform",
        "notebooks",
        "metrics",
        "telemetry",
    ];
    for section in sections.map(|name| format!("{name}.")).iter().map(String::as_str).chain([""]) {
        for field in known(section) {
            let name = format!("{section}{field}");
            let is_section = name == "checks.http" || sections.contains(&name.as_str());
            assert!(is_section || environment::SETTINGS.contains(&name.as_str()), "{name}");
        }
    }
}
