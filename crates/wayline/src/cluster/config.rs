use serde::Deserialize;

use crate::config::{ConfigError, within};
use crate::extract::Evidence;

/// Settings of clustering; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct ClusterConfig {
    pub join_with_items: f32,
    pub join_searches_only: f32,
}

impl ClusterConfig {
    /// The probability from which a join is kept, for a kind of evidence.
    #[must_use]
    pub fn join(&self, evidence: Evidence) -> f32 {
        match evidence {
            Evidence::WithItems => self.join_with_items,
            Evidence::SearchesOnly => self.join_searches_only,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("cluster.join_with_items", self.join_with_items),
            ("cluster.join_searches_only", self.join_searches_only),
        ] {
            let range = "between 0.001 and 0.999";
            within(key, f64::from(value), 0.001, 0.999, range)?;
        }
        Ok(())
    }
}
