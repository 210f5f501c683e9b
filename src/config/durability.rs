//! What an answer "accepted" promises beyond what Redis happens to be set to, and the bounds of that.
//!
//! Where nothing is set, nothing is promised: an answer is as durable as Redis is, which is shown. Easy to get wrong: a
//! promise that Redis does not keep is not a warning. It turns every acceptance into 503 until it is kept again.

use serde::Deserialize;

use super::validation::Faults;

/// Replicas that make sense to wait for.
const REPLICAS_MAX: u32 = 10;
/// The longest wait for replicas, in milliseconds: two of them, and what Redis does between, fit into the time that a
/// request may take.
const REPLICAS_TIMEOUT_MAX_MS: u64 = 2_000;

/// What must be true before an acceptance is answered with yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DurabilitySettings {
    /// The least that `appendfsync` of Redis must be: `always`, `everysec`, or `any` for whatever it is.
    pub fsync: FsyncPromise,
    /// Replicas of Redis that must have what was accepted, 0 to 10.
    pub replicas: u32,
    /// Milliseconds that the replicas have for that, 1 to 2000.
    pub replicas_timeout_ms: u64,
}

/// When what was accepted is on the disk of Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FsyncPromise {
    /// When Redis gets round to it, if ever.
    Any,
    /// Within a second or two.
    EverySec,
    /// Before the answer.
    Always,
}

impl FsyncPromise {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::EverySec, Self::Always];

    /// The word for it in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::EverySec => "everysec",
            Self::Always => "always",
        }
    }
}

impl DurabilitySettings {
    /// Nothing is promised: an acceptance need not be confirmed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.fsync == FsyncPromise::Any && self.replicas == 0
    }

    /// Refuses what cannot work.
    pub(super) fn check(&self, faults: &mut Faults) {
        if self.replicas > REPLICAS_MAX {
            faults
                .add("durability.replicas", format!("{} is not between 0 and {REPLICAS_MAX}", self.replicas));
        }
        if !(1..=REPLICAS_TIMEOUT_MAX_MS).contains(&self.replicas_timeout_ms) {
            let ms = self.replicas_timeout_ms;
            faults.add(
                "durability.replicas_timeout_ms",
                format!("{ms} is not between 1 and {REPLICAS_TIMEOUT_MAX_MS}: a request takes five seconds at most"),
            );
        }
    }
}

impl Default for DurabilitySettings {
    fn default() -> Self {
        Self { fsync: FsyncPromise::Any, replicas: 0, replicas_timeout_ms: 1_000 }
    }
}
