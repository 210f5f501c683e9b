//! `offstage tasks list`: the tasks, newest first.
//!
//! Easy to get wrong: a page may be short or empty and still have a next one, because the server filters as it reads. Only
//! `next` says whether that was all.

use chrono::{DateTime, Utc};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use serde_json::{Value, json};

use crate::{
    cli::{
        client::{
            ClientArgs, Form,
            http::{Client, Request},
            indented,
            model::{Task, decode},
        },
        exit::Exit,
        output,
        table::{Table, Tone, tone_of},
        words::relative,
    },
    domain::{state::TaskState, task::TaskKind},
};

/// Tasks in one request.
const PAGE: usize = 100;

/// Flags of `offstage tasks list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:\n  \
    offstage tasks list\n  \
    offstage tasks list --state CONFLICT --limit 10\n  \
    offstage tasks list --user 5 --all\n  \
    offstage tasks list --all --output json | jq '.items[].id'")]
pub struct ListArgs {
    /// Only tasks in this state.
    #[arg(long, ignore_case = true,
        value_parser = PossibleValuesParser::new(TaskState::ALL.map(TaskState::name)).map(|text| text.to_uppercase()))]
    pub state: Option<String>,
    /// Only tasks of this kind.
    #[arg(long, value_parser = PossibleValuesParser::new(TaskKind::ALL.map(TaskKind::name)))]
    pub kind: Option<String>,
    /// Only tasks about the user of this number.
    #[arg(long, value_name = "ID")]
    pub user: Option<u64>,
    /// Only tasks that this caller asked for.
    #[arg(long, value_name = "NAME")]
    pub created_by: Option<String>,
    /// How many at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 50, conflicts_with = "all",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// All of them.
    #[arg(long)]
    pub all: bool,
}

pub(super) async fn run(flags: &ClientArgs, args: &ListArgs) -> anyhow::Result<Exit> {
    let client = flags.client()?;
    let limit = if args.all { usize::MAX } else { args.limit.try_into()? };
    let (items, next) = read(&client, args, limit).await?;
    match flags.output {
        Form::Json => output::say(&indented(&json!({ "items": items, "next": next })))?,
        Form::Table => {
            let tasks: Vec<Task> = decode(&client, &Value::Array(items))?;
            output::say(&shown(&tasks, client.now().await?))?;
            if next.is_some() {
                output::complain("There are more: --limit NUMBER, or --all.");
            }
        }
    }
    Ok(Exit::Done)
}

/// Page after page, until there are enough or no more.
async fn read(
    client: &Client,
    args: &ListArgs,
    limit: usize,
) -> anyhow::Result<(Vec<Value>, Option<String>)> {
    let mut items = Vec::new();
    let mut next: Option<String> = None;
    while items.len() < limit {
        let request = Request::get(&["tasks"])
            .query("state", args.state.as_ref())
            .query("kind", args.kind.as_ref())
            .query("user_id", args.user)
            .query("created_by", args.created_by.as_ref())
            .query("limit", Some(PAGE.min(limit - items.len())))
            .query("cursor", next);
        let page = client.send(request).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    Ok((items, next))
}

/// The tasks as a table.
pub(super) fn shown(tasks: &[Task], now: DateTime<Utc>) -> String {
    let mut table = Table::new(&["ID", "STATE", "KIND", "USER", "BY", "CREATED", "MESSAGE"]);
    for task in tasks {
        let plain = |text: String| (Tone::Plain, text);
        table.toned([
            plain(task.id.to_string()),
            (tone_of(task.state()), task.state.clone()),
            plain(task.kind.clone()),
            plain(task.about()),
            plain(task.created_by.clone()),
            plain(relative(task.created, now)),
            plain(task.message.clone()),
        ]);
    }
    table.text()
}
