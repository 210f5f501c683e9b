//! What is measured once, of offstage alone: how soon it serves, and how soon a killed worker's tasks run again.

use offstage_tests::{
    bench::report::{Fsync, Single},
    dev::{DataFolder, Dev},
};
use std::{path::Path, time::Instant};

use crate::scene::{FIRST_USER, Scene};

/// Tasks that the worker holds when it is killed: as many as it takes at once.
const HELD: u64 = 64;
/// Its lease, which is the default.
const LEASE_S: f64 = 10.0;

pub(crate) async fn measure() -> Single {
    Single { ready_s: Some(ready().await), recovery_s: Some(recovery().await), lease_s: LEASE_S }
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

async fn recovery() -> f64 {
    let scene = Scene::start(Fsync::Always, HELD).await;
    let mut held = scene.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let mut last = 0;
    for user in FIRST_USER..FIRST_USER + HELD {
        last = scene.api.submit(user).await;
    }
    scene.api.until_state(last, "PROCESSING", offstage_tests::programs::START_LIMIT).await;
    held.kill();
    let begun = Instant::now();
    let _worker = scene.worker(&[]);
    scene.until_completed(HELD).await;
    begun.elapsed().as_secs_f64()
}
