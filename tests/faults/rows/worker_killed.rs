//! F01: `kill -9` of a worker at seven exact points of its work.
//!
//! The proxy before it holds back one command, or the answer to one, and there the worker dies, with whatever the clients
//! have given it to do. Another worker takes that over once the leases have run out.

use offstage::store::scripts;
use offstage_tests::{eventually, proxy::Hold};
use rand::Rng;
use std::time::{Duration, Instant};

use crate::{
    load::{Load, Mix},
    run::Run,
    scene::{Scene, Setup},
};

/// Where a worker dies: the script, and whether it is the call or the answer that is held back.
const PHASES: [(&str, &str, Hold); 7] = [
    ("W1, after the claim", "claim", Hold::Answer),
    ("W2, before the check's report", "report", Hold::Command),
    ("W3, after the check's report", "report", Hold::Answer),
    ("W4, begun and not committed", "commit", Hold::Command),
    ("W5, committed and not told", "commit", Hold::Answer),
    ("W6, settled and not told", "settle", Hold::Answer),
    ("W7, amid a heartbeat", "extend", Hold::Command),
];
/// Until nothing is held any more of what was held when the worker died: two leases, and a busy machine's delay.
const RECOVERY_LIMIT: Duration = Duration::from_secs(10);
const TRAP_LIMIT: Duration = Duration::from_secs(15);
/// Long enough for a heartbeat within an attempt.
const PAUSE: (&str, &str) = ("OFFSTAGE_CHECKS__PAUSE__MS", "400");

/// One round kills a worker in one phase; all phases in turn, then from the first on.
pub(crate) async fn worker_killed(run: &mut Run) {
    let settings = [PAUSE];
    let mut scene = Scene::start(run, Setup { workers: 1, settings: &settings, ..Setup::default() }).await;
    let mix = Mix { kept: 20, lent: 20, cancelled: 15 };
    let load = scene.load(run, Load { mix, ..Load::default() });
    for round in 0..run.faults() as usize {
        let (phase, script, hold) = PHASES[round % PHASES.len()];
        is_known(&scene, script).await;
        let url = scene.proxy.url();
        let victim = scene.start_worker_at(&url, &[]);
        let more = run.rng.random_range(20..40);
        scene.progress(&load, more).await;
        scene.hold(victim, script, hold).await;
        let orphans = scene.leases();
        scene.workers[victim].kill();
        run.injected(1);
        let begun = Instant::now();
        eventually(phase, RECOVERY_LIMIT, async || scene.leases().is_disjoint(&orphans).then_some(())).await;
        run.recovered_in(begun.elapsed());
    }
    scene.finish(run, load).await;
}

/// A script that Redis has never seen is refused first and sent again whole; a trap would catch the refusal.
async fn is_known(scene: &Scene, script: &str) {
    let script = scripts::ALL.iter().find(|known| known.name == script).expect("a script of that name");
    eventually("somebody has used the script", TRAP_LIMIT, async || {
        let mut ask = redis::cmd("SCRIPT");
        let (known,): (bool,) =
            ask.arg("EXISTS").arg(script.hash()).query(&mut scene.redis.connection()).ok()?;
        known.then_some(())
    })
    .await;
}
