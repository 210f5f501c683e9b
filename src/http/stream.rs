//! The socket under one connection, with the two bounds hyper does not have.
//!
//! This owns the write stall limit (a peer that stops taking bytes would hold its connection for ever) and
//! the lingering close. It must never look at the bytes.
//!
//! Easy to get wrong: closing a socket while the peer's bytes sit unread makes the kernel send a reset, and
//! the reset can overtake the response; a client that is refused half-way through its upload would then see
//! a broken connection and not the reason. So after the sending side is shut down, what still comes in is
//! read and thrown away until the peer closes or a bound is met. That data never reaches the parser.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};
use tokio_util::sync::CancellationToken;

use super::limits::Limits;

const DISCARD_BYTES: usize = 4 * 1024;

/// How far the close has come.
enum Closing {
    /// Not asked for yet.
    No,
    /// Our side is shut down; discarding until the peer closes, the time is up, or no bytes are left.
    Lingering { deadline: Pin<Box<Sleep>>, bytes_left: usize },
    /// Nothing more to wait for.
    Done,
}

/// A [`TcpStream`] that gives up on a peer which takes nothing, and lingers when it closes.
pub(super) struct Stream {
    inner: TcpStream,
    limits: Limits,
    stop: CancellationToken,
    stalled: Option<Pin<Box<Sleep>>>,
    closing: Closing,
}

impl Stream {
    /// Once `stop` is cancelled a close no longer lingers.
    pub(super) fn new(inner: TcpStream, limits: Limits, stop: CancellationToken) -> Self {
        Self { inner, limits, stop, stalled: None, closing: Closing::No }
    }

    /// Passes a write's result on, and turns "not ready" into an error when it has lasted too long.
    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let limit = self.limits.write_stall();
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.unless_stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        loop {
            match &mut stream.closing {
                Closing::No => {
                    ready!(Pin::new(&mut stream.inner).poll_shutdown(cx))?;
                    stream.closing = if stream.stop.is_cancelled() {
                        Closing::Done
                    } else {
                        Closing::Lingering {
                            deadline: Box::pin(sleep(stream.limits.linger())),
                            bytes_left: stream.limits.max_linger_bytes,
                        }
                    };
                }
                Closing::Lingering { deadline, bytes_left } => {
                    if deadline.as_mut().poll(cx).is_ready() {
                        stream.closing = Closing::Done;
                        continue;
                    }
                    let mut bytes = [0; DISCARD_BYTES];
                    let mut discarded = ReadBuf::new(&mut bytes);
                    let read = ready!(Pin::new(&mut stream.inner).poll_read(cx, &mut discarded));
                    let count = discarded.filled().len();
                    *bytes_left = bytes_left.saturating_sub(count);
                    if read.is_err() || count == 0 || *bytes_left == 0 {
                        stream.closing = Closing::Done;
                    }
                }
                Closing::Done => return Poll::Ready(Ok(())),
            }
        }
    }
}
