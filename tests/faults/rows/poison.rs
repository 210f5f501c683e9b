//! F13: tasks that no worker can do anything with: records that are broken, of a kind that nobody knows, far too large; and
//! a user whom every worker that looks at him dies of. Each is tried `max_attempts` times at most, and the others go on.

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
    /// Its record has no such field, or nonsense in it.
    Field(&'static str),
    /// It has one that is far too large.
    Huge,
    /// Its record is no record.
    Type,
    /// There is no such task.
    NoTask,
    /// Every worker that looks at its user dies.
    Deadly,
}

const POISONS: [Poison; 8] = [
    Poison::Deadly,
    Poison::Field("kind"),
    Poison::Huge,
    Poison::Type,
    Poison::Field("user"),
    Poison::NoTask,
    Poison::Field("fence"),
    Poison::Field("attempt"),
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
            Poison::Field(_) | Poison::Huge | Poison::Type | Poison::NoTask => {
                let mend = spoil(run, &scene, poison).await;
                run.injected(1);
                in_time(run, &scene, poison).await;
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

/// What puts a poisoned task right: the commands of an operator who has found it.
type Mend = redis::Pipeline;

/// Has a task accepted, and poisons it before anybody takes it, in front of all others.
async fn spoil(run: &mut Run, scene: &Scene, poison: Poison) -> Mend {
    let mut connection = scene.redis.connection();
    let mut mend = redis::pipe();
    redis::cmd("SET").arg(format!("{PREFIX}:paused")).arg("1").exec(&mut connection).expect("it is set");
    if let Outcome::Ok(Answer::Task(task)) = scene.ask(scene.spare_submit()).await {
        let key = format!("{PREFIX}:task:{task}");
        let mut commands = redis::pipe();
        match poison {
            Poison::Field(field) => {
                replace(&mut connection, (&mut commands, &mut mend), &key, field, "nonsense");
                for state in TaskState::ALL {
                    // It may have moved under a kind that nobody knows; `reconcile` lists it where it belongs.
                    mend.zrem(format!("{PREFIX}:tasks:nonsense:{state}"), task);
                    mend.zrem(format!("{PREFIX}:tasks:staged_user:{state}"), task);
                }
            }
            Poison::Huge => {
                replace(&mut connection, (&mut commands, &mut mend), &key, "trace", &"x".repeat(HUGE));
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
    mend
}

/// Puts something else into a field, and notes how that is undone.
fn replace(
    connection: &mut redis::Connection,
    (commands, mend): (&mut redis::Pipeline, &mut Mend),
    key: &str,
    field: &str,
    with: &str,
) {
    let was: Option<String> =
        redis::cmd("HGET").arg(key).arg(field).query(connection).expect("Redis answers");
    commands.hset(key, field, with);
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
