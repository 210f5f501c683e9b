//! Deploys: what is staged takes effect in one step or not at all, whatever is written meanwhile.

use offstage::{
    domain::{
        deploy::DeployType::{Full, Incremental},
        state::{Event, TaskState},
        task::{Fence, TaskId, UserId},
    },
    store::{
        Store,
        accounts::{Change, Grant, NewAccount},
        deploys::{Ordered, Prepared, Turned},
        directory::{Loaded, NewUser},
        principals::TokenHash,
        queue::{Committed, Lease},
        tasks::Cancelled,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World, stale},
};

/// A deploy that a worker has begun with.
async fn begun(world: &World) -> (TaskId, Lease) {
    let Ordered::Created { id, .. } = world.store.submit_deploy(&fixtures::deploy(Full)).await.unwrap()
    else {
        panic!("no deploy runs")
    };
    (id, world.claim(LONG).await.lease)
}

/// The same, with all users prepared.
async fn prepared(world: &World) -> (TaskId, Lease) {
    let (id, lease) = begun(world).await;
    assert_eq!(world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
    (id, lease)
}

async fn turn(world: &World, lease: Lease) -> Turned {
    world.store.turn_deploy(lease, "w").await.unwrap()
}

async fn delete(world: &World, user: u64) {
    fixtures::submit(&world.store, user).await;
    assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
}

async fn give_role(world: &World, user: u64, role: u64, is_administrators: bool) {
    let grant = Some(Grant { roles: vec![role], is_administrators });
    let change = Change { grant, may_change_administrators: true, ..Change::default() };
    world.store.update_users(&[UserId(user)], &change).await.unwrap();
}

async fn add(world: &World, names: std::ops::Range<u32>) {
    let users: Vec<_> =
        names.map(|number| NewAccount { username: format!("new{number}"), email: None }).collect();
    let grant = Grant { roles: vec![2], is_administrators: false };
    world.store.add_users(&users, &grant).await.unwrap();
}

#[tokio::test]
async fn a_deleted_user_is_deployed_until_the_deploy_turns() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, token) = (&world.store, TokenHash::of(b"t"));
    store.open_session(&fixtures::session(UserId(USER), "user5", &token)).await.unwrap();
    delete(&world, USER).await;
    let lets_in = async || {
        let session = store.use_session(UserId(USER), &token, "platform").await.unwrap();
        (store.login("user5").await.unwrap().is_some(), session.is_some())
    };
    let (id, lease) = prepared(&world).await;
    assert_eq!(lets_in().await, (true, true));
    assert_eq!(world.sides(UserId(USER)), (false, true));
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert_eq!(lets_in().await, (false, false), "in the same step, whatever is swept later");
    assert_eq!(world.sides(UserId(USER)), (false, false));
    assert_eq!(world.state(id).await, TaskState::Completed);
    assert_eq!(turn(&world, lease).await, Turned::Done, "an answer that was lost is asked for again");
    while store.sweep_generation().await.unwrap() {}
    let dump = world.dump();
    let left: Vec<_> =
        dump.0.keys().filter(|name| name.contains("user:5") || name.contains("user5")).collect();
    assert_eq!(left, ["user:5:tasks"]);
    assert!(!dump.0.contains_key("generations") && !dump.0.contains_key("deployed:users"));
    world.audit();
}

#[tokio::test]
async fn there_is_nothing_to_deploy_until_something_is_staged() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let order = async |kind| world.store.submit_deploy(&fixtures::deploy(kind)).await.unwrap();
    assert_eq!(world.unchanged("nothing", order(Incremental)).await, Ordered::NoChanges);
    add(&world, 0..1).await;
    assert_eq!(world.unchanged("both sides", order(Incremental)).await, Ordered::NoChanges);
    delete(&world, USER).await;
    let Ordered::Created { id, .. } = order(Incremental).await else { panic!("there is a change") };
    for kind in [Incremental, Full] {
        assert_eq!(world.unchanged("running", order(kind)).await, Ordered::Running(id));
    }
    let lease = world.claim(LONG).await.lease;
    assert_eq!(world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert_eq!(world.unchanged("deployed", order(Incremental)).await, Ordered::NoChanges);
    assert!(matches!(order(Full).await, Ordered::Created { .. }), "a full one always runs");
    world.audit();
}

