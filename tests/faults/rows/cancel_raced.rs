//! F22: cancels that race with every phase of a task: before its claim, during its checks, beside its commit, twice at
//! once, and after its end.
//!
//! The moment is had exactly where it can be: a worker's command, or the answer to it, is held back at the proxy while
//! the cancel goes in by another way. Which of the two wins is the product's choice; that both do not is checked.

use offstage::domain::state::TaskState;
use offstage_tests::{proxy::Hold, within};
use rand::Rng;
use std::time::Duration;

use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Proxied, Scene, Setup},
};

const LIMIT: Duration = Duration::from_secs(20);
/// When a cancel comes.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// Right behind the submit, whatever the worker does meanwhile.
    AtOnce,
    /// While that command, or the answer to it, is held back.
    Held(&'static str, Hold),
    AfterTheEnd,
}

/// In turn. The last one costs the worker its connection, which takes it three seconds to notice.
const MOMENTS: [Moment; 10] = [
    Moment::AtOnce,
    Moment::Held("claim", Hold::Late),
    Moment::Held("report", Hold::Late),
    Moment::Held("commit", Hold::Late),
    Moment::AfterTheEnd,
    Moment::AtOnce,
    Moment::Held("claim", Hold::Late),
    Moment::Held("report", Hold::Late),
    Moment::Held("commit", Hold::Late),
    Moment::Held("commit", Hold::Answer),
];

/// Each round submits a task of its own and cancels it, twice at the same time.
pub(crate) async fn cancel_raced(run: &mut Run) {
    let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "30")];
    let setup = Setup { workers: 1, proxied: Proxied::Workers, settings: &settings, ..Setup::default() };
    let scene = Scene::start(run, setup).await;
    // Nobody else is there, so that what is held back is about the task that is raced for.
    let load = scene.load(run, Load { clients: 0, ..Load::default() });
    scene.recovered(run).await;
    for round in 0..run.faults() as usize {
        let moment = MOMENTS[round % MOMENTS.len()];
        if let Moment::Held(script, hold) = moment {
            scene.proxy.trap(script, hold);
        }
        let task = scene.submit_probe().await;
        match moment {
            Moment::AtOnce => {}
            Moment::Held(script, _) => within(script, LIMIT, scene.proxy.sprung()).await,
            Moment::AfterTheEnd => drop(scene.ended(task).await),
        }
        let (one, other) = futures::join!(scene.ask(What::Cancel { task }), scene.ask(What::Cancel { task }));
        if run.rng.random() {
            scene.ask(What::Look { task }).await;
        }
        if let Moment::Held(_, Hold::Late) = moment {
            scene.proxy.release();
        }
        run.injected(1);
        let state = scene.ended(task).await;
        judge(run, task, state, &[one, other]);
    }
    scene.recovered(run).await;
    scene.finish(run, load).await;
}

/// A task of which a cancel was refused has not ended in it, unless the other one did that.
fn judge(run: &mut Run, task: u64, state: TaskState, cancels: &[Outcome]) {
    let accepted = cancels.contains(&Outcome::Ok(Answer::Done));
    let unknown = cancels.iter().any(|outcome| matches!(outcome, Outcome::Unknown(_)));
    if !unknown && accepted != (state == TaskState::Cancelled) {
        run.violated(
            Invariant::Row,
            format!("task {task} is {state}, and its cancels were answered {cancels:?}"),
        );
    }
}
