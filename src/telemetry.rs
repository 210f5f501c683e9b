//! Logs, metrics and traces of a program: set up once, at its start.
//!
//! This owns the log format, the panic hook, the metrics recorder and the export of spans. It must never read the
//! environment (the filter is an argument) and never write to stdout, which belongs to a program's results.
//!
//! Easy to get wrong: tests share one process, so everything here may be called again; the second call
//! keeps the first one's subscriber and recorder. An error given to tracing as such is logged in JSON without its
//! causes, which say what is wrong; give it [`chain`]. And histograms grow until someone drains them: without
//! the upkeep task a program that nobody scrapes would slowly eat its memory.

mod export;
pub mod trace;

use std::{
    error::Error,
    io::{self, IsTerminal as _},
    panic::PanicHookInfo,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::{runtime::Handle, time::interval};
use tracing::{Subscriber, debug, error};
use tracing_subscriber::{
    EnvFilter, Layer, fmt::MakeWriter, layer::SubscriberExt as _, registry::LookupSpan,
};

pub use self::export::{Export, end};

const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Upper bounds, in seconds, of every histogram whose name ends in `_seconds`: from a fast read to a slow
/// deletion.
const SECONDS_BUCKETS: [f64; 15] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0];

/// Calls of Redis take a tenth of a millisecond, and at most as long as a call waits for its answer.
const CALL_BUCKETS: [f64; 14] =
    [0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0];

/// Waiting for a worker takes milliseconds, or as long as nobody works.
const WAIT_BUCKETS: [f64; 14] =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 1_800.0, 7_200.0, 86_400.0];

/// What an operator puts in no filter: our own events from info upwards, and everyone else's.
pub const DEFAULT_FILTER: &str = "info";

/// What the API is called among the services that send spans.
pub const API: &str = "offstage-api";
/// What the worker is called among them.
pub const WORKER: &str = "offstage-worker";

/// The recorder is process-wide, so the handle to it is too.
static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// The metrics of this process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// All metrics in Prometheus' text format 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }
}

/// Sets up logs on stderr (JSON lines, or text on a terminal), the panic hook, metrics and, where it is asked for, the
/// export of spans. `filter` has the syntax of [`EnvFilter`]. Call it inside the tokio runtime, and [`end`] at the end.
///
/// # Errors
///
/// When the filter does not parse, there is no runtime, spans cannot be sent to such an address, or another metrics
/// recorder is installed.
pub fn init(filter: &str, export: Option<&Export>) -> anyhow::Result<Metrics> {
    let runtime = Handle::try_current().context("telemetry needs the tokio runtime")?;
    let filter = EnvFilter::try_new(filter).context("the log filter is malformed")?;

    let json = !io::stderr().is_terminal();
    let provider = export.map(Export::provider).transpose()?;
    let subscriber = subscriber(filter, json, io::stderr, provider.as_ref());
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        std::panic::set_hook(Box::new(log_panic));
        if let Some(provider) = provider {
            export::keep(provider);
        }
    } else {
        debug!("logs are set up already");
    }

    let handle = install_recorder()?;
    export::describe_metrics();
    let kept = handle.clone();
    runtime.spawn(async move {
        let mut ticks = interval(UPKEEP_EVERY);
        loop {
            ticks.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(Metrics { handle })
}

fn install_recorder() -> anyhow::Result<PrometheusHandle> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(
                Matcher::Full("offstage_redis_call_seconds".to_owned()),
                &CALL_BUCKETS,
            )
        })
        .and_then(|builder| {
            builder
                .set_buckets_for_metric(Matcher::Full("offstage_task_wait_seconds".to_owned()), &WAIT_BUCKETS)
        })
        .context("the histogram buckets are malformed")?
        .install_recorder()
        .context("cannot install the metrics recorder")?;
    *installed = Some(handle.clone());
    Ok(handle)
}

/// An error with everything that led to it, each cause once: many an error's own text ends with its cause's already.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = deeper.source();
    }
    text
}

/// What is logged is filtered by `filter`; what is exported is not.
fn subscriber<W>(
    filter: EnvFilter,
    json: bool,
    writer: W,
    provider: Option<&SdkTracerProvider>,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry();
    match provider {
        // One filter for everything is the quicker one.
        None => Box::new(registry.with(filter).with(lines(json, writer))),
        Some(provider) => {
            let lines = lines(json, writer).with_filter(filter);
            Box::new(registry.with(lines).with(export::layer(provider)))
        }
    }
}

/// Spans go into each line as a list, so that `request.id` and `task.id` are found wherever they were set.
fn lines<S, W>(json: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    if json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(true).boxed()
    } else {
        lines.boxed()
    }
}

/// A panic as a log line in the span it happened in, instead of the loose text the default hook prints.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload_as_str().unwrap_or("something that is not text");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    error!(place, "panicked: {said}");
}

#[cfg(test)]
mod tests {
    use std::{io::Write, sync::Arc};

    use tracing::{info, info_span};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool, act: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let filter = EnvFilter::new(DEFAULT_FILTER);
        tracing::subscriber::with_default(subscriber(filter, json, move || writer.clone(), None), act);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_chain_has_every_cause_once() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "refused");
        let error = anyhow::Error::new(refused).context("Redis is away: refused").context("nothing was done");
        assert_eq!(chain(error.as_ref()), "nothing was done: Redis is away: refused");
    }

    #[test]
    fn json_lines_carry_the_fields_of_all_spans() {
        let text = logged(true, || {
            let _request = info_span!("http.request", request.id = "r-1").entered();
            let _task = info_span!("worker.task.run", task.id = "t-1").entered();
            info!(outcome = "completed", "settled\nforged");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["spans"][0]["request.id"], "r-1");
        assert_eq!(line["spans"][1]["task.id"], "t-1");
        assert_eq!(line["outcome"], "completed");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn the_filter_is_obeyed() {
        assert_eq!(logged(true, || debug!("hidden")), "");
        assert!(logged(false, || info!("shown")).contains("shown"));
    }

    #[tokio::test]
    async fn setting_up_twice_keeps_one_set_of_metrics() {
        let first = init(DEFAULT_FILTER, None).unwrap();
        let second = init(DEFAULT_FILTER, None).unwrap();
        metrics::histogram!("offstage_telemetry_test_seconds").record(0.3);
        assert!(second.render().contains(r#"offstage_telemetry_test_seconds_bucket{le="0.5"} 1"#));
        assert_eq!(first.render().lines().count(), second.render().lines().count());
    }

    #[tokio::test]
    async fn a_malformed_filter_is_refused() {
        assert!(init("a=b=c", None).is_err());
    }
}
