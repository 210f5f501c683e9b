//! Loading the directory of users from a JSON file: `offstage import`, and the seed of `offstage dev`.
//!
//! Owns the file's form (`parse`), its rules (`validate`), the order of writes (`load`) and what is said about it
//! ([`Report`], [`Invalid`]). Stands above `store`, beside `api`.
//!
//! It must never write anything of a file that has a fault, and never show a value of the file. Repeating an import
//! changes nothing: what is there stays, and a deleted user stays deleted unless the caller says `restore`.
//!
//! Easy to get wrong: a seed that died half-way must go on at the next start, although the directory is no longer
//! empty, and one that is through must never run again, although the directory may be empty by then. The store's mark
//! tells these apart; it is set before the first write and after the last one.

mod faults;
mod load;
mod parse;
mod report;
mod validate;

use anyhow::Context as _;
use std::{collections::BTreeSet, path::Path};
use tokio::io::AsyncReadExt as _;

use self::validate::{Checked, Draft, Known};
pub use self::{
    faults::{Invalid, MOST_LISTED},
    report::{Report, Skip, SkipReason, Subject, Tally},
};
use crate::store::{Store, directory::Collection, seeding::Seeded};

/// Largest file that is read, in bytes.
const MOST_FILE_BYTES: u64 = 1 << 30;
/// Users that are looked for in one round trip.
const LOOKED_FOR_AT_ONCE: usize = 1_000;

/// What an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reads and checks the file; it has no parts that could be counted.
    Checking,
    /// Hashes passwords and loads users.
    Users,
    /// Loads dependents.
    Dependents,
}

impl Step {
    /// A word for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking the file",
            Self::Users => "users",
            Self::Dependents => "dependents",
        }
    }
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// What is done of it.
    pub done: u64,
    /// What it has in all.
    pub of: u64,
}

/// Who wants to hear how far it is.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// What became of a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seeding {
    /// The file was loaded.
    Loaded(Box<Report>),
    /// It was loaded at an earlier start: nothing was read or written.
    AlreadySeeded,
    /// The directory has users from elsewhere: the file was not read. Later starts find [`Self::AlreadySeeded`].
    NotEmpty,
}

/// Loads a file into the directory. Deleted users are skipped, or brought back where `restore` says so.
///
/// # Errors
/// An unreadable file; [`Invalid`] (as the error's source) for one with faults, of which nothing was written; a store
/// that fails, after which the same import can be repeated.
pub async fn import(
    store: &Store,
    file: &Path,
    restore: bool,
    progress: Listener<'_>,
) -> anyhow::Result<Report> {
    let draft = prepare(store, file, progress).await?;
    load::load(store, draft, restore, progress)
        .await
        .context("the import is not complete; it can be repeated")
}

/// Loads a file into a directory that never had anybody, or goes on with such a load that died.
///
/// # Errors
/// As [`import`].
pub async fn seed(store: &Store, file: &Path, progress: Listener<'_>) -> anyhow::Result<Seeding> {
    let looking = "cannot look into the directory of users";
    let marking = "cannot note how far the seed is";
    match store.seeded().await.context(looking)? {
        Seeded::Whole => return Ok(Seeding::AlreadySeeded),
        Seeded::Never if !store.directory_is_empty().await.context(looking)? => {
            // Should it be empty one day, these users were deleted, and a restart must not bring them back.
            store.mark_seeded(true).await.context(marking)?;
            return Ok(Seeding::NotEmpty);
        }
        Seeded::Never | Seeded::Partly => {}
    }
    let draft = prepare(store, file, progress).await?;
    store.mark_seeded(false).await.context(marking)?;
    let report = load::load(store, draft, false, progress)
        .await
        .context("the seed is not complete; the next start goes on with it")?;
    store.mark_seeded(true).await.context(marking)?;
    Ok(Seeding::Loaded(Box::new(report)))
}

/// Reads and checks a file; writes nothing.
async fn prepare(store: &Store, file: &Path, progress: Listener<'_>) -> anyhow::Result<Draft> {
    progress(Progress { step: Step::Checking, done: 0, of: 0 });
    let shown = file.display();
    let text = read(file).await.with_context(|| format!("cannot read {shown}"))?;
    let looking = "cannot look into the directory of users";
    let known = known(store).await.context(looking)?;
    let cannot = || format!("{shown} cannot be loaded");
    let check = move || validate::check(&text, &known).map(|checked| (text, checked));
    let (text, Checked { draft, outside, mut faults }) = tokio::task::spawn_blocking(check)
        .await
        .context("the check of the file broke off")?
        .with_context(cannot)?;
    for some in outside.chunks(LOOKED_FOR_AT_ONCE) {
        let users: Vec<_> = some.iter().map(|one| one.user).collect();
        let there = store.users_among(&users).await.context(looking)?;
        for one in some.iter().filter(|one| !there.contains(&one.user)) {
            faults.about(one.place, "user_id: no such user in the file or in the directory");
        }
    }
    faults.refuse(&text).with_context(cannot)?;
    Ok(draft)
}

/// What the directory has that a file may refer to.
async fn known(store: &Store) -> Result<Known, crate::store::StoreError> {
    let ids = async |collection| -> Result<BTreeSet<u64>, crate::store::StoreError> {
        Ok(store.named(collection).await?.into_keys().collect())
    };
    Ok(Known {
        roles: ids(Collection::Roles).await?,
        profiles: ids(Collection::Profiles).await?,
        tenants: ids(Collection::Tenants).await?,
        domains: ids(Collection::Domains).await?,
    })
}

/// The file's text.
async fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    tokio::fs::File::open(file).await?.take(MOST_FILE_BYTES + 1).read_to_end(&mut bytes).await?;
    anyhow::ensure!(bytes.len() as u64 <= MOST_FILE_BYTES, "it has more than {MOST_FILE_BYTES} bytes");
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = faults::line(error.as_bytes(), good);
        anyhow::anyhow!("line {line} is not UTF-8 text")
    })
}
