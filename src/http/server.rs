//! The accept loop: how many connections there are, and how they all end.
//!
//! This owns the listener, the cap on connections and the graceful stop. It must never look inside a
//! request; one connection's life is in `connection`.
//!
//! Easy to get wrong: the permit is taken before `accept`. The other way round a full server would accept
//! connections it cannot serve, and their silence would not be timed. Waiting is bounded because every
//! silent connection is closed after the head timeout. An `accept` that fails must not end the loop, nor
//! spin: out of file descriptors, it fails again at once.

use std::{io, sync::Arc};

use axum::Router;
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use super::{
    connection::{self, Terms},
    limits::Limits,
    tls::Tls,
};

/// Serves `router` on `listener` until `stop` is cancelled, then lets the open connections finish their
/// request, within the drain limit, and returns. Never fails: what goes wrong with one connection ends that
/// connection.
///
/// Every request carries its peer's address as a [`PeerAddr`](super::PeerAddr) extension, and a
/// [`Scheme`](super::Scheme). Pass the router through [`harden`](super::harden) first.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    serve_with(listener, None, router, limits, stop).await;
}

/// [`serve`]; where there is a certificate, HTTPS is spoken and nothing else.
pub async fn serve_with(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.max_connections));
    let terms = Terms { router, tls, limits, stop: stop.clone() };
    let connections = TaskTracker::new();

    while let Some(place) = next_place(&places, &stop).await {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let running = connection::run(stream, peer, terms.clone());
                connections.spawn(async move {
                    running.await;
                    drop(place);
                });
            }
            Err(error) if concerns_one_connection(&error) => {
                debug!(%error, "a connection died before accept");
            }
            Err(error) => {
                warn!(%error, pause_ms = limits.accept_pause_ms, "cannot accept connections, trying again");
                tokio::select! {
                    () = sleep(limits.accept_pause()) => {}
                    () = stop.cancelled() => break,
                }
            }
        }
    }

    // Closed first, so that a client that tries now is refused and can go elsewhere.
    drop(listener);
    connections.close();
    // Each connection bounds itself; this second bound is for a handler that blocks its thread.
    if timeout(limits.drain() + limits.linger(), connections.wait()).await.is_err() {
        warn!(remaining = connections.len(), "connections left behind at the drain limit");
    }
}

/// Waits for room under the connection cap; `None` once `stop` is cancelled.
async fn next_place(places: &Arc<Semaphore>, stop: &CancellationToken) -> Option<OwnedSemaphorePermit> {
    if places.available_permits() == 0 {
        metrics::counter!("offstage_http_connection_cap_reached_total").increment(1);
    }
    tokio::select! {
        // A closed semaphore is an error, and this one is never closed.
        place = Arc::clone(places).acquire_owned() => place.ok(),
        () = stop.cancelled() => None,
    }
}

/// Whether a failed `accept` tells of a peer that went away, rather than of this process being out of
/// something. Only the latter is worth a pause.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_of_file_descriptors_pauses_the_accept_loop() {
        const EMFILE: i32 = 24;
        assert!(!concerns_one_connection(&io::Error::from_raw_os_error(EMFILE)));
    }

    #[test]
    fn an_aborted_connection_does_not_pause_the_accept_loop() {
        assert!(concerns_one_connection(&io::ErrorKind::ConnectionAborted.into()));
    }
}
