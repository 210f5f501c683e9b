//! F03: `kill -9` of Redis, and a new one on the same files.

use crate::{
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// Redis dies under load; what it acknowledged is there when it is back.
pub(crate) async fn redis_killed(run: &mut Run) {
    let mut scene = Scene::start(run, Setup::default()).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        scene.redis.kill();
        scene.redis.restart().await;
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}
