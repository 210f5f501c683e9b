//! `update_user.lua`: what it changes, and that a refusal changes nothing.

use offstage::{
    domain::{
        state::{Place, TaskState},
        task::UserId,
        user::{
            Side,
            patch::{Patch, UserPatch},
        },
    },
    store::{
        StoreError,
        principals::TokenHash,
        users::changes::{Snapshot, Update, Updated},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{USER, World},
};

/// What is sent of a user.
pub(super) fn wanted() -> UserPatch {
    UserPatch {
        email: Patch::Value("x@example.com".into()),
        description: Patch::Value(String::new()),
        user_role_id: Patch::Value(2),
        security_profile_id: Patch::Value(3),
        tenant_id: Patch::Null,
        local_only_account: Patch::Value(true),
        inactivity_timeout: Patch::Value(60_001),
        ..UserPatch::default()
    }
}

/// A change of whatever was sent, on both sides.
fn change<'a>(wanted: &'a UserPatch, hash: Option<&'a str>) -> Update<'a> {
    Update {
        wanted,
        password_hash: hash,
        staged_fields: true,
        makes_administrator: None,
        awaits_deploy: true,
    }
}

async fn update(world: &World, user: u64, snapshot: &Snapshot, update: Update<'_>) -> Updated {
    world.store.update_user(UserId(user), snapshot, &update).await.unwrap()
}

async fn read(world: &World, user: u64) -> Snapshot {
    world.store.snapshot(UserId(user)).await.unwrap()
}

#[tokio::test]
async fn what_waits_for_a_deploy_is_staged_and_the_rest_is_on_both_sides() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let snapshot = read(&world, USER).await;
    assert_eq!(snapshot.sides.staged, snapshot.sides.deployed);
    let sent = UserPatch { email: Patch::Null, ..wanted() };
    assert_eq!(update(&world, USER, &snapshot, change(&sent, None)).await, Updated::Done);
    let after = read(&world, USER).await.sides;
    let (staged, deployed) = (after.staged.unwrap(), after.deployed.unwrap());
    assert_eq!((staged.security_profile_id, deployed.security_profile_id), (Some(3), None));
    assert_eq!((staged.description.as_deref(), deployed.description.as_deref()), (Some(""), None));
    for user in [staged, deployed] {
        assert_eq!((user.email, user.local_only_account), (None, Some(true)));
        assert_eq!((user.inactivity_timeout, user.password_creation_time), (Some(60_000), None));
    }
    let preferences = Update { staged_fields: false, awaits_deploy: false, ..change(&sent, None) };
    let before = world.dump();
    let other = read(&world, 6).await;
    assert_eq!(update(&world, 6, &other, preferences).await, Updated::Done);
    let staged = read(&world, 6).await.sides.staged.unwrap();
    assert_eq!((staged.security_profile_id, staged.email), (None, None), "{before:?}");
}

#[tokio::test]
async fn a_user_of_one_side_is_changed_on_that_side_and_does_not_come_back() {
    let redis = PrivateRedis::start().await;
    for (gone, left) in [("staged", Side::Deployed), ("deployed", Side::Staged)] {
        let world = World::new(&redis).await;
        world.set("DEL", &format!("{gone}:user:5"), &[]);
        let snapshot = read(&world, USER).await;
        assert_eq!(update(&world, USER, &snapshot, change(&wanted(), Some("hash"))).await, Updated::Done);
        assert_eq!(world.raw::<u64>("EXISTS", &format!("{gone}:user:5"), &[]), 0, "{gone}");
        let user = world.store.users(left, &[UserId(USER)]).await.unwrap().pop().flatten().unwrap();
        assert_eq!(user.email.as_deref(), Some("x@example.com"));
    }
}

#[tokio::test]
async fn a_new_password_ends_the_users_sessions_in_the_same_step() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (token, other) = (TokenHash::of(b"a"), TokenHash::of(b"b"));
    world.store.open_session(&fixtures::session(UserId(USER), "user5", &token)).await.unwrap();
    world.store.open_session(&fixtures::session(UserId(6), "user6", &other)).await.unwrap();
    let snapshot = read(&world, USER).await;
    let sent = UserPatch { email: Patch::Value("n@example.com".into()), ..UserPatch::default() };
    assert_eq!(update(&world, USER, &snapshot, change(&sent, None)).await, Updated::Done);
    let works = async |user, token: &TokenHash| {
        world.store.use_session(UserId(user), token, "platform").await.unwrap().is_some()
    };
    assert!(works(USER, &token).await, "only a password ends them");
    let snapshot = read(&world, USER).await;
    assert_eq!(
        update(&world, USER, &snapshot, change(&UserPatch::default(), Some("new"))).await,
        Updated::Done
    );
    assert!(!works(USER, &token).await && works(6, &other).await);
    let after = read(&world, USER).await;
    assert_eq!(after.password_hash.as_deref(), Some("new"));
    assert!(after.sides.has_password);
    for side in ["staged", "deployed"] {
        let at: u64 = world.raw("HGET", &format!("{side}:user:5"), &["password_creation_time"]);
        assert!(at <= world.now_ms() && at + 60_000 > world.now_ms(), "{side}");
    }
}

