//! `offstage token`: service tokens, made, listed and revoked.
//!
//! A token is shown once, alone on standard output, so that `TOKEN=$(offstage token create …)` keeps it; everything that is
//! said about it goes to standard error. Easy to get wrong: a lifetime counts from the server's now.

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use http::Method;
use serde_json::json;

use super::{
    client::{
        ClientArgs, Form,
        http::{Client, Request},
        indented,
        model::{Items, Token, decode},
    },
    exit::Exit,
    output,
    table::{Table, Tone},
    words::{self, relative},
};
use crate::domain::capability::Capability;

/// Flags of `offstage token`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    TOKEN=$(offstage token create ci --capability ops.read --expires 90d)\n  \
    offstage token list\n  \
    offstage token revoke ci")]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What can be done with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; it is shown this once, alone on standard output.
    #[command(after_help = "Examples:\n  \
        TOKEN=$(offstage token create ci --capability ops.read --capability ops.write --expires 90d)\n  \
        offstage token create dashboard --capability ops.read --output json | jq -r .token")]
    Create {
        /// What the token is called, in lists and in the tasks that it asks for.
        name: String,
        /// What it may do; may be given several times.
        #[arg(long = "capability", value_name = "CAPABILITY", required = true, value_delimiter = ',',
            value_parser = PossibleValuesParser::new(Capability::ALL.map(Capability::name)))]
        capabilities: Vec<String>,
        /// How long it is good, such as 12h, 90d or 52w; without it, until it is revoked.
        #[arg(long, value_name = "DURATION", value_parser = words::duration)]
        expires: Option<TimeDelta>,
    },
    /// List the tokens, without the tokens themselves.
    #[command(after_help = "Example:\n  offstage token list")]
    List,
    /// Revoke a token; it opens nothing from then on.
    #[command(after_help = "Example:\n  offstage token revoke ci")]
    Revoke {
        /// What the token is called.
        name: String,
    },
}

/// Makes, lists or revokes.
///
/// # Errors
/// A request that failed; there is a token of that name, or none.
pub async fn run(args: TokenArgs) -> anyhow::Result<Exit> {
    let client = args.client.client()?;
    match args.command {
        TokenCommand::Create { name, capabilities, expires } => {
            create(&client, args.client.output, &name, &capabilities, expires).await?;
        }
        TokenCommand::List => {
            let document = client.send(Request::get(&["tokens"])).await?;
            let tokens: Items<Token> = decode(&client, &document)?;
            let now = client.now().await?;
            args.client.answer(&document, || shown(&tokens.items, now))?;
        }
        TokenCommand::Revoke { name } => {
            client.send(Request::new(Method::DELETE, &["tokens", &name])).await?;
            output::complain(&format!("The token {name} is revoked."));
        }
    }
    Ok(Exit::Done)
}

async fn create(
    client: &Client,
    form: Form,
    name: &str,
    capabilities: &[String],
    expires: Option<TimeDelta>,
) -> anyhow::Result<()> {
    let expires = match expires {
        Some(lifetime) => Some((client.now().await? + lifetime).timestamp_millis()),
        None => None,
    };
    let body = json!({ "name": name, "capabilities": capabilities, "expires": expires });
    let document = client.send(Request::post(&["tokens"]).body(body)).await?;
    let token = document["token"].as_str().ok_or_else(|| client.unusable("it holds no token"))?;
    output::say(&match form {
        Form::Json => indented(&document),
        Form::Table => format!("{token}\n"),
    })?;
    let until = expires.map_or_else(|| "is revoked".to_owned(), words::exact);
    output::complain(&format!("The token {name} is good until {until}. It is not shown again."));
    Ok(())
}

fn shown(tokens: &[Token], now: DateTime<Utc>) -> String {
    let mut table = Table::new(&["NAME", "CAPABILITIES", "CREATED", "EXPIRES", "LAST USED"]);
    for token in tokens {
        let plain = |text: String| (Tone::Plain, text);
        let when = |at: Option<i64>, never: &str| at.map_or_else(|| never.to_owned(), |at| relative(at, now));
        let expired = token.expires.is_some_and(|at| at <= now.timestamp_millis());
        table.toned([
            plain(token.name.clone()),
            plain(token.capabilities.join(",")),
            plain(when(token.created, "-")),
            (if expired { Tone::Bad } else { Tone::Plain }, when(token.expires, "never")),
            plain(when(token.last_used, "never")),
        ]);
    }
    table.text()
}
