//! F23: workers and APIs are told to stop, told to stop and then killed, and lose their terminal.
//!
//! A worker that is told to stop, and is let, leaves nothing to be found out by others.

use offstage_tests::eventually;
use rustix::process::Signal;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// How long a program may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// What a worker says in its log once it does as it is told.
const STOPPING: &str = "stopping: claiming no more";
/// Checks take a while, so that there is something to be stopped; less than workers let their tasks finish for.
const SLOW: [(&str, &str); 1] = [("OFFSTAGE_CHECKS__PAUSE__MS", "300")];

/// See the module's header.
pub(crate) async fn signals(run: &mut Run) {
    // Under nohup, and in some CI, a driver is started deaf to it, and its programs would be too; a signal that it handles is
    // handed on to nobody.
    let _handled = signal(SignalKind::hangup()).expect("a handler");
    let mut scene = Scene::start(run, Setup { settings: &SLOW, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        match round % 5 {
            0 | 3 => drained(run, &mut scene).await,
            1 => {
                let worker = one_with_work(&mut scene).await;
                scene.workers[worker].signal(Signal::TERM);
                scene.workers[worker].logged(STOPPING).await;
                scene.workers[worker].kill();
            }
            2 => {
                let worker = one_with_work(&mut scene).await;
                scene.workers[worker].signal(Signal::HUP);
                scene.workers[worker].ended(STOP_LIMIT).await;
            }
            _ => {
                scene.apis[0].signal(Signal::TERM);
                let status = scene.apis[0].ended(STOP_LIMIT).await;
                if !status.success() {
                    run.violated(Invariant::Row, format!("an API that was told to stop ended with {status}"));
                }
                scene.restart_api(0, &[]).await;
            }
        }
        run.injected(1);
        while scene.workers.iter_mut().filter_map(|worker| worker.is_running().then_some(())).count() < 2 {
            scene.start_worker(&[]);
        }
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// A worker stops in time, and holds nothing then.
async fn drained(run: &mut Run, scene: &mut Scene) {
    let worker = one_with_work(scene).await;
    let begun = Instant::now();
    scene.workers[worker].signal(Signal::TERM);
    let status = scene.workers[worker].ended(STOP_LIMIT).await;
    if !status.success() {
        run.violated(Invariant::Row, format!("a worker that was told to stop ended with {status}"));
    }
    let left = scene.held_by(worker).len();
    if left > 0 {
        let took = begun.elapsed();
        run.violated(Invariant::Row, format!("a worker stopped in {took:?} and left {left} tasks behind"));
    }
}

/// A worker that holds a task right now. One that was killed holds its last ones until their leases run out.
async fn one_with_work(scene: &mut Scene) -> usize {
    eventually("a worker has something to do", STOP_LIMIT, async || {
        let mut workers = (0..scene.workers.len()).rev();
        workers.find(|worker| scene.workers[*worker].is_running() && !scene.held_by(*worker).is_empty())
    })
    .await
}
