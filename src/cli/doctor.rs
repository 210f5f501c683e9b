//! `offstage doctor`: whether Redis keeps what it is given, and who works; with the remedy for what is not well.
//!
//! Asks the API, or looks at Redis itself where a flag or the environment says where that is. Owns the lines: level, what was
//! looked at, what it is like, and indented under it what to do. The level is a word, so that it can be read without colours.

use clap::Args;

use super::{
    client::{
        ClientArgs,
        http::Request,
        model::{Finding, Items, decode},
    },
    exit::Exit,
    table::{Screen, Tone, printable},
};

/// Flags of `offstage doctor`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage doctor                                    through the API\n  \
    offstage doctor --redis-url redis://redis:6379     at Redis itself, without an API\n  \
    offstage doctor --output json | jq '.items[] | select(.level != \"good\")'\n\n\
    Exit codes:\n  0  nothing is bad (there may be warnings)\n  1  something is bad, or nobody answers")]
pub struct DoctorArgs {
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// Asks, and shows what is found.
///
/// # Errors
/// A request that failed.
pub async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    let client = args.client.client()?;
    let document = client.send(Request::get(&["doctor"])).await?;
    let findings: Items<Finding> = decode(&client, &document)?;
    args.client.answer(&document, || shown(&findings.items, Screen::of_stdout()))?;
    Ok(outcome(&findings.items))
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

    fn finding(what: &str, level: &str, remedy: Option<&str>) -> Finding {
        let text = |text: &str| text.to_owned();
        Finding { what: text(what), level: text(level), says: text("it is so"), remedy: remedy.map(text) }
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
