//! The user's active containers: what notebook servers registered and, where one is configured, what a Docker Engine runs.
//!
//! Each of them blocks the removal of his workspace. A registration that has lapsed, and an engine that cannot be asked,
//! are no answer: what runs is not known then. The registry is looked at again by the promise, in one step with it; what
//! the engine said has an age.
//!
//! A worker that has no folder of workspaces does not come here: it leaves removals to others.

use futures::{FutureExt, future::BoxFuture};
use offstage::{
    config::NotebookSettings,
    domain::{
        dependents::{Dependent, Label},
        workspace::WorkspaceName,
    },
    engine::Engine,
    store::{Store, containers::ContainerType, patience::until_answered},
};

use super::{Check, Findings, Subject, Unanswered};

/// See the module's header.
#[derive(Debug)]
pub struct Containers {
    store: Store,
    engine: Option<Engine>,
}

impl Containers {
    /// The check on that store, and on the engine of these settings.
    #[must_use]
    pub fn new(store: Store, settings: &NotebookSettings) -> Self {
        let engine = settings.engine_socket().map(|socket| Engine::new(socket, &settings.docker_label));
        Self { store, engine }
    }

    async fn look(&self, name: &WorkspaceName, findings: &Findings) -> Result<(), Unanswered> {
        let registered = until_answered("containers", || self.store.containers_of(name)).await;
        let registered = registered.map_err(|error| Unanswered(error.to_string()))?;
        for container in registered.iter().filter(|container| !container.lapsed) {
            findings.add(blocking(container.kind, &container.id)?).await;
        }
        if let Some(engine) = &self.engine {
            findings.asking();
            let running = engine.containers_of(name.as_str()).await;
            for container in running.map_err(|error| Unanswered(error.to_string()))? {
                if registered.iter().all(|known| known.lapsed || known.id != container.id) {
                    // The engine does not say what for; somebody's notebook is the careful guess.
                    findings.add(blocking(ContainerType::OpenNotebook, &container.id)?).await;
                }
            }
        }
        if registered.iter().any(|container| container.lapsed) {
            return Err(Unanswered("a container's registration has lapsed".to_owned()));
        }
        Ok(())
    }
}

fn blocking(kind: ContainerType, id: &str) -> Result<Dependent, Unanswered> {
    let kind = Label::new(kind.name()).ok_or_else(|| Unanswered("a container of no type".to_owned()))?;
    let id = id.to_owned();
    Ok(Dependent { kind, id, name: None, owner: None, database: None, group_ids: Vec::new(), blocking: true })
}

impl Check for Containers {
    fn name(&self) -> &'static str {
        "containers"
    }

    fn asks_outside(&self) -> bool {
        self.engine.is_some()
    }

    fn applies(&self, subject: &Subject) -> bool {
        subject.about.workspace().is_some()
    }

    fn find<'a>(
        &'a self,
        subject: &'a Subject,
        findings: &'a Findings,
    ) -> BoxFuture<'a, Result<(), Unanswered>> {
        match subject.about.workspace() {
            Some(name) => self.look(name, findings).boxed(),
            None => async { Ok(()) }.boxed(),
        }
    }
}
