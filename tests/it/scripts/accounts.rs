//! `add_users.lua`, `update_users.lua`: what they change, and that a refusal changes nothing.

use offstage::{
    domain::{
        capability::Capability,
        state::{Place, TaskState},
        task::{LARGEST_ID, UserId},
        user::patch::{Patch, UserPatch},
    },
    store::{
        accounts::{Added, Change, Changed, Grant, MOST_ROLES, NORMAL_USER, NewAccount, TO_BE_MADE},
        directory::{Collection, NewUser},
        queue::Committed,
        submit::Submitted,
        users::changes::{Update, Updated},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World},
};

/// The least number that is given here.
const FIRST: UserId = UserId(1_000_000);

fn account(name: &str) -> NewAccount {
    NewAccount { username: name.to_owned(), email: Some(format!("{name}@example.com")) }
}

fn roles(roles: &[u64]) -> Grant {
    Grant { roles: roles.to_vec(), is_administrators: roles.contains(&1) }
}

async fn add(world: &World, name: &str, grant: &[u64]) -> Added {
    world.store.add_users(&[account(name)], &roles(grant)).await.unwrap()[0]
}

async fn update(world: &World, users: &[u64], change: Change) -> Changed {
    let users: Vec<_> = users.iter().map(|user| UserId(*user)).collect();
    world.store.update_users(&users, &change).await.unwrap()
}

fn set(grant: &[u64]) -> Change {
    Change { grant: Some(roles(grant)), may_change_administrators: true, ..Change::default() }
}

fn give(grant: &[u64]) -> Change {
    Change { keeps_roles: true, ..set(grant) }
}

/// Who is an administrator on either side.
fn administrators(world: &World) -> [Vec<u64>; 2] {
    ["staged", "deployed"].map(|side| {
        let mut members: Vec<u64> = world.raw("SMEMBERS", &format!("{side}:admins"), &[]);
        members.sort_unstable();
        members
    })
}

#[tokio::test]
async fn a_new_user_stands_on_both_sides_with_his_roles() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(add(&world, "x", &[2, 1, 7]).await, Added::Added(FIRST));
    let dump = world.dump();
    for side in ["staged", "deployed"] {
        let record = dump.hash(&format!("{side}:user:{FIRST}"));
        let told =
            ["username", "email", "user_role_id", "further_roles", "admin"].map(|field| &*record[field]);
        assert_eq!(told, ["x", "x@example.com", "2", "1,7", "1"], "{side}");
        assert_eq!(dump.hash(&format!("{side}:names"))["x"], FIRST.to_string());
        assert_eq!(dump.sorted(&format!("{side}:users"))[&FIRST.to_string()], FIRST.to_string());
    }
    let staged = dump.hash(&format!("staged:user:{FIRST}"));
    assert_eq!((&*staged["dependents"], &*staged["blocking"]), ("0", "0"));
    assert_eq!(administrators(&world), [vec![1, FIRST.0], vec![1, FIRST.0]]);
    let found = world.store.account("x").await.unwrap().unwrap();
    assert_eq!((found.id, found.roles, found.has_password), (FIRST, vec![2, 1, 7], false));
    let login = world.store.login("x").await.unwrap().unwrap();
    assert_eq!(login.capabilities, [Capability::Admin], "of all his roles");
    fixtures::submit(&world.store, FIRST.0).await;
}

#[tokio::test]
async fn who_is_there_stays_as_he_is() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        let answer = world.unchanged("add", add(&world, "user5", &[1])).await;
        let is_live = state.place() != Place::Ended;
        let expected = if is_live { Added::BeingDeleted } else { Added::Exists };
        assert_eq!(answer, expected(UserId(USER)), "{state}: staged or deployed");
    }
}

