//! Deploys: the staged configuration takes effect.
//!
//! All users are copied beside the deployed ones, some at a time; then a pointer turns, in one step with the task's end.
//! Until then nothing of it is to be seen, and what an attempt leaves behind that breaks off is swept.
//!
//! Easy to get wrong: users are written while they are copied. Every script that writes one says so (`touch`), and whoever was
//! written is copied once more before the pointer turns.

use chrono::{DateTime, Utc};

use super::{
    Store, StoreError, moves, must_be_the_same, queue::Lease, records, reply::number, scripts, tallies,
};
use crate::{
    domain::{
        deploy::{DeployOrder, DeployType},
        state::{Event, TaskState},
        task::{Requester, Task, TaskId, TaskKind, UserId},
    },
    telemetry::trace::TraceParent,
};

/// Users in one script call.
const MOST_AT_ONCE: usize = 50;

/// A request for a deploy.
#[derive(Debug, Clone)]
pub struct NewDeploy {
    /// How.
    pub order: DeployOrder,
    /// Who asks.
    pub requester: Requester,
    /// The task that this one tries again.
    pub retry_of: Option<TaskId>,
    /// The span that asked.
    pub trace: Option<TraceParent>,
}

/// What became of a request for a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// A new task.
    Created {
        /// Its id.
        id: TaskId,
        /// When.
        at: DateTime<Utc>,
    },
    /// That deploy is under way.
    Running(TaskId),
    /// There is nothing to deploy.
    NoChanges,
}

/// How far the preparation of a deploy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// Go on after this user.
    Upto(UserId),
    /// All users are prepared.
    All,
    /// A cancel was accepted: give it up.
    Cancelled,
    /// The task is not held any more.
    Lost,
}

/// What became of a deploy that was to take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// It took effect, now or when the same worker tried before.
    Done,
    /// Users were written meanwhile: ask again.
    More,
    /// A cancel was accepted.
    Cancelled,
    /// The task is not held any more.
    Lost,
    /// No administrator would be left.
    LastAdministrator,
}

impl Store {
    /// Asks for a deploy.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn submit_deploy(&self, deploy: &NewDeploy) -> Result<Ordered, StoreError> {
        let name = scripts::SUBMIT_DEPLOY.name;
        let args = vec![
            moves::NOW.clone(),
            self.highest_task().to_string(),
            TaskKind::Deploy.name().to_owned(),
            u8::from(deploy.order.kind == DeployType::Incremental).to_string(),
            deploy.order.to_string(),
            deploy.requester.name.clone(),
            u8::from(deploy.requester.is_administrator).to_string(),
            deploy.retry_of.map_or_else(String::new, |id| id.to_string()),
            deploy.trace.map_or_else(String::new, |trace| trace.to_string()),
        ];
        let reply = self.run(&scripts::SUBMIT_DEPLOY, args).await?;
        let tag = reply.tag().to_owned();
        let values = reply.into_rest().texts()?;
        let [id, at] = values.as_slice() else {
            return Err(StoreError::UnknownReply { script: name, what: "an answer of another shape".into() });
        };
        let id = TaskId(number(name, id)?);
        match tag.as_str() {
            "CREATED" => {
                self.saw_task(id.0);
                Ok(Ordered::Created { id, at: records::time(number(name, at)?) })
            }
            "LIVE" => Ok(Ordered::Running(id)),
            "NOTHING" => Ok(Ordered::NoChanges),
            _ => Err(StoreError::UnknownReply { script: name, what: tag }),
        }
    }

    /// Prepares the next users of a deploy, from the first one on or after that one.
    ///
    /// # Errors
    /// [`StoreError`]. Repeating is safe.
    pub async fn prepare_deploy(&self, lease: Lease, after: Option<UserId>) -> Result<Prepared, StoreError> {
        let args = vec![
            moves::HELD.clone(),
            lease.task.to_string(),
            lease.fence.to_string(),
            after.map_or_else(String::new, |user| user.to_string()),
            MOST_AT_ONCE.to_string(),
        ];
        let reply = self.run(&scripts::PREPARE_DEPLOY, args).await?;
        match reply.tag() {
            "KEPT" => {
                let last = reply.into_rest().text(0)?;
                if last.is_empty() {
                    return Ok(Prepared::All);
                }
                Ok(Prepared::Upto(UserId(number(scripts::PREPARE_DEPLOY.name, &last)?)))
            }
            "CANCEL" => Ok(Prepared::Cancelled),
            "LOST" => Ok(Prepared::Lost),
            _ => Err(reply.unexpected()),
        }
    }

    /// Lets what was prepared take effect, in one step with the task's end.
    ///
    /// # Errors
    /// [`StoreError`]. Where the outcome is unknown, repeating tells.
    pub async fn turn_deploy(&self, lease: Lease, worker: &str) -> Result<Turned, StoreError> {
        let args = vec![
            moves::of(Event::Complete),
            TaskState::Completed.name().to_owned(),
            lease.task.to_string(),
            lease.fence.to_string(),
            worker.to_owned(),
            MOST_AT_ONCE.to_string(),
        ];
        let reply = self.run(&scripts::TURN_DEPLOY, args).await?;
        let refused = match reply.tag() {
            "DONE" => {
                tallies::came_to(TaskKind::Deploy.name(), TaskState::Completed.name());
                return Ok(Turned::Done);
            }
            "MORE" => return Ok(Turned::More),
            "LAST" => return Ok(Turned::LastAdministrator),
            "LOST" => Turned::Lost,
            "CANCEL" => Turned::Cancelled,
            _ => return Err(reply.unexpected()),
        };
        tallies::refused(&reply.into_rest().text(0)?, Event::Complete);
        Ok(refused)
    }

    /// Forgets some deployed users who are not in effect. True if there are more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sweep_generation(&self) -> Result<bool, StoreError> {
        let args = vec![MOST_AT_ONCE.to_string()];
        let reply = self.run(&scripts::SWEEP_GENERATION, args).await?.ok(scripts::SWEEP_GENERATION.name)?;
        Ok(reply.text(1)? == "1")
    }

    /// The deploy that was asked for last, as far as it is kept.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn last_deploy(&self) -> Result<Option<Task>, StoreError> {
        let epoch = self.epoch().await?;
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).zrevrange(self.inner.keys.named("configuration:tasks"), 0, 0);
        let (now, ids): (Option<String>, Vec<u64>) =
            self.inner.link.pipeline("last_deploy", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        match ids.first() {
            Some(id) => self.task(TaskId(*id)).await,
            None => Ok(None),
        }
    }
}
