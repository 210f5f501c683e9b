//! Rows of the state machine, written down for the scripts: `{"QUEUED": ["PROCESSING", "claimable", "held"], ...}`.
//!
//! A state with a `!` behind it is that of a committed task. Because every script gets its rows from here, none of them
//! can allow what [`domain::state::next`](crate::domain::state::next) does not.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

use crate::domain::{
    state::{Event, Place, TaskState, next},
    task::{Effect, TaskKind},
};

/// The rows of one event, as JSON text.
pub(super) fn of(event: Event) -> String {
    rows(event).to_string()
}

fn rows(event: Event) -> Value {
    let mut rows = Map::new();
    for from in TaskState::ALL {
        for (committed, mark) in [(false, ""), (true, "!")] {
            if let Ok(to) = next(from, committed, event) {
                let row = json!([to.name(), from.place().name(), to.place().name()]);
                rows.insert(format!("{from}{mark}"), row);
            }
        }
    }
    Value::Object(rows)
}

/// Where a task begins that may be claimed at once: `[state, place]`.
pub(super) static NOW: LazyLock<String> = LazyLock::new(|| start(TaskState::Queued).to_string());

fn start(state: TaskState) -> Value {
    json!([state.name(), state.place().name()])
}

/// What `submit.lua` wants to know.
pub(super) static SUBMIT: LazyLock<String> = LazyLock::new(|| {
    let states = |are: fn(TaskState) -> bool| -> Map<_, _> {
        let named = TaskState::ALL.into_iter().filter(|state| are(*state));
        named.map(|state| (state.name().to_owned(), Value::Bool(true))).collect()
    };
    json!({
        "forward": rows(Event::BringForward),
        "being_cancelled": states(TaskState::is_being_cancelled),
        "ended": states(TaskState::is_terminal),
        "now": start(TaskState::Queued),
        "later": start(TaskState::Initializing),
        "exclusive": exclusive(),
        "served_by": served_by(),
        "needs": needs(),
    })
    .to_string()
});

/// Where the user goes from, by kind, for the kinds that delete one.
pub(super) static EFFECTS: LazyLock<String> = LazyLock::new(|| {
    by_kind(|kind| match kind.effect() {
        Effect::Staged => Some(Value::from("staged")),
        Effect::Everywhere => Some(Value::from("everywhere")),
        Effect::None | Effect::Outside | Effect::Configuration => None,
    })
    .to_string()
});

/// The kinds that delete a user, for good where he is on neither side any more.
pub(super) static DELETIONS: LazyLock<String> = LazyLock::new(|| kinds(TaskKind::deletes_a_user).to_string());

/// In which configuration a kind's user has to be; `""` for a kind that is about no user. Looking changes nothing, so it is
/// possible as long as there is somebody to look at.
pub(super) static NEEDS: LazyLock<String> = LazyLock::new(|| needs().to_string());

fn needs() -> Value {
    by_kind(|kind| {
        Some(Value::from(match kind.effect() {
            Effect::None => "either",
            Effect::Staged => "staged",
            Effect::Everywhere => "deployed",
            Effect::Outside | Effect::Configuration => "",
        }))
    })
}

/// The kinds of live tasks that serve a request for a kind.
fn served_by() -> Value {
    by_kind(|wanted| wanted.is_exclusive().then(|| kinds(|live| wanted.is_served_by(live))))
}

/// The kinds of which a subject has one live task at most.
pub(super) static EXCLUSIVE: LazyLock<String> = LazyLock::new(|| exclusive().to_string());

fn exclusive() -> Value {
    kinds(TaskKind::is_exclusive)
}

fn kinds(which: impl Fn(TaskKind) -> bool) -> Value {
    by_kind(|kind| which(kind).then_some(Value::Bool(true)))
}

fn by_kind(of: impl Fn(TaskKind) -> Option<Value>) -> Value {
    let kinds = TaskKind::ALL.into_iter().filter_map(|kind| Some((kind.name().to_owned(), of(kind)?)));
    Value::Object(kinds.collect())
}

/// What the holder of a task is told, by the task's state.
pub(super) static HELD: LazyLock<String> = LazyLock::new(|| {
    let held: Map<_, _> = TaskState::ALL
        .into_iter()
        .filter(|state| state.place() == Place::Held)
        .map(|state| {
            let answer = if state.is_being_cancelled() { "CANCEL" } else { "KEPT" };
            (state.name().to_owned(), Value::from(answer))
        })
        .collect();
    Value::Object(held).to_string()
});

/// The place of every state.
pub(super) static PLACES: LazyLock<String> = LazyLock::new(|| {
    let places: Map<_, _> = TaskState::ALL
        .into_iter()
        .map(|state| (state.name().to_owned(), Value::from(state.place().name())))
        .collect();
    Value::Object(places).to_string()
});

/// The events that end an attempt otherwise than by a deletion, for `settle.lua`. Only a task without an effect is
/// completed there.
pub(super) static SETTLE: LazyLock<String> = LazyLock::new(|| {
    let rules = |event: Event, to: TaskState| {
        let mut rules = json!({
            "moves": rows(event),
            "to": to.name(),
            "uncount": event == Event::HandBack,
        });
        if event == Event::Complete {
            rules["kinds"] = kinds(|kind| !kind.has_effect());
        }
        (event.name().to_owned(), rules)
    };
    let events: Map<_, _> = [
        rules(Event::Complete, TaskState::Completed),
        rules(Event::Refuse, TaskState::Conflict),
        rules(Event::Retry, TaskState::Interrupted),
        rules(Event::HandBack, TaskState::Interrupted),
        rules(Event::Fail, TaskState::Exception),
        rules(Event::NoticeCancel, TaskState::Canceling),
        rules(Event::GiveUp, TaskState::Cancelled),
    ]
    .into_iter()
    .collect();
    Value::Object(events).to_string()
});

#[cfg(test)]
mod tests {
    use super::{Event, of};

    #[test]
    fn rows_carry_state_and_places() {
        let rows = of(Event::Claim);
        assert!(rows.contains(r#""QUEUED":["PROCESSING","claimable","held"]"#), "{rows}");
        assert!(rows.contains(r#""RESUMING!":["PROCESSING","claimable","held"]"#), "{rows}");
        assert!(!of(Event::Cancel).contains('!'), "a committed task takes no cancel");
    }
}
