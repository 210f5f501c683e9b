//! A checked draft into the store, in an order that leaves no gap: roles, tenants, domains, profiles, users, dependents,
//! tokens.
//!
//! Every call is safe to repeat and keeps what is there, so a load that breaks off is simply run again. Several calls
//! are in flight at once; the store decides each item by itself, so their order does not matter.
//!
//! Easy to get wrong: who is an administrator follows from the roles *in the directory*, which may differ from those
//! in the file, so they are read back after they were loaded.

use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Listener, Progress, Report, SkipReason, Step, Subject, Tally,
    validate::{Draft, Draftee, NewToken},
};
use crate::{
    domain::{capability::Capability, dependents::Dependent, task::UserId},
    passwords::Hasher,
    store::{
        Store,
        dependents::{Existing, MOST_AT_ONCE as MOST_DEPENDENTS_AT_ONCE, Registered},
        directory::{Collection, Loaded, MOST_AT_ONCE as MOST_USERS_AT_ONCE, Named, NewUser},
        principals::TokenKept,
    },
};

/// Calls that are under way at the same time.
const CALLS_IN_FLIGHT: usize = 8;
/// Most roles, or profiles, in one call.
const MOST_NAMED_AT_ONCE: usize = 1_000;

/// Loads all of it.
pub(super) async fn load(
    store: &Store,
    draft: Draft,
    restore: bool,
    progress: Listener<'_>,
) -> anyhow::Result<Report> {
    let Draft { roles, profiles, tenants, domains, users, dependents, tokens } = draft;
    let mut report = Report {
        roles: load_named(store, Collection::Roles, &roles).await.context("cannot load roles")?,
        tenants: load_named(store, Collection::Tenants, &tenants).await.context("cannot load tenants")?,
        domains: load_named(store, Collection::Domains, &domains).await.context("cannot load domains")?,
        profiles: load_named(store, Collection::Profiles, &profiles)
            .await
            .context("cannot load security profiles")?,
        ..Report::default()
    };
    load_users(store, users, restore, progress, &mut report).await.context("cannot load users")?;
    load_dependents(store, dependents, progress, &mut report).await.context("cannot load dependents")?;
    load_tokens(store, tokens, &mut report).await.context("cannot load service tokens")?;
    Ok(report)
}

async fn load_named(store: &Store, collection: Collection, items: &[Named]) -> anyhow::Result<Tally> {
    let mut added = 0;
    for some in items.chunks(MOST_NAMED_AT_ONCE) {
        added += store.load_named(collection, some).await?;
    }
    Ok(Tally { added, kept: items.len() as u64 - added, ..Tally::default() })
}

async fn load_users(
    store: &Store,
    users: Vec<Draftee>,
    restore: bool,
    progress: Listener<'_>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let administrators = administrators(&store.named(Collection::Roles).await?);
    let hasher = Hasher::new();
    let mut step = Counted::begin(Step::Users, users.len(), progress);
    let mut calls = stream::iter(batches(users, MOST_USERS_AT_ONCE))
        .map(|batch| async {
            let users = recruits(store, batch, &administrators, &hasher, restore).await?;
            let loaded = store.load_users(&users, restore).await?;
            anyhow::Ok((users, loaded))
        })
        .buffer_unordered(CALLS_IN_FLIGHT);
    while let Some((users, loaded)) = calls.try_next().await? {
        step.advance(users.len());
        for (user, loaded) in users.into_iter().zip(loaded) {
            let mut skip = |reason| report.skip(Subject::User(user.id), reason);
            match loaded {
                Loaded::Added => report.users.added += 1,
                Loaded::Restored => report.users.restored += 1,
                Loaded::Kept => report.users.kept += 1,
                Loaded::Deleted => skip(SkipReason::Deleted),
                Loaded::BeingDeleted => skip(SkipReason::BeingDeleted),
                Loaded::NameTaken => skip(SkipReason::NameTaken),
            }
        }
    }
    Ok(())
}

