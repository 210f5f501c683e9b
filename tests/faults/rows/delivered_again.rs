//! F14: queue entries that come again, in another order, or after the end.
//!
//! An entry is a hint: the record decides. So entries of tasks in every state are pushed, by a hand that no part of
//! offstage has, and each must be dropped or lead to the one attempt that was due anyway.

use offstage_tests::fixtures;
use rand::{Rng, seq::SliceRandom};

use crate::{
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// Tasks whose entries are pushed again in one go, which is one fault.
const AT_ONCE: usize = 20;

/// Every task that is there, whatever its state, is delivered up to five times more.
pub(crate) async fn delivered_again(run: &mut Run) {
    let scene =
        Scene::start(run, Setup { workers: 3, workers_are_let_alone: true, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for _ in 0..run.faults() {
        scene.some_progress(run, &load).await;
        push_again(run, &scene);
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// Pushes entries of some tasks, half of them the newest, which wait or run.
fn push_again(run: &mut Run, scene: &Scene) {
    let key = |name: &str| format!("{}:{name}", fixtures::PREFIX);
    let mut connection = scene.redis.connection();
    let newest: u64 = redis::cmd("GET").arg(key("seq")).query(&mut connection).expect("Redis answers");
    let recent = newest.saturating_sub(AT_ONCE as u64 / 2).max(1);
    let mut tasks: Vec<u64> = (recent..=newest).collect();
    tasks.extend((0..AT_ONCE / 2).map(|_| run.rng.random_range(1..=newest)));
    tasks.truncate(AT_ONCE);
    let mut entries: Vec<u64> =
        tasks.iter().flat_map(|task| vec![*task; run.rng.random_range(1..=4)]).collect();
    entries.shuffle(&mut run.rng);
    let (ahead, behind) = entries.split_at(entries.len() / 2);
    let mut push = redis::pipe();
    push.lpush(key("pending"), ahead).ignore().rpush(key("pending"), behind).ignore();
    push.exec(&mut connection).expect("Redis takes them");
}
