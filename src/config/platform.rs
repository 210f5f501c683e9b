//! The settings of the platform dialect (IBM Spectrum LSF Application Center): their meaning and their bounds.
//!
//! The two files are read by whoever needs them (`crate::cluster`), not here: a file that is faulty must name its line, and
//! one that changes while the program runs is read again.

use std::path::PathBuf;

use serde::Deserialize;

use super::validation::Faults;

/// The platform dialect, under `/platform`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlatformSettings {
    /// The file `pmc.conf` of the original: `KEY=VALUE` lines and `#` comments. Without it:
    /// `ALLOW_UNKNOWN_USER=N` and `ENABLE_USER_GROUP=N`.
    pub pmc_conf: Option<PathBuf>,
    /// A JSON file with the cluster's users and groups, which stands for LSF and for the operating system. Without it there
    /// are none.
    pub cluster_file: Option<PathBuf>,
    /// Milliseconds that a caller waits for the end of a deletion before he is told that it goes on.
    pub wait_ms: u64,
    /// Seconds without use after which a token of this dialect stops working.
    pub token_idle_s: u64,
}

impl PlatformSettings {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.check_time("platform.wait_ms", self.wait_ms, false);
        faults.check_time("platform.token_idle_s", self.token_idle_s.saturating_mul(1_000), false);
    }
}

impl Default for PlatformSettings {
    fn default() -> Self {
        Self { pmc_conf: None, cluster_file: None, wait_ms: 30_000, token_idle_s: 3_600 }
    }
}
