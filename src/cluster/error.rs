//! What can be wrong with the cluster's files: a file, a line, and a reason without any value of the file.

use std::{io, path::PathBuf};

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not say what it must.
    #[error("{}, line {}: {}", file.display(), fault.line, fault.why)]
    Faulty {
        /// The file.
        file: PathBuf,
        /// Where, and why.
        fault: Fault,
    },
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The reason.
    pub why: String,
}

/// The line on which what follows these bytes stands.
pub(super) fn line(before: &[u8]) -> usize {
    before.split(|byte| *byte == b'\n').count()
}