#[tokio::test]
async fn a_platform_deletion_leaves_nothing_to_deploy() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    delete(&world, USER).await;
    fixtures::submit_one(&world.store, fixtures::platform_deletion(USER)).await;
    assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
    let outcome = world.store.submit_deploy(&fixtures::deploy(Incremental)).await.unwrap();
    assert_eq!(outcome, Ordered::NoChanges);
    world.audit();
}

#[tokio::test]
async fn whoever_is_written_while_it_prepares_is_deployed_as_he_is_when_it_turns() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, [7, 8, 9]).await;
    let (_, lease) = prepared(&world).await;
    add(&world, 0..1).await;
    give_role(&world, 7, 1, true).await;
    delete(&world, USER).await;
    fixtures::submit_one(&world.store, fixtures::platform_deletion(8)).await;
    assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
    let renamed = NewUser { username: "another".to_owned(), ..fixtures::user(8) };
    assert_eq!(world.store.load_users(&[renamed], true).await.unwrap(), [Loaded::Restored]);
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert!(world.store.login("new0").await.unwrap().is_some());
    assert!(world.store.login("user8").await.unwrap().is_none());
    assert!(world.store.login("another").await.unwrap().is_some());
    assert_eq!(world.sides(UserId(USER)), (false, false));
    assert!(world.dump().set(&format!("{}admins", world.deployed())).contains("7"));
    world.audit();
}

#[tokio::test]
async fn a_first_call_that_is_repeated_forgets_nobody() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (_, lease) = prepared(&world).await;
    delete(&world, USER).await;
    assert_eq!(world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert_eq!(world.sides(UserId(USER)), (false, false));
    world.audit();
}

#[tokio::test]
async fn many_who_are_written_meanwhile_take_calls_of_their_own() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (id, lease) = prepared(&world).await;
    add(&world, 0..60).await;
    assert_eq!(turn(&world, lease).await, Turned::More);
    assert_eq!(world.state(id).await, TaskState::Processing);
    assert!(world.raw::<Option<String>>("GET", "generation", &[]).is_none());
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert!(world.store.login("new59").await.unwrap().is_some());
    world.audit();
}

#[tokio::test]
async fn many_users_are_prepared_some_at_a_time() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..220).await;
    let (id, lease) = begun(&world).await;
    let mut after = None;
    let mut done = Vec::new();
    while let Prepared::Upto(user) = world.store.prepare_deploy(lease, after).await.unwrap() {
        let progress = world.store.task(id).await.unwrap().unwrap().progress();
        done.push((progress.done, progress.of));
        after = Some(user);
    }
    assert_eq!(done, [(50, 123), (100, 123)]);
    assert_eq!(turn(&world, lease).await, Turned::Done);
    world.audit();
}

#[tokio::test]
async fn only_the_holder_prepares_and_turns() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (_, lease) = begun(&world).await;
    let store = &world.store;
    for other in [stale(lease), Lease { task: TaskId(999), ..lease }] {
        assert_eq!(
            world.unchanged("prepare", store.prepare_deploy(other, None)).await.unwrap(),
            Prepared::Lost
        );
        assert_eq!(world.unchanged("turn", turn(&world, other)).await, Turned::Lost);
    }
    assert_eq!(world.unchanged("unprepared", turn(&world, lease)).await, Turned::Lost);
    let deletion = fixtures::submit(store, USER).await;
    let deletion = Lease { task: deletion, ..world.claim(LONG).await.lease };
    assert_eq!(
        world.unchanged("no deploy", store.prepare_deploy(deletion, None)).await.unwrap(),
        Prepared::Lost
    );
    assert_eq!(world.unchanged("no deploy", turn(&world, deletion)).await, Turned::Lost);
}

