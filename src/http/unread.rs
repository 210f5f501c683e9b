//! Whether a request's body was read to its end.
//!
//! This owns the watching, and nothing of the reading. It must never read by itself: a refusal does not wait for a body
//! that nobody wants.
//!
//! Easy to get wrong: hyper closes the connection after a response to a request whose body is still on its way, but does
//! not say so. A client that keeps connections then sends its next request into one that is being closed, and gets no
//! answer.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    Error,
    body::{Body, Bytes},
    extract::Request,
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Tells whether the body it belongs to was read to its end.
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// Watches a request's body.
    pub(super) fn watch(request: Request) -> (Request, Self) {
        let unread = Arc::new(AtomicBool::new(!request.body().is_end_stream()));
        let watched = Arc::clone(&unread);
        (request.map(|body| Body::new(Watched { body, unread: watched })), Self(unread))
    }

    /// Some of it is still to come.
    pub(super) fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct Watched {
    body: Body,
    unread: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.unread.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn a_body_is_left_until_it_was_read_to_its_end() {
        let (request, unread) = Unread::watch(Request::new(Body::from("text")));
        assert!(unread.is_left());
        assert_eq!(request.into_body().collect().await.unwrap().to_bytes(), "text");
        assert!(!unread.is_left());
    }

    #[test]
    fn nothing_is_left_of_no_body() {
        assert!(!Unread::watch(Request::new(Body::empty())).1.is_left());
    }
}
