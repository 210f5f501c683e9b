//! What `build.rs` says about the commit, wherever the sources lie.

use offstage_tests::programs::run;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::tempdir;

use super::{super::repository, DEADLINE, said};

/// The build script for sources that lie in that folder.
async fn built(folder: &Path, name: &str) -> PathBuf {
    let program = folder.with_file_name(name);
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "-o"]).arg(&program).arg(repository("build.rs"));
    rustc.env("CARGO_MANIFEST_DIR", folder).env("CARGO_PKG_VERSION", "1.2.3");
    said(&run(rustc, DEADLINE).await);
    program
}

/// What it tells cargo.
async fn told(script: &Path, commit: &str) -> Vec<String> {
    let mut command = Command::new(script);
    command.env("OFFSTAGE_COMMIT", commit);
    // As in a hook of another repository.
    command.env("GIT_DIR", "/nowhere");
    said(&run(command, DEADLINE).await).lines().map(str::to_owned).collect()
}

/// The version that it gives the programs.
async fn version(script: &Path, commit: &str) -> String {
    let told = told(script, commit).await;
    let line = told.iter().find_map(|line| line.strip_prefix("cargo::rustc-env=OFFSTAGE_VERSION="));
    line.expect("a version").to_owned()
}

async fn git(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-C"]).arg(folder).args(args);
    said(&run(git, DEADLINE).await).trim().to_owned()
}

#[tokio::test]
async fn the_commit_is_gits_or_the_builders_or_left_out() {
    let folder = tempdir().unwrap();
    let sources = folder.path().join("sources");
    fs::create_dir(&sources).unwrap();
    let script = built(&sources, "script").await;
    assert_eq!(version(&script, "").await, "1.2.3", "a tarball");
    assert_eq!(version(&script, "0123456789abcdef0123").await, "1.2.3 (0123456789ab)", "an image");
    assert_eq!(version(&script, "not\na commit").await, "1.2.3");

    git(folder.path(), &["init", "--quiet"]).await;
    git(folder.path(), &["commit", "--quiet", "--allow-empty", "--message", "somebody else's"]).await;
    assert_eq!(version(&script, "").await, "1.2.3", "a folder of another repository");

    git(&sources, &["init", "--quiet"]).await;
    assert_eq!(version(&script, "").await, "1.2.3", "nothing is committed");
    git(&sources, &["commit", "--quiet", "--allow-empty", "--message", "one"]).await;
    let commit = git(&sources, &["rev-parse", "HEAD"]).await;
    assert_eq!(version(&script, "").await, format!("1.2.3 ({})", &commit[..12]));

    let tree = folder.path().join("tree");
    git(&sources, &["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]).await;
    assert_eq!(
        version(&built(&tree, "script-of-tree").await, "").await,
        format!("1.2.3 ({})", &commit[..12])
    );
}

#[tokio::test]
async fn the_script_runs_again_for_another_commit_and_for_nothing_that_is_not_there() {
    let folder = tempdir().unwrap();
    let sources = folder.path().join("sources");
    fs::create_dir(&sources).unwrap();
    git(&sources, &["init", "--quiet", "--initial-branch", "topic/one"]).await;
    git(&sources, &["commit", "--quiet", "--allow-empty", "--message", "one"]).await;
    let script = built(&sources, "script").await;
    let watched = async || -> Vec<String> {
        let told = told(&script, "").await;
        let watched = told.iter().filter_map(|line| line.strip_prefix("cargo::rerun-if-changed="));
        watched.filter(|file| *file != "build.rs").map(str::to_owned).collect()
    };
    let files = watched().await;
    let head = |name: &str| sources.join(".git").join(name).display().to_string();
    assert_eq!(files, [head("HEAD"), head("refs/heads/topic/one")]);
    git(&sources, &["pack-refs", "--all"]).await;
    let files = watched().await;
    assert!(files.contains(&head("packed-refs")), "{files:?}");
    assert!(files.iter().all(|file| Path::new(file).exists()), "{files:?}");
    // A folder that changes with everything would make every build a new one.
    assert!(!files.contains(&sources.join(".git").display().to_string()), "{files:?}");
}
