//! Effects that take place outside Redis, one file each. The header of each says why twice is the same as once: a task
//! whose effect was promised is carried out again until it is known to be done, by whatever worker is there.
//!
//! An effect is not dropped between two awaits like a check: it is told to stop, and waited for.
//!
//! To add one: a file here, a field in [`Effects`], a line in [`Effects::new`], and its kind in `handler/effect.rs`.

pub mod workspace;

use anyhow::Context as _;
use offstage::{config::NotebookSettings, workspaces::Workspaces};

use self::workspace::Removal;

/// Every effect that is configured here.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Removes workspaces, where this worker has their folder.
    pub workspace: Option<Removal>,
}

impl Effects {
    /// The effects of these settings. The folder of workspaces stays open, so that nothing else takes its place.
    ///
    /// # Errors
    /// When the folder of workspaces is configured and cannot be opened.
    pub fn new(settings: &NotebookSettings) -> anyhow::Result<Self> {
        let open = |root| Workspaces::open(root).context("notebooks.workspace_root cannot be used");
        let workspace = settings.workspace_root.as_deref().map(open).transpose()?.map(Removal::new);
        Ok(Self { workspace })
    }
}
