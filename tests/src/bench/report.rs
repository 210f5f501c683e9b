//! The report, as it stands in the JSON file.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::figures::Figures;

/// The system that the others are compared with.
pub const OURS: &str = "offstage";

/// Why a system is left out by whoever calls the bench.
pub const NOT_ASKED_FOR: &str = "not asked for";
/// Rounds of a whole run.
pub const ROUNDS: u32 = 3;

/// Everything that was measured in one go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// When it began, by the clock of the machine.
    pub at: String,
    /// A small trial, whose figures mean little.
    pub quick: bool,
    /// Rounds under the main setting.
    pub rounds: u32,
    /// A system that drains slowly was timed for so long, in seconds.
    pub window_s: u64,
    /// Where it was measured.
    pub machine: Machine,
    /// Versions of what all systems stand on.
    pub versions: BTreeMap<String, String>,
    /// Who was measured, and how; those that were not, with the reason.
    pub systems: Vec<System>,
    /// One system in one round under one setting.
    pub runs: Vec<Run>,
    /// Who failed in a round, and why.
    pub failures: Vec<Failure>,
    /// offstage with more and more users, one round after the other.
    pub growth: Vec<Grown>,
    /// What Redis itself allows; none where it could not be measured.
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
    /// Why nobody tried to measure it; [`Report::skipped`] knows also of those that failed.
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

/// See [`Report::failures`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// The setting.
    pub fsync: Fsync,
    /// Counted from 1.
    pub round: u32,
    /// Whose.
    pub system: String,
    /// What it said, or did not do.
    pub reason: String,
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

    /// Those that have figures, offstage first.
    pub fn measured(&self) -> impl Iterator<Item = &System> {
        self.systems.iter().filter(|system| self.runs.iter().any(|run| run.system == system.id))
    }

    /// Why a system has no figures at all; none where it has.
    #[must_use]
    pub fn skipped(&self, system: &System) -> Option<String> {
        let has_figures = self.runs.iter().any(|run| run.system == system.id);
        let failure = self.failures.iter().find(|failure| failure.system == system.id);
        let failed = || failure.map(|failure| format!("it failed: {}", failure.reason));
        if has_figures { None } else { system.skipped.clone().or_else(failed) }
    }

    /// What keeps the page of this report out of the tree: systems that were left out, parts that were left out or failed.
    /// A system that is not installed, or fails, keeps nothing out: the page says so.
    #[must_use]
    pub fn lacks(&self) -> Vec<String> {
        let has_run = |fsync| self.runs.iter().any(|run| run.fsync == fsync);
        let parts = [
            (!self.quick, "full sizes"),
            (self.rounds >= ROUNDS, "all rounds"),
            (has_run(Fsync::Always), "the round with appendfsync always"),
            (self.limit.is_some(), "the limit of Redis"),
            (!self.growth.is_empty(), "the growth"),
            (self.single.ready_s.is_some() && self.single.recovery_s.is_some(), "the start and the recovery"),
        ];
        let parts = parts.into_iter().filter(|(is_there, _)| !is_there).map(|(_, part)| part.to_owned());
        let is_left_out = |system: &&System| system.skipped.as_deref() == Some(NOT_ASKED_FOR);
        let systems = self.systems.iter().filter(is_left_out);
        parts.chain(systems.map(|system| system.name.clone())).collect()
    }
}
