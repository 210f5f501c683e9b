//! `offstage man`: the manual, one page a command, from the same words as `--help`.
//!
//! Easy to get wrong: examples are lines and have to stay lines; the generator would fill them like prose, so they are
//! written here.

use std::{fs, io, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use roff::{Roff, roman};

use super::{Cli, exit::Exit, output};

/// Flags of `offstage man`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    offstage man | man -l -                                read the first page\n  \
    sudo offstage man --dir /usr/local/share/man/man1      install all of them, then: man offstage-delete")]
pub struct ManArgs {
    /// Write all pages into this folder, made if need be; without it, the first page is printed.
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// Prints the first page, or writes all.
///
/// # Errors
/// A folder or a file that cannot be written.
pub fn run(args: ManArgs) -> anyhow::Result<Exit> {
    // Pages about `help` itself would only repeat the others.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = args.dir else {
        let (_, page) = page(command)?;
        output::say(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    let context = || format!("cannot write the manual to {}", folder.display());
    fs::create_dir_all(&folder).with_context(context)?;
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().cloned());
        let (name, page) = page(command)?;
        fs::write(folder.join(name), page).with_context(context)?;
    }
    Ok(Exit::Done)
}

/// The name of a command's page, and the page.
fn page(command: Command) -> io::Result<(String, Vec<u8>)> {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = clap_mangen::Man::new(command.after_help(None::<&str>));
    let mut page = Vec::new();
    man.render(&mut page)?;
    let lines: Vec<_> = examples.lines().map(|line| roman(format!("{line}\n"))).collect();
    let mut section = Roff::new();
    section.control("SH", ["EXAMPLES AND NOTES"]).control("nf", []).text(lines).control("fi", []);
    section.to_writer(&mut page)?;
    Ok((man.get_filename(), page))
}
