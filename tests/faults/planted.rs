//! Bugs planted on purpose: before any row counts, the checker must catch every one of them.
//!
//! The programs are the ones that are shipped; the proxy puts a script with a bug in the place of theirs. The same scene
//! without the bug must pass, or the checker would be one that always cries.
//!
//! To add one: a line in [`PLANTED`] whose fragment stands in the script exactly once.

use offstage_tests::{
    eventually,
    proxy::{Hold, Swap},
};
use rustix::process::Signal;
use std::time::Duration;

use crate::{
    checker::Invariant,
    load::{Load, Mix},
    rows::{Kind, Row},
    run::Run,
    scene::{Proxied, Scene, Setup},
};

/// A bug, as a fragment of a script that is exchanged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bug {
    script: &'static str,
    fragment: &'static str,
    instead: &'static str,
    /// Who must see it, whoever else does.
    caught_by: &'static [Invariant],
    stage: Stage,
}

/// Where a bug shows.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Under any load.
    Load(Mix),
    /// Where dependents are registered while a check runs.
    SlowChecks(Mix),
    /// Where a worker's command comes when its lease has run out, and somebody else holds the task.
    LateWorker,
}

const NO_MIX: Mix = Mix { kept: 0, lent: 0, cancelled: 0 };
/// Good answers after which a bug has shown.
const ENOUGH: u64 = 250;
const LATE_LIMIT: Duration = Duration::from_secs(15);

macro_rules! planted {
    ($($id:literal $what:literal $bug:expr;)*) => {
        /// All bugs.
        pub(crate) static PLANTED: &[Row] = &[$(Row {
            id: $id,
            fault: $what,
            kind: Kind::Planted,
            short: 1,
            long: 1,
            run: |run| Box::pin(must_be_caught(run, $bug)),
        }),*];
        #[cfg(test)]
        static BUGS: &[Bug] = &[$($bug),*];
    };
}

planted! {
    "C1" "planted: the commit does not look at the fence" Bug {
        script: "commit",
        fragment: "if task.fence ~= fence or not effects[task.kind] then return 'LOST' end",
        instead: "if not effects[task.kind] then return 'LOST' end",
        caught_by: &[Invariant::Transitions, Invariant::OneEffect],
        stage: Stage::LateWorker,
    };
    "C2" "planted: dependents are not looked at again" Bug {
        script: "commit",
        fragment: "if staged[1] and (tonumber(staged[2]) or 1) > 0 then return 'BLOCKED' end",
        instead: "",
        caught_by: &[Invariant::Dependents],
        stage: Stage::SlowChecks(Mix { kept: 80, ..NO_MIX }),
    };
    "C3" "planted: completed before the effect" Bug {
        script: "commit",
        fragment: "  local own = P .. 'user:' .. user",
        instead: "  if true then move(id, task, to, 'complete', worker, '', { 'checks', checks }) return 'DONE' end
  local own = P .. 'user:' .. user",
        caught_by: &[Invariant::OneEffect],
        stage: Stage::Load(NO_MIX),
    };
    "C4" "planted: the cancel does not compare" Bug {
        script: "cancel",
        fragment: "if not to then return {'TOO_LATE', task.state} end",
        instead: "if not to then to = { 'CANCELLED', 'ended', 'ended' } end",
        caught_by: &[Invariant::Transitions],
        stage: Stage::Load(Mix { cancelled: 80, ..NO_MIX }),
    };
    "C5" "planted: answered before it is stored" Bug {
        script: "submit",
        fragment: "    local number, is_later = next_number(left), item.due > NOW",
        instead: "    local number, is_later = next_number(left), item.due > NOW
    if tonumber(item.user) % 5 == 0 then return 'CREATED\\t' .. number .. '\\t0' end",
        caught_by: &[Invariant::Kept],
        stage: Stage::Load(NO_MIX),
    };
    "C6" "planted: idempotency keys are forgotten" Bug {
        script: "submit",
        fragment: "  later('HSET', P .. 'idempotency', item.key, named[item.key])",
        instead: "",
        caught_by: &[Invariant::Keys],
        stage: Stage::Load(NO_MIX),
    };
}

