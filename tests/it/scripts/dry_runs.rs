//! Tasks without an effect: they never take the live slot, and nothing but a dry run is completed by a settlement.

use offstage::{
    domain::{
        state::{Event, TaskState},
        task::{TaskId, TaskKind, UserId},
    },
    store::{
        directory::Reference,
        queue::{Committed, Settled, Settlement},
        submit::{Submission, Submitted},
        upkeep::Reconciled,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World},
};

fn dry_run() -> Submission {
    Submission { kind: TaskKind::Dependents, ..fixtures::submission(USER) }
}

fn complete(lease: offstage::store::queue::Lease) -> Settlement {
    Settlement { lease, event: Event::Complete, reason: None, delay_ms: 0, checks: None }
}

#[tokio::test]
async fn a_dry_run_and_a_deletion_of_one_user_do_not_meet() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let created = |submitted| matches!(submitted, Submitted::Created { .. });
    for submission in [dry_run(), dry_run(), fixtures::submission(USER), dry_run()] {
        assert!(created(world.submit(submission).await));
    }
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::Live(TaskId(3)));
    world.set("DEL", "live", &[]);
    let mended = world.store.reconcile(0).await.unwrap();
    assert_eq!(mended, Reconciled { cursor: 0, mended: 1, open: 4 });
    world.audit();
    world.store.cancel(TaskId(4), "c").await.unwrap();
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::Live(TaskId(3)));
}

#[tokio::test]
async fn a_dry_run_is_completed_and_the_user_stays() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.submit(dry_run()).await;
    let claimed = world.claim(LONG).await;
    assert_eq!(claimed.kind, TaskKind::Dependents);
    for _ in 0..2 {
        let settled = world.store.settle(&[complete(claimed.lease)], "w").await.unwrap();
        assert_eq!(settled, [Settled::Done], "and again");
    }
    assert_eq!(world.state(claimed.lease.task).await, TaskState::Completed);
    assert_eq!(world.sides(UserId(USER)), (true, true));
    world.audit();
}

#[tokio::test]
async fn a_deletion_is_never_completed_without_its_effect() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = { world.task_in(TaskState::Processing).await };
    let lease = world.lease(lease);
    let settled = world.unchanged("complete", world.store.settle(&[complete(lease)], "w")).await.unwrap();
    assert_eq!(settled, [Settled::Lost]);
}

#[tokio::test]
async fn a_dry_run_never_deletes() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.submit(dry_run()).await;
    let lease = world.claim(LONG).await.lease;
    assert_eq!(world.unchanged("commit", world.commit(lease)).await, Committed::Lost);
}

#[tokio::test]
async fn a_dry_run_about_a_user_who_has_gone_meanwhile_is_not_completed() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.submit(dry_run()).await;
    let lease = world.claim(LONG).await.lease;
    for side in ["staged", "deployed"] {
        world.set("DEL", &format!("{side}:user:{USER}"), &[]);
    }
    let settled = world.unchanged("complete", world.store.settle(&[complete(lease)], "w")).await.unwrap();
    assert_eq!(settled, [Settled::UserGone]);
}

#[tokio::test]
async fn a_dry_run_needs_the_user_in_either_configuration_and_no_more() {
    let redis = PrivateRedis::start().await;
    for gone in ["staged", "deployed"] {
        let world = World::new(&redis).await;
        world.set("DEL", &format!("{gone}:user:{USER}"), &[]);
        let Submitted::Created { id, .. } = world.submit(dry_run()).await else { panic!("without {gone}") };
        let claimed = world.claim(LONG).await;
        assert_eq!((claimed.lease.task, claimed.username.as_deref()), (id, Some("user5")), "without {gone}");
        let settled = world.store.settle(&[complete(claimed.lease)], "w").await.unwrap();
        assert_eq!(settled, [Settled::Done], "without {gone}");
    }
    let world = World::new(&redis).await;
    let nobody = Submission { subject: UserId(99).into(), ..dry_run() };
    assert_eq!(world.unchanged("nobody", world.submit(nobody)).await, Submitted::NotFound);
}

#[tokio::test]
async fn a_dry_run_that_is_being_cancelled_is_not_completed_and_its_holder_is_told() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.submit(dry_run()).await;
    let lease = world.claim(LONG).await.lease;
    world.store.cancel(lease.task, "c").await.unwrap();
    let settled = world.unchanged("complete", world.store.settle(&[complete(lease)], "w")).await.unwrap();
    assert_eq!(settled, [Settled::Cancelled]);
}

#[tokio::test]
async fn users_are_found_by_id_and_by_name() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let asked = [
        Reference::Name("user6".to_owned()),
        Reference::Id(UserId(5)),
        Reference::Name("nobody".to_owned()),
        Reference::Id(UserId(99)),
    ];
    let found = world.store.resolve(&asked).await.unwrap();
    let user = |id: u64| Some((UserId(id), format!("user{id}")));
    assert_eq!(found, [user(6), user(5), None, None]);
    assert_eq!(world.store.resolve(&[]).await.unwrap(), []);
}
