//! Containers that register, and workspaces whose files are moved: each situation, and what is forgotten when.

use offstage::{
    domain::state::Event,
    store::{
        containers::{NewContainer, Occupation, Registration},
        queue::Promised,
    },
};
use offstage_tests::{
    fixtures::{container, removal, workspace},
    redis::PrivateRedis,
    world::{LONG, World},
};

/// Lets so much time pass for a registration.
fn age(world: &World, id: &str, by_ms: u64) {
    let text: String = world.raw("HGET", "containers", &[id]);
    let (deadline, rest) = text.split_once('\t').unwrap();
    let deadline = deadline.parse::<u64>().unwrap() - by_ms;
    world.set("HSET", "containers", &[id, &format!("{deadline}\t{rest}")]);
    world.set("ZADD", "container_ends", &[&(deadline + 60_000).to_string(), id]);
}

#[tokio::test]
async fn a_registration_is_made_renewed_and_taken_back() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let store = &world.store;
    assert_eq!(store.register_container(&container("c", "gis_joe")).await.unwrap(), Registration::Created);
    age(&world, "c", 30_000);
    assert_eq!(store.register_container(&container("c", "gis_joe")).await.unwrap(), Registration::Renewed);
    let all = store.containers().await.unwrap();
    assert_eq!((all.len(), all[0].username.as_str(), all[0].lapsed), (1, "gis_joe", false));
    assert!(all[0].expires.timestamp_millis().unsigned_abs() > world.now_ms() + 50_000);
    let taken = container("c", "gis_jane");
    let answer = world.unchanged("another's id", store.register_container(&taken)).await.unwrap();
    assert_eq!(answer, Registration::Taken);
    assert!(store.unregister_container("c").await.unwrap());
    assert!(!world.unchanged("none", store.unregister_container("c")).await.unwrap());
    assert!(!world.dump().0.keys().any(|name| name.contains("container")), "nothing is left");
}

#[tokio::test]
async fn a_registration_lapses_is_doubtful_as_long_again_and_is_forgotten() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, owner) = (&world.store, workspace("gis_joe"));
    store.register_container(&container("c", "gis_joe")).await.unwrap();
    store.register_container(&container("d", "gis_jane")).await.unwrap();
    age(&world, "c", 60_000);
    assert!(store.containers_of(&owner).await.unwrap()[0].lapsed);
    assert_eq!(world.unchanged("too early", store.forget_containers()).await.unwrap(), 0);
    age(&world, "c", 60_000);
    assert!(store.containers_of(&owner).await.unwrap().is_empty());
    assert_eq!(store.containers().await.unwrap().len(), 1);
    assert_eq!(store.forget_containers().await.unwrap(), 1);
    assert_eq!(world.raw::<u64>("HLEN", "containers", &[]), 1);
    assert_eq!(world.raw::<u64>("ZCARD", "container_ends", &[]), 1);
    age(&world, "d", 120_000);
    store.register_container(&container("e", "gis_joe")).await.unwrap();
    assert_eq!(world.raw::<u64>("HLEN", "containers", &[]), 1, "whoever registers clears up");
}

#[tokio::test]
async fn an_id_that_was_another_users_long_ago_says_nothing_of_him() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, joe) = (&world.store, workspace("gis_joe"));
    // More than a registration clears up, and all of them before the one that counts.
    let others: Vec<_> = (0..12).map(|number| format!("c{number}")).collect();
    for id in others.iter().chain([&"c".to_owned()]) {
        let user = if id == "c" { "gis_joe" } else { "gis_jill" };
        store.register_container(&container(id, user)).await.unwrap();
    }
    for id in &others {
        age(&world, id, 200_000);
    }
    age(&world, "c", 130_000);
    let again = store.register_container(&container("c", "gis_jane")).await.unwrap();
    assert_eq!(again, Registration::Created);
    assert_eq!(store.occupy(&joe, &joe, "m", LONG).await.unwrap(), Occupation::Done, "it is not his");
}

#[tokio::test]
async fn a_user_has_a_hundred_containers_and_no_more() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for number in 0..100 {
        let one = container(&format!("c{number}"), "gis_joe");
        assert_eq!(world.store.register_container(&one).await.unwrap(), Registration::Created);
    }
    let one_more = container("c100", "gis_joe");
    let answer = world.unchanged("full", world.store.register_container(&one_more)).await.unwrap();
    assert_eq!(answer, Registration::Full);
    let known = NewContainer { expires_s: 90, ..container("c7", "gis_joe") };
    assert_eq!(world.store.register_container(&known).await.unwrap(), Registration::Renewed);
}

#[tokio::test]
async fn no_container_starts_while_its_workspace_is_removed_or_moved() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, joe, jane) = (&world.store, workspace("gis_joe"), workspace("gis_jane"));
    world.submit(removal("gis_joe")).await;
    let lease = world.claim(LONG).await.lease;
    let one = container("c", "gis_joe");
    assert_eq!(
        store.register_container(&one).await.unwrap(),
        Registration::Created,
        "nothing is promised yet"
    );
    store.unregister_container("c").await.unwrap();
    assert_eq!(world.promise(lease).await, Promised::Done);
    let answer = world.unchanged("removed", store.register_container(&one)).await.unwrap();
    assert_eq!(answer, Registration::BeingDeleted);
    let answer = world.unchanged("removed", store.occupy(&jane, &joe, "m", LONG)).await.unwrap();
    assert_eq!(answer, Occupation::BeingDeleted);
    assert_eq!(store.live_removal(&joe).await.unwrap(), Some(lease.task));
    assert_eq!(store.live_removal(&jane).await.unwrap(), None);
    assert!(world.settle(lease, Event::Complete, 0).await);
    assert_eq!(store.occupy(&jane, &joe, "m", LONG).await.unwrap(), Occupation::Done);
    let answer = world.unchanged("moved", store.register_container(&one)).await.unwrap();
    assert_eq!(answer, Registration::Occupied);
    let answer = world.unchanged("another", store.occupy(&joe, &joe, "n", LONG)).await.unwrap();
    assert_eq!(answer, Occupation::Occupied);
    assert_eq!(store.occupy(&joe, &joe, "m", LONG).await.unwrap(), Occupation::Done, "for longer");
    world.unchanged("not his", store.vacate(&[&joe, &jane], "n")).await.unwrap();
    store.vacate(&[&joe, &jane], "m").await.unwrap();
    assert_eq!(store.register_container(&one).await.unwrap(), Registration::Created);
    assert_eq!(
        store.occupy(&jane, &joe, "m", LONG).await.unwrap(),
        Occupation::Done,
        "the target may be open"
    );
    store.vacate(&[&joe, &jane], "m").await.unwrap();
    let answer = world.unchanged("running", store.occupy(&joe, &jane, "m", LONG)).await.unwrap();
    assert_eq!(answer, Occupation::Running);
    age(&world, "c", 60_000);
    let answer = world.unchanged("silent", store.occupy(&joe, &jane, "m", LONG)).await.unwrap();
    assert_eq!(answer, Occupation::Silent);
}
