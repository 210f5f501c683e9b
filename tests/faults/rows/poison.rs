//! F13: tasks that no worker can do anything with: records that are broken, of a kind that nobody knows, far too large; and
//! a user whom every worker that looks at him dies of. The others go on.
//!
//! The deadly one is tried `max_attempts` times at most, and ends as EXCEPTION. A broken record is left alone, or handed back
//! without an attempt that counts; it waits for whoever mends it, and ends then. What can be read is done, however large.

mod killer;

use offstage::domain::state::TaskState;
use offstage_tests::{eventually, fixtures::PREFIX};
use std::time::{Duration, Instant};

use self::killer::Killer;
use crate::{
    checker::Invariant,
    load::Load,
    log::{Answer, Outcome, What},
    run::Run,
    scene::{Scene, Setup},
};

/// How often a task is tried.
const MOST_ATTEMPTS: u32 = 3;
/// How long a poisoned task may take to its end.
const END_LIMIT: Duration = Duration::from_secs(30);
/// How long it may hold others up: a lease, and what a loaded machine takes for a deletion.
const MOST_DELAY: Duration = Duration::from_secs(1 + 7);
/// Bytes of a field that is far too large.
const HUGE: usize = 10_000_000;

/// What is wrong with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Poison {
    /// Its record has nonsense in such a field.
    Field(&'static str),
    /// It has no such field.
    Missing(&'static str),
    /// It has one that is far too large.
    Huge,
    /// Its record is no record.
    Type,
    /// There is no such task.
    NoTask,
    /// Every worker that looks at its user dies.
    Deadly,
}

const POISONS: [Poison; 10] = [
    Poison::Deadly,
    Poison::Field("kind"),
    Poison::Huge,
    Poison::Type,
    Poison::Field("user"),
    Poison::NoTask,
    Poison::Field("fence"),
    Poison::Field("attempt"),
    Poison::Missing("kind"),
    Poison::Missing("user"),
];

/// See the module's header.
pub(crate) async fn poison(run: &mut Run) {
    let attempts = MOST_ATTEMPTS.to_string();
    let settings = [("OFFSTAGE_WORKER__MAX_ATTEMPTS", attempts.as_str())];
    let mut scene = Scene::start(run, Setup { settings: &settings, workers: 0, ..Setup::default() }).await;
    let mut killer = Killer::start().await;
    for _ in 0..2 {
        killer.start_worker(&mut scene);
    }
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let poison = POISONS[round as usize % POISONS.len()];
        match poison {
            Poison::Deadly => deadly(run, &mut scene, &mut killer).await,
            Poison::Field(_) | Poison::Missing(_) | Poison::Huge | Poison::Type | Poison::NoTask => {
                let (task, mend) = spoil(run, &scene, poison).await;
                run.injected(1);
                in_time(run, &scene, poison).await;
                judge(run, &scene, poison, task).await;
                // An entry that names no task is gone once somebody has looked at it.
                if mend.cmd_iter().next().is_some() {
                    mend.exec(&mut scene.redis.connection()).expect("Redis takes it");
                }
            }
        }
    }
    scene.finish(run, load).await;
}

/// Somebody else's deletion goes through, hardly later than else.
async fn in_time(run: &mut Run, scene: &Scene, poison: Poison) {
    let begun = Instant::now();
    scene.recovered(run).await;
    if begun.elapsed() > MOST_DELAY {
        let took = begun.elapsed();
        run.violated(Invariant::Row, format!("{poison:?} held others up for {took:?}"));
    }
}

/// What has become of a poisoned task by the time that others have gone through.
async fn judge(run: &mut Run, scene: &Scene, poison: Poison, task: u64) {
    let key = format!("{PREFIX}:task:{task}");
    let mut connection = scene.redis.connection();
    let wrong = match poison {
        Poison::Huge | Poison::NoTask => {
            let state = scene.ended(task).await;
            (state != TaskState::Completed).then(|| format!("it is {state}"))
        }
        Poison::Type => {
            let is: String = redis::cmd("GET").arg(&key).query(&mut connection).expect("it is text");
            (is != "nonsense").then(|| "somebody wrote over it".to_owned())
        }
        Poison::Field(_) | Poison::Missing(_) => {
            let fields =
                redis::cmd("HMGET").arg(&key).arg(&["state", "attempt", "fence"]).query(&mut connection);
            let [state, attempt, fence]: [Option<String>; 3] = fields.expect("it is a record");
            let is_open =
                state.as_deref().and_then(TaskState::from_name).is_some_and(|state| !state.is_terminal());
            let few = |text: &Option<String>| {
                let number = text.as_deref().and_then(|text| text.parse::<u32>().ok());
                number.is_none_or(|number| number <= MOST_ATTEMPTS)
            };
            let is_left_alone = is_open && few(&attempt) && few(&fence);
            (!is_left_alone).then(|| format!("it is {state:?}, attempt {attempt:?}, fence {fence:?}"))
        }
        Poison::Deadly => None,
    };
    if let Some(wrong) = wrong {
        run.violated(Invariant::Row, format!("task {task}, poisoned by {poison:?}: {wrong}"));
    }
}

