//! The settings of the notebooks dialect (ArcGIS Notebook Server) and of its workspaces: their meaning and their bounds.

use std::path::PathBuf;

use serde::Deserialize;

use super::validation::Faults;

/// The notebooks dialect, under `/arcgis`; and the workspaces on disk, for workers too.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotebookSettings {
    /// The folder that holds a workspace directory for each user, on every machine with an API or a worker. Without it there
    /// are no workspaces.
    pub workspace_root: Option<PathBuf>,
    /// Milliseconds that a caller waits for the end of a deletion before he is told that it goes on.
    pub wait_ms: u64,
    /// The Docker Engine's socket, `unix:///var/run/docker.sock`; empty where no engine is to be asked.
    pub docker_socket: String,
    /// The label of a container that holds its user's name.
    pub docker_label: String,
}

impl NotebookSettings {
    /// The engine's socket, if there is one to be asked.
    #[must_use]
    pub fn engine_socket(&self) -> Option<&str> {
        self.docker_socket.strip_prefix("unix://").filter(|path| !path.is_empty())
    }

    pub(super) fn check(&self, faults: &mut Faults) {
        faults.check_time("notebooks.wait_ms", self.wait_ms, false);
        if !self.docker_socket.is_empty() && self.engine_socket().is_none_or(|path| !path.starts_with('/')) {
            faults.add("notebooks.docker_socket", "must be unix:///PATH, or empty");
        }
        if self.docker_label.is_empty() || self.docker_label.chars().any(|c| c == '=' || c.is_control()) {
            faults.add("notebooks.docker_label", "must be the name of a label");
        }
    }
}

impl Default for NotebookSettings {
    fn default() -> Self {
        Self {
            workspace_root: None,
            wait_ms: 30_000,
            docker_socket: String::new(),
            docker_label: "notebook.user".to_owned(),
        }
    }
}
