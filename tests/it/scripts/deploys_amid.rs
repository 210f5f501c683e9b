//! Deploys amid what else writes users: names that change hands before the turn, and a turn that is refused.
//!
//! Easy to get wrong: whoever was written since he was prepared is taken once more, in an order that nobody may rely on.

use offstage::{
    domain::{deploy::DeployType, task::UserId},
    store::{
        deploys::{Ordered, Prepared, Turned},
        directory::{Loaded, NewUser},
        queue::{Committed, Lease},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, World},
};

/// A deploy that a worker has prepared.
async fn begun(world: &World) -> Lease {
    let deploy = fixtures::deploy(DeployType::Full);
    let Ordered::Created { .. } = world.store.submit_deploy(&deploy).await.unwrap() else {
        panic!("no deploy runs")
    };
    let lease = world.claim(LONG).await.lease;
    assert_eq!(world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
    lease
}

#[tokio::test]
async fn a_name_that_has_changed_hands_is_its_new_owners() {
    let redis = PrivateRedis::start().await;
    // So few are taken again by their numbers: one time he is taken after the one who had the name, one time before.
    for new in [78, 76] {
        let world = World::new(&redis).await;
        fixtures::users(&world.store, [77]).await;
        let lease = begun(&world).await;
        fixtures::submit_one(&world.store, fixtures::platform_deletion(77)).await;
        assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
        let owner = NewUser { username: "user77".to_owned(), ..fixtures::user(new) };
        assert_eq!(world.store.load_users(&[owner], false).await.unwrap(), [Loaded::Added]);
        assert_eq!(world.store.turn_deploy(lease, "w").await.unwrap(), Turned::Done);
        world.audit();
        let account = world.store.account("user77").await.unwrap().unwrap();
        assert_eq!(account.id, UserId(new));
    }
}

#[tokio::test]
async fn what_is_prepared_and_may_not_take_effect_waits_unchanged() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    // Not by any script: each of them looks.
    world.set("HSET", "staged:user:1", &["admin", "0"]);
    world.set("DEL", "staged:admins", &[]);
    let lease = begun(&world).await;
    let turn = world.store.turn_deploy(lease, "w");
    assert_eq!(world.unchanged("turn", turn).await.unwrap(), Turned::LastAdministrator);
}
