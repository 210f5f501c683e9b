//! offstage with a thousand, a hundred thousand, a million users whose deletions are queued: the rates should not change.
//!
//! A thousand are drained in an instant, so that is done several times.

use offstage_tests::bench::{
    figures::{self, Figures},
    report::{Fsync, Grown},
};

use crate::{
    callers,
    ground::{Mark, as_f64},
    scene::{FIRST_USER, Scene},
};

/// Callers of the interface for many.
const CONNECTIONS: u64 = 2;

/// Queues as many deletions as there are users, then drains them.
pub(crate) async fn measure(users: u64, round: u32) -> Grown {
    let scene = Scene::start(Fsync::Everysec, users).await;
    let mark = || Mark::of(&scene.stack.redis);
    let before = mark();
    let took = callers::submit_in_bulk(scene.api.base(), FIRST_USER..FIRST_USER + users, CONNECTIONS).await;
    let queued = mark();
    let _worker = scene.worker(&[]);
    scene.until_completed(users).await;
    let drained = mark();
    let figures = [
        (figures::SUBMIT_BULK, as_f64(users) / took.as_secs_f64()),
        (figures::DRAIN, as_f64(users) / scene.drained_in(1..=users).await),
        (figures::REDIS_SUBMIT, queued.cpu_us_since(&before) / as_f64(users)),
        (figures::REDIS_DRAIN, drained.cpu_us_since(&queued) / as_f64(users)),
        (figures::BYTES_QUEUED, (queued.memory_bytes - before.memory_bytes) / as_f64(users)),
    ];
    let figures: Figures = figures.map(|(figure, value)| (figure.key.to_owned(), value)).into();
    Grown { users, round, figures }
}
