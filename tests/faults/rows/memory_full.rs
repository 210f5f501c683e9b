//! F11: Redis has as much as it may hold. Nothing new comes in; what is there goes on and out.

use offstage::domain::state::TaskState;

use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Scene, Setup},
};

/// Fills it up, and sees one task ended and another one cancelled meanwhile.
pub(crate) async fn memory_full(run: &mut Run) {
    let scene = Scene::start(run, Setup { workers_are_let_alone: true, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        pause(&scene, true).await;
        let done = scene.accepted(scene.spare_user()).await;
        let cancelled = scene.accepted(scene.spare_user()).await;
        limit(&scene, "1");
        scene.takes_nothing(run).await;
        let cancel = scene.ask(What::Cancel { task: cancelled }).await;
        if cancel != Outcome::Ok(Answer::Done) {
            run.violated(Invariant::Row, format!("a cancel without memory: {cancel:?}"));
        }
        pause(&scene, false).await;
        scene.becomes(done, TaskState::Completed).await;
        scene.becomes(cancelled, TaskState::Cancelled).await;
        limit(&scene, "0");
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// So that there are tasks that wait when memory is full.
async fn pause(scene: &Scene, on: bool) {
    scene.store.pause_queue(on, "driver").await.expect("Redis answers");
}

fn limit(scene: &Scene, bytes: &str) {
    let mut connection = scene.redis.connection();
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes).exec(&mut connection).expect("it is set");
}
