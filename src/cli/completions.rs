//! `offstage completions`: what makes the tab key know the commands, for three shells.

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::{Shell, generate};

use super::{Cli, exit::Exit, output};

/// Flags of `offstage completions`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage completions bash > ~/.local/share/bash-completion/completions/offstage\n  \
    offstage completions zsh > \"${fpath[1]}/_offstage\"\n  \
    offstage completions fish > ~/.config/fish/completions/offstage.fish\n  \
    source <(offstage completions bash)         for this shell alone")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: KnownShell,
}

/// Shells whose completions are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KnownShell {
    /// GNU Bash, with bash-completion.
    Bash,
    /// The Z shell.
    Zsh,
    /// The friendly interactive shell.
    Fish,
}

/// Prints the completions.
///
/// # Errors
/// Standard output cannot take them.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let shell = match args.shell {
        KnownShell::Bash => Shell::Bash,
        KnownShell::Zsh => Shell::Zsh,
        KnownShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "offstage", &mut script);
    output::say(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
