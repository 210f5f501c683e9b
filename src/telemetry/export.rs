//! Sends spans to an OpenTelemetry collector (OTLP over HTTP, protobuf), where one is configured.
//!
//! This owns which spans are sent, under which names, and what becomes of them when nobody takes them: they are counted
//! and forgotten, one line in the log says so, and one says when it works again. It must never hold up the program: the
//! sending has a thread of its own, a bounded queue before it, and a bound in time at the end.
//!
//! Easy to get wrong: only our own spans may be sent. The client that sends them makes spans, too.

mod door;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceId, TracerProvider as _},
};
use opentelemetry_otlp::{RetryPolicy, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{
        BatchConfigBuilder, BatchSpanProcessor, Sampler, SamplingResult, SdkTracer, SdkTracerProvider,
        ShouldSample, SpanData, SpanExporter,
    },
};
use tracing::{Subscriber, info, level_filters::LevelFilter, warn};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use self::door::Door;

/// What the targets of our own spans begin with.
const OURS: &str = "offstage";
/// How long the collector may take for one batch.
const SEND_LIMIT: Duration = Duration::from_secs(3);
/// How long a program that ends tries to get rid of the last spans.
const END_LIMIT: Duration = Duration::from_secs(1);
/// Spans that may wait to be sent; more are dropped.
const MOST_WAITING: usize = 8_192;

/// The exporter is process-wide, as the subscriber is.
static EXPORTING: Mutex<Option<SdkTracerProvider>> = Mutex::new(None);

/// Where spans are sent, and which.
#[derive(Debug, Clone)]
pub struct Export {
    /// The name of this program among the services.
    pub service: &'static str,
    /// The collector: `http://HOST:4318`; `/v1/traces` is added.
    pub endpoint: String,
    /// The part of the traces that begin here that is sent, 0 to 1. A caller's trace is sent if he says that it is.
    pub sampling_ratio: f64,
}

impl Export {
    /// The exporter's thread, and the way to it.
    pub(super) fn provider(&self) -> anyhow::Result<SdkTracerProvider> {
        // Whoever was first chose the same one; without any, the client panics.
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("a TLS provider was there already");
        }
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{}/v1/traces", self.endpoint.trim_end_matches('/')))
            .with_timeout(SEND_LIMIT)
            // The next batch is the next try.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .context("spans cannot be sent to telemetry.otlp_endpoint")?;
        let root = LikeItsCause(Sampler::TraceIdRatioBased(self.sampling_ratio));
        Ok(SdkTracerProvider::builder()
            .with_span_processor(queue(exporter, MOST_WAITING))
            .with_sampler(Sampler::ParentBased(Box::new(root)))
            .with_resource(
                Resource::builder_empty()
                    .with_service_name(self.service)
                    .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
                    .build(),
            )
            .build())
    }
}

/// The queue before an exporter, with a door before it.
fn queue<E: SpanExporter + 'static>(exporter: E, room: usize) -> Door<BatchSpanProcessor> {
    let waiting = Arc::<AtomicUsize>::default();
    let sender = Sender { exporter, failing: AtomicBool::new(false), waiting: Arc::clone(&waiting) };
    let batches = BatchConfigBuilder::default().with_max_queue_size(room).build();
    let queue = BatchSpanProcessor::builder(sender).with_batch_config(batches).build();
    Door { queue, room, waiting }
}

/// Keeps the provider for [`end`].
pub(super) fn keep(provider: SdkTracerProvider) {
    *EXPORTING.lock().unwrap_or_else(PoisonError::into_inner) = Some(provider);
}

/// Sends what waits, within a second. Call it last; what ends later is not sent.
pub async fn end() {
    let kept = EXPORTING.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(provider) = kept else { return };
    let ending = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(END_LIMIT));
    if !matches!(ending.await, Ok(Ok(()))) {
        tracing::debug!("the last spans were not sent");
    }
}

/// Hands our spans to the exporter, whatever is logged.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let tracer: SdkTracer = provider.tracer(OURS);
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_filter(Targets::new().with_target(OURS, LevelFilter::INFO))
}

/// Of the traces that begin here: what was caused by a span of another trace is sent if that one is, so that a request
/// and the work it asked for are both there or both not; of the rest, a part.
#[derive(Debug, Clone)]
struct LikeItsCause(Sampler);

impl ShouldSample for LikeItsCause {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = match links.first() {
            Some(cause) if cause.span_context.is_sampled() => &Sampler::AlwaysOn,
            Some(_) => &Sampler::AlwaysOff,
            None => &self.0,
        };
        sampler.should_sample(parent, trace, name, kind, attributes, links)
    }
}

fn count_unsent(spans: usize) {
    metrics::counter!("offstage_spans_unsent_total").increment(spans as u64);
}

/// Sends batches, in the words of OpenTelemetry.
#[derive(Debug)]
struct Sender<E> {
    exporter: E,
    failing: AtomicBool,
    waiting: Arc<AtomicUsize>,
}

impl<E: SpanExporter> SpanExporter for Sender<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(translate);
        let spans = batch.len();
        self.waiting.fetch_sub(spans, Ordering::Relaxed);
        let outcome = self.exporter.export(batch).await;
        let failed_before = self.failing.swap(outcome.is_err(), Ordering::Relaxed);
        match &outcome {
            Err(error) => {
                count_unsent(spans);
                if !failed_before {
                    warn!(%error, "spans cannot be sent: they are dropped until telemetry.otlp_endpoint takes them");
                }
            }
            Ok(()) if failed_before => info!("spans are sent again"),
            Ok(()) => {}
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Our logs say `method` and `route`; there, these have longer names, and together they name the span.
fn translate(span: &mut SpanData) {
    match &*span.name {
        "http.request" => {
            span.span_kind = SpanKind::Server;
            span.name = format!("{} {}", text_of(span, "method"), text_of(span, "route")).into();
            rename(span, "method", "http.request.method");
            rename(span, "route", "http.route");
        }
        "worker.task.run" => span.span_kind = SpanKind::Consumer,
        _ => {}
    }
}

fn text_of(span: &SpanData, key: &'static str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    found.map_or_else(String::new, |attribute| attribute.value.as_str().into_owned())
}

fn rename(span: &mut SpanData, from: &'static str, to: &'static str) {
    for attribute in span.attributes.iter_mut().filter(|attribute| attribute.key.as_str() == from) {
        attribute.key = to.into();
    }
}

/// Tells what the metrics of this module mean.
pub(super) fn describe_metrics() {
    metrics::describe_counter!(
        "offstage_spans_unsent_total",
        "Spans that were dropped: telemetry.otlp_endpoint did not take them, or too many waited for it."
    );
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::Tracer as _;
    use opentelemetry_sdk::error::OTelSdkError;

    use super::*;

    /// A collector that takes nothing.
    #[derive(Debug)]
    struct Refusing;

    impl SpanExporter for Refusing {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            Err(OTelSdkError::InternalFailure("refused".to_owned()))
        }
    }

    #[test]
    fn spans_that_are_refused_make_room_all_the_same() {
        let queue = queue(Refusing, 4);
        let waiting = Arc::clone(&queue.waiting);
        let provider = SdkTracerProvider::builder().with_span_processor(queue).build();
        let tracer = provider.tracer(OURS);
        (0..4).for_each(|_| drop(tracer.start("span")));
        provider.shutdown_with_timeout(END_LIMIT).unwrap();
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
    }
}