/// What puts a poisoned task right: the commands of an operator who has found it.
type Mend = redis::Pipeline;

/// Has a task accepted, and poisons it before anybody takes it, in front of all others.
async fn spoil(run: &mut Run, scene: &Scene, poison: Poison) -> (u64, Mend) {
    let mut connection = scene.redis.connection();
    let mut mend = redis::pipe();
    redis::cmd("SET").arg(format!("{PREFIX}:paused")).arg("1").exec(&mut connection).expect("it is set");
    let mut spoiled = 0;
    if let Outcome::Ok(Answer::Task(task)) = scene.ask(scene.spare_submit()).await {
        spoiled = task;
        let key = format!("{PREFIX}:task:{task}");
        let mut commands = redis::pipe();
        match poison {
            Poison::Field(field) => {
                replace(&mut connection, (&mut commands, &mut mend), &key, field, Some("nonsense"));
                list_anew(&mut mend, "nonsense", task);
            }
            Poison::Missing(field) => {
                replace(&mut connection, (&mut commands, &mut mend), &key, field, None);
                list_anew(&mut mend, "", task);
            }
            Poison::Huge => {
                let huge = "x".repeat(HUGE);
                replace(&mut connection, (&mut commands, &mut mend), &key, "trace", Some(&huge));
            }
            Poison::Type => {
                let record: Vec<u8> =
                    redis::cmd("DUMP").arg(&key).query(&mut connection).expect("it is there");
                commands.set(&key, "nonsense");
                mend.cmd("RESTORE").arg(&key).arg(0).arg(record).arg("REPLACE");
            }
            Poison::NoTask => drop(commands.lpush(format!("{PREFIX}:pending"), "nonsense")),
            Poison::Deadly => {}
        }
        commands.lpush(format!("{PREFIX}:pending"), task).exec(&mut connection).expect("Redis takes it");
    } else {
        run.violated(Invariant::Row, "nothing is broken yet, and it was not accepted");
    }
    redis::cmd("DEL").arg(format!("{PREFIX}:paused")).exec(&mut connection).expect("it goes");
    (spoiled, mend)
}

/// It may have moved under a kind that nobody knows; `reconcile` lists it where it belongs.
fn list_anew(mend: &mut Mend, kind: &str, task: u64) {
    for state in TaskState::ALL {
        for kind in [kind, "staged_user"] {
            mend.zrem(format!("{PREFIX}:tasks:{kind}:{state}"), task);
        }
    }
}

/// Puts something else into a field, or takes it away, and notes how that is undone.
fn replace(
    connection: &mut redis::Connection,
    (commands, mend): (&mut redis::Pipeline, &mut Mend),
    key: &str,
    field: &str,
    with: Option<&str>,
) {
    let was: Option<String> =
        redis::cmd("HGET").arg(key).arg(field).query(connection).expect("Redis answers");
    match with {
        Some(with) => drop(commands.hset(key, field, with)),
        None => drop(commands.hdel(key, field)),
    }
    match was {
        Some(was) => drop(mend.hset(key, field, was)),
        None => drop(mend.hdel(key, field)),
    }
}

/// Every worker that looks at that user dies, and a supervisor starts another.
async fn deadly(run: &mut Run, scene: &mut Scene, killer: &mut Killer) {
    let user = scene.spare_user();
    killer.kills_for(user);
    let submit = What::Submit { user, key: format!("deadly-{user}") };
    let Outcome::Ok(Answer::Task(task)) = scene.ask(submit).await else {
        return run.violated(Invariant::Row, "nothing is broken yet, and it was not accepted");
    };
    let mut deaths = 0;
    let ended = loop {
        let look = async {
            eventually("a worker dies, or it is over", END_LIMIT, async || {
                if killer.has_asked() {
                    return Some(None);
                }
                match scene.ask(What::Look { task }).await {
                    Outcome::Ok(Answer::Seen { state, .. }) if state.is_terminal() => Some(Some(state)),
                    Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Unknown(_) | Outcome::Broke(_) => None,
                }
            })
            .await
        };
        if let Some(state) = look.await {
            break state;
        }
        deaths += 1;
        killer.strike(scene).await;
        killer.start_worker(scene);
        run.injected(1);
        in_time(run, scene, Poison::Deadly).await;
    };
    if ended != TaskState::Exception || deaths > MOST_ATTEMPTS {
        run.violated(Invariant::Row, format!("{deaths} workers died of task {task}, and it is {ended}"));
    }
}
