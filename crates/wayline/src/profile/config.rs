//! Settings of profiles.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of profiles; `default.toml` says what each means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct ProfileConfig {
    pub max_tokens: usize,
    pub min_similarity: f64,
    pub most_texts: usize,
}

impl ProfileConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within(
            "profile.max_tokens",
            self.max_tokens as f64,
            100.0,
            1e6,
            "between 100 and 1,000,000",
        )?;
        within(
            "profile.min_similarity",
            self.min_similarity,
            -1.0,
            1.0,
            "between -1 and 1",
        )?;
        within(
            "profile.most_texts",
            self.most_texts as f64,
            0.0,
            100.0,
            "between 0 and 100",
        )
    }
}
