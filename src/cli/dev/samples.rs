//! Where `offstage dev` has its workspaces: in its data folder, unless the settings say otherwise.
//!
//! With the folder come a few workspaces to try a removal on, for users of `deploy/sample-directory.json`. They are made
//! once, with the folder: whoever has removed one finds it removed after a restart.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::config::NotebookSettings;

/// The folder's name in the data folder.
const FOLDER: &str = "workspaces";
/// Whose workspaces are made, and what is in them.
const SAMPLES: [(&str, &[&str]); 3] = [
    ("alice", &["first steps.ipynb", ".ipython/profile.json", "data/.hidden", "data/counts.csv"]),
    ("bob", &["overview.ipynb", "archive/2025/overview.ipynb"]),
    ("carol", &["shift handover.ipynb"]),
];
/// What is in each file: a notebook without cells.
const CONTENT: &str = "{\"cells\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}\n";

/// Sets the folder of workspaces where the settings have none, and makes it where it is missing.
pub(super) fn provide(settings: &mut NotebookSettings, data: &Path) -> anyhow::Result<()> {
    if settings.workspace_root.is_none() {
        let root = data.join(FOLDER);
        make(&root).with_context(|| format!("cannot make the folder of workspaces {}", root.display()))?;
        settings.workspace_root = Some(root);
    }
    Ok(())
}

fn make(root: &Path) -> std::io::Result<()> {
    match fs::create_dir(root) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    for (user, files) in SAMPLES {
        for file in files {
            let file: PathBuf = [root, Path::new(user), Path::new(file)].iter().collect();
            fs::create_dir_all(file.parent().unwrap_or(root))?;
            fs::write(file, CONTENT)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NotebookSettings, fs, provide};

    #[test]
    fn samples_are_made_with_the_folder_and_never_again() {
        let data = tempfile::tempdir().unwrap();
        let provided = || {
            let mut settings = NotebookSettings::default();
            provide(&mut settings, data.path()).unwrap();
            settings.workspace_root.unwrap()
        };
        let root = provided();
        assert!(root.starts_with(data.path()) && root.join("alice/data/.hidden").is_file());
        fs::remove_dir_all(root.join("alice")).unwrap();
        assert_eq!(provided(), root);
        assert!(!root.join("alice").exists() && root.join("bob").is_dir());
    }

    #[test]
    fn a_folder_that_is_configured_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let configured = Some(data.path().join("mine"));
        let mut settings = NotebookSettings { workspace_root: configured.clone(), ..Default::default() };
        provide(&mut settings, data.path()).unwrap();
        assert_eq!(settings.workspace_root, configured);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }
}
