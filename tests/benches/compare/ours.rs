//! offstage in one round: the same steps as every peer's, but over HTTP, with users who are really deleted.

use offstage_tests::{
    bench::{
        figures::{self, Figures},
        report::Fsync,
    },
    crowd::peak_memory_bytes,
};

use crate::{
    callers,
    ground::{self, Mark, as_f64},
    outcome,
    scene::{FIRST_USER, Scene},
    sizes::{FAST, IN_FLIGHT, Jobs, Sizes},
    watch,
};

const MIB: f64 = 1_024.0 * 1_024.0;

/// Measures all that there is; rates alone where `rates_only` is said.
pub(crate) async fn round(fsync: Fsync, sizes: &Sizes, rates_only: bool) -> Figures {
    let mut figures = Figures::new();
    rates(&mut figures, fsync, sizes).await;
    let jobs = sizes.of(FAST).through;
    let in_latencies: u64 = sizes.latencies.iter().map(|(rate, seconds)| rate * seconds + 1).sum();
    let scene = Scene::start(fsync, 1 + jobs + in_latencies + sizes.cancels).await;
    let worker = scene.worker(&[]);
    through(&mut figures, &scene, jobs).await;
    if rates_only {
        return figures;
    }
    let mut user = FIRST_USER + 1 + jobs;
    for (rate, seconds) in sizes.latencies {
        let sent = rate * seconds;
        let ended_us = watch::latencies(&scene.api, user, rate, sent).await;
        outcome::latencies(&mut figures, rate, sent, ended_us);
        user += sent + 1;
    }
    drop(worker);
    let worker = scene.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    outcome::cancels(&mut figures, watch::cancels(&scene.api, user, sizes.cancels).await);
    drop(worker);
    figures
}

/// Submits, then drains what was submitted; costs beside both.
async fn rates(figures: &mut Figures, fsync: Fsync, sizes: &Sizes) {
    let Jobs { one, many, bulk, through: _ } = sizes.of(FAST);
    let (redis, url) = ground::start(fsync).await;
    let empty = Mark::of(&redis);
    let total = one + many + bulk;
    let stack = offstage_tests::stack::Stack::on(redis, FIRST_USER..FIRST_USER + total).await;
    let scene = Scene::on(stack, url).await;
    let mark = || Mark::of(&scene.stack.redis);
    let base = scene.api.base();
    let (second, third) = (FIRST_USER + one, FIRST_USER + one + many);
    let mut put = |figure: figures::Figure, value: f64| figures.insert(figure.key.to_owned(), value);

    let took = callers::submit(callers::connect(base, 1).await, FIRST_USER..second).await;
    put(figures::SUBMIT_ONE, as_f64(one) / took.as_secs_f64());
    let connected = callers::connect(base, IN_FLIGHT).await;
    let before = mark();
    let took = callers::submit(connected, second..third).await;
    let queued = mark();
    put(figures::SUBMIT_MANY, as_f64(many) / took.as_secs_f64());
    put(figures::REDIS_SUBMIT, queued.cpu_us_since(&before) / as_f64(many));
    put(figures::COMMANDS_SUBMIT, queued.commands_since(&before) / as_f64(many));
    put(figures::BYTES_QUEUED, (queued.memory_bytes - before.memory_bytes) / as_f64(many));
    let submit_trips = queued.round_trips_since(&before) / as_f64(many);
    let took = callers::submit_in_bulk(base, third..third + bulk, 1).await;
    put(figures::SUBMIT_BULK, as_f64(bulk) / took.as_secs_f64());

    let before = mark();
    let worker = scene.worker(&[]);
    scene.until_completed(total).await;
    let after = mark();
    put(figures::DRAIN, as_f64(total) / scene.drained_in(1..=total).await);
    put(figures::REDIS_DRAIN, after.cpu_us_since(&before) / as_f64(total));
    put(figures::COMMANDS_DRAIN, after.commands_since(&before) / as_f64(total));
    put(figures::ROUND_TRIPS, submit_trips + after.round_trips_since(&before) / as_f64(total));
    // The users are gone, so what is more than in an empty Redis belongs to the finished tasks.
    put(figures::BYTES_FINISHED, (after.memory_bytes - empty.memory_bytes) / as_f64(total));
    put(figures::WORKER_MIB, as_f64(peak_memory_bytes(worker.pid())) / MIB);
    put(figures::API_MIB, as_f64(peak_memory_bytes(scene.server.pid())) / MIB);
}

/// Submits while the worker works. One goes before the others, uncounted, as with every peer: it shows that the worker is up.
async fn through(figures: &mut Figures, scene: &Scene, jobs: u64) {
    scene.api.submit(FIRST_USER).await;
    scene.until_completed(1).await;
    let callers = callers::connect(scene.api.base(), IN_FLIGHT).await;
    let begun_us = ground::now_us(&scene.stack.redis);
    callers::submit(callers, FIRST_USER + 1..FIRST_USER + 1 + jobs).await;
    scene.until_completed(1 + jobs).await;
    let took_us = scene.last_end_us(2..=1 + jobs).await - begun_us;
    figures.insert(figures::THROUGH.key.to_owned(), as_f64(jobs) * 1e6 / as_f64(took_us));
}