#[tokio::test]
async fn a_user_who_is_another_one_than_was_read_is_not_changed() {
    let redis = PrivateRedis::start().await;
    let meanwhile: [(&str, &str, &[&str]); 6] = [
        ("HSET", "staged:user:5", &["email", "other@example.com"]),
        ("HDEL", "deployed:user:5", &["email"]),
        ("HSET", "deployed:user:5", &["password", "hash"]),
        ("HSET", "staged:user:5", &["further_roles", "1"]),
        ("DEL", "staged:user:5", &[]),
        ("DEL", "deployed:user:5", &[]),
    ];
    for (command, key, args) in meanwhile {
        let world = World::new(&redis).await;
        let snapshot = read(&world, USER).await;
        world.set(command, key, args);
        let answer =
            world.unchanged("update", update(&world, USER, &snapshot, change(&wanted(), None))).await;
        assert_eq!(answer, Updated::Changed, "{command} {key}");
    }
    let world = World::new(&redis).await;
    let nobody = read(&world, 77).await;
    assert_eq!((nobody.sides.staged, nobody.sides.deployed), (None, None));
    let nobody = read(&world, 77).await;
    world.set("HSET", "staged:user:77", &["username", "new"]);
    let answer = world.unchanged("update", update(&world, 77, &nobody, change(&wanted(), None))).await;
    assert_eq!(answer, Updated::Changed);
}

#[tokio::test]
async fn a_user_whose_deletion_runs_is_not_changed_behind_its_back() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        let snapshot = read(&world, USER).await;
        if state.place() == Place::Ended {
            assert_eq!(
                update(&world, USER, &snapshot, change(&wanted(), None)).await,
                Updated::Done,
                "{state}"
            );
        } else {
            let answer =
                world.unchanged("update", update(&world, USER, &snapshot, change(&wanted(), None))).await;
            assert_eq!(answer, Updated::BeingDeleted, "{state}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn the_last_administrator_stays_one_and_the_deployed_side_waits() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let members = |side: &str| -> Vec<u64> {
        let mut members: Vec<u64> = world.raw("SMEMBERS", &format!("{side}:admins"), &[]);
        members.sort_unstable();
        members
    };
    let turn = |wanted, is_one| Update { makes_administrator: Some(is_one), ..change(wanted, None) };
    let (up, down) = (
        UserPatch { user_role_id: Patch::Value(1), ..UserPatch::default() },
        UserPatch { user_role_id: Patch::Value(2), ..UserPatch::default() },
    );
    let one = read(&world, 1).await;
    let answer = world.unchanged("update", update(&world, 1, &one, turn(&down, false))).await;
    assert_eq!(answer, Updated::LastAdministrator);
    let five = read(&world, USER).await;
    assert_eq!(
        update(&world, USER, &five, turn(&down, false)).await,
        Updated::Done,
        "who is none may be none"
    );
    world.set("HSET", "staged:user:5", &["further_roles", "7"]);
    let five = read(&world, USER).await;
    assert_eq!(update(&world, USER, &five, turn(&up, true)).await, Updated::Done);
    assert_eq!((members("staged"), members("deployed")), (vec![1, USER], vec![1]), "until a deploy");
    let staged = read(&world, USER).await.sides.staged.unwrap();
    assert_eq!((staged.user_role_id, staged.is_administrator), (Some(1), true));
    assert!(staged.further_roles.is_empty(), "the role takes the place of all that he had");
    let one = read(&world, 1).await;
    assert_eq!(update(&world, 1, &one, turn(&down, false)).await, Updated::Done, "there is another one");
    assert_eq!((members("staged"), members("deployed")), (vec![USER], vec![1]));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_said_to_be_broken() {
    let redis = PrivateRedis::start().await;
    for (field, value) in [
        ("user_role_id", "x"),
        ("tenant_id", "-1"),
        ("inactivity_timeout", "1.5"),
        ("local_only_account", "yes"),
        ("password_creation_time", "now"),
        ("notification_flag", "OTHER"),
    ] {
        let world = World::new(&redis).await;
        world.set("HSET", "staged:user:5", &[field, value]);
        let answer = world.store.users(Side::Staged, &[UserId(USER)]).await;
        assert!(
            matches!(&answer, Err(StoreError::Corrupt { field: told, .. }) if *told == field),
            "{answer:?}"
        );
        assert!(world.store.users(Side::Deployed, &[UserId(USER)]).await.is_ok());
    }
}
