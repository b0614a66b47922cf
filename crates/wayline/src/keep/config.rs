//! How much is kept of one person.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Bounds on what is kept of one person.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepConfig {
    /// The newest so many events.
    pub max_events: usize,
    /// Events of so many days before the person's newest.
    pub max_days: u32,
    /// Lineage events, the newest.
    pub max_lineage: usize,
    /// Rows of feedback, the newest.
    pub max_feedback: usize,
}

impl KeepConfig {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A value is out of its range.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let whole =
            |key, value: usize, most: f64, range| within(key, value as f64, 1.0, most, range);
        whole(
            "keep.max_events",
            self.max_events,
            1e5,
            "between 1 and 100,000",
        )?;
        whole(
            "keep.max_days",
            self.max_days as usize,
            36_500.0,
            "between 1 and 36,500",
        )?;
        whole(
            "keep.max_lineage",
            self.max_lineage,
            1e5,
            "between 1 and 100,000",
        )?;
        whole(
            "keep.max_feedback",
            self.max_feedback,
            1e5,
            "between 1 and 100,000",
        )
    }
}
