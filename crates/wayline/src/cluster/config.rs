use serde::Deserialize;

use crate::affinity::Evidence;
use crate::config::{ConfigError, within};

/// Settings of clustering; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct ClusterConfig {
    pub cut_with_items: f32,
    pub cut_searches_only: f32,
}

impl ClusterConfig {
    /// The cut for a kind of evidence.
    #[must_use]
    pub fn cut(&self, evidence: Evidence) -> f32 {
        match evidence {
            Evidence::WithItems => self.cut_with_items,
            Evidence::SearchesOnly => self.cut_searches_only,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let range = "between 0 and 1";
        within(
            "cluster.cut_with_items",
            f64::from(self.cut_with_items),
            0.0,
            1.0,
            range,
        )?;
        within(
            "cluster.cut_searches_only",
            f64::from(self.cut_searches_only),
            0.0,
            1.0,
            range,
        )
    }
}
