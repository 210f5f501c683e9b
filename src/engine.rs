//! The containers that a Docker Engine runs, asked over its socket (bollard): whose they are, by a label, and stopping one.
//!
//! An engine that cannot be asked is an error and never an empty list: what it runs is unknown then. Its own words are left
//! out of errors, for they name containers and people. Times and numbers are bounded; a new connection for each question
//! keeps nothing that could go stale.
//!
//! Easy to get wrong: engines add states as they grow. What is not known to have ended may run, and what is not known at
//! all is no answer.

use std::{collections::HashMap, time::Duration};

use bollard::{
    API_DEFAULT_VERSION, Docker,
    errors::Error,
    models::{ContainerSummary, ContainerSummaryStateEnum as State},
    query_parameters::{ListContainersOptionsBuilder, StopContainerOptionsBuilder},
};
use chrono::{DateTime, Utc};
use tokio::time::timeout;

/// How long an answer may take.
const ASK_LIMIT: Duration = Duration::from_secs(3);
/// How long a container has to end by itself before the engine ends it.
const STOP_GRACE_S: i32 = 3;
/// How long stopping one may take in all.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// More containers than this are not a list that can be trusted to be whole.
const MOST_CONTAINERS: usize = 1_000;
/// States of a container that can run, or go on, without having been started again.
const ACTIVE: [&str; 4] = ["created", "running", "paused", "restarting"];

/// A Docker Engine, and the label that says whose a container is.
#[derive(Debug, Clone)]
pub struct Engine {
    socket: String,
    label: String,
}

/// A container that is active: it runs, or may at any moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineContainer {
    /// Its full id.
    pub id: String,
    /// Whose it is, as its label says.
    pub username: String,
    /// What it was made from.
    pub image: String,
    /// When it was made, if the engine says.
    pub created: Option<DateTime<Utc>>,
}

/// The engine could not be asked, or gave no answer that can be trusted.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody listens there, or the connection broke.
    #[error("the container engine cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the container engine did not answer in time")]
    TimedOut,
    /// It refused.
    #[error("the container engine refused with {0}")]
    Refused(u16),
    /// What it said is not what an engine says.
    #[error("the container engine's answer is not understood")]
    Garbled,
    /// It was told to stop a container, which is active all the same.
    #[error("the container did not end")]
    StillThere,
    /// It runs more than can be looked at.
    #[error("the container engine runs too many containers")]
    TooMany,
}

impl Engine {
    /// The engine that listens on that socket.
    #[must_use]
    pub fn new(socket: &str, label: &str) -> Self {
        Self { socket: socket.to_owned(), label: label.to_owned() }
    }

    /// The active containers of that user; names are compared byte for byte.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn containers_of(&self, username: &str) -> Result<Vec<EngineContainer>, EngineError> {
        let mut containers = self.list(format!("{}={username}", self.label)).await?;
        containers.retain(|container| container.username == username);
        Ok(containers)
    }

    /// The active containers of all users.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn all(&self) -> Result<Vec<EngineContainer>, EngineError> {
        self.list(self.label.clone()).await
    }

    /// Stops a container that has the label; says whether there was one. No other container can be named.
    ///
    /// # Errors
    /// When it cannot be asked, or does not do it in time.
    pub async fn stop(&self, id: &str) -> Result<bool, EngineError> {
        if !self.all().await?.iter().any(|container| container.id == id) {
            return Ok(false);
        }
        let options = StopContainerOptionsBuilder::new().t(STOP_GRACE_S).build();
        let stopped =
            self.ask(STOP_LIMIT, |docker| async move { docker.stop_container(id, Some(options)).await });
        match stopped.await {
            // Or it ended by itself since.
            Ok(()) | Err(EngineError::Refused(304 | 404)) => {}
            Err(error) => return Err(error),
        }
        // One that was made and never started cannot be stopped, and is still in the way.
        let is_there = self.all().await?.iter().any(|container| container.id == id);
        if is_there { Err(EngineError::StillThere) } else { Ok(true) }
    }

    /// Asks twice: by the states that every engine knows, a container that is only made among them; then for whatever runs
    /// in a state that this does not know the word for, because an engine refuses to filter by a word that it does not know.
    async fn list(&self, label: String) -> Result<Vec<EngineContainer>, EngineError> {
        let by_state = HashMap::from([("label", vec![label.as_str()]), ("status", ACTIVE.to_vec())]);
        let by_label = HashMap::from([("label", vec![label.as_str()])]);
        let most = i32::try_from(MOST_CONTAINERS + 1).unwrap_or(i32::MAX);
        let options = ListContainersOptionsBuilder::new();
        // A limit would bring those in that have ended.
        let whatever_runs = options.clone().filters(&by_label).build();
        let mut found = Vec::new();
        for options in [options.all(true).limit(most).filters(&by_state).build(), whatever_runs] {
            let answer =
                self.ask(ASK_LIMIT, |docker| async move { docker.list_containers(Some(options)).await });
            for container in answer.await? {
                let active = self.active(container)?;
                found.extend(
                    active.filter(|one| found.iter().all(|known: &EngineContainer| known.id != one.id)),
                );
            }
            if found.len() > MOST_CONTAINERS {
                return Err(EngineError::TooMany);
            }
        }
        Ok(found)
    }

    /// One container of the answer, if it is active and has the label.
    fn active(&self, container: ContainerSummary) -> Result<Option<EngineContainer>, EngineError> {
        // What the engine does not say may run.
        let active = match container.state.unwrap_or(State::EMPTY) {
            State::EXITED | State::DEAD | State::REMOVING => false,
            State::EMPTY
            | State::CREATED
            | State::RUNNING
            | State::PAUSED
            | State::RESTARTING
            | State::STOPPING => true,
        };
        let username = container.labels.unwrap_or_default().remove(&self.label);
        let Some(username) = username.filter(|_| active) else { return Ok(None) };
        let id = container.id.filter(|id| is_id(id)).ok_or(EngineError::Garbled)?;
        let created = container.created.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Ok(Some(EngineContainer { id, username, image: container.image.unwrap_or_default(), created }))
    }

    /// Asks one question on a connection of its own. bollard names no version, so that every engine speaks its own.
    async fn ask<T, F>(&self, limit: Duration, question: impl FnOnce(Docker) -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let docker = Docker::connect_with_unix(&self.socket, limit.as_secs(), API_DEFAULT_VERSION)
            .map_err(|_| EngineError::Unreachable)?;
        match timeout(limit, question(docker)).await {
            Ok(answer) => answer.map_err(|error| meaning(&error)),
            Err(_) => Err(EngineError::TimedOut),
        }
    }
}

/// It can stand in a path as it is.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// What bollard's error means. Its texts repeat what the engine said, and are dropped.
fn meaning(error: &Error) -> EngineError {
    if let Error::DockerResponseServerError { status_code, .. } = error {
        EngineError::Refused(*status_code)
    } else if matches!(error, Error::RequestTimeoutError) {
        EngineError::TimedOut
    } else if matches!(error, Error::JsonDataError { .. } | Error::JsonSerdeError { .. }) {
        EngineError::Garbled
    } else {
        EngineError::Unreachable
    }
}
