//! What is known of a route beside its handler: who may call it, since when it is there, which of its answers' fields there
//! are, and the codes that are its own.
//!
//! Owns the shape of that knowledge; the table itself is [`endpoints`](super::endpoints). What a request is measured by, how
//! a refusal is rendered and what the help tells all come from here, so that they cannot disagree.
//!
//! Easy to get wrong: the same reason has another code at another endpoint (no such user is 1002 at his deletion and
//! 38301001 where he is read), and at another version.

use http::Method;

use super::{fields::Known, version::Version};
use crate::api::{problem::ProblemKind, service::Operation};

/// A method of a path.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// How it is called.
    pub(super) method: Method,
    /// Where, as the router has it.
    pub(super) path: &'static str,
    /// What its callers must be allowed to.
    pub(super) operation: Operation,
    /// The first version that has it.
    pub(super) since: Version,
    /// The fields of its answer; none where there is nothing to choose from.
    pub(super) fields: &'static [Known],
    /// Its answer is a list, of which a caller may want a part; none where it is not.
    pub(super) lists: Option<Listing>,
    /// What the documentation calls its body; none where none belongs.
    pub(super) body: Option<&'static str>,
    /// What it refuses with codes of its own, in the order of the documentation.
    pub(super) refusals: &'static [Refused],
}

/// How a caller may choose from a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// By `filter` and `Range`. A `sort` means nothing.
    Filtered,
    /// By `sort` too.
    Sorted,
}

/// A reason for which an endpoint refuses, in its own words.
#[derive(Debug)]
pub(super) struct Refused {
    /// The reason.
    pub(super) kind: ProblemKind,
    /// The HTTP status.
    pub(super) status: u16,
    /// The unique code.
    pub(super) code: u32,
    /// The first major version that has the code.
    pub(super) from: u16,
    /// The last one.
    pub(super) until: u16,
    /// What the code means.
    pub(super) description: &'static str,
}

impl Refused {
    /// A code that every version has.
    pub(super) const fn always(kind: ProblemKind, status: u16, code: u32, description: &'static str) -> Self {
        Self { kind, status, code, from: 0, until: u16::MAX, description }
    }

    /// The same, from that major version on.
    pub(super) const fn from(self, major: u16) -> Self {
        Self { from: major, ..self }
    }

    /// The same, up to that major version.
    pub(super) const fn until(self, major: u16) -> Self {
        Self { until: major, ..self }
    }

    /// That version has the code.
    pub(super) const fn is_in(&self, version: Version) -> bool {
        self.from <= version.major() && version.major() <= self.until
    }
}

/// Where a session is ended: the one endpoint that answers in plain text.
pub(super) const LOGOUT: &str = "/api/auth/logout";
/// The same, as Ansible's client calls it.
pub(super) const LOGOUT_TOO: &str = "/auth/logout";

impl Endpoint {
    /// The media types of its answer. A refusal is JSON whatever the answer is.
    pub(super) fn answers(&self) -> &'static [(&'static str, &'static str)] {
        if self.path == LOGOUT {
            &[("text", "plain"), ("application", "json")]
        } else {
            &[("application", "json")]
        }
    }

    /// Its own code for that reason, if it has one in that version.
    pub(super) fn refused(&self, kind: ProblemKind, version: Version) -> Option<&Refused> {
        self.refusals.iter().find(|refused| refused.kind == kind && refused.is_in(version))
    }
}
