//! F19: Redis forgets the scripts, again and again. Clients notice nothing.

use std::sync::Arc;

use crate::{
    checker::Invariant,
    load::Load,
    log::Outcome,
    run::Run,
    scene::{Scene, Setup},
};

/// See the module's header.
pub(crate) async fn scripts_flushed(run: &mut Run) {
    let scene = Scene::start(run, Setup { workers_are_let_alone: true, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    let mut connection = scene.redis.connection();
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        redis::cmd("SCRIPT").arg(&["FLUSH", "SYNC"]).exec(&mut connection).expect("Redis does it");
        redis::cmd("FUNCTION").arg("FLUSH").exec(&mut connection).expect("Redis does it");
        run.injected(1);
    }
    scene.recovered(run).await;
    let log = Arc::clone(&load.log);
    scene.finish(run, load).await;
    for op in log.ops().iter().filter(|op| matches!(op.outcome, Outcome::Unknown(_))) {
        run.violated(Invariant::Row, format!("a request noticed that scripts were forgotten: {op:?}"));
    }
}
