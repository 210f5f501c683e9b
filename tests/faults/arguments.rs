//! What the command line says.

use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Injects faults into real programs under load, and checks that nothing was lost and nothing done twice.
#[derive(Debug, Parser)]
#[command(name = "faults")]
pub(crate) struct Arguments {
    /// How many faults each row injects: `short` is minutes, `long` about an hour.
    #[arg(long, value_enum, default_value = "short")]
    pub(crate) size: Size,
    /// The same seed makes the same choices.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Only this row; may be repeated.
    #[arg(long)]
    pub(crate) row: Vec<String>,
    /// Rows that run side by side.
    #[arg(long, default_value_t = 2)]
    pub(crate) lanes: usize,
    /// Writes all figures to this file.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Writes the page for people, RELIABILITY.md, to this file.
    #[arg(long)]
    pub(crate) page: Option<PathBuf>,
    /// Shows the rows and runs none.
    #[arg(long)]
    pub(crate) list: bool,
}

/// See [`Arguments::size`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Size {
    /// In every change.
    Short,
    /// Before a release.
    Long,
}
