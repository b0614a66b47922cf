use serde::Deserialize;

use crate::config::{ConfigError, within};
use crate::extract::Evidence;

/// Settings of assignment; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct AssignConfig {
    pub min_share: f64,
    pub with_items: Thresholds,
    pub searches_only: Thresholds,
}

/// Evidence that a journey needs, for one kind of log.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct Thresholds {
    pub min_belonging: f64,
    pub min_keywords: usize,
    pub min_confidence: f64,
}

impl AssignConfig {
    /// The thresholds for a kind of evidence.
    #[must_use]
    pub fn thresholds(&self, evidence: Evidence) -> &Thresholds {
        match evidence {
            Evidence::WithItems => &self.with_items,
            Evidence::SearchesOnly => &self.searches_only,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let share = "between 0 and 1";
        within("assign.min_share", self.min_share, 0.0, 1.0, share)?;
        for (belonging, keywords, confidence, it) in [
            (
                "assign.with_items.min_belonging",
                "assign.with_items.min_keywords",
                "assign.with_items.min_confidence",
                &self.with_items,
            ),
            (
                "assign.searches_only.min_belonging",
                "assign.searches_only.min_keywords",
                "assign.searches_only.min_confidence",
                &self.searches_only,
            ),
        ] {
            within(belonging, it.min_belonging, 0.0, 1.0, share)?;
            within(confidence, it.min_confidence, 0.0, 1.0, share)?;
            let range = "between 1 and 1000";
            within(keywords, it.min_keywords as f64, 1.0, 1000.0, range)?;
        }
        Ok(())
    }
}
