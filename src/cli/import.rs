//! `offstage import`: loads the directory of users from a JSON file.
//!
//! Owns what a person sees of it: how far it is and every fault on standard error, the report on standard output. A
//! terminal gets a bar, anything else a line every few seconds, so that a log does not fill with it.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use clap::Args;

use super::{CommonArgs, output};
use crate::{
    config::{self, Overrides},
    import::{self, Progress},
    store::Store,
};

/// Between two lines about how far it is, where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(3);

/// Between two turns of the spinner.
const TICK_EVERY: Duration = Duration::from_millis(100);

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
/// Impossible settings, a file that cannot be read or holds faults (all of them are in the message), or a Redis that
/// does not answer.
pub async fn run(args: ImportArgs) -> anyhow::Result<()> {
    let overrides = Overrides { redis_url: args.common.redis_url, ..Overrides::default() };
    let settings = config::load(args.common.config.as_deref(), overrides)?;
    let store = Store::open(&settings, "offstage-import")?;
    let display = Display::new();
    let result = import::import(&store, &args.file, args.restore, &|progress| display.show(progress)).await;
    display.end();
    output::say(&result?.to_string())
}

/// How far an import is, on standard error.
pub(crate) enum Display {
    /// For a terminal.
    Bar(ProgressBar),
    /// For everything else: when the last line was written.
    Lines(Mutex<Instant>),
}

impl Display {
    /// A display that suits standard error.
    pub(crate) fn new() -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines(Mutex::new(Instant::now()));
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(TICK_EVERY);
        Self::Bar(bar)
    }

    /// Shows it.
    pub(crate) fn show(&self, Progress { step, done, of }: Progress) {
        match self {
            Self::Bar(bar) => {
                if done == 0 {
                    bar.set_style(style(of));
                    bar.reset_eta();
                }
                bar.set_message(step.name());
                bar.set_length(of);
                bar.set_position(done);
            }
            Self::Lines(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if of > 0 && last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    output::complain(&format!("{}: {done} of {of}", step.name()));
                }
            }
        }
    }

    /// Takes the bar away, so that what follows stands alone.
    pub(crate) fn end(&self) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines(_) => {}
        }
    }
}

/// A bar where the parts are counted, a spinner where they are not.
fn style(of: u64) -> ProgressStyle {
    let template = match of {
        0 => "{spinner} {msg}",
        _ => "{msg:10} {wide_bar} {human_pos} of {human_len} {eta:>4}",
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|error| unreachable!("both templates are well formed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles_are_well_formed() {
        style(0);
        style(7);
    }
}
