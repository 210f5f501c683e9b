//! Lists of tasks: newest first, by an index, page by page, and nothing twice or left out.

use offstage::{
    domain::{
        state::TaskState,
        task::{Requester, Task, TaskId, TaskKind, UserId},
    },
    store::{
        listing::{TaskFilter, TaskPage},
        submit::Submission,
    },
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

/// All pages of a list, and how many there were.
async fn pages(world: &World, filter: &TaskFilter, limit: usize) -> (Vec<Task>, usize) {
    let (mut all, mut pages, mut before) = (Vec::new(), 0, None);
    loop {
        let TaskPage { items, next } = world.store.list_tasks(filter, before, limit).await.unwrap();
        assert!(items.len() <= limit);
        all.extend(items);
        pages += 1;
        if next.is_none() {
            return (all, pages);
        }
        assert!(
            before.is_none_or(|before| next < Some(before)),
            "the cursor goes down: {before:?}, {next:?}"
        );
        before = next;
    }
}

fn ids(tasks: &[Task]) -> Vec<u64> {
    tasks.iter().map(|task| task.id.0).collect()
}

/// Asks for the deletions of users 100 to 219, a third of them by bob, and for a dry run about each tenth; then cancels
/// every fourth deletion.
async fn populated(redis: &PrivateRedis) -> World {
    let world = World::new(redis).await;
    fixtures::users(&world.store, 100..220).await;
    for user in 100..220 {
        let bob = Requester { name: "bob".to_owned(), is_administrator: false };
        let requester = if user % 3 == 0 { bob } else { fixtures::submission(user).requester };
        let submission = Submission { requester, ..fixtures::submission(user) };
        world.submit(submission.clone()).await;
        if user % 10 == 0 {
            world.submit(Submission { kind: TaskKind::Dependents, ..submission }).await;
        }
    }
    let (all, _) = pages(&world, &TaskFilter::default(), 100).await;
    for task in all
        .iter()
        .filter(|task| task.kind == TaskKind::StagedUser && task.user().is_some_and(|user| user.0 % 4 == 0))
    {
        world.store.cancel(task.id, "c").await.unwrap();
    }
    world
}

#[tokio::test]
async fn every_filter_finds_what_it_names_newest_first() {
    let redis = PrivateRedis::start().await;
    let world = populated(&redis).await;
    let (all, _) = pages(&world, &TaskFilter::default(), 7).await;
    assert_eq!(ids(&all), (1..=132).rev().collect::<Vec<_>>());
    let any = TaskFilter::default;
    let filters = [
        TaskFilter { state: Some(TaskState::Cancelled), ..any() },
        TaskFilter { state: Some(TaskState::Conflict), ..any() },
        TaskFilter { kind: Some(TaskKind::Dependents), ..any() },
        TaskFilter { user: Some(UserId(110)), ..any() },
        TaskFilter { created_by: Some("bob".to_owned()), ..any() },
        TaskFilter { created_by: Some("nobody".to_owned()), ..any() },
        TaskFilter { state: Some(TaskState::Queued), created_by: Some("bob".to_owned()), ..any() },
        TaskFilter { kind: Some(TaskKind::Dependents), user: Some(UserId(120)), ..any() },
        TaskFilter { kind: Some(TaskKind::StagedUser), state: Some(TaskState::Cancelled), ..any() },
    ];
    for (filter, expected) in filters.into_iter().zip([30, 0, 12, 2, 44, 0, 34, 1, 30]) {
        let wanted = |task: &&Task| {
            filter.state.is_none_or(|state| task.state == state)
                && filter.kind.is_none_or(|kind| task.kind == kind)
                && filter.user.is_none_or(|user| task.user() == Some(user))
                && filter.created_by.as_ref().is_none_or(|name| task.requester.name == *name)
        };
        let wanted: Vec<_> = all_now(&world).await.iter().filter(wanted).map(|task| task.id.0).collect();
        assert_eq!(wanted.len(), expected, "{filter:?}");
        for limit in [1, 10, 100] {
            let (found, _) = pages(&world, &filter, limit).await;
            assert_eq!(ids(&found), wanted, "{filter:?} by {limit}");
        }
    }
}

/// Every record, newest first, past the indexes.
async fn all_now(world: &World) -> Vec<Task> {
    let mut tasks = Vec::new();
    for id in (1..=132).rev() {
        tasks.push(world.store.task(TaskId(id)).await.unwrap().unwrap());
    }
    tasks
}

#[tokio::test]
async fn a_page_that_is_full_has_a_next_one_only_where_there_is_more() {
    let redis = PrivateRedis::start().await;
    let world = populated(&redis).await;
    let filter = TaskFilter { kind: Some(TaskKind::Dependents), ..TaskFilter::default() };
    assert_eq!(pages(&world, &filter, 12).await.1, 1);
    assert_eq!(pages(&world, &filter, 11).await.1, 2);
}

#[tokio::test]
async fn a_scan_is_bounded_and_goes_on_where_it_stopped() {
    const TASKS: u64 = 3_000;
    let redis = PrivateRedis::with(&["--appendonly", "no"]).await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..100 + TASKS).await;
    let all: Vec<_> = (100..100 + TASKS).map(fixtures::submission).collect();
    for some in all.chunks(100) {
        world.store.submit(some).await.unwrap();
    }
    world.store.cancel(TaskId(7), "c").await.unwrap();
    // Bob's are as many as those that wait, so that neither index is of much use.
    let bobs = TaskFilter {
        state: Some(TaskState::Queued),
        created_by: Some("tester".to_owned()),
        user: None,
        kind: Some(TaskKind::Dependents),
    };
    assert_eq!(pages(&world, &bobs, 10).await, (Vec::new(), 1), "an empty index ends it at once");
    world.set("HSET", "task:1", &["created_by", "bob"]);
    let waiting = TaskFilter {
        state: Some(TaskState::Queued),
        created_by: Some("bob".to_owned()),
        ..TaskFilter::default()
    };
    world.set("DEL", "tasks:staged_user:CANCELLED", &[]);
    let creator: Vec<_> = world.dump().0.into_keys().filter(|name| name.starts_with("creator:")).collect();
    // The only index that would lead there at once is gone; bob's is made as long as the others.
    let bobs_index = "creator:48181acd22b3edaebc8a447868a7df7ce629920a";
    world.set("COPY", &creator[0], &[&format!("{}:{bobs_index}", world.prefix)]);
    let (found, pages) = pages(&world, &waiting, 10).await;
    assert_eq!(ids(&found), [1]);
    assert!((6..=9).contains(&pages), "{pages} pages of some four hundred records each");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_does_not_hide_the_others() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, 5).await;
    let broken = fixtures::submit(&world.store, 6).await;
    world.set("HSET", &format!("task:{broken}"), &["kind", "of_the_future"]);
    assert_eq!(ids(&pages(&world, &TaskFilter::default(), 10).await.0), [1]);
}
