//! `create_user.lua`: what it changes, and that a refusal changes nothing.

use offstage::{
    domain::{
        capability::Capability,
        task::{LARGEST_ID, UserId},
        user::{Side, judge::NewUser},
    },
    store::{
        accounts::{Added, Grant, NewAccount},
        directory::Loaded,
        principals::{TokenHash, TokenKept},
        users::changes::Created,
    },
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

use super::users::wanted;

/// The least number that is given here.
const FIRST: UserId = UserId(1_000_000);

fn new(name: &str, is_administrator: bool) -> NewUser {
    NewUser { username: name.to_owned(), is_administrator }
}

async fn create(world: &World, name: &str) -> Created {
    world.store.create_user(&new(name, false), &wanted(), None).await.unwrap()
}

#[tokio::test]
async fn a_new_user_is_staged_and_not_deployed() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let created = world.store.create_user(&new("x", true), &wanted(), Some("hash")).await.unwrap();
    assert_eq!(created, Created::Created(FIRST));
    let dump = world.dump();
    let mut record = dump.hash(&format!("staged:user:{FIRST}"));
    let at: u64 = record.remove("password_creation_time").unwrap().parse().unwrap();
    assert!(at <= world.now_ms() && at + 60_000 > world.now_ms());
    let expected = [
        ("admin", "1"),
        ("blocking", "0"),
        ("dependents", "0"),
        ("description", ""),
        ("email", "x@example.com"),
        ("inactivity_timeout", "60000"),
        ("local_only_account", "true"),
        ("password", "hash"),
        ("security_profile_id", "3"),
        ("user_role_id", "2"),
        ("username", "x"),
    ];
    let told: Vec<_> = record.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    let mut told = told;
    told.sort_unstable();
    assert_eq!(told, expected);
    assert_eq!(dump.hash("staged:names")["x"], FIRST.to_string());
    assert!(world.raw::<bool>("SISMEMBER", "staged:admins", &[&FIRST.to_string()]));
    assert_eq!(world.store.users(Side::Deployed, &[FIRST]).await.unwrap(), [None]);
    assert_eq!(world.store.login("x").await.unwrap().map(|login| login.user), None, "before a deploy");
    let staged = world.store.users(Side::Staged, &[FIRST]).await.unwrap().pop().flatten().unwrap();
    assert_eq!((staged.description.as_deref(), staged.tenant_id), (Some(""), None));
    assert_eq!((staged.local_only_account, staged.inactivity_timeout), (Some(true), Some(60_000)));
    assert!(staged.is_administrator);
    assert_eq!(create(&world, "y").await, Created::Created(UserId(FIRST.0 + 1)));
}

#[tokio::test]
async fn a_name_is_one_users_or_one_services() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let token = TokenHash::of(b"t");
    world.store.keep_token("ci", &token, &[Capability::OpsRead], false).await.unwrap();
    world.set("HSET", "deployed:names", &["gone", "77"]);
    for name in ["user5", "ci", "gone"] {
        assert_eq!(world.unchanged("create", create(&world, name)).await, Created::NameTaken, "{name}");
    }
    let account = NewAccount { username: "ci".into(), email: None };
    let grant = Grant { roles: vec![2], is_administrators: false };
    let added = world.unchanged("add", world.store.add_users(&[account], &grant)).await.unwrap();
    assert_eq!(added, [Added::TokensName]);
    let imported = offstage::store::directory::NewUser { username: "ci".into(), ..fixtures::user(8) };
    let loaded = world.unchanged("import", world.store.load_users(&[imported], false)).await.unwrap();
    assert_eq!(loaded, [Loaded::NameTaken]);
    for name in ["user5", "gone"] {
        let other = TokenHash::of(b"u");
        let made = world.store.create_token(name, &other, &[], None);
        assert_eq!(world.unchanged("mint", made).await.unwrap(), TokenKept::UsersName, "{name}");
        let kept = world.store.keep_token(name, &other, &[], false);
        assert_eq!(world.unchanged("import", kept).await.unwrap(), TokenKept::UsersName, "{name}");
    }
    let configured = world.store.keep_token("user5", &TokenHash::of(b"v"), &[], true).await.unwrap();
    assert_eq!(configured, TokenKept::Created, "what the settings say works whoever there is");
}

#[tokio::test]
async fn a_new_user_gets_no_number_beyond_the_largest() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.set("ZADD", "deployed:users", &[&LARGEST_ID.to_string(), &LARGEST_ID.to_string()]);
    assert_eq!(world.unchanged("create", create(&world, "x")).await, Created::Full);
}
