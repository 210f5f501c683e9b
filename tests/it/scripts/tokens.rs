//! Service tokens as operators manage them: `put_token.lua` with an expiry, the list, `revoke_token.lua`.

use chrono::{DateTime, Utc};
use offstage::{
    domain::capability::Capability,
    store::principals::{TokenHash, TokenKept, sha256_hex},
};
use offstage_tests::{redis::PrivateRedis, world::World};

const READ: [Capability; 1] = [Capability::OpsRead];

async fn create(world: &World, name: &str, expires: Option<DateTime<Utc>>) -> TokenKept {
    let hash = TokenHash::of(name.as_bytes());
    world.store.create_token(name, &hash, &READ, expires).await.unwrap()
}

async fn works(world: &World, name: &str) -> bool {
    world.store.use_token(&TokenHash::of(name.as_bytes())).await.unwrap().is_some()
}

#[tokio::test]
async fn tokens_are_listed_by_name_with_all_but_their_secret() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let expires = world.ahead(60);
    assert_eq!(create(&world, "b", Some(expires)).await, TokenKept::Created);
    assert_eq!(create(&world, "a", None).await, TokenKept::Created);
    assert!(works(&world, "b").await);
    let tokens = world.store.tokens().await.unwrap();
    let names: Vec<_> = tokens.iter().map(|token| token.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!((tokens[0].expires, tokens[0].last_used), (None, None));
    assert_eq!((tokens[1].expires, &tokens[1].capabilities[..]), (Some(expires), &READ[..]));
    assert!(tokens[1].created.is_some() && tokens[1].last_used >= tokens[1].created);
}

#[tokio::test]
async fn a_token_works_until_it_expires_or_is_revoked() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let past = world.unchanged("create", create(&world, "over", Some(world.ahead(0)))).await;
    assert_eq!(past, TokenKept::Expired, "it would work at no time");
    create(&world, "over", Some(world.ahead(60))).await;
    create(&world, "ahead", Some(world.ahead(60))).await;
    assert!(works(&world, "over").await);
    world.set("HSET", &format!("token:{}", sha256_hex(&[b"over"])), &["expires", "1"]);
    assert!(!works(&world, "over").await && works(&world, "ahead").await);
    assert_eq!(world.unchanged("create", create(&world, "ahead", None)).await, TokenKept::Kept);
    assert!(world.store.revoke_token("ahead").await.unwrap());
    assert!(!works(&world, "ahead").await);
    assert!(!world.unchanged("revoke", world.store.revoke_token("ahead")).await.unwrap());
    world.store.revoke_token("over").await.unwrap();
    assert!(world.dump().0.keys().all(|name| !name.starts_with("token")), "nothing is left of them");
}

#[tokio::test]
async fn there_are_a_thousand_tokens_at_most_and_the_configured_one_still_fits() {
    let redis = PrivateRedis::with(&["--appendonly", "no"]).await;
    let world = World::new(&redis).await;
    for number in 0..1_000 {
        assert_eq!(create(&world, &number.to_string(), None).await, TokenKept::Created);
    }
    assert_eq!(world.unchanged("create", create(&world, "more", None)).await, TokenKept::Full);
    let configured = world.store.keep_token("administrator", &TokenHash::of(b"x"), &READ, true).await;
    assert_eq!(configured.unwrap(), TokenKept::Created);
}
