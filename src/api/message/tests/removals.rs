//! The sentences about a workspace's removal, which name no workspace.

use super::{Language, Reason, Task, TaskKind, TaskState, message, set_blocking, task};
use crate::domain::{task::Subject, workspace::WorkspaceName};

#[test]
fn a_removal_is_told_without_the_workspace_s_name() {
    let name = WorkspaceName::new("gis_joe").unwrap();
    let removal = |state, committed| Task {
        subject: Subject::Workspace(name.clone()),
        committed,
        ..task(TaskKind::Workspace, state)
    };
    let checking = removal(TaskState::Processing, false);
    assert_eq!(super::name(&checking, Language::English), "Removal of a workspace");
    assert_eq!(message(&checking)[0], "Checking who uses the workspace.");
    assert_eq!(
        message(&removal(TaskState::Processing, true)),
        ["Removing the workspace.", "Der Arbeitsbereich wird entfernt."]
    );
    assert_eq!(message(&removal(TaskState::Completed, true))[0], "The workspace was removed.");
    let mut busy = removal(TaskState::Conflict, false);
    set_blocking(&mut busy, 1);
    assert_eq!(
        message(&busy),
        ["1 running container uses the workspace.", "1 laufender Container benutzt den Arbeitsbereich."]
    );
    let mut half = removal(TaskState::Interrupted, true);
    half.reason = Some(Reason::EffectIncomplete);
    assert_eq!(
        message(&half)[0],
        "The workspace is out of the way, but not all of it could be removed; trying again."
    );
    half.reason = Some(Reason::NotSetAside);
    assert_eq!(
        message(&half)[0],
        "The workspace cannot be put out of the way, and nothing of it was touched; trying again."
    );
}
