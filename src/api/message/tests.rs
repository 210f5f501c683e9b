//! Every sentence in every language: word for word where it is read most, and by its shape where it might be forgotten.

mod removals;
mod shape;

use super::{COMPONENT, Language, NAME, Reason, Task, name, phrases, source};
use crate::domain::{
    checklist::{CheckState, Checklist, Counts, Progress},
    components::Component,
    dependents::Label,
    state::TaskState,
    sub_type::SubType,
    task::{LARGEST_ID, Requester, TaskId, TaskKind, UserId},
};

fn task(kind: TaskKind, state: TaskState) -> Task {
    let requester = Requester { name: "alice".into(), is_administrator: true };
    let accepted = Task::accepted(TaskId(7), kind, UserId(5), requester, chrono::DateTime::default());
    Task { state, cancelled_by: Some("bob".into()), attempt: 1, ..accepted }
}

fn deletion(state: TaskState) -> Task {
    task(TaskKind::StagedUser, state)
}

fn set_blocking(task: &mut Task, blocking: u64) {
    task.checks = Checklist::running(Label::new("reports"));
    task.checks.0[0].counts = Counts { found: blocking + 1, blocking };
}

fn set_checks(task: &mut Task, done: usize, of: usize) {
    task.checks = Checklist::running(vec![Label::new("reports").unwrap(); of]);
    for check in &mut task.checks.0[..done] {
        check.state = CheckState::Answered;
    }
}

/// The sentence in English and in German.
fn message(task: &Task) -> [String; 2] {
    Language::ALL.map(|language| super::message(task, language))
}

#[test]
fn what_a_task_is_called() {
    let queued = deletion(TaskState::Queued);
    assert_eq!(name(&queued, Language::English), "Deletion of user 5");
    assert_eq!(name(&queued, Language::German), "Löschung von Benutzer 5");
}

#[test]
fn what_goes_on_in_every_state() {
    for (state, said) in [
        (TaskState::Initializing, ["Waiting for its start time.", "Wartet auf den Startzeitpunkt."]),
        (TaskState::Queued, ["Waiting to be started.", "Wartet auf den Start."]),
        (
            TaskState::Processing,
            ["Checking what depends on the user.", "Es wird geprüft, was vom Benutzer abhängt."],
        ),
        (
            TaskState::CancelRequested,
            [
                "A cancel was requested; the work is being stopped.",
                "Der Abbruch wurde angefordert; die laufende Arbeit wird gestoppt.",
            ],
        ),
        (
            TaskState::Canceling,
            [
                "The work is being stopped; nothing will be deleted.",
                "Die laufende Arbeit wird gestoppt; es wird nichts gelöscht.",
            ],
        ),
        (TaskState::Paused, ["Paused by an operator.", "Vom Betriebsteam pausiert."]),
        (TaskState::Interrupted, ["Interrupted; trying again.", "Unterbrochen; es folgt ein neuer Versuch."]),
        (TaskState::Resuming, ["Waiting to be started again.", "Wartet auf den erneuten Start."]),
        (TaskState::Completed, ["The user was deleted.", "Der Benutzer wurde gelöscht."]),
        (
            TaskState::Conflict,
            ["Dependents block the deletion.", "Abhängige Objekte verhindern die Löschung."],
        ),
        (TaskState::Cancelled, ["Cancelled; nothing was deleted.", "Abgebrochen; es wurde nichts gelöscht."]),
        (TaskState::Exception, ["Failed; nothing was deleted.", "Fehlgeschlagen; es wurde nichts gelöscht."]),
    ] {
        assert_eq!(message(&deletion(state)), said);
    }
}

