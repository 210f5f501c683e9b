//! The deletion of a user from both configurations: what it takes, what it waits for, and which requests it serves.

use offstage::{
    domain::{
        state::TaskState,
        task::{TaskKind, UserId},
    },
    store::{
        directory::{Loaded, NewUser},
        principals::TokenHash,
        queue::Committed,
        submit::{Submission, Submitted},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World},
};

async fn commit(world: &World, user: u64) -> Committed {
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(user)).await else {
        panic!("no task")
    };
    world.commit(world.claim(LONG).await.lease).await
}

#[tokio::test]
async fn it_takes_both_sides_and_the_sessions_and_leaves_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, token) = (&world.store, TokenHash::of(b"t"));
    fixtures::register(store, USER, fixtures::dependent("1", false)).await;
    store.open_session(&fixtures::session(UserId(USER), "user5", &token)).await.unwrap();
    assert!(store.use_session(UserId(USER), &token, "platform").await.unwrap().is_some());
    assert_eq!(commit(&world, USER).await, Committed::Done);
    assert_eq!(world.sides(UserId(USER)), (false, false));
    assert!(store.use_session(UserId(USER), &token, "platform").await.unwrap().is_none());
    assert!(store.login("user5").await.unwrap().is_none());
    let dump = world.dump();
    let left: Vec<_> = dump.0.keys().filter(|name| name.contains(":5") || name.contains("user5")).collect();
    assert_eq!(left, ["user:5:tasks"]);
    for side in ["staged", "deployed"] {
        assert!(!dump.hash(&format!("{side}:names")).contains_key("user5"));
        assert!(!dump.sorted(&format!("{side}:users")).contains_key("5"));
    }
    world.audit();
}

#[tokio::test]
async fn a_user_whose_staged_side_is_gone_can_still_be_deleted() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Completed).await;
    assert_eq!(world.sides(UserId(USER)), (false, true));
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::NotFound);
    let claimed = {
        let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(USER)).await else {
            panic!()
        };
        world.claim(LONG).await
    };
    assert_eq!(claimed.username.as_deref(), Some("user5"), "the checks ask by the deployed name");
    assert_eq!(world.commit(claimed.lease).await, Committed::Done);
    assert_eq!(world.submit(fixtures::platform_deletion(USER)).await, Submitted::NotFound);
}

#[tokio::test]
async fn a_blocking_dependent_blocks_it_too() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(USER)).await else { panic!() };
    let lease = world.claim(LONG).await.lease;
    fixtures::register(&world.store, USER, fixtures::dependent("1", true)).await;
    assert_eq!(world.unchanged("blocked", world.commit(lease)).await, Committed::Blocked);
}

#[tokio::test]
async fn the_last_administrator_of_either_side_stays() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let second = NewUser { is_administrator: true, ..fixtures::user(9) };
    world.store.load_users(&[second], false).await.unwrap();
    world.set("SREM", "deployed:admins", &["1"]);
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(9)).await else { panic!() };
    let lease = world.claim(LONG).await.lease;
    assert_eq!(world.unchanged("deployed", world.commit(lease)).await, Committed::LastAdministrator);
    world.set("SADD", "deployed:admins", &["1"]);
    world.set("SREM", "staged:admins", &["1"]);
    assert_eq!(world.unchanged("staged", world.commit(lease)).await, Committed::LastAdministrator);
    world.set("SADD", "staged:admins", &["1"]);
    assert_eq!(world.commit(lease).await, Committed::Done);
    let admins: Vec<String> = world.raw("SMEMBERS", "deployed:admins", &[]);
    assert_eq!(admins, ["1"]);
}

#[tokio::test]
async fn which_live_deletion_serves_which_request() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let Submitted::Created { id, .. } = world.submit(fixtures::platform_deletion(USER)).await else {
        panic!()
    };
    assert_eq!(world.submit(fixtures::platform_deletion(USER)).await, Submitted::Live(id));
    assert_eq!(
        world.submit(fixtures::submission(USER)).await,
        Submitted::Live(id),
        "it does more than asked"
    );
    let later = Submission { not_before: Some(world.ahead(3_600)), ..fixtures::submission(6) };
    let Submitted::Created { id, .. } = world.submit(later).await else { panic!() };
    let answer = world.unchanged("less than asked", world.submit(fixtures::platform_deletion(6))).await;
    assert_eq!(answer, Submitted::Other(id), "and it is not brought forward");
    world.store.cancel(id, "c").await.unwrap();
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(6)).await else { panic!() };
    for kind in [TaskKind::StagedUser, TaskKind::PlatformUser] {
        let admins = Submission { kind, may_delete_administrators: false, ..fixtures::submission(1) };
        assert_eq!(world.unchanged("an administrator", world.submit(admins)).await, Submitted::Forbidden);
    }
}

#[tokio::test]
async fn a_user_of_whom_nothing_is_left_is_not_brought_back_unasked() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(USER)).await else { panic!() };
    let lease = world.claim(LONG).await.lease;
    let dry_run = Submission { kind: TaskKind::Dependents, ..fixtures::submission(USER) };
    let Submitted::Created { .. } = world.submit(dry_run).await else {
        panic!("it is newer, and no deletion")
    };
    assert_eq!(world.commit(lease).await, Committed::Done);
    world.claim(LONG).await;
    let user = [fixtures::user(USER)];
    assert_eq!(
        world.unchanged("import", world.store.load_users(&user, false)).await.unwrap(),
        [Loaded::Deleted]
    );
    assert_eq!(world.store.load_users(&user, true).await.unwrap(), [Loaded::Restored]);
    assert_eq!(world.sides(UserId(USER)), (true, true));
    assert_eq!(commit(&world, USER).await, Committed::Done);
    while world.store.prune(0).await.unwrap() > 0 {}
    let loaded = world.store.load_users(&user, false).await.unwrap();
    assert_eq!(loaded, [Loaded::Added], "nobody remembers him once his task is gone");
}

#[tokio::test]
async fn a_user_whose_deletion_runs_is_not_restored() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Completed).await;
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(USER)).await else { panic!() };
    assert_eq!(world.sides(UserId(USER)), (false, true));
    let users = [fixtures::user(USER)];
    let loaded = world.unchanged("import", world.store.load_users(&users, true)).await.unwrap();
    assert_eq!(loaded, [Loaded::BeingDeleted], "what is restored now would be deleted the next moment");
}
