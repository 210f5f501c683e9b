//! `put_dependents.lua`, `delete_dependent.lua` and `list_dependents.lua`.

use offstage::{
    domain::{
        dependents::{Dependent, Label},
        state::TaskState,
        sub_type::SubType,
        task::UserId,
    },
    store::dependents::{Existing, Registered},
};
use offstage_tests::{fixtures::dependent, redis::PrivateRedis, world::World};

const USER: UserId = UserId(5);

async fn put(world: &World, dependent: Dependent, existing: Existing) -> Registered {
    world.store.register(&[(USER, dependent)], existing).await.unwrap()[0]
}

/// The counters of user 5: registered, and blocking among them.
fn counters(world: &World) -> (u64, u64) {
    world.raw("HMGET", "staged:user:5", &["dependents", "blocking"])
}

async fn ids(world: &World) -> Vec<String> {
    let page = world.store.registered(USER, "", 1_000).await.unwrap().unwrap();
    page.items.into_iter().map(|dependent| dependent.id).collect()
}

#[tokio::test]
async fn how_many_there_are_of_what_is_known_without_reading_them() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    // Types that begin alike, ids with a slash, and a type that is none of the original's.
    for (kind, id) in [
        ("REPORT", "1"),
        ("REPORT", "a/b"),
        ("REPORT_GROUP", "1"),
        ("REPORT.X", "1"),
        ("REPORT-X", "1"),
        ("OFFENSE", "1"),
        ("OFFENSE_TYPE", "1"),
    ] {
        let one = Dependent { kind: Label::new(kind).unwrap(), ..dependent(id, false) };
        put(&world, one, Existing::Replaced).await;
    }
    let counts = world.store.count_registered(USER).await.unwrap();
    let expected = [
        (SubType::Reports, 2),
        (SubType::OffenseTypes, 1),
        (SubType::AssignedOffenses, 1),
        (SubType::Groups, 1),
        (SubType::NamedServices, 2),
    ];
    assert_eq!(counts, expected.into());
    assert_eq!(world.store.count_registered(UserId(99)).await.unwrap(), [].into());
}

#[tokio::test]
async fn the_counts_stay_right_through_every_change() {
    use Existing::{Kept, Replaced};
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let steps = [
        ("a", false, Replaced, Registered::Created, (1, 0)),
        ("a", true, Replaced, Registered::Updated, (1, 1)),
        ("a", true, Replaced, Registered::Updated, (1, 1)),
        ("b", true, Kept, Registered::Created, (2, 2)),
        ("a", false, Replaced, Registered::Updated, (2, 1)),
        ("b", false, Replaced, Registered::Updated, (2, 0)),
        ("b", true, Replaced, Registered::Updated, (2, 1)),
    ];
    for (id, blocking, existing, registered, counted) in steps {
        assert_eq!(put(&world, dependent(id, blocking), existing).await, registered);
        assert_eq!(counters(&world), counted, "{id} {blocking}");
        let page = world.store.registered(USER, "", 9).await.unwrap().unwrap();
        assert!(page.items.contains(&dependent(id, blocking)));
    }
    let kind = dependent("b", true).kind;
    assert!(world.store.unregister(USER, &kind, "a").await.unwrap());
    assert_eq!(counters(&world), (1, 1));
    assert!(world.store.unregister(USER, &kind, "b").await.unwrap());
    assert_eq!(counters(&world), (0, 0));
    assert_eq!(ids(&world).await, [""; 0]);
}

#[tokio::test]
async fn what_is_there_stays_where_that_is_asked() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    put(&world, dependent("a", true), Existing::Replaced).await;
    let answer = world.unchanged("register", put(&world, dependent("a", false), Existing::Kept)).await;
    assert_eq!(answer, Registered::Kept);
}

#[tokio::test]
async fn nothing_is_registered_for_a_user_who_is_not_there() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Completed).await;
    for user in [USER, UserId(404)] {
        let one = [(user, dependent("a", true))];
        let answer =
            world.unchanged("register", world.store.register(&one, Existing::Replaced)).await.unwrap();
        assert_eq!(answer, [Registered::NotFound], "{user} after task {id}");
        let kind = dependent("a", true).kind;
        assert!(!world.unchanged("unregister", world.store.unregister(user, &kind, "a")).await.unwrap());
        let page = world.unchanged("list", world.store.registered(user, "", 9)).await.unwrap();
        assert_eq!(page, None);
    }
}

#[tokio::test]
async fn a_dependent_that_is_not_there_cannot_be_forgotten() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    put(&world, dependent("a", true), Existing::Replaced).await;
    let other = Label::new("OTHER").unwrap();
    for (kind, id) in [(&dependent("a", true).kind, "b"), (&other, "a")] {
        assert!(!world.unchanged("unregister", world.store.unregister(USER, kind, id)).await.unwrap());
    }
}

#[tokio::test]
async fn a_user_who_has_as_many_as_he_may_gets_no_more() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    put(&world, dependent("a", true), Existing::Replaced).await;
    world.set("HSET", "staged:user:5", &["dependents", "99999"]);
    assert_eq!(put(&world, dependent("b", true), Existing::Replaced).await, Registered::Created);
    let answer = world.unchanged("register", put(&world, dependent("c", true), Existing::Replaced)).await;
    assert_eq!(answer, Registered::Full);
    let update = put(&world, dependent("a", false), Existing::Replaced).await;
    assert_eq!(update, Registered::Updated, "what is there can still change");
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let all: Vec<_> =
        (0..25).map(|number| (USER, dependent(&format!("{number:02}"), number % 2 == 0))).collect();
    world.store.register(&all, Existing::Replaced).await.unwrap();
    assert_eq!(counters(&world), (25, 13));
    for limit in [1, 7, 24, 25, 26] {
        let mut read = Vec::new();
        let mut after = String::new();
        loop {
            let page = world.store.registered(USER, &after, limit).await.unwrap().unwrap();
            assert!(page.items.len() <= limit);
            read.extend(page.items);
            let Some(next) = page.next else { break };
            after = next;
        }
        let expected: Vec<_> = all.iter().map(|(_, dependent)| dependent.clone()).collect();
        assert_eq!(read, expected, "pages of {limit}");
    }
}

#[tokio::test]
async fn each_of_several_gets_its_own_answer() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let several =
        [(USER, dependent("a", true)), (UserId(404), dependent("a", true)), (USER, dependent("a", false))];
    let answers = world.store.register(&several, Existing::Replaced).await.unwrap();
    assert_eq!(answers, [Registered::Created, Registered::NotFound, Registered::Updated]);
    assert_eq!(counters(&world), (1, 0));
}
