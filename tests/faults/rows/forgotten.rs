//! F06, F18: Redis comes back empty, or somebody empties it, or deletes a single key.
//!
//! What is noticed differs. Of another epoch every program knows, and answers 503 to whatever it is asked, until an operator
//! has looked and started it anew. Of task numbers that went back only a submit knows, and only in an API that was told of a
//! later task: reads and workers go on. Of a record that was deleted nobody knows. Where the records stayed, all is checked.

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
    let (number, task) = (number_of_tasks(&scene), scene.submit_probe().await);
    befall(&mut scene, loss).await;
    run.injected(1);
    // What an operator can put back who has looked, and what has stayed.
    match loss {
        Loss::Restart | Loss::Flush(_) => {
            is_refused(run, &scene, task, Sight::Refused).await;
            scene.seed_again().await;
            scene.restart_programs().await;
            scene.recovered(run).await;
            scene.finish_forgotten(run, load).await;
        }
        Loss::Epoch => {
            is_refused(run, &scene, task, Sight::Refused).await;
            scene.open_again();
            scene.restart_programs().await;
            scene.recovered(run).await;
            scene.finish(run, load).await;
        }
        Loss::Numbers => {
            is_refused(run, &scene, task, Sight::There).await;
            command(&scene, &["SET", &format!("{PREFIX}:seq"), &(number + 1_000).to_string()]);
            scene.restart_programs().await;
            scene.recovered(run).await;
            scene.finish(run, load).await;
        }
    }
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

/// What an API that accepts no submits any more says of a task from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// 503, as of everything.
    Refused,
    /// All about it.
    There,
    /// 404: it is lost.
    Gone,
}

/// Asks for deletions until the API knows, and some more: none is accepted, and each is told to come again. And sees what the
/// API says of a task meanwhile.
pub(super) async fn is_refused(run: &mut Run, scene: &Scene, task: u64, sight: Sight) {
    let what = scene.spare_submit();
    let mut wrong = Vec::new();
    let mut once_more = ASKED;
    eventually("the loss is noticed", NOTICE_LIMIT, async || {
        let outcome = scene.ask_aside(&what).await;
        if outcome != Outcome::Unknown(Some(503)) {
            wrong.push(outcome);
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
    is_seen(run, scene, task, sight).await;
}

async fn is_seen(run: &mut Run, scene: &Scene, task: u64, sight: Sight) {
    let seen = match scene.ask_aside(&What::Look { task }).await {
        Outcome::Unknown(Some(503)) => Some(Sight::Refused),
        Outcome::Ok(Answer::Seen { .. }) => Some(Sight::There),
        Outcome::Fail(404) => Some(Sight::Gone),
        Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Unknown(_) | Outcome::Broke(_) => None,
    };
    if seen != Some(sight) {
        run.violated(Invariant::Row, format!("task {task} should have been {sight:?}, and was {seen:?}"));
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
    is_seen(run, &scene, task, Sight::Gone).await;
    scene.start_worker(&[]);
    scene.recovered(run).await;
    let outcome = scene.ask(submit("second")).await;
    if let Outcome::Ok(Answer::Task(again)) = outcome
        && again != task
    {
        scene.ended(again).await;
    } else {
        run.violated(Invariant::Row, format!("asked again for a lost deletion, it answered {outcome:?}"));
    }
    scene.finish_forgotten(run, nobody).await;
}
