//! F04, F05: the power goes, and with it what was not synced; or Redis dies while the disk is slow.
//!
//! Where Redis syncs always, nothing is lost that was acknowledged. Where it syncs every second, what it took in the last
//! moment is lost, and nobody promised otherwise: an API that was told of a lost task accepts no submits until somebody has
//! looked. It says 404 of the task, and workers go on.

use offstage_tests::{eventually, redis::PrivateRedis};
use rand::Rng as _;
use std::time::Duration;

use super::forgotten::{self, Sight};
use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome},
    run::Run,
    scene::{Fsync, Scene, Setup},
};

/// How long it may take until a sync is under way; one is due every second.
const SYNC_LIMIT: Duration = Duration::from_secs(15);

/// F04 where Redis syncs always.
pub(crate) async fn always(run: &mut Run) {
    let mut scene = Scene::start(run, Setup { lossy_disk: true, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    // Amid a sync, so that some of what was written for it is lost, and a transaction ends anywhere; a sync that comes off just
    // before has lost nothing, and is no fault.
    for _ in 0..run.faults() * 3 {
        if run.figures.injected == u64::from(run.faults()) {
            break;
        }
        scene.some_progress(run, &load).await;
        scene.redis.lossy_disk().slow(true);
        is_syncing(&scene.redis).await;
        let kept = run.rng.random_range(0.0..1.0);
        let lost = scene.redis.cut_power(kept);
        scene.redis.lossy_disk().slow(false);
        scene.redis.restart().await;
        run.injected(u64::from(lost > 0));
        scene.recovered(run).await;
    }
    if run.figures.injected < u64::from(run.faults()) {
        run.violated(Invariant::Row, "too often the power cut found nothing that was not on disk");
    }
    scene.finish(run, load).await;
}

/// F05 where Redis syncs always: nobody is answered before the slow sync has come off.
pub(crate) async fn slow_always(run: &mut Run) {
    let mut scene = Scene::start(run, Setup { lossy_disk: true, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        scene.redis.lossy_disk().slow(true);
        is_syncing(&scene.redis).await;
        scene.redis.kill();
        scene.redis.lossy_disk().slow(false);
        scene.redis.restart().await;
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// F04 where Redis syncs every second.
pub(crate) async fn everysec(run: &mut Run) {
    lose(run, |redis| assert!(redis.cut_power(0.0) > 0, "something was not synced")).await;
}

/// F05 where Redis syncs every second: it holds back what it acknowledges while the disk is slow.
pub(crate) async fn slow_everysec(run: &mut Run) {
    lose(run, PrivateRedis::kill).await;
}

async fn is_syncing(redis: &PrivateRedis) {
    eventually("a sync is under way", SYNC_LIMIT, async || redis.lossy_disk().is_syncing().then_some(()))
        .await;
}

/// Loses a task that was accepted, and sees that it is noticed.
async fn lose(run: &mut Run, die: fn(&mut PrivateRedis)) {
    let setup = Setup { fsync: Fsync::Everysec, lossy_disk: true, workers: 0, ..Setup::default() };
    let mut scene = Scene::start(run, setup).await;
    let nobody = scene.load(run, Load { clients: 0, ..Load::default() });
    // The disk may come off in between; then nothing is lost, and it was no fault.
    for _ in 0..run.faults() * 3 {
        if run.figures.injected == u64::from(run.faults()) {
            break;
        }
        all_is_synced(&scene).await;
        let task = accept_amid_a_sync(&scene).await;
        die(&mut scene.redis);
        scene.redis.lossy_disk().slow(false);
        scene.redis.restart().await;
        let key = format!("{}:task:{task}", offstage_tests::fixtures::PREFIX);
        let there: bool =
            redis::cmd("EXISTS").arg(key).query(&mut scene.redis.connection()).expect("Redis answers");
        if !there {
            run.injected(1);
            forgotten::is_refused(run, &scene, task, Sight::Gone).await;
        }
        scene.start_worker(&[]);
        scene.restart_programs().await;
        scene.recovered(run).await;
        scene.end_workers();
    }
    if run.figures.injected < u64::from(run.faults()) {
        run.violated(Invariant::Row, "the disk was never slow enough for anything to be lost");
    }
    scene.start_worker(&[]);
    scene.finish(run, nobody).await;
}

/// Waits until what was written before is on disk: a sync that begins from here on has come off.
async fn all_is_synced(scene: &Scene) {
    let disk = scene.redis.lossy_disk();
    let before = disk.syncs();
    eventually("two syncs come off", SYNC_LIMIT, async || {
        write_something(scene);
        (disk.syncs() >= before + 2).then_some(())
    })
    .await;
}

/// A sync is due where something was written.
fn write_something(scene: &Scene) {
    redis::cmd("SET").arg("scratch").arg("1").exec(&mut scene.redis.connection()).expect("Redis takes it");
}

/// Has a task accepted while a slow sync is under way, and stops Redis there: the task is not on disk.
async fn accept_amid_a_sync(scene: &Scene) -> u64 {
    scene.redis.lossy_disk().slow(true);
    eventually("a task is accepted amid a sync", SYNC_LIMIT, async || {
        write_something(scene);
        if !scene.redis.lossy_disk().is_syncing() {
            return None;
        }
        let Outcome::Ok(Answer::Task(task)) = scene.ask_aside(&scene.spare_submit()).await else {
            return None;
        };
        scene.redis.freeze();
        if scene.redis.lossy_disk().is_syncing() {
            return Some(task);
        }
        scene.redis.thaw();
        None
    })
    .await
}
