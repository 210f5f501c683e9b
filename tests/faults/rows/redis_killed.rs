//! F03: `kill -9` of Redis, and a new one on the same files.

use offstage_tests::eventually;
use std::time::Duration;

use crate::{
    load::Load,
    run::Run,
    scene::{Fsync, Scene, Setup},
};

/// Microseconds that a rewrite takes a key, so that it is under way for a while.
const REWRITE_DELAY_US: u32 = 300;

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

/// The same where it syncs every second. A process that dies takes nothing with it that it has written; but while a sync
/// is under way it holds back what it acknowledges, so the kill comes between two. What comes amid one is F05's.
pub(crate) async fn between_syncs(run: &mut Run) {
    let setup = Setup { fsync: Fsync::Everysec, lossy_disk: true, ..Setup::default() };
    let mut scene = Scene::start(run, setup).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        scene.redis.kill_between_syncs().await;
        scene.redis.restart().await;
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// The same while it writes its append-only file anew.
pub(crate) async fn amid_rewrite(run: &mut Run) {
    let mut scene = Scene::start(run, Setup { users: 1_500, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let mut connection = scene.redis.connection();
        let delay = REWRITE_DELAY_US.to_string();
        redis::cmd("CONFIG")
            .arg(&["SET", "rdb-key-save-delay", &delay])
            .exec(&mut connection)
            .expect("it is set");
        redis::cmd("BGREWRITEAOF").exec(&mut connection).expect("it begins");
        eventually("the rewrite is under way", Duration::from_secs(10), async || {
            let info: String = redis::cmd("INFO").arg("persistence").query(&mut connection).ok()?;
            info.contains("aof_rewrite_in_progress:1").then_some(())
        })
        .await;
        scene.redis.kill();
        scene.redis.restart().await;
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}
