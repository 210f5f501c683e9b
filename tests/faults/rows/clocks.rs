//! F09: an API and a worker whose clock is wrong, beside a worker whose clock is right.
//!
//! Nothing is decided by a program's own clock, so nothing may be seen of it: no lease is lost, none is kept too long, and
//! what a task says of its times never goes back.
//!
//! Easy to get wrong: the clock that counts how long something takes is left alone (`FAKETIME_DONT_FAKE_MONOTONIC`). No
//! time server turns that one, either.

use offstage_tests::eventually;
use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{
    checker::Invariant,
    ledger,
    load::Load,
    run::Run,
    scene::{Scene, Setup},
};

/// Where Debian and its kin keep it.
const LIBRARIES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];
/// What the clock does, one after the other: an hour ahead, five minutes behind (a step back of more than an hour), standing
/// still, and a year ahead; and what it shows then.
const TURNS: [(&str, Shows); 4] = [
    ("+3600", Shows::Ahead(Duration::from_hours(1))),
    ("-300", Shows::Behind(Duration::from_mins(5))),
    ("2026-01-01 00:00:00", Shows::Always(Duration::from_hours(24 * 20_454))),
    ("+1y", Shows::Ahead(Duration::from_hours(365 * 24))),
];
/// How soon the turned worker must have said so.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);
/// How late a line may be that it writes, and how far the time zone of a clock may be off that stands.
const LATE: Duration = Duration::from_mins(1);
const ZONE: Duration = Duration::from_hours(14);
/// Long enough that a busy machine loses none.
const LEASE: [(&str, &str); 2] =
    [("OFFSTAGE_WORKER__LEASE_MS", "3000"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "500")];

/// A clock, beside the machine's.
#[derive(Debug, Clone, Copy)]
enum Shows {
    Ahead(Duration),
    Behind(Duration),
    /// So long after the beginning of 1970.
    Always(Duration),
}

impl Shows {
    /// A time that it shows while the machine's clock shows another one.
    fn is(self, at: SystemTime, now: SystemTime) -> bool {
        let (shown, within) = match self {
            Self::Ahead(by) => (now + by, LATE),
            Self::Behind(by) => (now - by, LATE),
            Self::Always(time) => (SystemTime::UNIX_EPOCH + time, ZONE),
        };
        shown.duration_since(at).or_else(|_| at.duration_since(shown)).is_ok_and(|off| off < within)
    }
}

/// Turns the clock again and again under load.
pub(crate) async fn clocks(run: &mut Run) {
    let Some(library) = LIBRARIES.into_iter().find(|library| Path::new(library).exists()) else {
        return run.skip("faketime is not there: apt-get install faketime");
    };
    let setup =
        Setup { apis: 0, workers: 0, settings: &LEASE, workers_are_let_alone: true, ..Setup::default() };
    let mut scene = Scene::start(run, setup).await;
    scene.clocks_agree = false;
    let clock = scene.redis.folder().join("clock");
    turn(&clock, "+0");
    let file = clock.to_str().expect("UTF-8").to_owned();
    let turned = [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", &file),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    scene.start_api(&turned).await;
    let worker = scene.start_worker(&turned);
    let worker = format!("worker-{}-", scene.workers[worker].pid());
    scene.start_worker(&[]);
    let load = scene.load(run, Load::default());
    for round in 0..run.faults() {
        scene.some_progress(run, &load).await;
        let (spoken, shows) = TURNS[round as usize % TURNS.len()];
        let before = ledger::read(&scene.ledger).0.len();
        turn(&clock, spoken);
        run.injected(1);
        scene.recovered(run).await;
        eventually("the clock shows to have been turned", SHOWN_WITHIN, async || {
            let (lines, _) = ledger::read(&scene.ledger);
            let mut its_own = lines.iter().skip(before).filter(|line| line.worker.starts_with(&worker));
            its_own.any(|line| shows.is(line.at, scene.now())).then_some(())
        })
        .await;
    }
    scene.some_progress(run, &load).await;
    let lost = lost_leases(&scene);
    if lost > 0 {
        run.violated(Invariant::Row, format!("{lost} leases were lost though every worker lived"));
    }
    scene.finish(run, load).await;
}

/// In one step, so that nobody reads half of it.
fn turn(clock: &PathBuf, to: &str) {
    let new = clock.with_extension("new");
    std::fs::write(&new, to).expect("the folder can be written to");
    std::fs::rename(&new, clock).expect("the folder can be written to");
}

fn lost_leases(scene: &Scene) -> usize {
    let mut connection = scene.redis.connection();
    let histories: Vec<String> =
        redis::cmd("KEYS").arg("*:history").query(&mut connection).expect("Redis answers");
    let mut lines = |key: &String| -> Vec<String> {
        redis::cmd("LRANGE").arg(key).arg(0).arg(-1).query(&mut connection).expect("Redis answers")
    };
    histories.iter().flat_map(&mut lines).filter(|line| line.contains("lose_lease")).count()
}
