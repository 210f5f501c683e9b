//! `offstage doctor`: whether Redis keeps what it is given, and who works; with the remedy for what is not well.
//!
//! Asks the API, or looks at Redis itself where a flag or the environment says where that is ([`Store::diagnose`] finds, this
//! only shows). Owns the lines: level, what was
//! looked at, what it is like, and indented under it what to do. The level is a word, so that it can be read without colours.

use clap::Args;
use serde_json::{Value, json};

use super::{
    CommonArgs,
    client::{
        ClientArgs,
        http::Request,
        model::{Finding, Items},
    },
    exit::Exit,
    table::{Screen, Tone, printable},
};
use crate::{
    config::{self, Overrides},
    store::Store,
};

/// Flags of `offstage doctor`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage doctor                                    through the API\n  \
    offstage doctor --redis-url redis://redis:6379     at Redis itself, without an API\n  \
    offstage doctor --output json | jq '.items[] | select(.level != \"good\")'\n\n\
    Redis itself is looked at with --redis-url or --config, and where OFFSTAGE_REDIS_URL or OFFSTAGE_CONFIG is set, \
    unless --url, --token or --profile asks for the API.\n\n\
    Exit codes:\n  0  nothing is bad (there may be warnings)\n  1  something is bad, or nobody answers")]
pub struct DoctorArgs {
    /// Where Redis is.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// Asks, and shows what is found.
///
/// # Errors
/// Nobody answers, or the settings are impossible.
pub async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    let document = if looks_at_redis(&args, config::client::names_redis()) {
        of_redis(&args.common).await?
    } else {
        args.client.client()?.send(Request::get(&["doctor"])).await?
    };
    let findings: Items<Finding> = serde_json::from_value(document.clone())?;
    args.client.answer(&document, || shown(&findings.items, Screen::of_stdout()))?;
    Ok(outcome(&findings.items))
}

/// Whether it goes past the API. A flag wins over the environment.
fn looks_at_redis(args: &DoctorArgs, environment_names_redis: bool) -> bool {
    let DoctorArgs { common, client } = args;
    let asks_api = client.url.is_some() || client.token.is_some() || client.profile.is_some();
    common.redis_url.is_some() || common.config.is_some() || (!asks_api && environment_names_redis)
}

/// What the store itself finds, in the shape in which the API says it.
async fn of_redis(common: &CommonArgs) -> anyhow::Result<Value> {
    let overrides = Overrides { redis_url: common.redis_url.clone(), ..Overrides::default() };
    let settings = config::load(common.config.as_deref(), overrides)?;
    let store = Store::open(&settings, "offstage-doctor")?;
    let findings = store.diagnose().await?;
    let items: Vec<_> = findings
        .into_iter()
        .map(|one| json!({ "what": one.what, "level": one.level.name(), "says": one.says, "remedy": one.remedy }))
        .collect();
    Ok(json!({ "items": items }))
}

fn outcome(findings: &[Finding]) -> Exit {
    if findings.iter().any(|finding| finding.level == "bad") { Exit::Failed } else { Exit::Done }
}

fn shown(findings: &[Finding], screen: Screen) -> String {
    let widest = findings.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
    let lines = findings.iter().map(|finding| {
        let level = screen.tinted(tone(&finding.level), &format!("{:4}", printable(&finding.level)));
        let line = format!("{level}  {:widest$}  {}\n", printable(&finding.what), printable(&finding.says));
        let remedy = finding.remedy.as_ref().map(|remedy| format!("      {}\n", printable(remedy)));
        line + &remedy.unwrap_or_default()
    });
    lines.collect()
}

fn tone(level: &str) -> Tone {
    match level {
        "good" => Tone::Good,
        "warn" => Tone::Warn,
        "bad" => Tone::Bad,
        _ => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn finding(what: &str, level: &str, remedy: Option<&str>) -> Finding {
        let text = |text: &str| text.to_owned();
        Finding { what: text(what), level: text(level), says: text("it is so"), remedy: remedy.map(text) }
    }

    #[test]
    fn a_flag_says_whom_to_ask_and_else_the_environment() {
        let asks_redis = |words: &[&str], environment| {
            let args = Doctor::try_parse_from([&["doctor"], words].concat()).unwrap().args;
            looks_at_redis(&args, environment)
        };
        assert!(asks_redis(&["--redis-url", "redis://r"], false) && asks_redis(&[], true));
        assert!(asks_redis(&["--config", "x.toml", "--token", "t"], false));
        assert!(!asks_redis(&[], false) && !asks_redis(&["--url", "http://a.example"], true));
    }

    #[derive(clap::Parser)]
    struct Doctor {
        #[command(flatten)]
        args: DoctorArgs,
    }

    #[test]
    fn each_finding_is_a_line_with_its_remedy_under_it() {
        let findings = [finding("clock", "good", None), finding("persistence", "bad", Some("turn it on"))];
        let text = shown(&findings, Screen::of_stdout());
        assert_eq!(text, "good  clock        it is so\nbad   persistence  it is so\n      turn it on\n");
        assert_eq!(outcome(&findings), Exit::Failed);
        assert_eq!(outcome(&[finding("memory", "warn", Some("add some"))]), Exit::Done);
    }
}
