//! The whole table, compared cell by cell, and the diagram that is printed from it.

use super::{Event, Place, TaskState, next};

/// One row an event: every state that can take it, and where it goes. What is not here is refused.
const TABLE: &[(&str, &[(&str, &str)])] = &[
    ("promote", &[("INITIALIZING", "QUEUED"), ("INTERRUPTED", "RESUMING")]),
    ("bring_forward", &[("INITIALIZING", "QUEUED")]),
    ("claim", &[("QUEUED", "PROCESSING"), ("RESUMING", "PROCESSING")]),
    (
        "cancel",
        &[
            ("INITIALIZING", "CANCELLED"),
            ("QUEUED", "CANCELLED"),
            ("PROCESSING", "CANCEL_REQUESTED"),
            ("CANCEL_REQUESTED", "CANCEL_REQUESTED"),
            ("CANCELING", "CANCELING"),
            ("PAUSED", "CANCELLED"),
            ("INTERRUPTED", "CANCELLED"),
            ("RESUMING", "CANCELLED"),
        ],
    ),
    ("notice_cancel", &[("CANCEL_REQUESTED", "CANCELING")]),
    ("give_up", &[("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")]),
    ("pause", &[("INITIALIZING", "PAUSED"), ("QUEUED", "PAUSED"), ("PROCESSING", "PAUSED")]),
    ("resume", &[("PAUSED", "RESUMING")]),
    ("resume_early", &[("PAUSED", "INITIALIZING")]),
    ("commit", &[("PROCESSING", "PROCESSING")]),
    ("complete", &[("PROCESSING", "COMPLETED")]),
    ("refuse", &[("PROCESSING", "CONFLICT"), ("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")]),
    (
        "retry",
        &[("PROCESSING", "INTERRUPTED"), ("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")],
    ),
    (
        "hand_back",
        &[("PROCESSING", "INTERRUPTED"), ("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")],
    ),
    (
        "lose_lease",
        &[("PROCESSING", "INTERRUPTED"), ("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")],
    ),
    ("fail", &[("PROCESSING", "EXCEPTION"), ("CANCEL_REQUESTED", "CANCELLED"), ("CANCELING", "CANCELLED")]),
];

/// What a task that is committed to an effect outside Redis refuses on top.
const REFUSED_ONCE_COMMITTED: [Event; 4] = [Event::Cancel, Event::Pause, Event::Refuse, Event::Fail];

#[test]
fn every_state_and_event_is_as_the_table_says() {
    assert_eq!(TABLE.len(), Event::ALL.len());
    for event in Event::ALL {
        let row = TABLE.iter().find(|row| row.0 == event.name()).expect("every event has a row").1;
        for from in TaskState::ALL {
            let expected = row.iter().find(|cell| cell.0 == from.name()).map(|cell| cell.1);
            assert_eq!(next(from, false, event).ok().map(TaskState::name), expected, "{from} {event:?}");
            let committed = expected.filter(|_| !REFUSED_ONCE_COMMITTED.contains(&event));
            assert_eq!(
                next(from, true, event).ok().map(TaskState::name),
                committed,
                "committed {from} {event:?}"
            );
        }
    }
}

#[test]
fn terminal_states_take_no_event() {
    for from in TaskState::ALL.into_iter().filter(|state| state.is_terminal()) {
        assert!(Event::ALL.into_iter().all(|event| next(from, false, event).is_err()), "{from}");
    }
}

#[test]
fn every_other_state_is_left_by_somebody_else_than_a_caller() {
    for from in TaskState::ALL.into_iter().filter(|state| !state.is_terminal()) {
        let duty = match from.place() {
            Place::Delayed => Event::Promote,
            Place::Claimable => Event::Claim,
            Place::Held => Event::LoseLease,
            Place::Parked => Event::Resume,
            Place::Ended => unreachable!("filtered above"),
        };
        assert!(next(from, false, duty).is_ok(), "{from} is left by {duty:?}");
    }
}

#[test]
fn a_cancel_that_was_accepted_can_only_end_cancelled() {
    for from in [TaskState::CancelRequested, TaskState::Canceling] {
        for event in Event::ALL {
            if let Ok(to) = next(from, false, event) {
                assert!(to.is_being_cancelled() || to == TaskState::Cancelled, "{from} {event:?} -> {to}");
            }
        }
    }
}

/// The diagram in ARCHITECTURE.md is this text; the test fails when it has drifted.
#[test]
fn the_diagram_in_architecture_md_is_the_table() {
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    for from in TaskState::ALL {
        for to in TaskState::ALL {
            let events: Vec<_> = Event::ALL
                .into_iter()
                .filter(|event| from != to && next(from, false, *event) == Ok(to))
                .collect();
            if !events.is_empty() {
                let names: Vec<_> = events.iter().map(|event| event.name()).collect();
                lines.push(format!("    {from} --> {to}: {}", names.join(", ")));
            }
        }
    }
    let diagram = lines.join("\n");
    let page = include_str!("../../../ARCHITECTURE.md");
    assert!(page.contains(&diagram), "put this into ARCHITECTURE.md:\n{diagram}");
}

#[test]
fn names_are_read_back() {
    for state in TaskState::ALL {
        assert_eq!(TaskState::from_name(state.name()), Some(state));
    }
    assert_eq!(TaskState::from_name("queued"), None);
}