#[tokio::test]
async fn a_number_is_given_once() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(add(&world, "x", &[2]).await, Added::Added(FIRST));
    for side in ["staged", "deployed"] {
        world.set("DEL", &format!("{side}:user:{FIRST}"), &[]);
        world.set("HDEL", &format!("{side}:names"), &["x"]);
        world.set("ZREM", &format!("{side}:users"), &[&FIRST.to_string()]);
    }
    assert_eq!(
        add(&world, "x", &[2]).await,
        Added::Added(UserId(FIRST.0 + 1)),
        "not that of the one who is gone"
    );
    let imported = NewUser { id: UserId(2_000_000), username: "imported".to_owned(), ..fixtures::user(7) };
    world.store.load_users(&[imported], false).await.unwrap();
    let Submitted::Created { .. } = world.submit(fixtures::platform_deletion(2_000_000)).await else {
        panic!()
    };
    assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
    let next = add(&world, "y", &[2]).await;
    assert_eq!(next, Added::Added(UserId(2_000_001)), "nor that of one who was imported and deleted");
    world.set("ZADD", "deployed:users", &[&LARGEST_ID.to_string(), &LARGEST_ID.to_string()]);
    assert_eq!(world.unchanged("add", add(&world, "z", &[2])).await, Added::Full);
    let twice = [account("y"), account("user6"), account("user6")];
    let answers = world.store.add_users(&twice, &roles(&[2])).await.unwrap();
    assert!(answers.iter().all(|one| matches!(one, Added::Exists(_))), "{answers:?}");
}

#[tokio::test]
async fn roles_and_address_change_on_both_sides() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let told = |side: &str| {
        let record = world.dump().hash(&format!("{side}:user:5"));
        let field = |name: &str| record.get(name).cloned().unwrap_or_default();
        [field("user_role_id"), field("further_roles"), field("admin"), field("email")]
    };
    let email = Change { email: Some("new@example.com".to_owned()), ..Change::default() };
    for (change, expected) in [
        (email, ["2", "", "0", "new@example.com"]),
        (give(&[7, 2, 1]), ["2", "7,1", "1", "new@example.com"]),
        (give(&[8]), ["2", "7,1,8", "1", "new@example.com"]),
        (set(&[7]), ["7", "", "0", "new@example.com"]),
        (set(&[1, 2]), ["1", "2", "1", "new@example.com"]),
    ] {
        assert_eq!(update(&world, &[5], change.clone()).await, Changed::Done);
        assert_eq!(told("staged"), expected, "{change:?}");
        assert_eq!(told("deployed"), expected, "{change:?}");
        let both = if expected[2] == "1" { vec![1, 5] } else { vec![1] };
        assert_eq!(administrators(&world), [both.clone(), both], "{change:?}");
    }
}

#[tokio::test]
async fn a_user_who_is_staged_no_more_is_changed_where_he_is() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Completed).await;
    assert_eq!(update(&world, &[5], set(&[1])).await, Changed::Done);
    assert_eq!(world.sides(UserId(5)), (false, true), "nothing of him is made anew");
    assert_eq!(administrators(&world), [vec![1], vec![1, 5]]);
}

#[tokio::test]
async fn a_refused_change_changes_nobody() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let many: Vec<u64> = (10..10 + MOST_ROLES as u64).collect();
    let by_less = Change { may_change_administrators: false, ..set(&[2]) };
    for (what, users, change, expected) in [
        ("a stranger", &[5, 404][..], set(&[2]), Changed::NotFound),
        ("too many roles", &[6, 5], give(&many), Changed::Full),
        ("an administrator", &[5, 1], by_less, Changed::Forbidden),
        ("the last administrator", &[5, 1], set(&[2]), Changed::LastAdministrator),
    ] {
        assert_eq!(world.unchanged(what, update(&world, users, change)).await, expected, "{what}");
    }
    assert_eq!(update(&world, &[5], give(&many[1..])).await, Changed::Done, "as many as may be");
    assert_eq!(update(&world, &[5], set(&[1])).await, Changed::Done);
    let both = world.unchanged("both", update(&world, &[1, 5], set(&[2]))).await;
    assert_eq!(both, Changed::LastAdministrator);
    assert_eq!(update(&world, &[1], set(&[2])).await, Changed::Done, "another is left");
}

