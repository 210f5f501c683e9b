//! Whose turn it is to have a password checked.
//!
//! Owns how many passwords are checked at once: by all, and by one peer. Each peer has a line of his own, from which only a
//! few step into the common one: whoever sends a thousand wrong passwords waits behind himself, and everybody else goes past
//! him.
//!
//! Easy to get wrong: nobody is refused because his line is long, for all who come through one proxy are one peer. And a
//! network of IPv6 is one peer too, or one machine could stand in as many lines as it likes.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most passwords checked at once.
const MOST_AT_ONCE: usize = 4;
/// Most of them for one peer: some are left for others.
const MOST_OF_A_PEER: usize = 3;
/// The part of an IPv6 address that says in which network it is.
const NETWORK: u128 = !0 << 64;

/// See the module's header.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    lines: Mutex<HashMap<Option<IpAddr>, Weak<Semaphore>>>,
}

/// A turn; the next one's when it is dropped.
pub(super) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_peer: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(MOST_AT_ONCE)), lines: Mutex::default() }
    }

    /// Waits for a turn of that peer.
    pub(super) async fn take(&self, peer: Option<IpAddr>) -> Turn {
        let of_peer = place(self.line(peer.map(network))).await;
        Turn { _of_all: place(Arc::clone(&self.all)).await, _of_peer: of_peer }
    }

    /// The line of that peer; it is forgotten when nobody stands in it.
    fn line(&self, peer: Option<IpAddr>) -> Arc<Semaphore> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&peer).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line = Arc::new(Semaphore::new(MOST_OF_A_PEER));
        lines.insert(peer, Arc::downgrade(&line));
        line
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK)),
    }
}

async fn place(line: Arc<Semaphore>) -> OwnedSemaphorePermit {
    match line.acquire_owned().await {
        Ok(place) => place,
        Err(_) => unreachable!("the semaphore is never closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Poll};

    /// Whether that peer would have a turn now.
    async fn has_turn(turns: &Turns, peer: &str) -> bool {
        let mut turn = pin!(turns.take(Some(peer.parse().unwrap())));
        std::future::poll_fn(|context| Poll::Ready(turn.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn nobody_waits_for_the_line_of_another() {
        for (one, same, other) in [
            ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"),
            ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ] {
            let turns = Turns::new();
            let peer = one.parse().unwrap();
            let mut held = Vec::new();
            for _ in 0..MOST_OF_A_PEER {
                assert!(has_turn(&turns, same).await);
                held.push(turns.take(Some(peer)).await);
            }
            assert!(!has_turn(&turns, same).await, "as many as may be");
            assert!(has_turn(&turns, other).await, "{other} goes past them");
            held.pop();
            assert!(has_turn(&turns, same).await, "one is done");
        }
    }

    #[tokio::test]
    async fn all_together_have_as_many_turns_as_may_be() {
        let turns = Turns::new();
        let mut held = Vec::new();
        for last in 0..MOST_AT_ONCE {
            held.push(turns.take(format!("10.0.0.{last}").parse().ok()).await);
        }
        assert!(!has_turn(&turns, "10.0.1.1").await);
        held.clear();
        assert!(has_turn(&turns, "10.0.1.1").await);
        assert_eq!(turns.lines.lock().unwrap().len(), 1, "whoever is gone is forgotten");
    }
}
