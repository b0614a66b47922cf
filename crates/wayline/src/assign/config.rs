use serde::Deserialize;

use crate::affinity::Evidence;
use crate::config::{ConfigError, within};

/// Settings of assignment; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct AssignConfig {
    pub min_keywords_with_items: usize,
    pub min_keywords_searches_only: usize,
    pub min_share: f64,
}

impl AssignConfig {
    /// Keywords that a journey needs, for a kind of evidence.
    #[must_use]
    pub fn min_keywords(&self, evidence: Evidence) -> usize {
        match evidence {
            Evidence::WithItems => self.min_keywords_with_items,
            Evidence::SearchesOnly => self.min_keywords_searches_only,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let range = "between 1 and 1000";
        within(
            "assign.min_keywords_with_items",
            self.min_keywords_with_items as f64,
            1.0,
            1000.0,
            range,
        )?;
        within(
            "assign.min_keywords_searches_only",
            self.min_keywords_searches_only as f64,
            1.0,
            1000.0,
            range,
        )?;
        within(
            "assign.min_share",
            self.min_share,
            0.0,
            1.0,
            "between 0 and 1",
        )
    }
}
