//! F19: Redis forgets the scripts, again and again. Clients notice nothing.

use crate::{
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// See the module's header.
pub(crate) async fn scripts_flushed(run: &mut Run) {
    let scene = Scene::start(run, Setup::default()).await;
    let load = scene.load(run, Load::default());
    let mut connection = scene.redis.connection();
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        redis::cmd("SCRIPT").arg(&["FLUSH", "SYNC"]).exec(&mut connection).expect("Redis does it");
        redis::cmd("FUNCTION").arg("FLUSH").exec(&mut connection).expect("Redis does it");
        run.injected(1);
    }
    scene.recovered(run).await;
    scene.finish(run, load).await;
    if run.figures.unknown > 0 {
        let unknown = run.figures.unknown;
        run.violated(Invariant::Row, format!("{unknown} requests noticed that scripts were forgotten"));
    }
}
