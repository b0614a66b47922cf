use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Weights of the choice of a name; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct NameConfig {
    pub centrality: f64,
    pub support: f64,
    pub rarity: f64,
    pub interest: f64,
    pub query: f64,
    pub annotation: f64,
    pub long: f64,
    pub navigational: f64,
}

impl NameConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("name.centrality", self.centrality),
            ("name.support", self.support),
            ("name.rarity", self.rarity),
            ("name.interest", self.interest),
            ("name.query", self.query),
            ("name.annotation", self.annotation),
            ("name.long", self.long),
            ("name.navigational", self.navigational),
        ] {
            within(key, value, -100.0, 100.0, "between -100 and 100")?;
        }
        Ok(())
    }
}
