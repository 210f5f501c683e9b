//! Sessions: opened, used, closed, over; and none is left when nobody uses them.

use offstage::{
    domain::{capability::Capability, task::UserId},
    store::{
        directory::{Collection, Named},
        principals::{TokenHash, sha256_hex},
        sessions::{NewSession, Opened},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{USER, World},
};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const KEY: &str = "user:5:sessions";

async fn open(world: &World, token: &TokenHash, idle: Option<Duration>, lifetime: Option<Duration>) {
    let session = NewSession { idle, lifetime, ..fixtures::session(UserId(USER), "user5", token) };
    let opened = world.store.open_session(&session).await.unwrap();
    assert!(matches!(opened, Opened::Until { .. }), "he is there");
}

async fn works(world: &World, token: &TokenHash) -> bool {
    world.store.use_session(UserId(USER), token, "platform").await.unwrap().is_some()
}

/// Turns the clock of that token's session: it was used, and ends, so much earlier.
fn age(world: &World, token: &[u8], by_ms: u64) {
    let field = sha256_hex(&[token]);
    let kept: String = world.raw("HGET", KEY, &[&field]);
    let parts: Vec<_> = kept.split('\t').map(str::to_owned).collect();
    let earlier = |text: &str| text.parse::<u64>().map_or(String::new(), |at| (at - by_ms).to_string());
    let (used, ends) = (earlier(&parts[1]), earlier(&parts[3]));
    let aged = [&parts[0], &used, &parts[2], &ends, &parts[4]].map(String::as_str);
    world.set("HSET", KEY, &[&field, &aged.join("\t")]);
}

#[tokio::test]
async fn a_session_belongs_to_its_user_and_its_dialect() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, token, user) = (&world.store, TokenHash::of(b"a"), UserId(USER));
    open(&world, &token, None, None).await;
    let found = store.use_session(user, &token, "platform").await.unwrap().unwrap();
    assert_eq!((found.principal.name.as_str(), found.principal.user), ("user5", Some(user)));
    for (user, token, dialect) in [
        (UserId(6), &token, "platform"),
        (user, &TokenHash::of(b"b"), "platform"),
        (user, &token, "notebooks"),
    ] {
        let found = world.unchanged("another's", store.use_session(user, token, dialect)).await.unwrap();
        assert!(found.is_none());
        assert!(!world.unchanged("close", store.close_session(user, token, dialect)).await.unwrap());
    }
    let stranger = fixtures::session(UserId(77), "user77", &token);
    assert_eq!(world.unchanged("nobody", store.open_session(&stranger)).await.unwrap(), Opened::NoUser);
    let misnamed = fixtures::session(user, "user6", &token);
    assert_eq!(world.unchanged("misnamed", store.open_session(&misnamed)).await.unwrap(), Opened::NoUser);
    assert!(store.close_session(user, &token, "platform").await.unwrap());
    assert!(!works(&world, &token).await);
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_opens_none() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"a");
    let by =
        |hash| NewSession { password_hash: Some(hash), ..fixtures::session(UserId(USER), "user5", &token) };
    let none = world.unchanged("he has none", world.store.open_session(&by("old"))).await.unwrap();
    assert_eq!(none, Opened::NoUser);
    world.set("HSET", "deployed:user:5", &["password", "new"]);
    let late = world.unchanged("another", world.store.open_session(&by("old"))).await.unwrap();
    assert_eq!(late, Opened::NoUser);
    assert!(matches!(world.store.open_session(&by("new")).await.unwrap(), Opened::Until { .. }));
    assert!(works(&world, &token).await);
}

#[tokio::test]
async fn a_session_may_do_what_all_roles_of_its_user_let_him() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"a");
    let roles = [(3, "ADMINMANAGER"), (4, "ops.read")].map(|(id, word)| Named {
        id,
        name: format!("role {id}"),
        capabilities: vec![word.to_owned()],
        ..Named::default()
    });
    world.store.load_named(Collection::Roles, &roles).await.unwrap();
    open(&world, &token, None, None).await;
    world.set("HSET", "deployed:user:5", &["user_role_id", "3", "further_roles", "4,3,99"]);
    let found = world.store.use_session(UserId(USER), &token, "platform").await.unwrap().unwrap();
    assert_eq!(found.principal.capabilities, [Capability::AdminManager, Capability::OpsRead]);
    let login = world.store.login("user5").await.unwrap().unwrap();
    assert_eq!(login.capabilities, found.principal.capabilities, "and so does his password");
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_use_keeps_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"a");
    open(&world, &token, Some(HOUR), None).await;
    age(&world, b"a", 3_599_000);
    assert!(works(&world, &token).await, "a second before");
    age(&world, b"a", 3_599_000);
    assert!(works(&world, &token).await, "it was used since");
    world.unchanged("use within a second", works(&world, &token)).await;
    age(&world, b"a", 3_600_000);
    assert!(!works(&world, &token).await, "an hour without use");
}

