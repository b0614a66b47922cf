//! What operators see of a member: its metrics, over HTTP.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::http::header;
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
}

/// Where among the counts one stands.
type OfCounts = fn(&Counts) -> u64;

/// A counter's name, what it counts, and where that stands.
type Described = (&'static str, &'static str, OfCounts);

const COUNTERS: [Described; 8] = [
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
        }
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

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// `/metrics` for Prometheus, and `/healthz`.
pub(crate) fn routes(watch: &Arc<Watch>) -> Router {
    let watch = Arc::clone(watch);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Router::new()
        .route(
            "/metrics",
            get(async move || ([(header::CONTENT_TYPE, kind)], watch.text())),
        )
        .route("/healthz", get(async || "ok\n"))
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
    }
}
