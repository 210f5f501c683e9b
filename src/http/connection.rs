//! One connection: hyper's HTTP/1.1 with every limit set, from the first byte to the close.
//!
//! This owns how hyper is configured and how a connection reacts to the stop signal. It must never answer a
//! well-formed request itself. What hyper answers alone, with a bare status and a close: heads that do not
//! parse, differing Content-Lengths, chunked HTTP/1.0 (400), far too many or too long headers (431). A request
//! with both Content-Length and Transfer-Encoding is answered once, as chunked, and the connection closed.
//!
//! Easy to get wrong: without a timer hyper ignores `header_read_timeout` or panics, and with the automatic
//! HTTP/1-or-2 builder of hyper-util a connection that sends nothing is never timed; hence the plain builder.

use std::{net::SocketAddr, pin::pin};

use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt;
use tokio::{net::TcpStream, time::timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::debug;

use super::{
    limits::{HEAD_LENIENCE, Limits},
    stream::Stream,
};

/// hyper panics when asked for a smaller buffer.
const MIN_BUFFER_BYTES: usize = 8 * 1024;

/// The address of the socket's other end, on every request as an extension. Behind a proxy it is the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// Serves one connection until it ends, or until the drain limit after `stop`.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    prepare(&stream, &limits);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(PeerAddr(peer));
        router.clone().oneshot(request)
    });
    let io = TokioIo::new(Stream::new(stream, limits, stop.clone()));
    let mut connection = pin!(builder(&limits).serve_connection(io, service));

    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match timeout(limits.drain(), connection).await {
                Ok(ended) => ended,
                Err(_) => return debug!("connection dropped at the drain limit"),
            }
        }
    };
    // The peer's doing, and ordinary: a reset, a timeout, a head that does not parse.
    if let Err(error) = ended {
        debug!(%error, "connection ended early");
    }
}

/// A socket that sends at once, and that notices a peer which vanished without a word.
fn prepare(stream: &TcpStream, limits: &Limits) {
    // Answers are small and complete; waiting for more bytes to send with them only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "cannot set TCP_NODELAY");
    }
    // The kernel takes a few bytes now and then for a quarter of an hour before it says that nobody acknowledges them, so
    // that the write stall limit alone would keep a dead listener of events for as long.
    let unacknowledged_ms = u32::try_from(limits.write_stall_ms).unwrap_or(u32::MAX);
    if let Err(error) = sockopt::set_tcp_user_timeout(stream, unacknowledged_ms) {
        debug!(%error, "cannot set TCP_USER_TIMEOUT");
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout())
        .max_headers(limits.max_headers * HEAD_LENIENCE)
        .max_header_size(limits.max_head_bytes * HEAD_LENIENCE)
        .max_buf_size((limits.max_head_bytes * HEAD_LENIENCE).max(MIN_BUFFER_BYTES))
        // A client may close its sending side once the request is out; a handler is not dropped for it.
        .half_close(true);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_is_never_acknowledged_ends_a_connection_as_soon_as_what_is_never_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        prepare(&stream, &Limits { write_stall_ms: 1_234, ..Limits::default() });
        assert_eq!(sockopt::tcp_user_timeout(&stream).unwrap(), 1_234);
        assert!(stream.nodelay().unwrap());
    }
}
