//! F16: very many tasks wait at once, and very many are orphaned at once. They are worked off, no script holds Redis up, and
//! nobody's memory grows with the queue.

use offstage::{
    domain::state::TaskState,
    store::{queue::Claim, submit::Submitted},
};
use offstage_tests::{eventually, fixtures};
use std::{fs, time::Duration};

use crate::{
    arguments::Size,
    checker::Invariant,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// How many tasks, and whether they are orphaned before anybody works on them.
const SHORT: [(u64, bool); 1] = [(9_000, true)];
const LONG: [(u64, bool); 4] = [(9_000, false), (20_000, true), (100_000, false), (100_000, true)];
/// Submits in one call.
const AT_ONCE: usize = 100;
/// How long all of it may take.
const DRAIN_LIMIT: Duration = Duration::from_mins(10);
/// The longest time that a script may hold Redis up.
const LONGEST_SCRIPT: Duration = Duration::from_millis(50);
/// What a fork costs is not the scripts'.
const NO_REWRITES: &[&str] = &["--auto-aof-rewrite-percentage", "0"];
/// The most memory a worker may need, however long the queue is.
const MOST_MEMORY_KB: u64 = 400 * 1_024;
/// The lease of a worker that took them all and died.
const SHORT_LEASE: Duration = Duration::from_secs(1);

/// See the module's header.
pub(crate) async fn mass(run: &mut Run) {
    let backlogs: &[_] = match run.size {
        Size::Short => &SHORT,
        Size::Long => &LONG,
    };
    for (_, &(tasks, is_orphaned)) in (0..run.faults()).zip(backlogs.iter().cycle()) {
        let mut scene = Scene::start(
            run,
            Setup {
                users: tasks,
                workers: 0,
                workers_are_let_alone: true,
                redis: NO_REWRITES,
                ..Setup::default()
            },
        )
        .await;
        let nobody = scene.load(run, Load { clients: 0, ..Load::default() });
        watch_scripts(&scene);
        submit(&scene, tasks).await;
        if is_orphaned {
            orphan(&scene).await;
        }
        run.injected(1);
        let workers = [scene.start_worker(&[]), scene.start_worker(&[])];
        eventually("the backlog is worked off", DRAIN_LIMIT, async || {
            let depth = scene.store.depth().await.ok()?;
            (depth.states[&TaskState::Completed] >= tasks).then_some(())
        })
        .await;
        // Whoever comes last waits for all others: only now it shows that nothing is stuck.
        scene.recovered(run).await;
        for worker in workers {
            let needed = peak_memory_kb(scene.workers[worker].pid());
            if needed > MOST_MEMORY_KB {
                run.violated(Invariant::Row, format!("a worker needed {needed} kB for {tasks} tasks"));
            }
        }
        for slow in slow_scripts(&scene) {
            run.violated(Invariant::Row, format!("a script held Redis up: {slow}"));
        }
        run.figures.accepted += tasks;
        scene.finish(run, nobody).await;
    }
}

/// Asks for the deletion of all users, past the API, which would be the longest part.
async fn submit(scene: &Scene, tasks: u64) {
    let users: Vec<_> = scene.load_users().collect();
    assert_eq!(users.len() as u64, tasks, "as many as the scene was given");
    for some in users.chunks(AT_ONCE) {
        let submissions: Vec<_> = some.iter().map(|user| fixtures::submission(*user)).collect();
        let outcomes = scene.store.submit(&submissions).await.expect("Redis takes them");
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Submitted::Created { .. })), "each is new");
    }
}

/// Takes all tasks as a worker would that dies then: they are orphaned at once, and nobody was there to see it.
async fn orphan(scene: &Scene) {
    loop {
        let claim =
            scene.store.claim(AT_ONCE, "a worker that died", SHORT_LEASE).await.expect("Redis answers");
        match claim {
            Claim::Taken { entries: 1.., .. } => {}
            Claim::Taken { entries: 0, .. } | Claim::Paused => return,
        }
    }
}

/// From here on Redis notes what takes too long.
fn watch_scripts(scene: &Scene) {
    let mut connection = scene.redis.connection();
    let longest = LONGEST_SCRIPT.as_micros().to_string();
    redis::cmd("CONFIG")
        .arg(&["SET", "slowlog-log-slower-than", &longest])
        .exec(&mut connection)
        .expect("it is set");
    redis::cmd("SLOWLOG").arg("RESET").exec(&mut connection).expect("it is empty");
}

/// The scripts that took too long: how long, and the first words.
fn slow_scripts(scene: &Scene) -> Vec<String> {
    type Entry = (u64, u64, u64, Vec<String>, String, String);
    let entries = redis::cmd("SLOWLOG").arg(&["GET", "128"]).query(&mut scene.redis.connection());
    let entries: Vec<Entry> = entries.expect("Redis answers");
    let is_script =
        |words: &[String]| words[0].eq_ignore_ascii_case("evalsha") || words[0].eq_ignore_ascii_case("eval");
    let tell = |(_, _, micros, words, ..): Entry| {
        let short: String = words.join(" ").chars().take(120).collect();
        is_script(&words).then(|| format!("{} ms: {short}", micros / 1_000))
    };
    entries.into_iter().filter_map(tell).collect()
}

/// The most memory that a process ever had, in kB.
fn peak_memory_kb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
