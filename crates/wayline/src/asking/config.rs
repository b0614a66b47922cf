//! Which steps ask.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Which steps ask a language model; `default.toml` says what each means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct AskingConfig {
    pub journeys: bool,
    pub names: bool,
    pub stops_at_failure: bool,
    pub min_similarity: f64,
}

impl AskingConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within(
            "asking.min_similarity",
            self.min_similarity,
            -1.0,
            1.0,
            "between -1 and 1",
        )
    }

    /// Whether any step asks.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.journeys || self.names
    }
}
