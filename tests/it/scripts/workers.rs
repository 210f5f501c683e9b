//! `announce.lua`, `leave.lua` and `quiet.lua`: who works, and who is to stop claiming.

use offstage::store::{
    queue::Claim,
    workers::{Announcement, WorkerEntry},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World},
};
use std::time::Duration;

fn says(name: &str) -> Announcement {
    Announcement {
        name: name.to_owned(),
        host: "host".to_owned(),
        pid: 17,
        version: "1.2.3".to_owned(),
        running: 4,
        last_claim: Some(Duration::from_secs(3)),
        quiet: false,
    }
}

async fn only(world: &World) -> WorkerEntry {
    let mut workers = world.store.workers().await.unwrap();
    assert_eq!(workers.len(), 1, "{workers:?}");
    workers.remove(0)
}

#[tokio::test]
async fn a_worker_that_announces_itself_is_listed_and_counted_until_it_leaves() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert!(!world.store.announce(&says("w")).await.unwrap());
    let first = only(&world).await;
    assert_eq!((first.host.as_str(), first.pid, first.version.as_str()), ("host", 17, "1.2.3"));
    assert_eq!((first.running, first.quiet), (4, false));
    assert_eq!((first.seen - first.last_claim.unwrap()).num_seconds(), 3);
    assert_eq!(world.store.depth().await.unwrap().workers, 1);
    world.store.announce(&Announcement { running: 0, last_claim: None, ..says("w") }).await.unwrap();
    let second = only(&world).await;
    assert_eq!((second.since, second.running, second.last_claim), (first.since, 0, first.last_claim));
    world.store.leave("w").await.unwrap();
    assert_eq!(world.store.workers().await.unwrap(), []);
    assert_eq!(world.store.depth().await.unwrap().workers, 0);
    assert!(world.dump().0.keys().all(|name| !name.starts_with("worker")), "nothing is left of it");
}

#[tokio::test]
async fn a_worker_that_falls_silent_stops_counting_and_is_forgotten() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.store.announce(&says("old")).await.unwrap();
    let lived: i64 = world.raw("PTTL", "worker:old", &[]);
    assert!((1..=60_000).contains(&lived), "{lived} ms");
    world.set("ZADD", "workers", &["1000", "old"]);
    assert_eq!(world.store.depth().await.unwrap().workers, 0);
    world.set("DEL", "worker:old", &[]);
    assert_eq!(world.store.workers().await.unwrap(), [], "its record has expired");
    world.store.announce(&says("new")).await.unwrap();
    assert_eq!(world.dump().sorted("workers").into_keys().collect::<Vec<_>>(), ["new"]);
}

#[tokio::test]
async fn a_quiet_worker_is_handed_nothing_and_others_are() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, USER).await;
    assert_eq!(world.unchanged("quiet", world.store.set_quiet("w", true, "op")).await.unwrap(), None);
    world.store.announce(&says("w")).await.unwrap();
    assert!(world.store.set_quiet("w", true, "op").await.unwrap().unwrap().quiet);
    assert_eq!(world.unchanged("claim", world.store.claim(1, "w", LONG)).await.unwrap(), Claim::Paused);
    assert!(world.store.announce(&says("w")).await.unwrap(), "it is told");
    assert!(only(&world).await.quiet, "what it said before it knew changes nothing");
    assert!(!world.store.set_quiet("w", false, "op").await.unwrap().unwrap().quiet);
    assert!(!world.store.announce(&Announcement { quiet: true, ..says("w") }).await.unwrap());
    world.store.set_quiet("w", true, "op").await.unwrap();
    let Claim::Taken { tasks, .. } = world.store.claim(1, "other", LONG).await.unwrap() else {
        panic!("the other one is not quiet")
    };
    assert_eq!(tasks.len(), 1);
    assert_eq!(only(&world).await.quiet_by.as_deref(), Some("op"));
}

#[tokio::test]
async fn a_claim_is_seen_before_the_next_announcement() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.store.announce(&Announcement { running: 2, last_claim: None, ..says("w") }).await.unwrap();
    fixtures::submit(&world.store, USER).await;
    world.claim(LONG).await;
    let entry = only(&world).await;
    assert_eq!(entry.running, 3);
    assert!(entry.last_claim.is_some());
    assert!(world.dump().0.contains_key("worker:w"));
    world.store.leave("w").await.unwrap();
    fixtures::submit(&world.store, 6).await;
    world.claim(LONG).await;
    assert!(!world.dump().0.contains_key("worker:w"), "who has left gets no record by a claim");
}

#[tokio::test]
async fn workers_are_listed_by_their_names() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for name in ["b", "c", "a"] {
        world.store.announce(&says(name)).await.unwrap();
    }
    let names: Vec<_> = world.store.workers().await.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_worker_that_was_forgotten_says_itself_that_it_is_quiet() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert!(world.store.announce(&Announcement { quiet: true, ..says("w") }).await.unwrap());
    assert_eq!(world.store.claim(1, "w", LONG).await.unwrap(), Claim::Paused);
}
