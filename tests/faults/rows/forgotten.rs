//! F06, F18: Redis comes back empty, or somebody empties it, or deletes a single key. It is noticed: whatever is asked is
//! answered with 503, and never with yes, until an operator has looked and started the programs anew.

use offstage_tests::{eventually, fixtures::PREFIX};
use std::time::Duration;

use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Scene, Setup},
};

/// How long the API may take to find out; it is asked all the while.
const NOTICE_LIMIT: Duration = Duration::from_secs(15);
/// What the API says in its log then.
const NOTICED: &str = "Redis has lost what it acknowledged";
/// How often it is asked once it knows.
const ASKED: u32 = 10;

/// How Redis forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// It is started anew without its files.
    Restart,
    /// All keys go.
    Flush(&'static str),
    /// The random name by which programs know it again.
    Epoch,
    /// The number of the last task.
    Numbers,
}

/// F06.
pub(crate) async fn restarted_empty(run: &mut Run) {
    for _ in 0..run.faults() {
        forget(run, Loss::Restart).await;
    }
}

/// F18.
pub(crate) async fn emptied(run: &mut Run) {
    for round in 0..run.faults() {
        match round % 5 {
            0 => forget(run, Loss::Flush("FLUSHALL")).await,
            1 => forget(run, Loss::Numbers).await,
            2 => forget(run, Loss::Epoch).await,
            3 => a_record_is_deleted(run).await,
            _ => forget(run, Loss::Flush("FLUSHDB")).await,
        }
    }
}

async fn forget(run: &mut Run, loss: Loss) {
    let mut scene = Scene::start(run, Setup { users: 1_000, ..Setup::default() }).await;
    let load = scene.load(run, Load::default());
    scene.some_progress(run, &load).await;
    let number = number_of_tasks(&scene);
    befall(&mut scene, loss).await;
    run.injected(1);
    is_refused(run, &scene).await;
    // What an operator can put back who has looked.
    match loss {
        Loss::Numbers => command(&scene, &["SET", &format!("{PREFIX}:seq"), &(number + 1_000).to_string()]),
        Loss::Restart | Loss::Flush(_) | Loss::Epoch => {}
    }
    scene.seed_again().await;
    scene.restart_programs().await;
    scene.recovered(run).await;
    scene.finish_forgotten(run, load).await;
}

async fn befall(scene: &mut Scene, loss: Loss) {
    match loss {
        Loss::Restart => {
            scene.redis.kill();
            scene.redis.lose_everything();
            scene.redis.restart().await;
        }
        Loss::Flush(how) => command(scene, &[how]),
        Loss::Epoch => command(scene, &["DEL", &format!("{PREFIX}:epoch")]),
        Loss::Numbers => command(scene, &["DEL", &format!("{PREFIX}:seq")]),
    }
}

fn command(scene: &Scene, words: &[&str]) {
    redis::cmd(words[0]).arg(&words[1..]).exec(&mut scene.redis.connection()).expect("Redis does it");
}

fn number_of_tasks(scene: &Scene) -> u64 {
    redis::cmd("GET")
        .arg(format!("{PREFIX}:seq"))
        .query(&mut scene.redis.connection())
        .expect("Redis answers")
}

/// Asks for deletions until the API knows, and some more: none is accepted, and each is told to come again.
pub(super) async fn is_refused(run: &mut Run, scene: &Scene) {
    let what = scene.spare_submit();
    let mut wrong = Vec::new();
    let mut once_more = ASKED;
    eventually("the loss is noticed", NOTICE_LIMIT, async || {
        match scene.ask_aside(&what).await {
            Outcome::Unknown(Some(503)) => {}
            other => wrong.push(other),
        }
        if scene.apis[0].log().contains(NOTICED) {
            once_more -= 1;
        }
        (once_more == 0).then_some(())
    })
    .await;
    if !wrong.is_empty() {
        run.violated(Invariant::Row, format!("Redis had forgotten, and the API answered {wrong:?}"));
    }
}

/// A task that waits loses its record. Nobody can know what it was; its user is deleted when that is asked for again.
async fn a_record_is_deleted(run: &mut Run) {
    let mut scene = Scene::start(run, Setup { users: 100, workers: 0, ..Setup::default() }).await;
    let nobody = scene.load(run, Load { clients: 0, ..Load::default() });
    let user = scene.spare_user();
    let submit = |key: &str| What::Submit { user, key: format!("{key}-{user}") };
    let Outcome::Ok(Answer::Task(task)) = scene.ask_aside(&submit("first")).await else {
        panic!("nothing is broken yet")
    };
    command(&scene, &["DEL", &format!("{PREFIX}:task:{task}")]);
    run.injected(1);
    scene.start_worker(&[]);
    scene.recovered(run).await;
    match scene.ask(submit("second")).await {
        Outcome::Ok(Answer::Task(again)) if again != task => ended(&scene, again).await,
        other => {
            run.violated(Invariant::Row, format!("asked again for a lost deletion, it answered {other:?}"))
        }
    }
    scene.finish_forgotten(run, nobody).await;
}

async fn ended(scene: &Scene, task: u64) {
    eventually("the deletion goes through", NOTICE_LIMIT, async || {
        match scene.ask(What::Look { task }).await {
            Outcome::Ok(Answer::Seen { state, .. }) => state.is_terminal().then_some(()),
            Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Unknown(_) => None,
        }
    })
    .await;
}
