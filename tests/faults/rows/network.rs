//! F08: what a network does between the programs and Redis.
//!
//! Easy to get wrong: a cut that is mended delivers what was sent meanwhile. Commands arrive seconds after the program gave
//! their connection up and asked again on another one; a fence, or an idempotency key, makes them harmless.

use offstage_tests::proxy::{Way, Weather};
use rand::Rng;
use std::{
    ops::Range,
    time::{Duration, Instant},
};

use crate::{
    checker::Invariant,
    load::{Load, Running},
    run::Run,
    scene::{Proxied, Scene, Setup},
};

/// How many requests end before a cut, or bad weather, is over: more than there are clients, so that through a cut programs
/// have answered that they gave their connections up.
const LASTS: Range<u64> = 10..30;
/// The longest that one lasts.
const LASTS_AT_MOST: Duration = Duration::from_secs(8);
/// The longest that a half-open connection may go unnoticed, and a deletion take after it.
const HALF_OPEN_LIMIT: Duration = Duration::from_secs(8);

/// One of the faults after the other, in an order by chance.
pub(crate) async fn network(run: &mut Run) {
    let mut scene =
        Scene::start(run, Setup { proxied: Proxied::Everybody, apis: 2, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        break_and_heal(run, &mut scene, &load, round % 7).await;
        run.injected(1);
    }
    scene.finish(run, load).await;
}

async fn break_and_heal(run: &mut Run, scene: &mut Scene, load: &Running, which: u32) {
    let whole = Weather::default();
    let slow = Some((Duration::from_millis(20), Duration::from_millis(800)));
    let weather = match which {
        0 => Weather { there: Way::Held, back: Way::Held, ..whole },
        1 => Weather { there: Way::Held, ..whole },
        2 => Weather { back: Way::Held, ..whole },
        3 => return half_open(run, scene).await,
        4 => Weather { delay: slow, ..whole },
        5 => Weather { crumbs: true, ..whole },
        _ => {
            scene.proxy.reset_open_ones();
            return scene.recovered(run).await;
        }
    };
    scene.proxy.weather(weather);
    scene.lasts(load, run.rng.random_range(LASTS), LASTS_AT_MOST).await;
    scene.proxy.weather(whole);
    scene.recovered(run).await;
}

/// Open connections swallow for good; new ones work.
async fn half_open(run: &mut Run, scene: &mut Scene) {
    scene.proxy.swallow_open_ones();
    let begun = Instant::now();
    scene.recovered(run).await;
    let took = begun.elapsed();
    if took > HALF_OPEN_LIMIT {
        run.violated(Invariant::Row, format!("half-open connections were kept for {took:?}"));
    }
}
