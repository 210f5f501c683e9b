//! One connection: TLS where the listener has a certificate, then hyper's HTTP/1.1, with every limit set, from the first
//! byte to the close.
//!
//! This owns how hyper is configured and how a connection reacts to the stop signal. It must never answer a
//! well-formed request itself. What hyper answers alone, with a bare status and a close: heads that do not
//! parse, differing Content-Lengths, chunked HTTP/1.0 (400), far too many or too long headers (431). A request
//! with both Content-Length and Transfer-Encoding is answered once, as chunked, and the connection closed.
//!
//! Easy to get wrong: without a timer hyper ignores `header_read_timeout` or panics, and with the automatic
//! HTTP/1-or-2 builder of hyper-util a connection that sends nothing is never timed; hence the plain builder. TLS lies
//! above [`Stream`], so that a stalled peer and the lingering close are the same with it; its handshake has a time limit
//! of its own, because hyper's timer starts behind it.

use std::net::{IpAddr, SocketAddr};

use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::debug;

use super::{
    limits::{HEAD_LENIENCE, Limits},
    stream::Stream,
    tls::Tls,
};

/// hyper panics when asked for a smaller buffer.
const MIN_BUFFER_BYTES: usize = 8 * 1024;

/// The address of the socket's other end, on every request as an extension. Behind a proxy it is the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

impl PeerAddr {
    /// The address without its port, if this server took the request in.
    #[must_use]
    pub fn ip_of<B>(request: &Request<B>) -> Option<IpAddr> {
        request.extensions().get().map(|Self(peer)| peer.ip().to_canonical())
    }
}

/// How a request came to this process, on every request as an extension. Behind a proxy it is how the proxy came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// What an address that leads here begins with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// What all connections of a listener have in common.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) router: Router,
    /// None where HTTP is spoken in the clear.
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
    pub(super) stop: CancellationToken,
}

/// Serves one connection until it ends, or until the drain limit after the stop.
pub(super) async fn run(stream: TcpStream, peer: SocketAddr, terms: Terms) {
    prepare(&stream, &terms.limits);
    let stream = Stream::new(stream, terms.limits, terms.stop.clone());
    match &terms.tls {
        None => speak(stream, peer, Scheme::Http, terms).await,
        Some(tls) => {
            if let Some(stream) = shake_hands(stream, tls, &terms).await {
                speak(stream, peer, Scheme::Https, terms).await;
            }
        }
    }
}

/// Agrees with the peer on a TLS session; none if that fails, takes too long, or the program stops.
async fn shake_hands(stream: Stream, tls: &Tls, terms: &Terms) -> Option<TlsStream<Stream>> {
    let accepting = TlsAcceptor::from(tls.current()).accept(stream).into_fallible();
    let accepted = tokio::select! {
        accepted = timeout(terms.limits.handshake_timeout(), accepting) => accepted,
        () = terms.stop.cancelled() => return None,
    };
    let reason = match accepted {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err((error, mut stream))) => {
            // The peer's doing, and ordinary: plain HTTP, an old version, a certificate that is not trusted.
            debug!(%error, "no TLS session");
            // Lingers, so that the peer reads the alert which says why.
            if let Err(error) = stream.shutdown().await {
                debug!(%error, "connection ended early");
            }
            "failed"
        }
        Err(_) => {
            debug!("no TLS session within the limit");
            "timed_out"
        }
    };
    metrics::counter!("offstage_http_handshakes_failed_total", "reason" => reason).increment(1);
    None
}

/// Serves the requests of one connection.
async fn speak<S>(stream: S, peer: SocketAddr, scheme: Scheme, terms: Terms)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Terms { router, tls: _, limits, stop } = terms;
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(PeerAddr(peer));
        request.extensions_mut().insert(scheme);
        router.clone().oneshot(request)
    });
    let mut connection = builder(&limits).serve_connection(TokioIo::new(stream), service);

    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stop.cancelled() => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            match timeout(limits.drain(), &mut connection).await {
                Ok(ended) => ended,
                Err(_) => return debug!("connection dropped at the drain limit"),
            }
        }
    };
    // The peer's doing, and ordinary: a reset, a timeout, a head that does not parse.
    if let Err(error) = ended {
        debug!(%error, "connection ended early");
        if scheme == Scheme::Https {
            say_goodbye(connection.into_parts().io.into_inner(), &limits).await;
        }
    }
}

/// Ends a TLS session that hyper gave up without a word: to a client, an end without one is a response that was cut.
async fn say_goodbye(mut stream: impl AsyncWrite + Unpin, limits: &Limits) {
    match timeout(limits.linger(), stream.shutdown()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "no goodbye"),
        Err(_) => debug!("no goodbye within the limit"),
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
