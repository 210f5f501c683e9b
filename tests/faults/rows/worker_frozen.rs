//! F15: a worker stands still (SIGSTOP) at some point of an attempt until others have its tasks, and then goes on. What it
//! writes late is refused.
//!
//! It goes through the proxy, so that it can be held at an exact point; the others do not.

use offstage_tests::{eventually, programs::START_LIMIT, proxy::Hold};
use rustix::process::Signal;
use std::time::Duration;

use crate::{
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// How long others may take to get what a worker held; its lease is a second.
const TAKEN_LIMIT: Duration = Duration::from_secs(10);

/// Where the worker stands still: the script, and whether Redis has run it.
const PHASES: [(&str, Hold); 6] = [
    // It holds tasks, and does not know.
    ("claim", Hold::Answer),
    // It has looked, and is about to delete.
    ("commit", Hold::Command),
    // It has deleted, and does not know.
    ("commit", Hold::Answer),
    // It is about to refuse, or to give a cancelled task up.
    ("settle", Hold::Command),
    ("settle", Hold::Answer),
    // It is about to say that it is there.
    ("extend", Hold::Command),
];

/// See the module's header.
pub(crate) async fn worker_frozen(run: &mut Run) {
    let mut scene = Scene::start(run, Setup::default()).await;
    let proxy = scene.proxy.url();
    // So slow that it always holds something, and is heard to say so.
    let victim = scene.start_worker_at(&proxy, &[("OFFSTAGE_CHECKS__PAUSE__MS", "400")]);
    let load = scene.load(run, Load::default());
    scene.some_progress(run, &load).await;
    let mut refused = 0;
    for round in 0..run.faults() {
        let (script, hold) = PHASES[round as usize % PHASES.len()];
        scene.hold(victim, script, hold).await;
        scene.workers[victim].signal(Signal::STOP);
        let its_own = scene.held_by(victim);
        eventually("others have its tasks", TAKEN_LIMIT, async || {
            let leases = scene.leases();
            its_own.iter().all(|lease| !leases.contains(lease)).then_some(())
        })
        .await;
        let (lost, done) = (attempts(&scene, victim, "lost"), attempts(&scene, victim, "completed"));
        scene.workers[victim].signal(Signal::CONT);
        run.injected(1);
        scene.recovered(run).await;
        eventually("it is itself again", START_LIMIT, async || {
            (attempts(&scene, victim, "completed") > done).then_some(())
        })
        .await;
        // What it did not get to say before it stood still, it says now, and is told that it is too late.
        if (script, hold) == ("commit", Hold::Command) && !its_own.is_empty() {
            eventually("a late deletion is refused", START_LIMIT, async || {
                (attempts(&scene, victim, "lost") > lost).then_some(())
            })
            .await;
            refused += 1;
        }
    }
    scene.finish(run, load).await;
    if refused == 0 {
        run.violated(Invariant::Row, "no deletion came late: nothing was tried");
    }
}

/// How many attempts a worker has ended so.
fn attempts(scene: &Scene, worker: usize, outcome: &str) -> usize {
    let ended = format!("\"message\":\"attempt ended\",\"outcome\":\"{outcome}\"");
    scene.workers[worker].log().matches(&ended).count()
}
