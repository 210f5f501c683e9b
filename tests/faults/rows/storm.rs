//! F29: a storm. One to three faults of nine kinds ([`Fault`]) at once, by chance, again and again, under load.
//!
//! Easy to get wrong: what overlaps must be healed in an order that an operator could keep to: Redis first, then whoever
//! needs it.

use offstage_tests::{fixtures, proxy::Weather};
use rand::{Rng, seq::IndexedRandom};
use rustix::process::Signal;
use std::{collections::BTreeSet, ops::Range, time::Duration};

use crate::{
    load::Load,
    run::Run,
    scene::{Proxied, Scene, Setup},
};

const WORKERS: usize = 3;
const APIS: usize = 2;
/// How many requests end before a storm is over, and the longest that it lasts.
const LASTS: Range<u64> = 10..300;
const LASTS_AT_MOST: Duration = Duration::from_millis(2_500);

/// How long bad weather holds a piece up.
const DELAY: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(800));

/// A fault of the storm, in the order in which they are healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    RedisKilled,
    RedisFrozen,
    /// Connections that are open swallow everything; new ones work.
    HalfOpen,
    /// Every piece takes a while.
    BadWeather,
    ScriptsForgotten,
    EntriesAgain,
    ApiKilled(usize),
    WorkerFrozen(usize),
    WorkerKilled(usize),
}

/// See the module's header.
pub(crate) async fn storm(run: &mut Run) {
    let setup = Setup { apis: APIS, workers: WORKERS, proxied: Proxied::Everybody, ..Setup::default() };
    let mut scene = Scene::start(run, setup).await;
    let load = scene.load(run, Load::default());
    while run.figures.injected < u64::from(run.faults()) {
        scene.some_progress(run, &load).await;
        let faults = brewed(run);
        for fault in &faults {
            begin(run, &mut scene, *fault);
        }
        scene.lasts(&load, run.rng.random_range(LASTS), LASTS_AT_MOST).await;
        for fault in &faults {
            heal(&mut scene, *fault).await;
        }
        run.injected(faults.len() as u64);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// One to three faults that can be had together.
fn brewed(run: &mut Run) -> BTreeSet<Fault> {
    let mut faults = BTreeSet::new();
    let most = run.rng.random_range(1..=3);
    while faults.len() < most {
        let (worker, api) = (run.rng.random_range(0..WORKERS), run.rng.random_range(0..APIS));
        let all = [
            Fault::RedisKilled,
            Fault::RedisFrozen,
            Fault::HalfOpen,
            Fault::BadWeather,
            Fault::ScriptsForgotten,
            Fault::EntriesAgain,
            Fault::ApiKilled(api),
            Fault::WorkerFrozen(worker),
            Fault::WorkerKilled(worker),
        ];
        let fault = *all.choose(&mut run.rng).expect("there are some");
        if faults.iter().all(|other| go_together(*other, fault)) {
            faults.insert(fault);
        }
    }
    faults
}

/// A process that is gone cannot be frozen, and a Redis that is not there takes no commands.
fn go_together(one: Fault, other: Fault) -> bool {
    let (first, second) = (one.min(other), one.max(other));
    match first {
        Fault::RedisKilled | Fault::RedisFrozen => {
            !matches!(second, Fault::RedisFrozen | Fault::ScriptsForgotten | Fault::EntriesAgain)
        }
        Fault::WorkerFrozen(worker) => second != Fault::WorkerKilled(worker),
        Fault::HalfOpen
        | Fault::BadWeather
        | Fault::ScriptsForgotten
        | Fault::EntriesAgain
        | Fault::ApiKilled(_)
        | Fault::WorkerKilled(_) => true,
    }
}

fn begin(run: &mut Run, scene: &mut Scene, fault: Fault) {
    match fault {
        Fault::RedisKilled => scene.redis.kill(),
        Fault::RedisFrozen => scene.redis.freeze(),
        Fault::HalfOpen => scene.proxy.swallow_open_ones(),
        Fault::BadWeather => scene.proxy.weather(Weather { delay: Some(DELAY), ..Weather::default() }),
        Fault::ScriptsForgotten => {
            redis::cmd("SCRIPT").arg("FLUSH").exec(&mut scene.redis.connection()).expect("Redis forgets");
        }
        Fault::EntriesAgain => {
            let task: u64 = run.rng.random_range(1..=run.figures.injected + 20);
            let mut push = redis::cmd("LPUSH");
            push.arg(format!("{}:pending", fixtures::PREFIX)).arg(&[task, task, task]);
            push.exec(&mut scene.redis.connection()).expect("Redis takes it");
        }
        Fault::ApiKilled(which) => scene.apis[which].kill(),
        Fault::WorkerFrozen(which) => scene.workers[which].signal(Signal::STOP),
        Fault::WorkerKilled(which) => scene.workers[which].kill(),
    }
}

async fn heal(scene: &mut Scene, fault: Fault) {
    match fault {
        Fault::RedisKilled => scene.redis.restart().await,
        Fault::RedisFrozen => scene.redis.thaw(),
        Fault::BadWeather => scene.proxy.weather(Weather::default()),
        Fault::HalfOpen | Fault::ScriptsForgotten | Fault::EntriesAgain => {}
        Fault::ApiKilled(which) => scene.restart_api(which, &[]).await,
        Fault::WorkerFrozen(which) => scene.workers[which].signal(Signal::CONT),
        Fault::WorkerKilled(which) => {
            let started = scene.start_worker(&[]);
            scene.workers.swap(which, started);
        }
    }
}