#[tokio::test]
async fn a_session_with_a_lifetime_ends_however_it_is_used() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"a");
    let session = NewSession { lifetime: Some(HOUR), ..fixtures::session(UserId(USER), "user5", &token) };
    let Opened::Until { expires: Some(expires), .. } = world.store.open_session(&session).await.unwrap()
    else {
        panic!("it ends")
    };
    let left = u64::try_from(expires.timestamp_millis()).unwrap() - world.now_ms();
    assert!((3_590_000..=3_600_000).contains(&left), "{left}");
    age(&world, b"a", 3_600_000);
    assert!(!works(&world, &token).await);
}

#[tokio::test]
async fn a_session_that_another_one_is_shown_for_does_not_outlive_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (first, second) = (TokenHash::of(b"a"), TokenHash::of(b"b"));
    let ask = |lifetime, shown| NewSession {
        lifetime: Some(lifetime),
        shown: Some(shown),
        ..fixtures::session(UserId(USER), "user5", &second)
    };
    let none = world.unchanged("none is shown", world.store.open_session(&ask(HOUR, &first))).await.unwrap();
    assert_eq!(none, Opened::NoUser);
    open(&world, &first, None, Some(HOUR)).await;
    let elsewhere = NewSession { dialect: "notebooks", ..ask(HOUR, &first) };
    let other = world.unchanged("another dialect's", world.store.open_session(&elsewhere)).await.unwrap();
    assert_eq!(other, Opened::NoUser);
    let life = async |lifetime| {
        let opened = world.store.open_session(&ask(lifetime, &first)).await.unwrap();
        let Opened::Until { at, expires: Some(expires) } = opened else { panic!("{opened:?}") };
        (expires - at).num_minutes()
    };
    assert!((59..=60).contains(&life(HOUR * 24).await));
    assert_eq!(life(HOUR / 2).await, 30);
    assert!(works(&world, &second).await);
}

#[tokio::test]
async fn a_session_is_bound_to_what_the_shown_one_is_bound_to() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (unbound, bound, second) = (TokenHash::of(b"a"), TokenHash::of(b"b"), TokenHash::of(b"c"));
    let session = fixtures::session(UserId(USER), "user5", &bound);
    open(&world, &unbound, None, None).await;
    world.store.open_session(&NewSession { binding: "address 10.0.0.1", ..session.clone() }).await.unwrap();
    for (shown, asked, expected) in [
        (&bound, "", "address 10.0.0.1"),
        (&bound, "address 10.0.0.1", "address 10.0.0.1"),
        (&unbound, "address 10.0.0.2", "address 10.0.0.2"),
        (&unbound, "", ""),
    ] {
        let wanted = NewSession { token: &second, shown: Some(shown), binding: asked, ..session.clone() };
        assert!(matches!(world.store.open_session(&wanted).await.unwrap(), Opened::Until { .. }));
        let found = world.store.use_session(UserId(USER), &second, "platform").await.unwrap().unwrap();
        assert_eq!(found.binding, expected, "{asked:?}");
    }
    let elsewhere =
        NewSession { token: &second, shown: Some(&bound), binding: "address 10.0.0.2", ..session };
    let refused = world.unchanged("elsewhere", world.store.open_session(&elsewhere)).await.unwrap();
    assert_eq!(refused, Opened::BoundElsewhere);
}

#[tokio::test]
async fn the_session_that_was_used_longest_ago_makes_room_for_one_more_of_its_dialect() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let tokens: Vec<_> = (0..101).map(|number: u32| TokenHash::of(&number.to_be_bytes())).collect();
    let of_notebooks = TokenHash::of(b"n");
    let session = fixtures::session(UserId(USER), "user5", &of_notebooks);
    world.store.open_session(&NewSession { dialect: "notebooks", ..session }).await.unwrap();
    age(&world, b"n", 400_000);
    for (number, token) in (0..100_u32).zip(&tokens) {
        open(&world, token, None, None).await;
        age(&world, &number.to_be_bytes(), u64::from(200 - number) * 1_000);
    }
    assert!(works(&world, &tokens[0]).await, "it was made first, and is used again");
    open(&world, &tokens[100], None, None).await;
    assert!(!works(&world, &tokens[1]).await, "it was used longest ago");
    for left in [0, 2, 99, 100] {
        assert!(works(&world, &tokens[left]).await, "{left}");
    }
    let other = world.store.use_session(UserId(USER), &of_notebooks, "notebooks").await.unwrap();
    assert!(other.is_some(), "another dialect's are counted by themselves");
}

#[tokio::test]
async fn a_user_has_a_hundred_sessions_and_redis_forgets_what_is_over() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let tokens: Vec<_> = (0..101).map(|number: u32| TokenHash::of(&number.to_be_bytes())).collect();
    for token in &tokens {
        open(&world, token, Some(HOUR), None).await;
    }
    assert_eq!(world.raw::<u64>("HLEN", KEY, &[]), 100);
    assert!(works(&world, &tokens[100]).await);
    let expiry: i64 = world.raw("PTTL", KEY, &[]);
    assert!((3_500_000..=3_600_000).contains(&expiry), "{expiry}");
    open(&world, &TokenHash::of(b"short"), Some(Duration::from_secs(1)), None).await;
    assert!(world.raw::<i64>("PTTL", KEY, &[]) > 3_500_000, "the longest counts");
    open(&world, &TokenHash::of(b"for ever"), None, None).await;
    assert_eq!(world.raw::<i64>("PTTL", KEY, &[]), -1);
}
