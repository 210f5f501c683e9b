//! A deploy: how it was asked for, and how the deployed users that it prepares are told from those of others.
//!
//! Easy to get wrong: each attempt prepares users of its own, so that nothing of an attempt that broke off is ever taken over.

use std::{fmt, net::IpAddr};

use super::task::{Fence, TaskId};

/// How much a deploy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeployType {
    /// Only if there is something to deploy.
    Incremental,
    /// Whether there is something to deploy or not.
    Full,
}

impl DeployType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Incremental, Self::Full];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incremental => "INCREMENTAL",
            Self::Full => "FULL",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a deploy was asked for with. Its text is `FULL 10.0.0.7`, or `FULL` where the address is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployOrder {
    /// How much.
    pub kind: DeployType,
    /// The address it was asked for from, where it is known.
    pub from: Option<IpAddr>,
}

impl DeployOrder {
    /// The order of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, from) = text.split_once(' ').map_or((text, None), |(kind, from)| (kind, Some(from)));
        let from = match from {
            None => None,
            Some(address) => Some(address.parse().ok()?),
        };
        Some(Self { kind: DeployType::from_name(kind)?, from })
    }
}

impl fmt::Display for DeployOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        self.from.map_or(Ok(()), |address| write!(f, " {address}"))
    }
}

/// The deployed users that one attempt of a deploy prepares: `<task>-<fence>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// The deploy.
    pub task: TaskId,
    /// The claim.
    pub fence: Fence,
}

impl Generation {
    /// The generation of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (task, fence) = name.split_once('-')?;
        Some(Self { task: TaskId(task.parse().ok()?), fence: Fence(fence.parse().ok()?) })
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.task, self.fence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in DeployType::ALL {
            for from in [None, "10.0.0.7".parse().ok(), "::1".parse().ok()] {
                let order = DeployOrder { kind, from };
                assert_eq!(DeployOrder::parse(&order.to_string()), Some(order));
            }
        }
        assert_eq!(DeployOrder::parse("FULL nowhere"), None);
        let generation = Generation { task: TaskId(71), fence: Fence(2) };
        assert_eq!(Generation::parse(&generation.to_string()), Some(generation));
        assert_eq!(Generation::parse("71"), None);
    }
}
