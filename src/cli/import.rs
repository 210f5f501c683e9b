//! `offstage import`: loads the directory of users from a JSON file.

use std::path::PathBuf;

use clap::Args;

use super::CommonArgs;

/// Flags of `offstage import`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  offstage import deploy/sample-directory.json\n  \
    offstage import users.json --restore --redis-url redis://redis:6379")]
pub struct ImportArgs {
    /// The JSON file; all of it is checked before the first write.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Bring users back who were deleted, instead of skipping them.
    #[arg(long)]
    pub restore: bool,
    /// Flags that several commands have.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Loads the file.
///
/// # Errors
/// A file that cannot be read or holds a fault, or a Redis that does not answer.
#[allow(clippy::unused_async, reason = "the store is wired in by the change that brings it")]
pub async fn run(_args: ImportArgs) -> anyhow::Result<()> {
    anyhow::bail!("this build has no import yet")
}