#[tokio::test]
async fn a_user_whose_deletion_runs_is_not_changed() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| state.place() != Place::Ended) {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        let answer = world.unchanged("change", update(&world, &[6, 5], give(&[7]))).await;
        assert_eq!(answer, Changed::BeingDeleted, "{state}");
    }
}

#[tokio::test]
async fn the_normal_role_is_made_with_the_first_who_gets_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.set("HSET", "roles", &["1000000", r#"{"id":1000000,"name":"Other"}"#]);
    let normal = || Grant { roles: vec![2, TO_BE_MADE], is_administrators: false };
    let refused =
        world.unchanged("add", world.store.add_users(&[account("user5")], &normal())).await.unwrap();
    assert_eq!(refused, [Added::Exists(UserId(5))], "not for one who is there");
    let change = Change { grant: Some(normal()), keeps_roles: true, ..Change::default() };
    assert_eq!(world.unchanged("change", update(&world, &[404], change.clone())).await, Changed::NotFound);
    world.store.add_users(&[account("x"), account("y")], &normal()).await.unwrap();
    assert_eq!(update(&world, &[6], change).await, Changed::Done);
    for name in ["x", "y", "user6"] {
        let roles = world.store.account(name).await.unwrap().unwrap().roles;
        assert_eq!(roles, [2, 1_000_001], "{name}: under a free number, once");
    }
    let known = world.store.named(Collection::Roles).await.unwrap();
    let made = &known[&1_000_001];
    assert_eq!((made.id, made.name.as_str(), made.capabilities.len()), (1_000_001, NORMAL_USER, 0));
    assert_eq!(known.len(), 4);
}

/// A change by a caller who must leave administrators alone.
fn without_manager(change: Change) -> Change {
    Change { may_change_administrators: false, ..change }
}

/// What is staged of a user's administration alone, as whoever may manage administrators leaves it.
async fn stage(world: &World, user: u64, role: u64) {
    let wanted = UserPatch { user_role_id: Patch::Value(role), ..UserPatch::default() };
    let change = Update {
        wanted: &wanted,
        password_hash: None,
        staged_fields: true,
        makes_administrator: Some(role == 1),
        awaits_deploy: true,
    };
    let snapshot = world.store.snapshot(UserId(user)).await.unwrap();
    assert_eq!(world.store.update_user(UserId(user), &snapshot, &change).await.unwrap(), Updated::Done);
    world.audit();
}

#[tokio::test]
async fn a_staged_demotion_survives_roles_that_are_added() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(update(&world, &[5], set(&[1])).await, Changed::Done);
    stage(&world, 5, 2).await;
    assert_eq!(update(&world, &[5], without_manager(give(&[3]))).await, Changed::Done);
    let dump = world.dump();
    let told = ["staged", "deployed"].map(|side| {
        let record = dump.hash(&format!("{side}:user:5"));
        ["user_role_id", "further_roles", "admin"].map(|field| record[field].clone())
    });
    assert_eq!(told, [["2", "3", "0"], ["1", "3", "1"]].map(|fields| fields.map(str::to_owned)));
    assert_eq!(administrators(&world), [vec![1], vec![1, 5]]);
    world.audit();
}

#[tokio::test]
async fn a_staged_promotion_is_taken_back_by_nobody_who_must_leave_administrators_alone() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    stage(&world, 5, 1).await;
    let answer = update(&world, &[5], without_manager(set(&[2])));
    assert_eq!(world.unchanged("replace", answer).await, Changed::Forbidden);
    assert_eq!(update(&world, &[5], set(&[2])).await, Changed::Done);
    assert_eq!(administrators(&world), [vec![1], vec![1]]);
    world.audit();
}
