//! Users, roles and tokens for tests, and a store of the test's own.

use offstage::{
    domain::{
        capability::Capability,
        checklist::{CheckState, Checklist, Counts},
        dependents::{Dependent, Label},
        deploy::{DeployOrder, DeployType},
        task::{Requester, Subject, TaskId, TaskKind, UserId},
        workspace::WorkspaceName,
    },
    store::{
        Store,
        containers::{ContainerType, NewContainer},
        dependents::Existing,
        deploys::NewDeploy,
        directory::{Collection, Loaded, MOST_AT_ONCE, Named, NewUser},
        principals::TokenHash,
        sessions::NewSession,
        submit::{Submission, Submitted},
    },
};

use crate::redis::PrivateRedis;

/// The token that [`tokens`] keeps, with all capabilities.
pub const ADMIN_TOKEN: &str = "administrator-token-for-tests-0123456789";
/// One that may look and no more.
pub const READER_TOKEN: &str = "reader-token-for-tests-0123456789-abcdef";
/// The key prefix of the tests.
pub const PREFIX: &str = "{offstage}";

/// A store on that server.
#[must_use]
pub fn store(redis: &PrivateRedis) -> Store {
    Store::new(&redis.url(), PREFIX, "offstage-test").expect("the URL is good")
}

/// Keeps [`ADMIN_TOKEN`] and [`READER_TOKEN`].
pub async fn tokens(store: &Store) {
    let admin = TokenHash::of(ADMIN_TOKEN.as_bytes());
    store.keep_token("administrator", &admin, &Capability::ALL, true).await.expect("the token is kept");
    let reader = TokenHash::of(READER_TOKEN.as_bytes());
    store.keep_token("reader", &reader, &[Capability::OpsRead], true).await.expect("the token is kept");
}

/// A user without an administrator's role.
#[must_use]
pub fn user(id: u64) -> NewUser {
    let fields =
        [("email".to_owned(), format!("user{id}@example.com")), ("user_role_id".to_owned(), "2".to_owned())];
    NewUser { id: UserId(id), username: format!("user{id}"), is_administrator: false, fields: fields.into() }
}

/// Loads the built-in administrator and users of these ids.
pub async fn users(store: &Store, ids: impl IntoIterator<Item = u64>) {
    let roles = [("Admin", 1, vec!["ADMIN".to_owned()]), ("User", 2, Vec::new())];
    let roles = roles.map(|(name, id, capabilities)| Named {
        id,
        name: name.to_owned(),
        capabilities,
        ..Named::default()
    });
    store.load_named(Collection::Roles, &roles).await.expect("roles are loaded");
    let mut admin = NewUser { is_administrator: true, username: "admin".to_owned(), ..user(1) };
    admin.fields.insert("user_role_id".to_owned(), "1".to_owned());
    let all: Vec<_> = std::iter::once(admin).chain(ids.into_iter().map(user)).collect();
    for some in all.chunks(MOST_AT_ONCE) {
        let loaded = store.load_users(some, false).await.expect("users are loaded");
        assert!(loaded.iter().all(|one| matches!(one, Loaded::Added | Loaded::Kept)), "{loaded:?}");
    }
}

/// A dependent of some kind.
#[must_use]
pub fn dependent(id: &str, blocking: bool) -> Dependent {
    Dependent {
        kind: Label::new("ARIEL_SAVED_SEARCH").expect("a label"),
        id: id.to_owned(),
        name: Some("Failed logins".to_owned()),
        owner: Some("bob".to_owned()),
        database: None,
        group_ids: vec![3],
        blocking,
    }
}

/// So many checks, of which so many have answered; the first one has found all that there is.
#[must_use]
pub fn checks(answered: usize, of: usize, counts: Counts) -> Checklist {
    let names = (0..of).map(|number| Label::new(&format!("check-{number}")).expect("a label"));
    let mut checks = Checklist::running(names);
    checks.0.iter_mut().take(answered).for_each(|check| check.state = CheckState::Answered);
    checks.0[0].counts = counts;
    checks
}

/// Registers one dependent.
pub async fn register(store: &Store, user: u64, dependent: Dependent) {
    store.register(&[(UserId(user), dependent)], Existing::Replaced).await.expect("it is registered");
}

/// A request for a user's deletion.
#[must_use]
pub fn submission(user: u64) -> Submission {
    Submission {
        kind: TaskKind::StagedUser,
        subject: UserId(user).into(),
        requester: Requester { name: "tester".to_owned(), is_administrator: true },
        may_delete_administrators: true,
        not_before: None,
        idempotency: None,
        retry_of: None,
        trace: None,
    }
}

/// Submits a deletion that must be accepted; returns the task's id.
pub async fn submit(store: &Store, user: u64) -> TaskId {
    submit_one(store, submission(user)).await
}

/// Submits a request that must be accepted; returns the task's id.
pub async fn submit_one(store: &Store, submission: Submission) -> TaskId {
    let outcome = store.submit(&[submission]).await.expect("Redis answers");
    match outcome[..] {
        [Submitted::Created { id, .. }] => id,
        _ => panic!("not a new task: {outcome:?}"),
    }
}

/// A session of a user in the platform dialect, without an end and bound to nothing.
#[must_use]
pub fn session<'a>(user: UserId, username: &'a str, token: &'a TokenHash) -> NewSession<'a> {
    NewSession {
        user,
        username,
        token,
        dialect: "platform",
        idle: None,
        lifetime: None,
        binding: "",
        shown: None,
        password_hash: None,
    }
}

/// A container of that user, to be believed for a minute.
#[must_use]
pub fn container(id: &str, username: &str) -> NewContainer {
    NewContainer {
        id: id.to_owned(),
        username: workspace(username),
        kind: ContainerType::OpenNotebook,
        expires_s: 60,
    }
}

/// The name of a workspace.
#[must_use]
pub fn workspace(name: &str) -> WorkspaceName {
    WorkspaceName::new(name).expect("the name of a workspace")
}

/// A request for a workspace's removal.
#[must_use]
pub fn removal(name: &str) -> Submission {
    Submission { kind: TaskKind::Workspace, subject: Subject::Workspace(workspace(name)), ..submission(0) }
}

/// A request for a user's deletion from both configurations.
#[must_use]
pub fn platform_deletion(user: u64) -> Submission {
    Submission { kind: TaskKind::PlatformUser, ..submission(user) }
}

/// A request for a deploy.
#[must_use]
pub fn deploy(kind: DeployType) -> NewDeploy {
    let requester = Requester { name: "admin".to_owned(), is_administrator: true };
    NewDeploy { order: DeployOrder { kind, from: None }, requester, retry_of: None, trace: None }
}
