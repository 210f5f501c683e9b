//! The containers of notebook servers, as they register them; and who may touch a workspace's files meanwhile.
//!
//! A registration stands for `expires_s` and is repeated before that. Once it has lapsed it counts, for as long again, as
//! "cannot tell": an outage of notebook servers must not make running containers invisible.
//!
//! Easy to get wrong: container, removal and move of one workspace are decided against each other by the scripts alone, in
//! one step each. Whoever asks first and acts later has asked for nothing.

use chrono::{DateTime, Utc};
use std::time::Duration;

use super::{Store, StoreError, must_be_the_same, records, scripts};
use crate::domain::{task::TaskId, workspace::WorkspaceName};

/// Most containers that are registered at once.
const MOST_CONTAINERS: u64 = 10_000;
/// Containers read in one call.
const READ_AT_ONCE: usize = 500;
/// Most registrations forgotten in one call.
pub const MOST_FORGOTTEN: u64 = 100;
/// The longest that a registration is believed, in seconds.
pub const LONGEST_LIFE_S: u64 = 24 * 60 * 60;

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerType {
    /// Somebody has a notebook open.
    OpenNotebook,
    /// A notebook runs by itself.
    ExecuteNotebook,
}

impl ContainerType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::OpenNotebook, Self::ExecuteNotebook];

    /// Its name, as notebook servers say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenNotebook => "openNotebook",
            Self::ExecuteNotebook => "executeNotebook",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A container that is to be registered.
#[derive(Clone, PartialEq, Eq)]
pub struct NewContainer {
    /// Its id.
    pub id: String,
    /// Whose workspace it mounts.
    pub username: WorkspaceName,
    /// What it is for.
    pub kind: ContainerType,
    /// For how long it is to be believed, in seconds.
    pub expires_s: u64,
}

/// A container that is registered.
#[derive(Clone, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Whose workspace it mounts.
    pub username: String,
    /// What it is for.
    pub kind: ContainerType,
    /// When it was first registered.
    pub created: DateTime<Utc>,
    /// Until when it is believed.
    pub expires: DateTime<Utc>,
    /// That time is over: nobody can tell whether it still runs.
    pub lapsed: bool,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// It is new.
    Created,
    /// It was there and stands for longer.
    Renewed,
    /// The user's workspace is being removed.
    BeingDeleted,
    /// The files of the user's workspace are being moved.
    Occupied,
    /// Another user's container has that id.
    Taken,
    /// There are as many as may be.
    Full,
}

/// Whether somebody may move the files of workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupation {
    /// He may, for a while.
    Done,
    /// A container runs.
    Running,
    /// Nobody can tell whether a container runs.
    Silent,
    /// A workspace is being removed.
    BeingDeleted,
    /// Somebody else does.
    Occupied,
}

