//! The tasks of users' deletions.

use super::*;
use crate::api::{NINE, TASKS, header, refuses};
use offstage::domain::task::{Requester, TaskId, TaskKind};
use offstage_tests::fixtures;

/// Tasks 1 to 6: three of Bob's, one of them of the platform's kind; a dry run and a removal, which are no user's deletion; and
/// one of the tests' administrator's, who is called as in the answers. Task 1 is cancelled.
async fn with_tasks() -> (Stack, Program, Api) {
    let stack = Stack::with_users([5, 6, 7, 8]).await;
    let bob = || Requester { name: "bob".to_owned(), is_administrator: true };
    let of_bob = |submission| offstage::store::submit::Submission { requester: bob(), ..submission };
    fixtures::submit_one(&stack.store, of_bob(fixtures::submission(5))).await;
    fixtures::submit_one(&stack.store, of_bob(fixtures::submission(6))).await;
    let dry_run =
        offstage::store::submit::Submission { kind: TaskKind::Dependents, ..fixtures::submission(6) };
    fixtures::submit_one(&stack.store, of_bob(dry_run)).await;
    fixtures::submit_one(&stack.store, of_bob(fixtures::platform_deletion(7))).await;
    fixtures::submit_one(&stack.store, of_bob(fixtures::removal("bob"))).await;
    let (program, api) = stack.api(&[]).await;
    assert_eq!(api.submit(8).await, 6);
    assert_eq!(api.cancel(1).await.status, 200);
    (stack, program, api)
}

async fn chosen(api: &Api, filter: &str) -> Vec<u64> {
    ids(&ask(api, TASKS, &[("filter", filter)]).await)
}

#[tokio::test]
async fn the_tasks_of_users_deletions_are_listed_by_id_and_no_others() {
    let (_stack, _program, api) = with_tasks().await;
    let all = api.get(TASKS).await;
    assert_eq!(ids(&all), [1, 2, 4, 6]);
    assert_eq!(header(&all, "content-language"), "en");
    assert_eq!(all.body[3].as_object().unwrap().keys().collect::<Vec<_>>(), NINE);
    assert_eq!(all.body[3], api.task(6).await.body);
    assert_eq!(ids(&ask(&api, TASKS, &[("sort", "-id")]).await), [6, 4, 2, 1]);
    let part = ask_for(&api, TASKS, &[("fields", "id,status")], "items=0-0").await;
    assert_eq!(part.body, json!([{"id": 1, "status": "CANCELLED"}]));
    assert_eq!(header(&part, "content-range"), "items 0-0/4");
}

#[tokio::test]
async fn tasks_are_filtered_by_what_indexes_serve_and_by_what_they_do_not() {
    let (_stack, _program, api) = with_tasks().await;
    for (filter, expected) in [
        ("status = CANCELLED", &[1][..]),
        ("status in (QUEUED, CANCELLED)", &[1, 2, 4, 6]),
        ("status = queued", &[]),
        ("status != QUEUED", &[1]),
        ("created_by = bob", &[1, 2, 4]),
        ("created_by in (bob, administrator) and id > 1", &[2, 4, 6]),
        ("created_by = nobody", &[]),
        ("created_by = bob and status = QUEUED", &[2, 4]),
        ("id between 2 and 5", &[2, 4]),
        ("id in (3, 4, 5)", &[4]),
        ("id = 1 or status = QUEUED and id = 6", &[1, 6]),
        ("completed is not null", &[1]),
        ("created > 1600000000000 and started is null", &[1, 2, 4, 6]),
        ("name = 'Deletion of user 6'", &[2]),
        ("message like 'Waiting%' and created_by = bob", &[2, 4]),
    ] {
        assert_eq!(chosen(&api, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn tasks_are_put_in_order_and_what_cannot_be_is_1030() {
    let (_stack, _program, api) = with_tasks().await;
    assert_eq!(ids(&ask(&api, TASKS, &[("sort", "+created_by,-id")]).await), [6, 4, 2, 1]);
    assert_eq!(ids(&ask(&api, TASKS, &[("sort", "completed,-id")]).await), [1, 6, 4, 2]);
    refuses(&ask(&api, TASKS, &[("sort", "nope")]).await, 422, 1030);
    refuses(&ask(&api, TASKS, &[("filter", "nope = 1")]).await, 422, 1010);
}

#[tokio::test]
async fn messages_are_filtered_in_the_language_they_are_told_in() {
    let (_stack, _program, api) = with_tasks().await;
    let german = |filter: &str| {
        let request = api.request(Method::GET, TASKS).header("Accept-Language", "de");
        api.send(request.query(&[("filter", filter)]))
    };
    let told = german("id = 6").await;
    let message = told.body[0]["message"].as_str().unwrap().to_owned();
    assert_eq!(header(&told, "content-language"), "de");
    assert_eq!(ids(&german(&format!("message = '{message}' and id > 2")).await), [4, 6]);
    assert_eq!(chosen(&api, &format!("message = '{message}'")).await, [0; 0]);
}

#[tokio::test]
async fn tasks_are_listed_for_whoever_may_look_at_one() {
    let (stack, _program, api) = with_tasks().await;
    let token = TokenHash::of(OUTSIDER_TOKEN.as_bytes());
    stack.store.keep_token("outsider", &token, &[], true).await.unwrap();
    refuses(&api.with_token(Some(OUTSIDER_TOKEN)).get(TASKS).await, 403, 26);
    let reader = api.with_token(Some(fixtures::READER_TOKEN));
    assert_eq!(ids(&reader.get(TASKS).await), [1, 2, 4, 6]);
}

#[tokio::test]
async fn many_tasks_in_many_states_are_each_listed_once() {
    const TASKS_OF_ALL: u64 = 700;
    let stack = Stack::with_users(1_000..1_000 + TASKS_OF_ALL).await;
    for first in (1_000..1_000 + TASKS_OF_ALL).step_by(100) {
        let some: Vec<_> = (first..first + 100).map(fixtures::submission).collect();
        stack.store.submit(&some).await.unwrap();
    }
    for id in (1..=TASKS_OF_ALL).filter(|id| id % 3 == 0 || *id > 650) {
        stack.store.cancel(TaskId(id), "tester").await.unwrap();
    }
    let (_program, api) = stack.api(&[]).await;
    let listed = async |filter: &str| {
        let query = [("fields", "id"), ("filter", filter)];
        ids(&ask(&api, TASKS, &query).await)
    };
    assert_eq!(listed("").await, (1..=TASKS_OF_ALL).collect::<Vec<_>>());
    assert_eq!(listed("id between 200 and 600").await, (200..=600).collect::<Vec<_>>());
    let waiting: Vec<_> = (1..=650).filter(|id| id % 3 != 0).collect();
    assert_eq!(listed("status = QUEUED").await, waiting);
    assert_eq!(listed("status in (QUEUED, CANCELLED) and created_by = tester").await.len(), 700);
}
