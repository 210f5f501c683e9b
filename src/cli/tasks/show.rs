//! `offstage tasks show`: everything about one task.

use chrono::{DateTime, Utc};

use crate::cli::{
    client::{
        ClientArgs,
        http::Request,
        model::{Check, Detail, Step, decode},
    },
    dependents,
    exit::Exit,
    table::{Screen, Table, printable, tone_of},
    words::{exact, relative},
};

pub(super) async fn run(flags: &ClientArgs, id: u64) -> anyhow::Result<Exit> {
    let client = flags.client()?;
    let document = client.send(Request::get(&["tasks", &id.to_string()])).await?;
    let detail: Detail = decode(&client, &document)?;
    let now = client.now().await?;
    flags.answer(&document, || shown(&detail, now, Screen::of_stdout()))?;
    Ok(Exit::Done)
}

fn shown(detail: &Detail, now: DateTime<Utc>, screen: Screen) -> String {
    let section = |title: &str, there: bool, table: String| {
        if there { format!("\n{title}\n{table}") } else { String::new() }
    };
    [
        facts(detail, now, screen),
        section("Checks", !detail.checks.is_empty(), checks(&detail.checks)),
        section("Dependents", !detail.dependents.is_empty(), dependents::shown(&detail.dependents)),
        section("History", !detail.history.is_empty(), history(&detail.history)),
    ]
    .concat()
}

/// One fact a line; what does not apply is left out.
fn facts(detail: &Detail, now: DateTime<Utc>, screen: Screen) -> String {
    let task = &detail.task;
    let when = |at: Option<i64>| at.map(|at| format!("{} ({})", relative(at, now), exact(at)));
    let number = |number: u64| (number > 0).then(|| number.to_string());
    let progress = (task.maximum > 0).then(|| format!("{} of {} checks", task.progress, task.maximum));
    let found = (task.found > 0).then(|| format!("{}, {} of them blocking", task.found, task.blocking));
    let facts = [
        ("task", Some(task.id.to_string())),
        ("kind", Some(task.kind.clone())),
        ("user", task.user_id.map(|user| user.to_string())),
        ("workspace", task.workspace.as_deref().map(printable)),
        ("state", Some(screen.tinted(tone_of(task.state()), &printable(&task.state)))),
        ("message", Some(printable(&task.message))),
        (
            "committed",
            (task.committed && task.ended().is_none()).then(|| "yes: it only goes forward".to_owned()),
        ),
        ("reason", task.reason.as_deref().map(printable)),
        ("asked by", Some(printable(&task.created_by))),
        ("cancelled by", task.cancelled_by.as_deref().map(printable)),
        ("created", when(Some(task.created))),
        ("not before", when(task.not_before)),
        ("started", when(task.started)),
        ("ended", when(task.completed)),
        ("attempt", number(task.attempt)),
        ("progress", progress),
        ("dependents", found),
        ("tries again", task.retry_of.map(|id| format!("task {id}"))),
    ];
    let lines = facts.into_iter().filter_map(|(name, value)| Some(format!("{name:14}{}\n", value?)));
    lines.collect()
}

fn checks(checks: &[Check]) -> String {
    let mut table = Table::new(&["CHECK", "STATE", "FOUND", "BLOCKING"]);
    for check in checks {
        table.row([
            check.name.clone(),
            check.state.clone(),
            check.found.to_string(),
            check.blocking.to_string(),
        ]);
    }
    table.text()
}

fn history(history: &[Step]) -> String {
    let mut table = Table::new(&["AT", "FROM", "TO", "BY", "WHY"]);
    for step in history {
        let from = step.from.clone().unwrap_or_else(|| "-".to_owned());
        table.row([exact(step.at), from, step.to.clone(), step.by.clone(), step.why.clone()]);
    }
    table.text()
}
