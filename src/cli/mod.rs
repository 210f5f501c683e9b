//! The command line of `offstage`: one file per command.
//!
//! Owns the arguments that clap parses and what a command's end means to the shell: 0 done, 1 failed (one message
//! on standard error), 2 not understood (clap). Only what a command is asked for goes to standard output, through
//! [`output`], so that a closed pipe (`offstage … | head`) ends quietly instead of in a panic; logs go to standard
//! error. Flags carry no secrets: everybody on the machine can read a command line.

pub mod dev;
pub mod import;
pub mod output;
pub mod probe;
pub mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::telemetry;

/// How long blocking work that is still under way may hold up the end.
const BLOCKING_LIMIT: Duration = Duration::from_millis(500);

/// Deletes users safely: asynchronously, cancellable, and never over something that still depends on them.
#[derive(Debug, Parser)]
#[command(name = "offstage", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Every setting is also an environment variable: worker.lease_ms is \
    OFFSTAGE_WORKER__LEASE_MS. Flags win over the environment, the environment over the file.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything on this machine: a private Redis, the API and workers.
    Dev(dev::DevArgs),
    /// Run the API only, the production form; workers are `offstage-worker`.
    Serve(serve::ServeArgs),
    /// Load users, roles, profiles, dependents and tokens from a JSON file.
    Import(import::ImportArgs),
    /// Ask a health address and end with 0 if it answers 2xx within 2 s (for container health checks).
    Probe(probe::ProbeArgs),
}

/// Flags that several commands have.
#[derive(Args, Clone, Debug, Default)]
pub struct CommonArgs {
    /// Where Redis or Valkey is: redis://, rediss:// or unix:// (also `OFFSTAGE_REDIS_URL`).
    #[arg(long, value_name = "URL")]
    pub redis_url: Option<String>,
    /// A TOML file with settings (also `OFFSTAGE_CONFIG`).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Parses the command line, runs the command, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output::failed(
                "offstage",
                &anyhow::Error::new(error).context("cannot start the runtime"),
            );
        }
    };
    let result = runtime.block_on(async {
        let result = run(cli.command).await;
        telemetry::end().await;
        result
    });
    // Work on a blocking thread cannot be cancelled; a program that was told to stop does not wait for it.
    runtime.shutdown_timeout(BLOCKING_LIMIT);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::failed("offstage", &error),
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Dev(args) => dev::main(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Import(args) => import::run(args).await,
        Command::Probe(args) => probe::run(args).await,
    }
}

/// Reads the address of a `--listen` flag.
///
/// # Errors
/// A sentence for the user, where it is none.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "wanted are numbers, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_sentence() {
        for command in Cli::command().get_subcommands() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
