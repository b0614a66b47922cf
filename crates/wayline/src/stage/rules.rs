//! The rules that stand in where a journey has too little history for the learned parts.
//!
//! *Evergreen* is what goes on over a long time and fills it; everything else is *situational*.
//! *Ended* is what has been silent for several times its own typical gap, within bounds.

use serde::Deserialize;

use crate::assign::Candidate;
use crate::config::{ConfigError, within};
use crate::nouns::Timestamp;
use crate::rank::Rhythm;

/// Settings of the rules; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct StageConfig {
    pub evergreen_days: f64,
    pub evergreen_share_of_weeks: f64,
    pub ended_gaps: f64,
    pub ended_min_days: f64,
    pub ended_max_days: f64,
}

impl StageConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let days = "between 0 and 10000";
        within("stage.evergreen_days", self.evergreen_days, 0.0, 1e4, days)?;
        within(
            "stage.evergreen_share_of_weeks",
            self.evergreen_share_of_weeks,
            0.0,
            1.0,
            "between 0 and 1",
        )?;
        within(
            "stage.ended_gaps",
            self.ended_gaps,
            0.0,
            1e4,
            "between 0 and 10000",
        )?;
        within("stage.ended_min_days", self.ended_min_days, 0.0, 1e4, days)?;
        within(
            "stage.ended_max_days",
            self.ended_max_days,
            self.ended_min_days,
            1e4,
            "between ended_min_days and 10000",
        )
    }
}

/// Whether a candidate is evergreen, and whether it has ended at `as_of`.
#[must_use]
pub fn by_rules(candidate: &Candidate, as_of: Timestamp, config: &StageConfig) -> (bool, bool) {
    let rhythm = Rhythm::of(&candidate.times);
    let evergreen = rhythm.span_days >= config.evergreen_days
        && rhythm.share_of_weeks >= config.evergreen_share_of_weeks;
    let silence = as_of.days_since(candidate.last_active_at());
    let patience = (config.ended_gaps * rhythm.typical_gap_days)
        .clamp(config.ended_min_days, config.ended_max_days);
    (evergreen, silence > patience)
}
