//! Settings of expansion.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of expansion; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct ExpandConfig {
    pub most: usize,
    pub min_similarity: f64,
    pub done_similarity: f64,
}

impl ExpandConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within(
            "expand.most",
            self.most as f64,
            0.0,
            50.0,
            "between 0 and 50",
        )?;
        for (key, value) in [
            ("expand.min_similarity", self.min_similarity),
            ("expand.done_similarity", self.done_similarity),
        ] {
            within(key, value, -1.0, 1.0, "between -1 and 1")?;
        }
        Ok(())
    }
}