#[tokio::test]
async fn invariant_6_a_deploy_whose_cancel_was_accepted_never_takes_effect() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    delete(&world, USER).await;
    let (id, lease) = prepared(&world).await;
    assert_eq!(world.store.cancel(id, "c").await.unwrap(), Cancelled::Kept);
    let store = &world.store;
    assert_eq!(
        world.unchanged("prepare", store.prepare_deploy(lease, None)).await.unwrap(),
        Prepared::Cancelled
    );
    assert_eq!(world.unchanged("turn", turn(&world, lease)).await, Turned::Cancelled);
    assert!(world.settle(lease, Event::GiveUp, 0).await);
    assert_eq!(world.sides(UserId(USER)), (false, true));
    while store.sweep_generation().await.unwrap() {}
    let dump = world.dump();
    let prepared: Vec<_> = dump.0.keys().filter(|name| name.starts_with(&format!("deployed:{id}"))).collect();
    assert_eq!(prepared, [""; 0]);
    assert_eq!(dump.set("changes").len(), 1, "it is still to be deployed");
    world.audit();
}

#[tokio::test]
async fn an_attempt_takes_nothing_over_from_one_that_broke_off() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (id, first) = prepared(&world).await;
    delete(&world, USER).await;
    assert!(world.settle(first, Event::Retry, 0).await);
    assert_eq!(world.store.promote("w").await.unwrap(), 1);
    let second = world.claim(LONG).await.lease;
    assert_eq!((second.task, second.fence), (id, Fence(2)));
    assert_eq!(turn(&world, second).await, Turned::Lost, "it has prepared nothing yet");
    assert_eq!(world.store.prepare_deploy(second, None).await.unwrap(), Prepared::All);
    while world.store.sweep_generation().await.unwrap() {}
    assert!(world.dump().0.contains_key(&format!("deployed:{id}-2:users")), "what is prepared now stays");
    assert!(!world.dump().0.contains_key(&format!("deployed:{id}-1:users")));
    assert_eq!(turn(&world, second).await, Turned::Done);
    assert_eq!(world.sides(UserId(USER)), (false, false));
    world.audit();
}

#[tokio::test]
async fn an_administrator_must_be_left() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    // Not by any script: each of them looks.
    world.set("HSET", "staged:user:1", &["admin", "0"]);
    world.set("DEL", "staged:admins", &[]);
    let (id, lease) = prepared(&world).await;
    assert_eq!(turn(&world, lease).await, Turned::LastAdministrator);
    assert_eq!(world.state(id).await, TaskState::Processing);
    assert!(world.raw::<Option<String>>("GET", "generation", &[]).is_none());
}

#[tokio::test]
async fn nobody_comes_back_by_an_import_after_a_deploy_and_no_number_is_given_again() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"t");
    add(&world, 0..1).await;
    let account = world.store.account("new0").await.unwrap().unwrap();
    delete(&world, USER).await;
    delete(&world, account.id.0).await;
    world.store.open_session(&fixtures::session(UserId(USER), "user5", &token)).await.unwrap();
    let (_, lease) = prepared(&world).await;
    assert_eq!(turn(&world, lease).await, Turned::Done);
    assert_eq!(world.store.load_users(&[fixtures::user(USER)], false).await.unwrap(), [Loaded::Deleted]);
    assert_eq!(world.store.load_users(&[fixtures::user(USER)], true).await.unwrap(), [Loaded::Restored]);
    let session = world.store.use_session(UserId(USER), &token, "platform").await.unwrap();
    assert!(session.is_none(), "what let him in once does not do it again");
    add(&world, 1..2).await;
    assert_eq!(world.store.account("new1").await.unwrap().unwrap().id.0, account.id.0 + 1);
    world.audit();
}

#[tokio::test]
async fn who_read_before_it_turned_reads_right_after_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let other = Store::new(&redis.url(), &world.prefix, "offstage-test").unwrap();
    assert!(other.account("user5").await.unwrap().is_some());
    delete(&world, USER).await;
    give_role(&world, 6, 1, true).await;
    world.deploy().await;
    assert!(other.account("user5").await.unwrap().is_none());
    assert_eq!(other.account("user6").await.unwrap().unwrap().roles, [1]);
}