#[test]
fn why_the_last_attempt_ended() {
    let mut waiting = deletion(TaskState::Interrupted);
    for (reason, said) in Reason::every("reports").into_iter().zip([
        ["Dependents were found", "Es wurden abhängige Objekte gefunden"],
        ["The user no longer exists", "Der Benutzer existiert nicht mehr"],
        ["The user is the last administrator", "Der Benutzer ist der letzte Administrator"],
        ["The check \"reports\" could not answer", "Die Prüfung „reports“ hat kein Ergebnis geliefert"],
        [
            "What the checks said was too old to act on",
            "Die Ergebnisse der Prüfungen waren nicht mehr aktuell genug",
        ],
        [
            "Dependents kept changing while the user was to be deleted",
            "Die abhängigen Objekte änderten sich immer wieder, während der Benutzer gelöscht werden sollte",
        ],
        ["The worker was lost", "Der Worker ist ausgefallen"],
        ["The worker was stopped", "Der Worker wurde gestoppt"],
        ["The worker failed unexpectedly", "Im Worker ist ein unerwarteter Fehler aufgetreten"],
        ["An operator paused it", "Das Betriebsteam hat die Aufgabe pausiert"],
    ]) {
        waiting.reason = Some(reason);
        let [english, german] = said;
        let expected =
            [format!("{english}; trying again."), format!("{german}; es folgt ein neuer Versuch.")];
        assert_eq!(message(&waiting), expected);
    }
}

#[test]
fn what_is_started_again_says_why_only_where_something_ended_it() {
    let mut waiting = deletion(TaskState::Resuming);
    waiting.reason = Some(Reason::WorkerLost);
    assert_eq!(
        message(&waiting),
        [
            "The worker was lost; waiting to be started again.",
            "Der Worker ist ausgefallen; die Aufgabe wartet auf den erneuten Start."
        ]
    );
}

#[test]
fn the_last_attempt_says_how_many_there_were() {
    let mut failed = deletion(TaskState::Exception);
    failed.reason = Some(Reason::UserGone);
    let once = [
        "The user no longer exists; nothing was deleted.",
        "Der Benutzer existiert nicht mehr; es wurde nichts gelöscht.",
    ];
    let more = [
        "The user no longer exists; given up after 2 attempts, and nothing was deleted.",
        "Der Benutzer existiert nicht mehr; nach 2 Versuchen aufgegeben, es wurde nichts gelöscht.",
    ];
    for (attempt, said) in [(0, once), (1, once), (2, more)] {
        failed.attempt = attempt;
        assert_eq!(message(&failed), said);
    }
}

#[test]
fn the_checks_done_are_counted() {
    let mut running = deletion(TaskState::Processing);
    for (done, of, attempt, said) in [
        (
            0,
            0,
            2,
            [
                "Checking what depends on the user (attempt 2).",
                "Es wird geprüft, was vom Benutzer abhängt (Versuch 2).",
            ],
        ),
        (
            0,
            1,
            3,
            [
                "Checking what depends on the user: 0 of 1 check done (attempt 3).",
                "Es wird geprüft, was vom Benutzer abhängt: 0 von 1 Prüfung abgeschlossen (Versuch 3).",
            ],
        ),
        (
            1,
            2,
            0,
            [
                "Checking what depends on the user: 1 of 2 checks done.",
                "Es wird geprüft, was vom Benutzer abhängt: 1 von 2 Prüfungen abgeschlossen.",
            ],
        ),
    ] {
        set_checks(&mut running, done, of);
        running.attempt = attempt;
        assert_eq!(message(&running), said);
    }
}

#[test]
fn dependents_are_counted() {
    let mut ended = deletion(TaskState::Conflict);
    for (blocking, said) in [
        (0, ["Dependents block the deletion.", "Abhängige Objekte verhindern die Löschung."]),
        (1, ["1 dependent blocks the deletion.", "1 abhängiges Objekt verhindert die Löschung."]),
        (2, ["2 dependents block the deletion.", "2 abhängige Objekte verhindern die Löschung."]),
    ] {
        set_blocking(&mut ended, blocking);
        assert_eq!(message(&ended), said);
    }
}

