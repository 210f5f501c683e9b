//! `commit.lua`: the deletion takes effect, or a reason why not, and then nothing changes.

use offstage::{
    domain::{
        checklist::{Checklist, Counts},
        state::{Event, TaskState, next},
        task::{TaskId, UserId},
    },
    store::{
        directory::NewUser,
        queue::{Commit, Committed, Lease},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{ANY_AGE, LONG, NONE, World, situations, stale},
};
use std::time::Duration;

/// What a commit by the holder is answered in that state.
fn expected(state: TaskState, committed: bool) -> Committed {
    if state == TaskState::Completed || next(state, committed, Event::Complete).is_ok() {
        Committed::Done
    } else if state.is_being_cancelled() {
        Committed::Cancelled
    } else {
        Committed::Lost
    }
}

#[tokio::test]
async fn a_commit_is_answered_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let lease = world.lease(id);
        for not_mine in [stale(lease), Lease { task: TaskId(99), ..lease }] {
            let answer = world.unchanged("a stale commit", world.commit(not_mine)).await;
            assert_eq!(answer, Committed::Lost, "{state}");
        }
        let expected = expected(state, committed);
        if state == TaskState::Processing {
            assert_eq!(world.commit(lease).await, expected);
            assert_eq!(world.state(id).await, TaskState::Completed);
            let again = world.unchanged("a repeated commit", world.commit(lease)).await;
            assert_eq!(again, Committed::Done);
        } else {
            assert_eq!(world.unchanged("commit", world.commit(lease)).await, expected, "{state}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_commit_leaves_nothing_of_the_user_but_his_deployed_side() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for number in 0..3 {
        fixtures::register(&world.store, 5, fixtures::dependent(&number.to_string(), false)).await;
    }
    let others = |world: &World| {
        let mut dump = world.dump();
        dump.0.retain(|name, _| name.starts_with("deployed:") || name.contains(":6"));
        dump
    };
    let before = others(&world);
    let id = world.task_in(TaskState::Processing).await;
    assert_eq!(world.commit(world.lease(id)).await, Committed::Done);
    assert_eq!(world.sides(UserId(5)), (false, true));
    let dump = world.dump();
    let left: Vec<_> = dump.0.keys().filter(|name| name.starts_with("user:5")).collect();
    assert_eq!(left, ["user:5:tasks"], "his dependents went with him");
    assert!(!dump.hash("staged:names").contains_key("user5"));
    assert!(!dump.sorted("staged:users").contains_key("5"));
    before.assert_same(&others(&world), "the commit");
    let task = world.store.task(id).await.unwrap().unwrap();
    assert_eq!(task.checks, fixtures::checks(1, 1, Counts::default()));
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_may_still_commit_until_it_is_taken_back() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, 5).await;
    fixtures::submit(&world.store, 6).await;
    let slow = world.claim(NONE).await.lease;
    let late = world.claim(NONE).await.lease;
    assert_eq!(world.commit(slow).await, Committed::Done);
    assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1);
    assert_eq!(world.unchanged("a late commit", world.commit(late)).await, Committed::Lost);
    assert_eq!(world.sides(UserId(6)), (true, true));
}

#[tokio::test]
async fn a_commit_of_a_user_who_is_gone_changes_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    world.set("DEL", "staged:user:5", &[]);
    assert_eq!(world.unchanged("commit", world.commit(world.lease(id))).await, Committed::UserGone);
}

#[tokio::test]
async fn a_dependent_that_came_after_the_check_blocks_the_commit() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let dependent = fixtures::dependent("1", true);
    fixtures::register(&world.store, 5, dependent.clone()).await;
    assert_eq!(world.unchanged("commit", world.commit(world.lease(id))).await, Committed::Blocked);
    assert!(world.store.unregister(UserId(5), &dependent.kind, "1").await.unwrap());
    assert_eq!(world.commit(world.lease(id)).await, Committed::Done);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let second = NewUser { is_administrator: true, ..fixtures::user(7) };
    world.store.load_users(&[second], false).await.unwrap();
    let mut leases = Vec::new();
    for user in [1, 7] {
        fixtures::submit(&world.store, user).await;
        leases.push(world.claim(LONG).await.lease);
    }
    assert_eq!(world.commit(leases[1]).await, Committed::Done);
    let last = world.unchanged("commit", world.commit(leases[0])).await;
    assert_eq!(last, Committed::LastAdministrator);
    assert_eq!(world.raw::<Vec<String>>("SMEMBERS", "staged:admins", &[]), ["1"]);
}

#[tokio::test]
async fn an_old_answer_from_outside_does_not_delete() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let lease = world.lease(id);
    let at = |millis| [Commit { lease, oldest_answer_ms: Some(millis), checks: Checklist::default() }];
    let old = at(world.now_ms() - 30_001);
    let answer = world.unchanged("commit", world.store.commit(&old, "w", ANY_AGE)).await.unwrap();
    assert_eq!(answer, [Committed::TooOld]);
    let fresh = at(world.now_ms());
    let answer = world.store.commit(&fresh, "w", Duration::from_secs(30)).await.unwrap();
    assert_eq!(answer, [Committed::Done]);
}

#[tokio::test]
async fn each_of_several_commits_gets_its_own_answer() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::register(&world.store, 6, fixtures::dependent("1", true)).await;
    let mut commits = Vec::new();
    for user in [5, 6] {
        fixtures::submit(&world.store, user).await;
        commits.push(Commit {
            lease: world.claim(LONG).await.lease,
            oldest_answer_ms: None,
            checks: Checklist::default(),
        });
    }
    commits.push(commits[0].clone());
    let answers = world.store.commit(&commits, "w", ANY_AGE).await.unwrap();
    assert_eq!(answers, [Committed::Done, Committed::Blocked, Committed::Done]);
    world.audit();
}

#[tokio::test]
async fn a_broken_user_is_not_deleted_and_stops_nobody_elses_deletion() {
    let redis = PrivateRedis::start().await;
    for how in ["no blocking", "nonsense", "type"] {
        let world = World::new(&redis).await;
        for user in [5, 6] {
            fixtures::submit(&world.store, user).await;
        }
        let commits = [world.claim(LONG).await, world.claim(LONG).await].map(|claimed| Commit {
            lease: claimed.lease,
            oldest_answer_ms: None,
            checks: Checklist::default(),
        });
        match how {
            "no blocking" => world.set("HDEL", "staged:user:5", &["blocking"]),
            "nonsense" => world.set("HSET", "staged:user:5", &["blocking", "nonsense"]),
            _ => {
                world.set("DEL", "staged:user:5", &[]);
                world.set("SET", "staged:user:5", &["nonsense"]);
            }
        }
        let answers = world.store.commit(&commits, "w", ANY_AGE).await.unwrap();
        assert_eq!(answers, [Committed::Blocked, Committed::Done], "{how}");
        assert_eq!(world.sides(UserId(5)), (true, true), "{how}");
    }
}

#[tokio::test]
async fn an_answer_from_before_the_clock_went_back_is_too_old() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Processing).await;
    let lease = world.lease(TaskId(1));
    let commit =
        Commit { lease, oldest_answer_ms: Some(world.now_ms() + 3_600_000), checks: Checklist::default() };
    let answer = world.unchanged("commit", world.store.commit(&[commit], "w", ANY_AGE)).await.unwrap();
    assert_eq!(answer, [Committed::TooOld]);
}
