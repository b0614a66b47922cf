use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of the affinity; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct AffinityConfig {
    pub context_weight: f32,
    pub host_weight: f32,
}

impl AffinityConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (key, weight) in [
            ("affinity.context_weight", self.context_weight),
            ("affinity.host_weight", self.host_weight),
        ] {
            within(key, f64::from(weight), 0.0, 10.0, "between 0 and 10")?;
        }
        Ok(())
    }
}
