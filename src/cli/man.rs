//! `offstage man`: the manual, one page a command, from the same words as `--help`.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};

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
    let Some(folder) = args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        output::say(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    let context = || format!("cannot write the manual to {}", folder.display());
    fs::create_dir_all(&folder).with_context(context)?;
    clap_mangen::generate_to(Cli::command(), &folder).with_context(context)?;
    Ok(Exit::Done)
}
