//! Notebook containers: those that notebook servers register, and those that an engine runs.
//!
//! Owns who sees whose, and who may end one. Whether a container is in the way of a removal is decided by the worker's
//! check and by the store, never here.
//!
//! Easy to get wrong: an engine that does not answer. A list without its containers would look whole, so there is none.

use chrono::{DateTime, Utc};
use tracing::info;

use super::{Operation, Principal, Problem, Service, premises::of_engine, within};
use crate::{
    api::problem::{Missing, ProblemKind, RETRY_AFTER_S},
    engine::EngineContainer,
    store::containers::{Container, ContainerType, NewContainer, Registration},
};

/// What became of a container that was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerRegistration {
    /// It is new.
    Created,
    /// It stands for longer.
    Renewed,
}

/// A container, whoever told of it.
#[derive(Clone, PartialEq, Eq)]
pub struct NotebookContainer {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub username: String,
    /// What it is for. An engine does not say.
    pub kind: ContainerType,
    /// Since when it is known, or there.
    pub created: Option<DateTime<Utc>>,
    /// What it was made from, where an engine says so.
    pub image: Option<String>,
}

impl From<Container> for NotebookContainer {
    fn from(container: Container) -> Self {
        let Container { id, username, kind, created, .. } = container;
        Self { id, username, kind, created: Some(created), image: None }
    }
}

impl From<EngineContainer> for NotebookContainer {
    fn from(container: EngineContainer) -> Self {
        let EngineContainer { id, username, image, created } = container;
        Self { id, username, kind: ContainerType::OpenNotebook, created, image: Some(image) }
    }
}

impl Service {
    /// Registers a container, or says that it still runs.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::WorkspaceOccupied`] from the commit of its workspace's removal to the end.
    pub async fn register_container(
        &self,
        principal: &Principal,
        container: &NewContainer,
    ) -> Result<ContainerRegistration, Problem> {
        Operation::WriteContainers.permit(principal)?;
        let occupied = ProblemKind::WorkspaceOccupied { retry_after_s: RETRY_AFTER_S };
        let (kind, said) = match within(self.inner.store.register_container(container)).await? {
            Registration::Created => return Ok(ContainerRegistration::Created),
            Registration::Renewed => return Ok(ContainerRegistration::Renewed),
            Registration::BeingDeleted => (occupied, "The user's workspace is being removed."),
            Registration::Occupied => (occupied, "Files of the user's workspace are being moved."),
            Registration::Taken => (ProblemKind::NameTaken, "Another user's container has that id."),
            Registration::Full => (ProblemKind::Full, "There are as many containers as may be."),
        };
        Err(Problem::new(kind, said))
    }

    /// Forgets a container that was registered.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn unregister_container(&self, principal: &Principal, id: &str) -> Result<(), Problem> {
        Operation::WriteContainers.permit(principal)?;
        if within(self.inner.store.unregister_container(id)).await? { Ok(()) } else { Err(no_container()) }
    }

    /// The containers that are registered.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn containers(&self, principal: &Principal) -> Result<Vec<Container>, Problem> {
        Operation::ReadContainers.permit(principal)?;
        within(self.inner.store.containers()).await
    }

    /// All containers that the caller may see: an administrator those of everybody, anybody else his own.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn notebook_containers(
        &self,
        principal: &Principal,
    ) -> Result<Vec<NotebookContainer>, Problem> {
        let sees_all = Operation::AdministerNotebooks.permit(principal).is_ok();
        let own = principal.user.is_some().then_some(principal.name.as_str());
        let registered = within(self.inner.store.containers()).await?;
        let mut all: Vec<NotebookContainer> = registered.into_iter().map(NotebookContainer::from).collect();
        if let Some((engine, _place)) = self.inner.premises.engine().await? {
            let running = match own {
                _ if sees_all => engine.all().await,
                Some(own) => engine.containers_of(own).await,
                None => Ok(Vec::new()),
            };
            for container in running.map_err(of_engine)?.into_iter().map(NotebookContainer::from) {
                // What is registered under the engine's own id is one container.
                match all.iter_mut().find(|known| known.id == container.id) {
                    Some(known) => known.image = container.image,
                    None => all.push(container),
                }
            }
        }
        all.retain(|container| sees_all || own == Some(&container.username));
        Ok(all)
    }

    /// One of these.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn notebook_container(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<NotebookContainer, Problem> {
        let all = self.notebook_containers(principal).await?;
        all.into_iter().find(|container| container.id == id).ok_or_else(no_container)
    }

    /// Ends one of these: stops it where an engine runs it, and forgets it.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn terminate_container(&self, principal: &Principal, id: &str) -> Result<(), Problem> {
        // What has a name of its own is no engine's, and can be forgotten while the engine is away.
        if engines_could_be(id) || !self.is_registered_for(principal, id).await? {
            self.notebook_container(principal, id).await?;
            if let Some((engine, _place)) = self.inner.premises.engine().await? {
                engine.stop(id).await.map_err(of_engine)?;
            }
        }
        within(self.inner.store.unregister_container(id)).await?;
        info!(dialect = self.dialect, "a container was terminated");
        Ok(())
    }

    /// It is registered, and the caller may see it.
    async fn is_registered_for(&self, principal: &Principal, id: &str) -> Result<bool, Problem> {
        let sees_all = Operation::AdministerNotebooks.permit(principal).is_ok();
        let is_his = |username: &str| principal.user.is_some() && principal.name == username;
        let registered = within(self.inner.store.containers()).await?;
        let mut of_that_id = registered.iter().filter(|container| container.id == id);
        Ok(of_that_id.any(|container| sees_all || is_his(&container.username)))
    }
}

/// An engine's ids are SHA-256 hashes in hexadecimal digits.
fn engines_could_be(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn no_container() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Container), "There is no such container.")
}
