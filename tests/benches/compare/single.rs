//! What is measured once, of offstage alone: how soon it serves, and how soon a killed worker's tasks run again.

use offstage::config::WorkerSettings;
use offstage_tests::{
    bench::report::{Fsync, Single},
    dev::{DataFolder, Dev},
};
use std::{path::Path, time::Instant};

use crate::{
    ground::as_f64,
    scene::{FIRST_USER, Scene},
};

pub(crate) async fn measure() -> Single {
    let WorkerSettings { lease_ms, concurrency, .. } = WorkerSettings::default();
    let held = u64::try_from(concurrency).expect("few");
    Single {
        ready_s: Some(ready().await),
        recovery_s: Some(recovery(held).await),
        lease_s: as_f64(lease_ms) / 1e3,
    }
}

/// As `make run` starts it, from a built tree.
async fn ready() -> f64 {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    let path = |name: &str| root.join(name).to_str().expect("a path in UTF-8").to_owned();
    let (seed, config) = (path("sample-directory.json"), path("dev.toml"));
    let data = DataFolder::new();
    let begun = Instant::now();
    let program = data.spawn(&["--seed", &seed, "--config", &config], &[]);
    let _dev = Dev::serving(program).await;
    begun.elapsed().as_secs_f64()
}

/// With as many tasks in the killed worker's hands as it takes at once.
async fn recovery(tasks: u64) -> f64 {
    let scene = Scene::start(Fsync::Always, tasks).await;
    let mut held = scene.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let mut last = 0;
    for user in FIRST_USER..FIRST_USER + tasks {
        last = scene.api.submit(user).await;
    }
    scene.api.until_state(last, "PROCESSING", offstage_tests::programs::START_LIMIT).await;
    held.kill();
    let begun = Instant::now();
    let _worker = scene.worker(&[]);
    scene.until_completed(tasks).await;
    begun.elapsed().as_secs_f64()
}
