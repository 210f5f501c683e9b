//! `offstage dependents`: what is registered as depending on a user.
//!
//! Easy to get wrong: adding one that is there already replaces what was said about it, as the interface has it.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::{
    client::{
        ClientArgs,
        http::{Client, Request},
        model::{Dependent, decode},
    },
    exit::Exit,
    table::{Table, Tone, or_dash},
};

/// Dependents in one request.
const PAGE: u64 = 1_000;

/// Flags of `offstage dependents`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage dependents list 5\n  \
    offstage dependents add 5 REPORT 17 --name \"Failed logins\" --owner bob\n  \
    offstage dependents remove 5 REPORT 17")]
pub struct DependentsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DependentsCommand,
    /// Which API, and how to answer.
    #[command(flatten)]
    pub client: ClientArgs,
}

/// What can be done with dependents.
#[derive(Clone, Debug, Subcommand)]
pub enum DependentsCommand {
    /// List what is registered as depending on a user.
    #[command(after_help = "Example:\n  offstage dependents list 5 --output json")]
    List {
        /// The user's number.
        user: u64,
    },
    /// Register something that depends on a user, or say something else about it.
    #[command(after_help = "Examples:\n  \
        offstage dependents add 5 REPORT 17 --name \"Failed logins\" --owner bob\n  \
        offstage dependents add 5 ARIEL_SAVED_SEARCH 9 --database EVENTS --group 3 --group 4 --not-blocking")]
    Add(Dependence),
    /// Forget a dependent.
    #[command(after_help = "Example:\n  offstage dependents remove 5 REPORT 17")]
    Remove {
        /// The user's number.
        user: u64,
        /// What it is, such as REPORT.
        #[arg(value_name = "TYPE")]
        kind: String,
        /// Its identifier among those of its type.
        id: String,
    },
}

/// What is said about a dependent.
#[derive(Args, Clone, Debug)]
pub struct Dependence {
    /// The user's number.
    pub user: u64,
    /// What it is, such as REPORT: 1 to 64 letters, digits, '_', '-' or '.'.
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Its identifier among those of its type.
    pub id: String,
    /// What people call it.
    #[arg(long)]
    pub name: Option<String>,
    /// Whose it is.
    #[arg(long)]
    pub owner: Option<String>,
    /// Which database it lives in.
    #[arg(long, value_parser = ["EVENTS", "FLOWS", "ASSETS"])]
    pub database: Option<String>,
    /// A group that it is in; may be given several times.
    #[arg(long = "group", value_name = "NUMBER")]
    pub groups: Vec<u64>,
    /// It does not stop the deletion of the user.
    #[arg(long)]
    pub not_blocking: bool,
}

/// Lists, adds or removes.
///
/// # Errors
/// A request that failed.
pub async fn run(args: DependentsArgs) -> anyhow::Result<Exit> {
    let client = args.client.client()?;
    match args.command {
        DependentsCommand::List { user } => {
            let document = all(&client, user).await?;
            let items: Vec<Dependent> = decode(&client, &document["items"])?;
            args.client.answer(&document, || shown(&items))?;
        }
        DependentsCommand::Add(dependence) => {
            let user = dependence.user.to_string();
            let path = ["users", &user, "dependents", &dependence.kind, &dependence.id];
            let request = Request::new(Method::PUT, &path).body(body(&dependence));
            let document = client.send(request).await?;
            let item: Dependent = decode(&client, &document)?;
            args.client.answer(&document, || shown(&[item]))?;
        }
        DependentsCommand::Remove { user, kind, id } => {
            let path = ["users", &user.to_string(), "dependents", &kind, &id];
            client.send(Request::new(Method::DELETE, &path)).await?;
        }
    }
    Ok(Exit::Done)
}

/// All pages as one document.
async fn all(client: &Client, user: u64) -> anyhow::Result<Value> {
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let path = ["users", &user.to_string(), "dependents"];
        let request = Request::get(&path).query("limit", Some(PAGE)).query("cursor", cursor);
        let page = client.send(request).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(json!({ "items": items, "next": null }));
        }
    }
}

fn body(dependence: &Dependence) -> Value {
    json!({
        "name": dependence.name,
        "owner": dependence.owner,
        "database": dependence.database,
        "group_ids": dependence.groups,
        "blocking": !dependence.not_blocking,
    })
}

/// The dependents as a table.
pub(super) fn shown(items: &[Dependent]) -> String {
    let mut table = Table::new(&["TYPE", "ID", "BLOCKING", "NAME", "OWNER", "DATABASE", "GROUPS"]);
    for item in items {
        let groups: Vec<_> = item.group_ids.iter().map(u64::to_string).collect();
        let plain = |text: String| (Tone::Plain, text);
        table.toned([
            plain(item.r#type.clone()),
            plain(item.id.clone()),
            if item.blocking { (Tone::Bad, "yes".to_owned()) } else { plain("no".to_owned()) },
            plain(or_dash(item.name.clone())),
            plain(or_dash(item.owner.clone())),
            plain(or_dash(item.database.clone())),
            plain(if groups.is_empty() { "-".to_owned() } else { groups.join(",") }),
        ]);
    }
    table.text()
}
