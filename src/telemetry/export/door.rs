//! Lets no more spans into the queue than it has room for, and counts those that find none.
//!
//! The queue of the SDK would drop them by itself, but tells nobody how many. Easy to get wrong: what is taken out of the
//! queue must be taken off `waiting`, whatever becomes of it, or the door stays shut for ever.

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::count_unsent;

/// See the module's header.
#[derive(Debug)]
pub(super) struct Door<P> {
    pub(super) queue: P,
    pub(super) room: usize,
    /// Spans in the queue; the sender takes off what it is given.
    pub(super) waiting: Arc<AtomicUsize>,
}

impl<P: SpanProcessor> SpanProcessor for Door<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.queue.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.room {
            self.queue.on_end(span);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            count_unsent(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.queue.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.queue.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.queue.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;
    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    /// A queue that nobody empties.
    #[derive(Debug)]
    struct Stuck(Arc<AtomicUsize>);

    impl SpanProcessor for Stuck {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, _: SpanData) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    #[test]
    fn spans_that_find_no_room_are_counted() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let (queued, waiting) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let door = Door { queue: Stuck(Arc::clone(&queued)), room: 3, waiting: Arc::clone(&waiting) };
        let provider = SdkTracerProvider::builder().with_span_processor(door).build();
        let tracer = provider.tracer("offstage");
        let ended = |spans: usize| (0..spans).for_each(|_| drop(tracer.start("span")));
        metrics::with_local_recorder(&recorder, || ended(5));
        assert_eq!((queued.load(Ordering::Relaxed), waiting.load(Ordering::Relaxed)), (3, 3));
        let page = recorder.handle().render();
        assert!(page.contains("offstage_spans_unsent_total 2\n"), "{page}");
        waiting.fetch_sub(3, Ordering::Relaxed);
        ended(1);
        assert_eq!(queued.load(Ordering::Relaxed), 4, "there is room again");
    }
}
