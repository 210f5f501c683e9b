//! W3C trace context: the span in whose name a request came, as it travels from the caller to the worker.
//!
//! This owns reading and writing `traceparent`, and tying our spans to the one it names. It must never keep
//! `tracestate`: that is vendors' free text, and what is kept with a task holds ids only.
//!
//! Easy to get wrong: a parent has to be set before the span is entered for the first time, or it is too late. And where
//! no spans are exported there is no context behind a span: so what a request causes is linked through [`cause`], which
//! is then the caller's own.

use std::fmt;

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use tokio::task::futures::TaskLocalFuture;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header, as all of us write it.
pub const HEADER: &str = "traceparent";
/// Characters of version 00: `00-`, 32 of the trace, `-`, 16 of the span, `-`, 2 of the flags.
const CHARS: usize = 55;

/// A span of somebody else's, and the trace that it belongs to. Shown as a `traceparent` of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    trace: u128,
    span: u64,
    flags: u8,
}

impl TraceParent {
    /// Reads a `traceparent` of version 00; none for anything else, which is then ignored, as the standard wants it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if text.len() != CHARS || !text.bytes().all(hexadecimal) {
            return None;
        }
        let parts: Vec<_> = text.split('-').collect();
        let &["00", trace, span, flags] = parts.as_slice() else { return None };
        if (trace.len(), span.len(), flags.len()) != (32, 16, 2) {
            return None;
        }
        let parent = Self {
            trace: u128::from_str_radix(trace, 16).ok()?,
            span: u64::from_str_radix(span, 16).ok()?,
            flags: u8::from_str_radix(flags, 16).ok()?,
        };
        (parent.trace != 0 && parent.span != 0).then_some(parent)
    }

    /// The trace's id, 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    fn of(context: &SpanContext) -> Option<Self> {
        context.is_valid().then(|| Self {
            trace: u128::from_be_bytes(context.trace_id().to_bytes()),
            span: u64::from_be_bytes(context.span_id().to_bytes()),
            flags: context.trace_flags().to_u8(),
        })
    }

    fn context(self) -> SpanContext {
        SpanContext::new(
            TraceId::from(self.trace),
            SpanId::from(self.span),
            TraceFlags::new(self.flags),
            true,
            TraceState::NONE,
        )
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

tokio::task_local! {
    static CAUSE: Option<TraceParent>;
}

/// Does that work in the name of `cause`, as far as it is not spawned elsewhere.
pub fn in_the_name_of<F: Future>(
    cause: Option<TraceParent>,
    work: F,
) -> TaskLocalFuture<Option<TraceParent>, F> {
    CAUSE.scope(cause, work)
}

/// What the things that are done here are to be linked to, if anything.
#[must_use]
pub fn cause() -> Option<TraceParent> {
    CAUSE.try_with(|cause| *cause).ok().flatten()
}

/// Makes `span` a child of the one that the caller named. Call it before the span is entered.
pub fn set_parent(span: &Span, parent: TraceParent) {
    if let Err(error) = span.set_parent(Context::new().with_remote_span_context(parent.context())) {
        // Without an export nobody keeps parents.
        tracing::trace!(%error, "a span stays without its parent");
    }
}

/// Links `span` to the one that caused it.
pub fn link(span: &Span, cause: TraceParent) {
    span.add_link(cause.context());
}

/// `span` as others may refer to it; none where spans are not exported.
#[must_use]
pub fn of_span(span: &Span) -> Option<TraceParent> {
    TraceParent::of(span.context().span().span_context())
}

/// Marks `span` as failed by a fault of ours.
pub fn failed(span: &Span) {
    span.set_status(Status::error(""));
}

/// Notes something that only those who look at traces want to know.
pub fn note(span: &Span, name: &'static str, value: i64) {
    span.set_attribute(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_it_came() {
        for text in [GOOD, "00-00000000000000000000000000000001-0000000000000001-00"] {
            assert_eq!(TraceParent::parse(text).unwrap().to_string(), text);
        }
        let parent = TraceParent::parse(GOOD).unwrap();
        assert_eq!(parent.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(TraceParent::of(&parent.context()), Some(parent));
    }

    #[test]
    fn anything_else_is_ignored() {
        for text in [
            "",
            "00",
            &GOOD.to_uppercase(),
            &format!("{GOOD}-00"),
            &GOOD[..54],
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
        ] {
            assert_eq!(TraceParent::parse(text), None, "{text}");
        }
    }

    #[test]
    fn without_an_export_a_span_has_no_name_for_others() {
        let span = tracing::info_span!("here");
        set_parent(&span, TraceParent::parse(GOOD).unwrap());
        link(&span, TraceParent::parse(GOOD).unwrap());
        assert_eq!(of_span(&span), None);
    }
}
