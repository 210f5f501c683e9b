//! `note_logins.lua`: what is kept of an attempt to log in, in which order, and how many.

use offstage::{
    domain::task::UserId,
    store::logins::{LoginMethod, MOST_AT_ONCE, MOST_KEPT, NewLogin},
};
use offstage_tests::{redis::PrivateRedis, world::World};
use std::time::Duration;

fn login(name: &str, succeeded: bool) -> NewLogin {
    let from = "::ffff:10.0.0.1".parse().ok();
    NewLogin {
        username: name.to_owned(),
        from,
        succeeded,
        method: LoginMethod::HttpBasic,
        ago: Duration::ZERO,
    }
}

#[tokio::test]
async fn an_attempt_is_kept_with_the_users_number_and_never_with_a_name() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let earlier = NewLogin {
        from: None,
        method: LoginMethod::LoginPage,
        ago: Duration::from_hours(1),
        ..login("user6", false)
    };
    world.store.note_logins(&[earlier, login("hunter2", false)]).await.unwrap();
    world.store.note_logins(&[login("user5", true)]).await.unwrap();
    let kept = world.store.logins().await.unwrap();
    let told: Vec<_> = kept.iter().map(|one| (one.user, one.succeeded, one.method)).collect();
    assert_eq!(
        told,
        [
            (Some(UserId(5)), true, LoginMethod::HttpBasic),
            (None, false, LoginMethod::HttpBasic),
            (Some(UserId(6)), false, LoginMethod::LoginPage),
        ],
        "newest first"
    );
    assert_eq!([kept[0].from, kept[2].from], ["10.0.0.1".parse().ok(), None]);
    let apart = kept[1].at - kept[2].at;
    assert_eq!(apart.num_milliseconds(), 3_600_000, "it is told when it was, and not when it was written");
    assert!(
        !world.dump().list("logins").concat().contains("hunter2"),
        "somebody may have typed his password"
    );
}

#[tokio::test]
async fn a_flood_of_attempts_pushes_out_the_oldest() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.store.note_logins(&[login("user5", true)]).await.unwrap();
    let flood = vec![login("nobody", false); MOST_AT_ONCE];
    for _ in 0..MOST_KEPT / MOST_AT_ONCE as u64 {
        world.store.note_logins(&flood).await.unwrap();
    }
    let kept = world.store.logins().await.unwrap();
    assert_eq!(kept.len() as u64, MOST_KEPT);
    assert!(kept.iter().all(|attempt| attempt.user.is_none()));
}