/// Lets the scene run with the bug, which must be caught, and without it, when nothing may be.
async fn must_be_caught(run: &mut Run, bug: Bug) {
    let mut with = run.aside();
    play(&mut with, bug, true).await;
    run.injected(1);
    let said_by = |by: &Invariant| with.violations.iter().find(|one| one.invariant == *by);
    for by in bug.caught_by.iter().filter(|by| said_by(by).is_none()) {
        let said = with.violations.first().map(ToString::to_string).unwrap_or_default();
        run.violated(Invariant::Row, format!("nobody caught the bug by: {}. {said}", by.name()));
    }
    let said: Option<Vec<_>> = bug.caught_by.iter().map(said_by).collect();
    run.caught = said.map(|said| {
        let (names, whats): (Vec<_>, Vec<_>) =
            said.into_iter().map(|one| (one.invariant.name(), one.what.as_str())).unzip();
        format!("{}: {}", names.join(", "), whats.join("; "))
    });
    play(run, bug, false).await;
}

async fn play(run: &mut Run, bug: Bug, is_planted: bool) {
    let swap = || Swap::new(bug.script, bug.fragment, bug.instead);
    let workers_are_let_alone = !matches!(bug.stage, Stage::LateWorker);
    let swap = is_planted.then_some(&swap as &dyn Fn() -> Swap);
    let setup = Setup { proxied: Proxied::Everybody, swap, workers_are_let_alone, ..Setup::default() };
    let load = |mix| Load { pace: Duration::from_millis(10), mix, ..Load::default() };
    match bug.stage {
        Stage::Load(mix) => {
            let scene = Scene::start(run, setup).await;
            let load = scene.load(run, load(mix));
            scene.progress(&load, ENOUGH).await;
            scene.finish(run, load).await;
        }
        Stage::SlowChecks(mix) => {
            let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "500")];
            let scene = Scene::start(run, Setup { settings: &settings, ..setup }).await;
            let load = scene.load(run, load(mix));
            scene.progress(&load, ENOUGH).await;
            scene.finish(run, load).await;
        }
        Stage::LateWorker => late_worker(run, setup).await,
    }
}

/// A worker's commit is under way for so long that another one is at work on the task when it arrives.
async fn late_worker(run: &mut Run, setup: Setup<'_>) {
    let mut scene = Scene::start(run, Setup { workers: 0, ..setup }).await;
    let late = scene.start_worker(&[]);
    let load = scene.load(run, Load { mix: NO_MIX, ..Load::default() });
    scene.has_completed(1).await;
    scene.proxy.trap("commit", Hold::Late);
    scene.proxy.sprung().await;
    scene.workers[late].signal(Signal::STOP);
    scene.start_worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "2500")]);
    eventually("somebody else works on what it held", LATE_LIMIT, async || {
        scene.leases().iter().any(|lease| lease.ends_with(":2")).then_some(())
    })
    .await;
    scene.proxy.release();
    scene.some_progress(run, &load).await;
    scene.workers[late].signal(Signal::CONT);
    scene.finish(run, load).await;
}

#[cfg(test)]
mod tests {
    use super::BUGS;
    use std::path::Path;

    /// A fragment that is gone would plant nothing.
    #[test]
    fn every_fragment_stands_in_its_script_once() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/store/lua");
        let parts = ["_prelude", "_writing", "_sides", "_creating", "_submitting", "_deleting"];
        for bug in BUGS {
            let texts =
                parts.iter().copied().chain([bug.script]).map(|part| folder.join(format!("{part}.lua")));
            let text: String = texts.map(|path| std::fs::read_to_string(path).unwrap()).collect();
            assert_eq!(text.matches(bug.fragment).count(), 1, "{}: {}", bug.script, bug.fragment);
        }
    }
}
