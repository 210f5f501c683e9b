//! `put_token.lua`, `use_token.lua` and `find_login.lua`.

use offstage::{
    domain::{capability::Capability, state::TaskState, task::UserId},
    store::{
        directory::{Collection, Named, NewUser},
        principals::{TokenHash, TokenKept},
    },
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

async fn keep(world: &World, name: &str, token: &str, replace: bool) -> TokenKept {
    let hash = TokenHash::of(token.as_bytes());
    world.store.keep_token(name, &hash, &[Capability::OpsRead], replace).await.unwrap()
}

/// Whose token that is.
async fn owner(world: &World, token: &str) -> Option<String> {
    let hash = TokenHash::of(token.as_bytes());
    let principal = world.unchanged("use", world.store.use_token(&hash)).await.unwrap();
    principal.map(|principal| principal.name)
}

#[tokio::test]
async fn a_name_has_one_token_and_a_token_one_name() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(keep(&world, "alice", "a", false).await, TokenKept::Created);
    assert_eq!(world.unchanged("keep", keep(&world, "alice", "b", false)).await, TokenKept::Kept);
    assert_eq!(world.unchanged("keep", keep(&world, "bob", "a", true)).await, TokenKept::Taken);
    assert_eq!(owner(&world, "a").await.as_deref(), Some("alice"));
    assert_eq!(keep(&world, "alice", "b", true).await, TokenKept::Replaced);
    assert_eq!((owner(&world, "a").await, owner(&world, "b").await.as_deref()), (None, Some("alice")));
    assert_eq!(keep(&world, "alice", "b", true).await, TokenKept::Replaced, "by itself");
    assert_eq!(owner(&world, "b").await.as_deref(), Some("alice"));
    let tokens = world.dump().0.into_keys().filter(|name| name.starts_with("token:")).count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn a_token_carries_its_capabilities_and_notes_its_last_use() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let hash = TokenHash::of(b"a");
    world.store.keep_token("alice", &hash, &Capability::ALL, false).await.unwrap();
    let key = world.dump().0.into_keys().find(|name| name.starts_with("token:")).unwrap();
    assert_eq!(world.raw::<Option<u64>>("HGET", &key, &["last_used"]), None);
    let principal = world.store.use_token(&hash).await.unwrap().unwrap();
    assert_eq!((principal.user, &principal.capabilities[..]), (None, &Capability::ALL[..]));
    let used: u64 = world.raw("HGET", &key, &["last_used"]);
    assert!((world.now_ms() - 10_000..=world.now_ms()).contains(&used), "{used}");
}

#[tokio::test]
async fn an_expired_token_is_nobodys() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(owner(&world, "a").await, None, "it was never kept");
    keep(&world, "alice", "a", false).await;
    let key = world.dump().0.into_keys().find(|name| name.starts_with("token:")).unwrap();
    world.set("HSET", &key, &["expires", &(world.now_ms() + 60_000).to_string()]);
    assert_eq!(owner(&world, "a").await.as_deref(), Some("alice"));
    world.set("HDEL", &key, &["last_used"]);
    world.set("HSET", &key, &["expires", &world.now_ms().to_string()]);
    assert_eq!(owner(&world, "a").await, None);
    assert_eq!(world.raw::<Option<u64>>("HGET", &key, &["last_used"]), None, "it was not used");
}

#[tokio::test]
async fn a_login_is_the_deployed_users() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let role = Named {
        id: 3,
        name: "Boss".to_owned(),
        capabilities: vec!["ADMINMANAGER".to_owned()],
        ..Named::default()
    };
    world.store.load_named(Collection::Roles, &[role]).await.unwrap();
    let mut boss = NewUser { username: "boss".to_owned(), ..fixtures::user(7) };
    boss.fields.insert("password".to_owned(), "$argon2id$x".to_owned());
    boss.fields.insert("user_role_id".to_owned(), "3".to_owned());
    let ghost = NewUser { fields: [].into(), ..fixtures::user(8) };
    world.store.load_users(&[boss, ghost], false).await.unwrap();
    let login = world.unchanged("login", async { world.store.login("boss").await.unwrap().is_some() }).await;
    assert!(login);
    let login = world.store.login("boss").await.unwrap().unwrap();
    assert_eq!((login.user, login.password_hash.as_deref()), (UserId(7), Some("$argon2id$x")));
    assert_eq!(login.capabilities, [Capability::AdminManager]);
    let login = world.store.login("user8").await.unwrap().unwrap();
    assert_eq!((login.password_hash, login.capabilities), (None, vec![]), "no password, no role");
    assert!(world.store.login("nobody").await.unwrap().is_none());
}

#[tokio::test]
async fn a_user_whose_staged_side_was_deleted_still_logs_in() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Completed).await;
    assert_eq!(world.store.login("user5").await.unwrap().unwrap().user, UserId(5));
}
