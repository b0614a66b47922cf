//! What operators see: metrics, whether it is ready, and a log without people's texts.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::app::{App, reading};
use super::problem::Problem;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Counts of what the service did.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    pub(super) events: Counter,
    pub(super) feedback: Counter,
    pub(super) remembered: Counter,
    pub(super) looks: Counter,
    pub(super) connections: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("wayline");
        let requests = Family::<Answered, Counter>::default();
        let seconds = Family::<Route, Histogram>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.0005, 2.0, 15))
        });
        let counter = Counter::default;
        let all = Self {
            requests: requests.clone(),
            seconds: seconds.clone(),
            events: counter(),
            feedback: counter(),
            remembered: counter(),
            looks: counter(),
            connections: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests answered", requests);
        registry.register(
            "http_request_duration_seconds",
            "Time from the head of a request to its answer",
            seconds,
        );
        registry.register(
            "events_accepted",
            "Events taken into the store",
            all.events.clone(),
        );
        registry.register(
            "feedback_accepted",
            "Rows of feedback taken into the store",
            all.feedback.clone(),
        );
        registry.register(
            "journeys_remembered",
            "Reads that were answered without a look at the person",
            all.remembered.clone(),
        );
        registry.register(
            "looks",
            "People looked at in the background",
            all.looks.clone(),
        );
        registry.register(
            "connections",
            "Connections that are open",
            all.connections.clone(),
        );
        Self { registry, ..all }
    }

    pub(super) fn answered(&self, method: &Method, route: &str, status: u16, time: Duration) {
        // A method is whatever a client wrote; only known ones are told apart.
        let known = [Method::GET, Method::POST, Method::DELETE];
        let method = if known.contains(method) {
            method.as_str()
        } else {
            "other"
        };
        let (method, route) = (method.to_owned(), route.to_owned());
        self.seconds
            .get_or_create(&Route {
                route: route.clone(),
            })
            .observe(time.as_secs_f64());
        self.requests
            .get_or_create(&Answered {
                method,
                route,
                status,
            })
            .inc();
    }
}

pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut text = String::new();
    if encode(&mut text, &app.metrics.registry).is_err() {
        return Problem::inside(&"metrics can't be written").into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Whether the store can be reached.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    reading(&app, |app| Ok(app.store.note("newest")?)).await?;
    Ok("ready\n")
}

/// Logs as JSON lines on standard error.
pub(crate) fn log_to_stderr(level: tracing::Level) {
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_target(false)
        .with_writer(std::io::stderr)
        .try_init();
}
