//! F28: an outside system that is asked who still needs a user, and does not say, or says what makes no sense.
//!
//! Not knowing is never "nobody needs him": such a task ends as EXCEPTION after its attempts, and no user goes meanwhile.

use offstage::domain::state::TaskState;
use offstage_tests::fixtures;

use crate::{
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
    stub::{Manner, Stub},
};

/// What workers are told of it: little patience, few attempts.
const SETTINGS: [(&str, &str); 1] = [("OFFSTAGE_WORKER__MAX_ATTEMPTS", "3")];

/// One bad manner after the other.
pub(crate) async fn outside_check(run: &mut Run) {
    let stub = Stub::start().await;
    let mut scene = Scene::start(
        run,
        Setup { workers: 0, settings: &SETTINGS, workers_are_let_alone: true, ..Setup::default() },
    )
    .await;
    let file = scene.redis.folder().join("checks.toml");
    let check = format!(
        "[[checks.http]]\nname = \"outside\"\nurl = \"{}?user={{id}}\"\ntimeout_ms = 300\nconcurrency = 64\n",
        stub.url()
    );
    std::fs::write(&file, check).expect("the folder can be written to");
    let file = file.to_str().expect("UTF-8").to_owned();
    for _ in 0..2 {
        scene.start_worker(&[("OFFSTAGE_CONFIG", &file)]);
    }
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        stub.is(Manner::BAD[round as usize % Manner::BAD.len()]);
        // By the time that this one has used up its attempts, all that began before it have an end.
        let first = scene.accepted(scene.spare_user()).await;
        scene.becomes(first, TaskState::Exception).await;
        let before = effects(&scene);
        let second = scene.accepted(scene.spare_user()).await;
        scene.becomes(second, TaskState::Exception).await;
        let done = effects(&scene) - before;
        if done > 0 {
            run.violated(Invariant::Row, format!("{done} deletions without an answer of the outside check"));
        }
        stub.is(Manner::Good);
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// Deletions that took effect so far, as Redis counts them.
fn effects(scene: &Scene) -> u64 {
    let completed: Option<u64> = redis::cmd("HGET")
        .arg(format!("{}:counts", fixtures::PREFIX))
        .arg(TaskState::Completed.name())
        .query(&mut scene.redis.connection())
        .expect("Redis answers");
    completed.unwrap_or(0)
}
