//! A collector of spans: takes OTLP over real HTTP, and tells what came.

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use offstage::http::{self, Limits};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    trace::v1,
};
use prost::Message;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A span as it was sent.
#[derive(Debug, Clone)]
pub struct SentSpan {
    /// The program that sent it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Trace and span, in hex.
    pub id: (String, String),
    /// Its parent's span, in hex; empty for a root.
    pub parent: String,
    /// The spans it is linked to.
    pub links: Vec<(String, String)>,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// It says that it failed.
    pub failed: bool,
}

/// See the module's header.
#[derive(Debug, Default)]
pub struct Collector {
    spans: Arc<Mutex<Vec<SentSpan>>>,
    endpoint: String,
}

impl Collector {
    /// A collector that listens.
    pub async fn start() -> Self {
        let spans = Arc::default();
        let take = async |State(spans): State<Arc<Mutex<Vec<SentSpan>>>>, body: Bytes| {
            let Ok(request) = ExportTraceServiceRequest::decode(body) else { return StatusCode::BAD_REQUEST };
            spans.lock().unwrap_or_else(PoisonError::into_inner).extend(read(request));
            StatusCode::OK
        };
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(http::serve(listener, router, Limits::default(), CancellationToken::new()));
        Self { spans, endpoint }
    }

    /// Where it listens.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// All spans of that service and name that came so far.
    #[must_use]
    pub fn spans(&self, service: &str, name: &str) -> Vec<SentSpan> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().filter(|span| span.service == service && span.name == name).cloned().collect()
    }
}

fn read(request: ExportTraceServiceRequest) -> impl Iterator<Item = SentSpan> {
    request.resource_spans.into_iter().flat_map(|of_program| {
        let resource = read_attributes(of_program.resource.unwrap_or_default().attributes);
        let service = resource.get("service.name").cloned().unwrap_or_default();
        let spans = of_program.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.map(move |span| read_span(service.clone(), span))
    })
}

fn read_span(service: String, span: v1::Span) -> SentSpan {
    SentSpan {
        service,
        name: span.name,
        id: (hex(&span.trace_id), hex(&span.span_id)),
        parent: hex(&span.parent_span_id),
        links: span.links.iter().map(|link| (hex(&link.trace_id), hex(&link.span_id))).collect(),
        attributes: read_attributes(span.attributes),
        failed: span.status.is_some_and(|status| status.code() == v1::status::StatusCode::Error),
    }
}

fn read_attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes.into_iter().map(|attribute| (attribute.key, text(attribute.value))).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
