//! What operators see of a member: its metrics, over HTTP.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::member::Counts;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPartition {
    partition: i32,
}

/// Counts of what a member did, and how far behind it is.
pub(crate) struct Watch {
    registry: Registry,
    counters: Vec<(Counter, OfCounts)>,
    active: Gauge,
    lag: Family<OfPartition, Gauge>,
    /// What the counters have.
    counted: Mutex<Counts>,
    /// Whether the last turn went well, and a broker is there.
    is_at_work: AtomicBool,
}

/// Where among the counts one stands.
type OfCounts = fn(&Counts) -> u64;

/// A counter's name, what it counts, and where that stands.
type Described = (&'static str, &'static str, OfCounts);

const COUNTERS: [Described; 9] = [
    ("events", "Events taken into the store", |it| it.events),
    (
        "events_left_out",
        "Events that the config leaves out",
        |it| it.left_out,
    ),
    ("dead_letters", "Messages that are no events", |it| {
        it.dead_letters
    }),
    ("looks", "People looked at", |it| it.looks),
    ("journeys_told", "Journeys in messages", |it| it.journeys),
    ("lineage_events_told", "Lineage events in messages", |it| {
        it.lineage
    }),
    (
        "people_told_late",
        "People whose changes others had left untold",
        |it| it.leftovers,
    ),
    (
        "unreadable_records",
        "Looks at people whose records can't be read",
        |it| it.unreadable,
    ),
    (
        "failed_turns",
        "Times that the store or the brokers refused, after which it is tried again",
        |it| it.failed_turns,
    ),
];

impl Watch {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("wayline_stream");
        let counters = COUNTERS.iter().map(|(name, help, of)| {
            let counter: Counter = Counter::default();
            registry.register(*name, *help, counter.clone());
            (counter, *of)
        });
        let counters = counters.collect();
        let (active, lag) = (Gauge::default(), Family::default());
        registry.register(
            "active_people",
            "People who wait for a look",
            Gauge::clone(&active),
        );
        registry.register(
            "lag_messages",
            "Messages of this member's partitions that aren't in the store yet",
            Family::clone(&lag),
        );
        Self {
            registry,
            counters,
            active,
            lag,
            counted: Mutex::default(),
            is_at_work: AtomicBool::new(false),
        }
    }

    /// Whether the last turn went well, and a broker is there.
    pub(super) fn is_at_work(&self, is_it: bool) {
        self.is_at_work.store(is_it, Ordering::Relaxed);
    }

    /// What was done until now, and how much there is still to do.
    pub(super) fn set(&self, counts: &Counts, active: usize, lags: &BTreeMap<i32, i64>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for (counter, of) in &self.counters {
            counter.inc_by(of(counts).saturating_sub(of(&counted)));
        }
        *counted = *counts;
        self.active.set(i64::try_from(active).unwrap_or(i64::MAX));
        self.lag.clear();
        for (partition, lag) in lags {
            let partition = *partition;
            self.lag.get_or_create(&OfPartition { partition }).set(*lag);
        }
    }

    fn readiness(&self) -> (StatusCode, &'static str) {
        if self.is_at_work.load(Ordering::Relaxed) {
            (StatusCode::OK, "ready\n")
        } else {
            let why = "the store or the brokers refuse; the log says why\n";
            (StatusCode::SERVICE_UNAVAILABLE, why)
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// `/metrics` for Prometheus, `/healthz`, and `/readyz`, which fails while the store or the brokers are
/// away.
pub(crate) fn routes(watch: &Arc<Watch>) -> Router {
    let (watch, ready) = (Arc::clone(watch), Arc::clone(watch));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Router::new()
        .route(
            "/metrics",
            get(async move || ([(header::CONTENT_TYPE, kind)], watch.text())),
        )
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(async move || ready.readiness()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_rise_to_what_was_done() {
        let watch = Watch::new();
        let mut counts = Counts {
            events: 5,
            ..Counts::default()
        };
        watch.set(&counts, 2, &BTreeMap::from([(0, 7), (1, 0)]));
        counts.events = 8;
        watch.set(&counts, 1, &BTreeMap::from([(0, 3)]));
        let text = watch.text();
        for line in [
            "wayline_stream_events_total 8",
            "wayline_stream_active_people 1",
            "wayline_stream_lag_messages{partition=\"0\"} 3",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        assert!(!text.contains("partition=\"1\""), "{text}");
        assert_eq!(watch.readiness().0, StatusCode::SERVICE_UNAVAILABLE);
        watch.is_at_work(true);
        assert_eq!(watch.readiness().0, StatusCode::OK);
    }
}