impl Store {
    /// Registers a container, or says that it still runs.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn register_container(&self, container: &NewContainer) -> Result<Registration, StoreError> {
        let args = vec![
            container.id.clone(),
            container.username.as_str().to_owned(),
            container.kind.name().to_owned(),
            container.expires_s.to_string(),
            MOST_CONTAINERS.to_string(),
        ];
        let reply = self.run(&scripts::REGISTER_CONTAINER, args).await?;
        match reply.tag() {
            "CREATED" => Ok(Registration::Created),
            "RENEWED" => Ok(Registration::Renewed),
            "BEING_DELETED" => Ok(Registration::BeingDeleted),
            "OCCUPIED" => Ok(Registration::Occupied),
            "TAKEN" => Ok(Registration::Taken),
            "FULL" => Ok(Registration::Full),
            _ => Err(reply.unexpected()),
        }
    }

    /// Forgets a container. False if there is none of that id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn unregister_container(&self, id: &str) -> Result<bool, StoreError> {
        let reply = self.run(&scripts::UNREGISTER_CONTAINER, vec![id.to_owned()]).await?;
        match reply.tag() {
            "DONE" => Ok(true),
            "NOT_FOUND" => Ok(false),
            _ => Err(reply.unexpected()),
        }
    }

    /// Every container, lapsed ones among them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn containers(&self) -> Result<Vec<Container>, StoreError> {
        let key = self.inner.keys.named("container_ends");
        self.read_containers(&key).await
    }

    /// The containers of one user, lapsed ones among them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn containers_of(&self, user: &WorkspaceName) -> Result<Vec<Container>, StoreError> {
        let key = self.inner.keys.containers_of(user.as_str());
        self.read_containers(&key).await
    }

    async fn read_containers(&self, key: &str) -> Result<Vec<Container>, StoreError> {
        let epoch = self.epoch().await?;
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).cmd("TIME").zrange(key, 0, -1);
        let (same, (seconds, micros), ids): (Option<String>, (u64, u64), Vec<String>) =
            self.inner.link.pipeline("containers", &commands).await?;
        must_be_the_same(epoch, same.as_deref())?;
        let now = seconds * 1_000 + micros / 1_000;
        let all = self.inner.keys.named("containers");
        let mut containers = Vec::with_capacity(ids.len());
        for some in ids.chunks(READ_AT_ONCE) {
            let mut commands = redis::pipe();
            commands.hmget(&all, some);
            let (texts,): (Vec<Option<String>>,) = self.inner.link.pipeline("containers", &commands).await?;
            for (id, text) in some.iter().zip(texts) {
                let Some(text) = text else { continue };
                let read = read_container(id, &text, now);
                let corrupt = || StoreError::Corrupt { key: all.clone(), field: "container" };
                let Registered { container, ends } = read.ok_or_else(corrupt)?;
                if ends > now {
                    containers.push(container);
                }
            }
        }
        Ok(containers)
    }

    /// Forgets registrations that say nothing any more. Returns how many, at most [`MOST_FORGOTTEN`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn forget_containers(&self) -> Result<u64, StoreError> {
        let reply = self.run(&scripts::FORGET_CONTAINERS, vec![MOST_FORGOTTEN.to_string()]).await?;
        reply.ok(scripts::FORGET_CONTAINERS.name)?.number(0)
    }

    /// The removal of that workspace that is live.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn live_removal(&self, workspace: &WorkspaceName) -> Result<Option<TaskId>, StoreError> {
        let (epoch, keys) = (self.epoch().await?, &self.inner.keys);
        let mut commands = redis::pipe();
        commands.get(keys.epoch()).hget(keys.named("live"), keys.workspace(workspace.as_str()));
        let (same, live): (Option<String>, Option<u64>) =
            self.inner.link.pipeline("live_removal", &commands).await?;
        must_be_the_same(epoch, same.as_deref())?;
        Ok(live.map(TaskId))
    }

    /// Keeps containers and removals away from two workspaces, between which `owner` is about to move files; they may be the
    /// same. Containers of the source's user are in the way, those of the target's are not. Repeated, for longer.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn occupy(
        &self,
        source: &WorkspaceName,
        target: &WorkspaceName,
        owner: &str,
        limit: Duration,
    ) -> Result<Occupation, StoreError> {
        let args = vec![
            owner.to_owned(),
            limit.as_millis().to_string(),
            source.as_str().to_owned(),
            target.as_str().to_owned(),
        ];
        let reply = self.run(&scripts::OCCUPY, args).await?;
        match reply.tag() {
            "DONE" => Ok(Occupation::Done),
            "RUNNING" => Ok(Occupation::Running),
            "SILENT" => Ok(Occupation::Silent),
            "BEING_DELETED" => Ok(Occupation::BeingDeleted),
            "OCCUPIED" => Ok(Occupation::Occupied),
            _ => Err(reply.unexpected()),
        }
    }

    /// The files are where they belong.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn vacate(&self, workspaces: &[&WorkspaceName], owner: &str) -> Result<(), StoreError> {
        let mut args = vec![owner.to_owned()];
        args.extend(workspaces.iter().map(|name| name.as_str().to_owned()));
        let reply = self.run(&scripts::VACATE, args).await?;
        if reply.tag() == "DONE" { Ok(()) } else { Err(reply.unexpected()) }
    }
}

/// A registration, and when it says nothing any more (ms).
struct Registered {
    container: Container,
    ends: u64,
}

fn read_container(id: &str, text: &str, now: u64) -> Option<Registered> {
    let mut parts = text.splitn(5, '\t');
    let deadline: u64 = parts.next()?.parse().ok()?;
    let life_s: u64 = parts.next()?.parse().ok()?;
    let kind = ContainerType::from_name(parts.next()?)?;
    let created = records::time(parts.next()?.parse().ok()?);
    let username = parts.next()?.to_owned();
    let (expires, lapsed) = (records::time(deadline), deadline <= now);
    let container = Container { id: id.to_owned(), username, kind, created, expires, lapsed };
    Some(Registered { container, ends: deadline + life_s * 1_000 })
}
