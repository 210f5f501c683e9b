//! Workers die in the middle of a deploy. It takes effect once, whole, and nothing is left of the attempts that did not.

use offstage::{
    domain::{
        deploy::DeployType,
        state::TaskState,
        task::{Task, TaskId, UserId},
        user::Side,
    },
    store::deploys::Ordered,
};
use offstage_tests::{
    fixtures,
    proxy::{Hold, Proxy},
    stack::{LEASE, Stack},
    tasks::ended,
};

async fn order(stack: &Stack, kind: DeployType) -> TaskId {
    let ordered = stack.store.submit_deploy(&fixtures::deploy(kind)).await.unwrap();
    let Ordered::Created { id, .. } = ordered else { panic!("{ordered:?}") };
    id
}

/// A script that Redis has never seen is refused first and sent again whole; a trap would catch the refusal.
async fn redis_knows_the_scripts(stack: &Stack) {
    let worker = stack.worker(&[]);
    let task = order(stack, DeployType::Full).await;
    assert_eq!(ended(&stack.store, task).await.state, TaskState::Completed);
    drop(worker);
}

/// Deletes user 5, and kills the worker that deploys it when that script was held back; another one goes on.
async fn killed_at(script: &str, hold: Hold) -> (Stack, Task) {
    let stack = Stack::with_users([5, 6]).await;
    redis_knows_the_scripts(&stack).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let mut victim = stack.worker_at(&proxy.url(), &[]);
    let deletion = fixtures::submit(&stack.store, 5).await;
    assert_eq!(ended(&stack.store, deletion).await.state, TaskState::Completed);
    proxy.trap(script, hold);
    let task = order(&stack, DeployType::Incremental).await;
    proxy.sprung().await;
    victim.kill();
    let _rescuer = stack.worker(&[]);
    let task = ended(&stack.store, task).await;
    assert!(task.completed.unwrap() - task.created < chrono::TimeDelta::from_std(3 * LEASE).unwrap());
    assert_eq!(task.state, TaskState::Completed);
    let there = stack.store.users(Side::Deployed, &[UserId(1), UserId(5), UserId(6)]).await.unwrap();
    assert_eq!(there.into_iter().map(|user| user.is_some()).collect::<Vec<_>>(), [true, false, true]);
    stack.is_settled().await;
    (stack, task)
}

#[tokio::test]
async fn a_worker_killed_before_it_prepares_is_replaced() {
    let (_stack, task) = killed_at("prepare_deploy", Hold::Command).await;
    assert_eq!(task.attempt, 2);
}

#[tokio::test]
async fn a_worker_killed_after_it_prepared_is_replaced_by_one_that_prepares_its_own() {
    let (stack, task) = killed_at("prepare_deploy", Hold::Answer).await;
    assert_eq!(task.attempt, 2);
    only_what_is_in_effect_is_left(&stack).await;
}

#[tokio::test]
async fn a_worker_killed_before_it_turns_is_replaced() {
    let (stack, task) = killed_at("turn_deploy", Hold::Command).await;
    assert_eq!(task.attempt, 2);
    only_what_is_in_effect_is_left(&stack).await;
}

#[tokio::test]
async fn a_worker_killed_right_after_it_turned_has_deployed_once() {
    let (stack, task) = killed_at("turn_deploy", Hold::Answer).await;
    assert_eq!(task.attempt, 1);
    only_what_is_in_effect_is_left(&stack).await;
}

/// A worker's sweep comes by itself; this one only has to be called for until it has nothing more to do.
async fn only_what_is_in_effect_is_left(stack: &Stack) {
    while stack.store.sweep_generation().await.unwrap() {}
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(format!("{}:deployed:*:users", fixtures::PREFIX))
        .query(&mut stack.redis.connection())
        .unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
}
