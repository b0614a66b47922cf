use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of extraction; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct ExtractConfig {
    pub visit_gap_minutes: u32,
    pub context_decay_seconds: u32,
    pub context_reach_seconds: u32,
    pub max_units: usize,
    pub max_annotations_per_item: usize,
    pub max_events_per_person: usize,
    pub max_events_per_hour: usize,
}

impl ExtractConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let minute_to_day = "between 1 and 1440";
        within(
            "extract.visit_gap_minutes",
            f64::from(self.visit_gap_minutes),
            1.0,
            1440.0,
            minute_to_day,
        )?;
        let second_to_hour = "between 1 and 3600";
        within(
            "extract.context_decay_seconds",
            f64::from(self.context_decay_seconds),
            1.0,
            3600.0,
            second_to_hour,
        )?;
        within(
            "extract.context_reach_seconds",
            f64::from(self.context_reach_seconds),
            1.0,
            3600.0,
            second_to_hour,
        )?;
        within(
            "extract.max_units",
            self.max_units as f64,
            2.0,
            4_000.0,
            "between 2 and 4000",
        )?;
        within(
            "extract.max_annotations_per_item",
            self.max_annotations_per_item as f64,
            1.0,
            1_024.0,
            "between 1 and 1024",
        )?;
        within(
            "extract.max_events_per_person",
            self.max_events_per_person as f64,
            1.0,
            1e7,
            "between 1 and 10 million",
        )?;
        within(
            "extract.max_events_per_hour",
            self.max_events_per_hour as f64,
            1.0,
            1e7,
            "between 1 and 10 million",
        )
    }
}