#[test]
fn a_dry_run_says_what_would_be_and_never_that_anything_was_or_was_not_deleted() {
    let mut ended = task(TaskKind::Dependents, TaskState::Completed);
    let called = Language::ALL.map(|language| name(&ended, language));
    assert_eq!(called, ["Dependents of user 5", "Von Benutzer 5 abhängige Objekte"]);
    for (blocking, said) in [
        (
            0,
            ["Nothing blocks the deletion of the user.", "Der Löschung des Benutzers steht nichts entgegen."],
        ),
        (1, ["1 dependent would block the deletion.", "1 abhängiges Objekt würde die Löschung verhindern."]),
        (
            2,
            ["2 dependents would block the deletion.", "2 abhängige Objekte würden die Löschung verhindern."],
        ),
    ] {
        set_blocking(&mut ended, blocking);
        assert_eq!(message(&ended), said);
    }
    for state in TaskState::ALL {
        for reason in Reason::every("reports").into_iter().map(Some).chain([None]) {
            for attempt in [1, 2] {
                let reason = reason.clone();
                let [english, german] =
                    message(&Task { reason, attempt, ..task(TaskKind::Dependents, state) });
                assert!(!english.contains("deleted") && !german.contains("gelöscht"), "{english} {german}");
            }
        }
    }
}

#[test]
fn numbers_are_plain_digits() {
    let mut ended = deletion(TaskState::Conflict);
    ended.subject = UserId(LARGEST_ID).into();
    set_blocking(&mut ended, 1_234_567);
    assert_eq!(
        message(&ended),
        ["1234567 dependents block the deletion.", "1234567 abhängige Objekte verhindern die Löschung."]
    );
    assert_eq!(name(&ended, Language::German), "Löschung von Benutzer 9007199254740991");
}

#[test]
fn every_record_has_a_sentence_that_is_whole_and_names_nobody() {
    for kind in TaskKind::ALL {
        for state in TaskState::ALL {
            let reasons = Reason::every("reports").into_iter().map(Some).chain([None]);
            for reason in reasons {
                let task = Task { reason, ..task(kind, state) };
                let [english, german] = message(&task);
                assert_ne!(english, german);
                for said in [english, german, name(&task, Language::English) + "."] {
                    assert!(said.len() > 1 && said.ends_with('.') && !said.ends_with(".."), "{said}");
                    assert!(
                        !said.contains(['{', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']),
                        "{said:?}"
                    );
                    assert!(!said.contains("alice") && !said.contains("bob"), "{said}");
                    assert!(!says_a_phrase(&said), "{said}");
                }
            }
        }
    }
}

#[test]
fn no_language_says_what_clients_search_for() {
    for language in Language::ALL {
        assert!(!says_a_phrase(source(language)), "{language:?}");
    }
    assert!(says_a_phrase("The INVALID TOKEN was refused."));
}

fn says_a_phrase(text: &str) -> bool {
    let text = text.to_lowercase();
    phrases::ALL.iter().any(|phrase| text.contains(&phrase.to_lowercase()))
}

#[test]
fn what_goes_on_with_a_component_in_every_state() {
    let said = |state, found| {
        let component =
            Component { counts: Counts { found, blocking: 0 }, ..Component::of(SubType::Reports, 3) };
        let progress = Progress { done: found, of: component.maximum() };
        Language::ALL.map(|language| super::component(state, &component, progress, language))
    };
    for (state, found, words) in [
        (TaskState::Queued, 0, ["Waiting for its turn.", "Wartet, bis die Prüfung an der Reihe ist."]),
        (TaskState::Processing, 2, ["2 of 3 checked.", "2 von 3 geprüft."]),
        (TaskState::Canceling, 2, ["The work is being stopped.", "Die laufende Arbeit wird gestoppt."]),
        (TaskState::Completed, 0, ["Nothing found.", "Nichts gefunden."]),
        (TaskState::Completed, 1, ["1 dependent found.", "1 abhängiges Objekt gefunden."]),
        (TaskState::Completed, 3, ["3 dependents found.", "3 abhängige Objekte gefunden."]),
        (TaskState::Exception, 1, ["Ended without an answer.", "Ohne Ergebnis beendet."]),
    ] {
        assert_eq!(said(state, found), words);
    }
    let stopped = ["Stopped before everything was checked.", "Gestoppt, bevor alles geprüft war."];
    assert_eq!([TaskState::Paused, TaskState::Cancelled].map(|state| said(state, 1)), [stopped; 2]);
}
