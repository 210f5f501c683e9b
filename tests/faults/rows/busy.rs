//! F12: Redis does something else. It sleeps, and answers late; or a script of somebody else's runs on and on, and everybody
//! is told BUSY.
//!
//! Easy to get wrong: what was sent while it slept is done when it wakes up, after the client was told that nobody knows.
//! Whoever asks again with the same key must find that task and make no second one.

use rand::Rng;
use std::time::Duration;

use crate::{
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Scene, Setup},
};

/// How long a client of the row's own waits for an answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// From here on Redis tells others that it is busy, in milliseconds.
const TOLD_AFTER_MS: &str = "200";
/// Of so many rounds one, which does not spin, sleeps for longer than offstage waits for an answer, in milliseconds.
const DEEP_EVERY: u32 = 10;
const DEEP_MS: u64 = 3_500;

/// Sleeps and spins by turns.
pub(crate) async fn busy(run: &mut Run) {
    let redis = ["--busy-reply-threshold", TOLD_AFTER_MS];
    let scene = Scene::start(run, Setup { redis: &redis, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let spins = round % 2 == 1;
        let is_deep = round % DEEP_EVERY == 2;
        let millis = if is_deep { DEEP_MS } else { run.rng.random_range(500..2_000) };
        let (user, nap) = (scene.spare_user(), nap(&scene, spins, millis));
        // Asked while it sleeps, given up, and asked again with the same key until there is an answer.
        let asking = async {
            let what = || What::Submit { user, key: format!("impatient-{user}") };
            loop {
                match scene.ask_impatiently(what(), PATIENCE).await {
                    Outcome::Ok(Answer::Task(_) | Answer::Joined(_)) => break,
                    Outcome::Ok(Answer::Seen { .. } | Answer::Done)
                    | Outcome::Fail(_)
                    | Outcome::Unknown(_)
                    | Outcome::Broke(_) => {}
                }
            }
        };
        let (slept, ()) = tokio::join!(nap, asking);
        slept.expect("it does not panic");
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// Keeps Redis busy, on a thread of its own: the connection says nothing until it is over.
fn nap(scene: &Scene, spins: bool, millis: u64) -> tokio::task::JoinHandle<()> {
    const SPIN: &str = "local function now() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end \
                        local ends = now() + ARGV[1] while now() < ends do end return 1";
    let mut connection = scene.redis.connection();
    tokio::task::spawn_blocking(move || {
        let mut command = if spins { redis::cmd("EVAL") } else { redis::cmd("DEBUG") };
        if spins {
            command.arg(SPIN).arg(0).arg(millis);
        } else {
            command.arg("SLEEP").arg(std::time::Duration::from_millis(millis).as_secs_f64());
        }
        command.exec(&mut connection).expect("Redis does it");
    })
}
