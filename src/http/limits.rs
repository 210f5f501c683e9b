//! Every bound of the listening side, by name and with its unit.
//!
//! This owns the numbers and nothing else; the modules that apply them take them from here. It must never
//! read the environment: whoever wants other numbers builds a [`Limits`] and passes it.
//!
//! Easy to get wrong: hyper's head timeout starts when a connection is accepted and again when the last
//! response went out, so `head_timeout_ms` is at the same time the patience with a silent connection, with
//! a slow head and with an idle keep-alive connection. There is no separate idle limit. With TLS it starts when the
//! handshake is over, so that a silent connection has that time on top.

use std::time::Duration;

/// How many times the allowed head hyper still takes, so that it is refused in the words of the dialect.
pub(super) const HEAD_LENIENCE: usize = 4;

/// Bounds of one listener. `Default` suits production; tests shorten the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at the same time, a count. Further ones wait in the kernel's queue, not accepted.
    pub max_connections: usize,
    /// Header lines in one request, a count. More are [`Fault::HeadTooLarge`](super::Fault::HeadTooLarge), and more
    /// than `HEAD_LENIENCE` times as many a bare 431.
    pub max_headers: usize,
    /// Path, query and headers together. More is the same fault, and far more a bare 431.
    pub max_head_bytes: usize,
    /// Path and query together. More is [`Fault::UriTooLong`](super::Fault::UriTooLong).
    pub max_target_bytes: usize,
    /// A request's body; for the callers of [`read`](super::read).
    pub max_body_bytes: usize,
    /// From accept to the end of the TLS handshake, where there is one. Then the connection is closed.
    pub handshake_timeout_ms: u64,
    /// From accept (or the end of the handshake), or from the last response, to the end of the next head. Then the connection is closed.
    pub head_timeout_ms: u64,
    /// From the first to the last byte of a body; for the callers of [`read`](super::read).
    pub body_timeout_ms: u64,
    /// How long a peer may refuse to take a single byte of a response, or to acknowledge one.
    pub write_stall_ms: u64,
    /// How long a closing connection still takes, and discards, what the peer is sending.
    pub linger_ms: u64,
    /// How much a closing connection discards at most.
    pub max_linger_bytes: usize,
    /// From the stop signal to the end of the last connection.
    pub drain_ms: u64,
    /// The pause after `accept` failed for want of resources (no file descriptors, no memory).
    pub accept_pause_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            max_headers: 64,
            max_head_bytes: 16 * 1024,
            max_target_bytes: 8 * 1024,
            max_body_bytes: 1024 * 1024,
            handshake_timeout_ms: 4_000,
            // Longer than real clients pause between two polls (500 ms, 3 s, 5 s), so that they find their connection open.
            head_timeout_ms: 10_000,
            body_timeout_ms: 10_000,
            write_stall_ms: 10_000,
            linger_ms: 500,
            max_linger_bytes: 1024 * 1024,
            drain_ms: 2_000,
            accept_pause_ms: 250,
        }
    }
}

impl Limits {
    /// `body_timeout_ms` as the duration that [`read`](super::read) takes.
    #[must_use]
    pub fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms)
    }

    pub(super) fn handshake_timeout(&self) -> Duration {
        Duration::from_millis(self.handshake_timeout_ms)
    }

    pub(super) fn head_timeout(&self) -> Duration {
        Duration::from_millis(self.head_timeout_ms)
    }

    pub(super) fn write_stall(&self) -> Duration {
        Duration::from_millis(self.write_stall_ms)
    }

    pub(super) fn linger(&self) -> Duration {
        Duration::from_millis(self.linger_ms)
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }

    pub(super) fn accept_pause(&self) -> Duration {
        Duration::from_millis(self.accept_pause_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_or_silent_peers_are_cut_within_fifteen_seconds_by_default() {
        let limits = Limits::default();
        let silent_ms = limits.handshake_timeout_ms + limits.head_timeout_ms;
        for milliseconds in [silent_ms, limits.body_timeout_ms, limits.write_stall_ms] {
            assert!(milliseconds + limits.linger_ms < 15_000);
        }
    }

    #[test]
    fn three_hundred_idle_connections_fit_by_default() {
        assert!(Limits::default().max_connections > 300);
    }
}
