//! `import_users.lua`: who comes in, and who is left as he is.

use offstage::{
    domain::{
        state::{Place, TaskState},
        task::UserId,
    },
    store::directory::{Loaded, NewUser},
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

async fn load(world: &World, user: NewUser, restore: bool) -> Loaded {
    world.store.load_users(&[user], restore).await.unwrap()[0]
}

#[tokio::test]
async fn a_new_user_stands_in_both_configurations() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let admin = NewUser { is_administrator: true, ..fixtures::user(7) };
    assert_eq!(load(&world, admin, false).await, Loaded::Added);
    assert_eq!(world.sides(UserId(7)), (true, true));
    let dump = world.dump();
    for side in ["staged", "deployed"] {
        let record = dump.hash(&format!("{side}:user:7"));
        assert_eq!(
            (&*record["username"], &*record["admin"], &*record["email"]),
            ("user7", "1", "user7@example.com")
        );
        assert_eq!(dump.hash(&format!("{side}:names"))["user7"], "7");
        assert_eq!(dump.sorted(&format!("{side}:users"))["7"], "7");
    }
    let staged = dump.hash("staged:user:7");
    assert_eq!((&*staged["dependents"], &*staged["blocking"]), ("0", "0"));
    assert!(world.raw::<bool>("SISMEMBER", "staged:admins", &["7"]));
    assert!(!world.raw::<bool>("SISMEMBER", "staged:admins", &["5"]));
}

#[tokio::test]
async fn a_user_who_is_there_stays_as_he_is() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for restore in [false, true] {
        let changed = NewUser { is_administrator: true, username: "other".to_owned(), ..fixtures::user(5) };
        let answer = world.unchanged("load", load(&world, changed, restore)).await;
        assert_eq!(answer, Loaded::Kept);
    }
}

#[tokio::test]
async fn a_user_whose_deletion_runs_is_left_alone() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| *state != TaskState::Completed) {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        let expected = if state.place() == Place::Ended { Loaded::Kept } else { Loaded::BeingDeleted };
        let answer = world.unchanged("load", load(&world, fixtures::user(5), true)).await;
        assert_eq!(answer, expected, "{state}");
    }
}

#[tokio::test]
async fn a_deleted_user_comes_back_only_when_that_is_asked() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::register(&world.store, 5, fixtures::dependent("1", false)).await;
    world.task_in(TaskState::Completed).await;
    let deployed = world.dump().hash("deployed:user:5");
    let answer = world.unchanged("load", load(&world, fixtures::user(5), false)).await;
    assert_eq!(answer, Loaded::Deleted);
    assert_eq!(load(&world, fixtures::user(5), true).await, Loaded::Restored);
    assert_eq!(world.sides(UserId(5)), (true, true));
    let dump = world.dump();
    assert_eq!(dump.hash("deployed:user:5"), deployed, "the deployed side is not touched");
    assert_eq!(dump.hash("staged:user:5")["dependents"], "0");
    assert_eq!(dump.hash("staged:names")["user5"], "5");
    fixtures::submit(&world.store, 5).await;
}

#[tokio::test]
async fn a_name_belongs_to_one_user() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let namesake = || NewUser { username: "user5".to_owned(), ..fixtures::user(9) };
    let answer = world.unchanged("load", load(&world, namesake(), false)).await;
    assert_eq!(answer, Loaded::NameTaken);
    world.task_in(TaskState::Completed).await;
    let answer = world.unchanged("load", load(&world, namesake(), false)).await;
    assert_eq!(answer, Loaded::NameTaken, "the deployed user 5 still logs in under it");
    let twice = [fixtures::user(8), NewUser { id: UserId(9), ..fixtures::user(8) }, fixtures::user(8)];
    let answers = world.store.load_users(&twice, false).await.unwrap();
    assert_eq!(answers, [Loaded::Added, Loaded::NameTaken, Loaded::Kept]);
}
