//! `extend.lua` and `report.lua`: what the holder of a task may do while he works.

use offstage::{
    domain::{
        checklist::Counts,
        state::{Place, TaskState},
        task::{Fence, TaskId},
    },
    store::queue::{Lease, Report, Standing},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, NONE, World, situations, stale},
};

/// What the holder of a task in that state is told.
fn told(state: TaskState) -> Standing {
    match (state.place() == Place::Held, state.is_being_cancelled()) {
        (false, _) => Standing::Lost,
        (true, true) => Standing::Cancel,
        (true, false) => Standing::Kept,
    }
}

#[tokio::test]
async fn a_heartbeat_renews_what_is_held_and_nothing_else() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let lease = world.lease(id);
        let missing = Lease { task: TaskId(99), ..lease };
        let not_mine = [stale(lease), missing];
        let answers = world.unchanged("extend", world.store.extend(&not_mine, LONG)).await.unwrap();
        assert_eq!(answers, [Standing::Lost, Standing::Lost], "{state}");
        if told(state) == Standing::Lost {
            let answers = world.unchanged("extend", world.store.extend(&[lease], LONG)).await.unwrap();
            assert_eq!(answers, [Standing::Lost], "{state}");
        } else {
            let answers = world.store.extend(&[lease], 2 * LONG).await.unwrap();
            assert_eq!(answers, [told(state)], "{state}");
            let member = format!("{id}:{}", lease.fence);
            let deadline: u64 = world.dump().sorted("leases")[&member].parse().unwrap();
            assert!(deadline > world.now_ms() + 7_000_000, "the lease of {state} was not renewed");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_heartbeat_that_comes_before_the_reclaimer_saves_the_lease() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = fixtures::submit(&world.store, 5).await;
    let lease = world.claim(NONE).await.lease;
    assert_eq!(world.store.extend(&[lease], LONG).await.unwrap(), [Standing::Kept]);
    assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 0);
    assert_eq!(world.state(id).await, TaskState::Processing);
}

#[tokio::test]
async fn a_report_is_kept_from_the_holder_alone() {
    let redis = PrivateRedis::start().await;
    let found = [fixtures::dependent("1", true), fixtures::dependent("2", false)];
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let lease = world.lease(id);
        let report =
            Report { checks: fixtures::checks(1, 3, Counts { found: 2, blocking: 1 }), found: &found };
        for not_mine in [stale(lease), Lease { task: TaskId(99), ..lease }] {
            let answer = world.unchanged("report", world.store.report(not_mine, &report)).await.unwrap();
            assert_eq!(answer, Standing::Lost, "{state}");
        }
        if told(state) == Standing::Kept {
            let standing = world.store.report(lease, &report).await.unwrap();
            assert_eq!(standing, Standing::Kept);
            let task = world.store.task(id).await.unwrap().unwrap();
            assert_eq!(task.checks, report.checks);
            assert_eq!(world.store.found_dependents(id).await.unwrap(), found);
        } else {
            let answer = world.unchanged("report", world.store.report(lease, &report)).await.unwrap();
            assert_eq!(answer, told(state), "{state}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_report_that_is_repeated_counts_once_and_the_first_begins_afresh() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let lease = world.lease(id);
    let one = [fixtures::dependent("1", true)];
    // What was found by then, that dependent included; a number that comes twice is a report whose answer was lost.
    for total in [1, 1, 2, 2, 3, 3, 1, 2] {
        let report =
            Report { checks: fixtures::checks(0, 1, Counts { found: total, blocking: total }), found: &one };
        world.store.report(lease, &report).await.unwrap();
        let task = world.store.task(id).await.unwrap().unwrap();
        assert_eq!(task.checks.counts(), Counts { found: total, blocking: total });
        assert_eq!(world.store.found_dependents(id).await.unwrap().len() as u64, total);
    }
}

#[tokio::test]
async fn dependents_beyond_the_limit_are_counted_and_not_listed() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let key = format!("task:{id}:dependents");
    let line = r#"{"type":"X","id":"1","blocking":false}"#;
    for _ in 0..9 {
        world.set("RPUSH", &key, &vec![line; 1_110]);
    }
    world.set("RPUSH", &key, &[line; 9]);
    let found: Vec<_> = (0..3).map(|number| fixtures::dependent(&number.to_string(), true)).collect();
    let report =
        Report { checks: fixtures::checks(0, 1, Counts { found: 10_002, blocking: 3 }), found: &found };
    world.store.report(world.lease(id), &report).await.unwrap();
    assert_eq!(world.raw::<u64>("LLEN", &key, &[]), 10_000);
    assert_eq!(
        world.store.task(id).await.unwrap().unwrap().checks.counts(),
        Counts { found: 10_002, blocking: 3 }
    );
}

#[tokio::test]
async fn a_fence_of_zero_holds_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let task = world.task_in(TaskState::Queued).await;
    let lease = Lease { task, fence: Fence(0) };
    let answers = world.unchanged("extend", world.store.extend(&[lease], LONG)).await.unwrap();
    assert_eq!(answers, [Standing::Lost]);
}
