//! What needs no API: versions, help, completions, the manual.

use offstage_tests::programs::{command, run};
use std::{fs, process::Command};
use tempfile::tempdir;

use super::{DEADLINE, Operator, code, said};

#[tokio::test]
async fn both_programs_say_which_commit_they_were_built_from() {
    let home = tempdir().unwrap();
    for program in ["offstage", "offstage-worker"] {
        let ended = run(command(program, home.path(), &["--version"], &[]), DEADLINE).await;
        let version = said(&ended).trim_end();
        let numbers = format!("{program} {}", env!("CARGO_PKG_VERSION"));
        let commit = version.strip_prefix(&numbers).unwrap_or_else(|| panic!("{version}"));
        // A tarball has none.
        let digits = commit.trim_start_matches(" (").trim_end_matches(')');
        assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{version}");
        let from_git = fs::metadata(super::super::repository(".git")).is_ok();
        assert_eq!(digits.len(), if from_git { 12 } else { 0 }, "{version}");
    }
}

#[tokio::test]
async fn a_command_line_that_is_not_understood_ends_with_2_and_a_remedy() {
    let home = tempdir().unwrap();
    let operator = Operator::at(home.path());
    for (args, says) in [
        (&["delete"][..], "<USER>"),
        (&["delete", "5", "--not-before", "tomorrow"], "+2h"),
        (&["tasks", "list", "--state", "DONE"], "CONFLICT"),
        (&["tasks", "lsit"], "list"),
        (&["token", "create", "ci", "--capability", "all"], "ops.read"),
        (&["queue", "--url", "nonsense"], "https://"),
        (&["serve", "--token", "x"], "--token"),
    ] {
        let ended = operator.runs(args).await;
        assert_eq!((code(&ended), ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
}

#[tokio::test]
async fn the_exit_codes_are_in_the_help_of_what_waits() {
    let home = tempdir().unwrap();
    let operator = Operator::at(home.path());
    for args in [&["delete", "--help"][..], &["tasks", "watch", "--help"]] {
        let ended = operator.runs(args).await;
        for line in ["  3    conflict", "  4    cancelled", "  5    exception", "  130  interrupted"] {
            assert!(said(&ended).contains(line), "{line}: {}", ended.stdout);
        }
    }
}

#[tokio::test]
async fn without_a_token_the_remedy_is_said() {
    let home = tempdir().unwrap();
    let ended = Operator::at(home.path()).runs(&["queue"]).await;
    assert_eq!(code(&ended), 1);
    assert!(ended.stderr.contains("offstage login") && ended.stderr.contains("OFFSTAGE_TOKEN"), "{ended:?}");
}

#[tokio::test]
async fn the_completions_of_bash_offer_commands_and_flags() {
    let home = tempdir().unwrap();
    let operator = Operator::at(home.path());
    // As bash calls it: the program, the word so far, the word before it.
    let offered = |words: &str, last: usize| {
        let asked = "_offstage offstage \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
        format!("source <(offstage completions bash); COMP_WORDS=({words}); COMP_CWORD={last}; {asked}")
    };
    let commands = operator.shell(&offered("offstage ta", 1)).await;
    assert_eq!(said(&commands), "tasks\n");
    let below = operator.shell(&offered("offstage tasks re", 2)).await;
    assert_eq!(said(&below), "resume\nretry\n");
    let flags = operator.shell(&offered("offstage delete 5 --dry", 3)).await;
    assert_eq!(said(&flags), "--dry-run\n");
    let checked = operator.shell("offstage completions bash | bash -n").await;
    assert_eq!((said(&checked), checked.stderr.as_str()), ("", ""));
}

#[tokio::test]
async fn zsh_and_fish_get_completions_that_they_understand() {
    let home = tempdir().unwrap();
    let operator = Operator::at(home.path());
    for (shell, part, check) in
        [("zsh", "#compdef offstage", &["-n"][..]), ("fish", "complete -c offstage", &["--no-execute"])]
    {
        let script = operator.runs(&["completions", shell]).await;
        assert!(said(&script).contains(part) && script.stdout.contains("dry-run"), "{shell}");
        let file = home.path().join(shell);
        fs::write(&file, &script.stdout).unwrap();
        // Where the shell is not installed, its parts are all that is looked at.
        if let Ok(checked) = Command::new(shell).args(check).arg(&file).status() {
            assert!(checked.success(), "{shell}");
        }
    }
}

#[tokio::test]
async fn the_manual_has_a_page_for_every_command() {
    let home = tempdir().unwrap();
    let operator = Operator::at(home.path());
    said(&operator.runs(&["man", "--dir", "new/man1"]).await);
    let page = |name: &str| fs::read_to_string(home.path().join("new/man1").join(name)).unwrap();
    for (name, says) in [
        ("offstage.1", "offstage\\-delete(1)"),
        ("offstage-delete.1", "\\-\\-dry\\-run"),
        ("offstage-tasks-watch.1", "Ctrl\\-C"),
        ("offstage-token-create.1", "\\-\\-capability"),
    ] {
        assert!(page(name).contains(says) && page(name).contains(".TH "), "{name}: {}", page(name));
    }
    let printed = operator.runs(&["man"]).await;
    assert_eq!(said(&printed), page("offstage.1"));
    // groff says what it does not understand; where there is none, the roff is all that is looked at.
    let all = operator
        .shell("command -v groff >/dev/null || exit 0; groff -man -Tutf8 -ww new/man1/*.1 2>&1 >/dev/null")
        .await;
    assert_eq!(said(&all), "");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_clear_error() {
    let home = tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let ended = Operator::at(home.path()).runs(&["man", "--dir", "file"]).await;
    assert!(code(&ended) == 1 && ended.stderr.contains("cannot write the manual to file"), "{ended:?}");
}
