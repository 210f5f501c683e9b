//! `submit.lua`: what an idempotency key makes of a repeated request.

use offstage::{
    domain::{state::TaskState, task::TaskId},
    store::{
        idempotency::KnownKey,
        principals::sha256_hex,
        submit::{IdempotencyKey, Submission, Submitted, Submitter},
    },
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

/// A request of some caller's, under a key of his, for one user.
fn keyed(caller: &str, key: &str, user: u64) -> Submission {
    let idempotency = IdempotencyKey {
        key: sha256_hex(&[caller.as_bytes(), b"delete", key.as_bytes()]),
        request: sha256_hex(&[&user.to_be_bytes()]),
    };
    Submission { idempotency: Some(idempotency), ..fixtures::submission(user) }
}

#[tokio::test]
async fn the_same_key_and_request_is_the_same_task_even_after_its_end() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        // The key came with the request that made the task.
        let idempotency = keyed("alice", "k", 5).idempotency.unwrap();
        world.set("RPUSH", &format!("task:{id}:keys"), &[&idempotency.key]);
        world.set("HSET", "idempotency", &[&idempotency.key, &format!("{}:{id}", idempotency.request)]);
        let answer = world.unchanged("submit", world.submit(keyed("alice", "k", 5))).await;
        assert_eq!(answer, Submitted::Repeated(id), "{state}");
        world.audit();
    }
}

#[tokio::test]
async fn a_key_is_kept_with_the_task_it_made() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let Submitted::Created { id, .. } = world.submit(keyed("alice", "k", 5)).await else { panic!("no task") };
    let again = world.unchanged("submit", world.submit(keyed("alice", "k", 5))).await;
    assert_eq!(again, Submitted::Repeated(id));
    world.audit();
}

#[tokio::test]
async fn a_key_that_stands_for_another_request_is_refused() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.submit(keyed("alice", "k", 5)).await;
    let answer = world.unchanged("submit", world.submit(keyed("alice", "k", 6))).await;
    assert_eq!(answer, Submitted::KeyReused);
}

#[tokio::test]
async fn another_callers_key_is_another_key() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let Submitted::Created { id, .. } = world.submit(keyed("alice", "k", 5)).await else { panic!("no task") };
    assert_eq!(world.submit(keyed("bob", "k", 5)).await, Submitted::Live(id));
    assert!(matches!(world.submit(keyed("carol", "k", 6)).await, Submitted::Created { .. }));
    let again = world.unchanged("submit", world.submit(keyed("bob", "k", 5))).await;
    assert_eq!(again, Submitted::Repeated(id), "the key of a request that found the task live");
    world.audit();
}

#[tokio::test]
async fn a_task_keeps_a_hundred_keys_and_no_more() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let all: Vec<_> = (0..100).map(|number| keyed("alice", &number.to_string(), 5)).collect();
    let answers = world.store.submit(&all).await.unwrap();
    let Submitted::Created { id, .. } = answers[0] else { panic!("no task") };
    assert!(answers[1..].iter().all(|answer| *answer == Submitted::Live(id)));
    let answer = world.unchanged("submit", world.submit(keyed("alice", "one more", 5))).await;
    assert_eq!(answer, Submitted::TooManyKeys(id));
    assert_eq!(world.submit(keyed("alice", "99", 5)).await, Submitted::Repeated(id));
    assert_eq!(world.submit(fixtures::submission(5)).await, Submitted::Live(id), "without a key it is found");
}

#[tokio::test]
async fn many_keys_are_looked_up_at_once() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let key = |submission: &Submission| submission.idempotency.clone().unwrap();
    let (made, joined, other) = (keyed("alice", "k", 5), keyed("bob", "k", 5), keyed("alice", "o", 6));
    for submission in [&made, &joined, &other] {
        world.submit(submission.clone()).await;
    }
    let keys = [key(&joined).key, "unknown".to_owned(), key(&made).key, key(&other).key];
    let known = world.unchanged("known_keys", world.store.known_keys(&keys)).await.unwrap();
    let expected = |submission: &Submission, task: u64, made: bool| {
        let (request, user) = (key(submission).request, submission.subject.user().unwrap());
        Some(KnownKey { request, task: TaskId(task), user, made })
    };
    assert_eq!(
        known,
        [expected(&joined, 1, false), None, expected(&made, 1, true), expected(&other, 2, true)]
    );
    assert_eq!(world.store.known_keys(&[]).await.unwrap(), []);
    world.set("DEL", "task:1", &[]);
    let known = world.store.known_keys(&keys).await.unwrap();
    assert_eq!(known, [None, None, None, expected(&other, 2, true)], "a task that is gone is nobody's");
}

#[tokio::test]
async fn many_submits_of_one_caller_keep_their_order() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..1_100).await;
    let submitter = Submitter::start(world.store.clone());
    let all = (100..1_100).chain([100, 1_099]).map(fixtures::submission).collect();
    let outcomes = submitter.submit_all(all).await.unwrap();
    for (place, outcome) in (1..=1_000).zip(&outcomes) {
        assert!(matches!(outcome, Submitted::Created { id, .. } if id.0 == place), "{place}: {outcome:?}");
    }
    assert_eq!(outcomes[1_000..], [Submitted::Live(TaskId(1)), Submitted::Live(TaskId(1_000))]);
}
