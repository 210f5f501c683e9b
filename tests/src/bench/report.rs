//! The report, as it stands in the JSON file.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::figures::Figures;

/// The system that the others are compared with.
pub const OURS: &str = "offstage";

/// Everything that was measured in one go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// When it began, by the clock of the machine.
    pub at: String,
    /// A small trial, whose figures mean little.
    pub quick: bool,
    /// Rounds under the main setting.
    pub rounds: u32,
    /// Where it was measured.
    pub machine: Machine,
    /// Versions of what all systems stand on.
    pub versions: BTreeMap<String, String>,
    /// Who was measured, and how; those that were not, with the reason.
    pub systems: Vec<System>,
    /// One system in one round under one setting.
    pub runs: Vec<Run>,
    /// offstage with more and more users, one round after the other.
    pub growth: Vec<Grown>,
    /// What Redis itself allows; none where redis-benchmark is missing.
    pub limit: Option<Limit>,
    /// What is measured once, of offstage alone.
    pub single: Single,
}

/// The machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// How many of its cores there are.
    pub cores: usize,
    /// Memory in GiB.
    pub memory_gib: f64,
    /// Kernel and distribution.
    pub system: String,
    /// The load averages when the measuring began: by 1 of them somebody else took half a core of two.
    pub load: String,
}

/// Who was measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct System {
    /// Its key in the runs.
    pub id: String,
    /// Its name and version.
    pub name: String,
    /// How it was set.
    pub settings: String,
    /// What it gives beside running a job: what a crash loses, what is kept, what else is done.
    pub gives: String,
    /// A crash loses none of its jobs, so that it can be held against offstage.
    pub comparable: bool,
    /// Why it was not measured.
    pub skipped: Option<String>,
}

/// When Redis brings to disk what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fsync {
    /// Once a second.
    Everysec,
    /// Before it answers.
    Always,
}

impl Fsync {
    /// Its word in Redis.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everysec => "everysec",
            Self::Always => "always",
        }
    }
}

/// See [`Report::runs`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// The setting.
    pub fsync: Fsync,
    /// Counted from 1.
    pub round: u32,
    /// Whose.
    pub system: String,
    /// What was found.
    pub figures: Figures,
}

/// See [`Report::growth`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grown {
    /// Users whose deletion was queued.
    pub users: u64,
    /// Counted from 1.
    pub round: u32,
    /// What was found.
    pub figures: Figures,
}

/// What Redis allows for the same work: the commands that offstage's scripts give, each alone and many in a pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limit {
    /// Every kind of command.
    pub commands: Vec<Bare>,
    /// Their sum for a task, in microseconds.
    pub us_a_task: f64,
}

/// One kind of command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bare {
    /// Its name.
    pub name: String,
    /// How often a task needs it.
    pub calls_a_task: f64,
    /// What redis-benchmark needs for one, in microseconds.
    pub us_a_call: f64,
}

/// See [`Report::single`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Single {
    /// Seconds from the start of `offstage dev` with the sample directory until it serves.
    pub ready_s: Option<f64>,
    /// Seconds from a worker's `kill -9` until another one has finished his tasks.
    pub recovery_s: Option<f64>,
    /// The lease that he had, in seconds.
    pub lease_s: f64,
}

impl Report {
    /// The figures of a system under a setting, round by round.
    pub fn of<'a>(&'a self, system: &'a str, fsync: Fsync) -> impl Iterator<Item = &'a Run> {
        self.runs.iter().filter(move |run| run.system == system && run.fsync == fsync)
    }

    /// Those that were measured, offstage first.
    pub fn measured(&self) -> impl Iterator<Item = &System> {
        self.systems.iter().filter(|system| system.skipped.is_none())
    }
}