/// The roles whose users are administrators.
fn administrators(roles: &BTreeMap<u64, Named>) -> BTreeSet<u64> {
    let is_administrators =
        |role: &Named| role.capabilities.iter().any(|word| word == Capability::Admin.name());
    roles.iter().filter(|(_, role)| is_administrators(role)).map(|(id, _)| *id).collect()
}

/// Users as the store takes them. Where nobody is brought back, a password of a user who is there, or was, is not worth
/// the time: his record is not written.
async fn recruits(
    store: &Store,
    batch: Vec<Draftee>,
    administrators: &BTreeSet<u64>,
    hasher: &Hasher,
    restore: bool,
) -> anyhow::Result<Vec<NewUser>> {
    let secret: Vec<_> = batch.iter().filter(|one| one.password.is_some()).map(|one| one.user.id).collect();
    let there =
        if restore || secret.is_empty() { BTreeSet::new() } else { store.users_among(&secret).await? };
    let recruit = |Draftee { mut user, role, password }: Draftee| {
        user.is_administrator = administrators.contains(&role);
        let password = password.filter(|_| !there.contains(&user.id));
        async move {
            if let Some(password) = password {
                user.fields.insert("password".to_owned(), hasher.hash(password).await?);
            }
            anyhow::Ok(user)
        }
    };
    future::try_join_all(batch.into_iter().map(recruit)).await
}

async fn load_dependents(
    store: &Store,
    dependents: Vec<(UserId, Dependent)>,
    progress: Listener<'_>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut step = Counted::begin(Step::Dependents, dependents.len(), progress);
    let mut calls = stream::iter(batches(dependents, MOST_DEPENDENTS_AT_ONCE))
        .map(|batch| async {
            let registered = store.register(&batch, Existing::Kept).await?;
            anyhow::Ok((batch, registered))
        })
        .buffer_unordered(CALLS_IN_FLIGHT);
    while let Some((batch, registered)) = calls.try_next().await? {
        step.advance(batch.len());
        for ((user, dependent), registered) in batch.into_iter().zip(registered) {
            let mut skip = |reason| {
                let kind = dependent.kind.as_str().to_owned();
                report.skip(Subject::Dependent(user, kind, dependent.id.clone()), reason);
            };
            match registered {
                Registered::Created => report.dependents.added += 1,
                Registered::Updated | Registered::Kept => report.dependents.kept += 1,
                Registered::NotFound => skip(SkipReason::NoSuchUser),
                Registered::Full => skip(SkipReason::Full),
            }
        }
    }
    Ok(())
}

async fn load_tokens(store: &Store, tokens: Vec<NewToken>, report: &mut Report) -> anyhow::Result<()> {
    let mut calls = stream::iter(tokens)
        .map(|token| async move {
            let kept = store.keep_token(&token.name, &token.hash, &token.capabilities, false).await?;
            anyhow::Ok((token.name, kept))
        })
        .buffer_unordered(CALLS_IN_FLIGHT);
    while let Some((name, kept)) = calls.try_next().await? {
        match kept {
            TokenKept::Created => report.tokens.added += 1,
            TokenKept::Replaced | TokenKept::Kept => report.tokens.kept += 1,
            TokenKept::Taken => report.skip(Subject::Token(name), SkipReason::TokenTaken),
            TokenKept::UsersName => report.skip(Subject::Token(name), SkipReason::UsersName),
            TokenKept::Full => report.skip(Subject::Token(name), SkipReason::TooManyTokens),
            TokenKept::Expired => anyhow::bail!("a token without an expiry was said to be past it"),
        }
    }
    Ok(())
}

/// The items in batches of that size, the last one smaller.
fn batches<T>(items: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<T> = items.by_ref().take(size).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

/// A step whose parts are counted.
struct Counted<'a> {
    at: Progress,
    listener: Listener<'a>,
}

impl<'a> Counted<'a> {
    fn begin(step: Step, of: usize, listener: Listener<'a>) -> Self {
        let at = Progress { step, done: 0, of: of as u64 };
        listener(at);
        Self { at, listener }
    }

    fn advance(&mut self, by: usize) {
        self.at.done += by as u64;
        (self.listener)(self.at);
    }
}
