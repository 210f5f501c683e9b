//! Says which commit the programs were built from, for `--version`: the variable `OFFSTAGE_VERSION` of the build.
//!
//! The commit comes from `OFFSTAGE_COMMIT` where that is set (the image is built without the repository), else from git,
//! else there is none: a tarball builds as well, and so does one that lies inside somebody else's repository.
//!
//! Easy to get wrong: cargo runs this again only for what is named below. A file that is named and does not exist would
//! make it run at every build, so a branch that git has packed away is watched through the nearest folder that exists.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The variable by which the builder of an image names the commit.
const COMMIT_VARIABLE: &str = "OFFSTAGE_COMMIT";

/// Digits of a commit that are shown.
const DIGITS: usize = 12;

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-env-changed={COMMIT_VARIABLE}");
    println!("cargo::rerun-if-changed=build.rs");
    for file in watched(&root) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let version = env!("CARGO_PKG_VERSION");
    let shown = given().or_else(|| of_git(&root)).map_or_else(
        || version.to_owned(),
        |commit| format!("{version} ({})", commit.get(..DIGITS).unwrap_or(&commit)),
    );
    println!("cargo::rustc-env=OFFSTAGE_VERSION={shown}");
}

/// The commit that the builder names. It ends up in a line of output, so it has to look like one.
#[expect(clippy::disallowed_methods, reason = "a build script's settings are its environment")]
fn given() -> Option<String> {
    let commit = std::env::var(COMMIT_VARIABLE).ok()?;
    commit.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(commit).filter(|commit| !commit.is_empty())
}

/// The commit of this very repository; a folder of a larger one says nothing about us.
fn of_git(root: &Path) -> Option<String> {
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    let same = std::fs::canonicalize(top).ok()? == std::fs::canonicalize(root).ok()?;
    if same { git(root, &["rev-parse", "--verify", "HEAD^{commit}"]) } else { None }
}

/// What changes when another commit is built: HEAD, the branch that it names, and the packed branches.
fn watched(root: &Path) -> Vec<PathBuf> {
    let path = |name: &str| Some(root.join(git(root, &["rev-parse", "--git-path", name])?));
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]).and_then(|name| path(&name));
    let plain = ["HEAD", "packed-refs"].into_iter().filter_map(path).filter(|file| file.exists());
    plain.chain(branch.and_then(|file| existing(&file))).collect()
}

/// The file, or the nearest folder above that is there: a packed branch has none until its next commit.
fn existing(file: &Path) -> Option<PathBuf> {
    file.ancestors().find(|path| path.exists()).map(Path::to_path_buf)
}

/// One line of git's; none where it has nothing to say or is not there.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A hook sets these, for the repository that it runs in.
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    let output = command.arg("-C").arg(root).args(args).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}
