//! The command line of `offstage`: one file per command.
//!
//! Owns the arguments that clap parses and what a command's end means to the shell ([`exit`]; one message on standard error
//! where it failed). Only what a command is asked for goes to standard output, through [`output`], so that a closed pipe
//! (`offstage … | head`) ends quietly instead of in a panic; logs go to standard error. Commands that talk to a running API
//! share [`client`]. Everybody on the machine can read a command line, so `--token` alone carries a secret, and says so.

pub mod client;
pub mod completions;
pub mod delete;
pub mod dependents;
pub mod dev;
pub mod doctor;
pub mod exit;
mod follow;
pub mod import;
pub mod login;
pub mod man;
pub mod output;
pub mod probe;
pub mod queue;
pub mod serve;
mod table;
pub mod tasks;
mod tls;
pub mod token;
pub mod words;
pub mod workers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use self::exit::Exit;
use crate::telemetry;

/// The version of both programs, with the commit where that was known when they were built.
pub const VERSION: &str = env!("OFFSTAGE_VERSION");

/// How long blocking work that is still under way may hold up the end.
const BLOCKING_LIMIT: Duration = Duration::from_millis(500);

/// Deletes users safely: asynchronously, cancellable, and never over something that still depends on them.
#[derive(Debug, Parser)]
#[command(name = "offstage", version = VERSION, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  \
    offstage dev --seed deploy/sample-directory.json    try it on this machine\n  \
    offstage login --url https://offstage.example.com   keep address and token of an API\n  \
    offstage delete alice --wait                        delete a user, and see how it ends\n  \
    offstage tasks list --state CONFLICT                what could not be deleted\n\n\
    For the commands that run offstage itself, every setting is also an environment variable: worker.lease_ms is \
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
    /// Delete users, or see what would keep that from being done.
    Delete(delete::DeleteArgs),
    /// Look at tasks, watch them, cancel, pause, resume and retry them.
    Tasks(tasks::TasksArgs),
    /// Show the queue, pause and resume it.
    Queue(queue::QueueArgs),
    /// List the workers; keep one from taking more.
    Workers(workers::WorkersArgs),
    /// List, register and forget what depends on a user.
    Dependents(dependents::DependentsArgs),
    /// Make, list and revoke service tokens.
    Token(token::TokenArgs),
    /// Say what is not well, and what to do about it.
    Doctor(doctor::DoctorArgs),
    /// Keep address and token of an API in a profile.
    Login(login::LoginArgs),
    /// Print completions for a shell.
    Completions(completions::CompletionsArgs),
    /// Print the manual, or write its pages.
    Man(man::ManArgs),
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
        Ok(exit) => exit.into(),
        Err(error) => output::failed("offstage", &error),
    }
}

async fn run(command: Command) -> anyhow::Result<Exit> {
    let done = |()| Exit::Done;
    match command {
        Command::Dev(args) => dev::main(args).await.map(done),
        Command::Serve(args) => serve::run(args).await.map(done),
        Command::Import(args) => import::run(args).await.map(done),
        Command::Probe(args) => probe::run(args).await.map(done),
        Command::Delete(args) => delete::run(args).await,
        Command::Tasks(args) => tasks::run(args).await,
        Command::Queue(args) => queue::run(args).await,
        Command::Workers(args) => workers::run(args).await,
        Command::Dependents(args) => dependents::run(args).await,
        Command::Token(args) => token::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Login(args) => login::run(args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(args),
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

    /// All commands, those below others too, by their full name.
    fn commands(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        let path = format!("{path}{} ", command.get_name());
        let below = command.get_subcommands().flat_map(|below| commands(below, &path));
        std::iter::once((path.trim_end().to_owned(), command.clone())).chain(below).collect()
    }

    #[test]
    fn every_command_has_a_sentence_and_examples_and_every_flag_a_sentence() {
        let all = commands(&Cli::command(), "");
        assert!(all.len() > 30, "the commands below others are looked at, too");
        for (name, command) in all {
            assert!(command.get_about().is_some(), "{name}");
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example") && help.contains(&format!("  {name}")), "{name}: {help}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
            }
        }
    }

    #[test]
    fn flags_of_a_client_are_on_its_commands_alone() {
        let takes = |words: &[&str]| {
            Cli::try_parse_from([&["offstage"], words, &["--url", "http://a.example"]].concat()).is_ok()
        };
        assert!(takes(&["queue"]) && takes(&["tasks", "list"]) && takes(&["delete", "5"]));
        assert!(!takes(&["serve"]) && !takes(&["import", "x.json"]) && !takes(&["dev"]));
    }
}
