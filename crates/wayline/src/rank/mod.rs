//! How relevant a journey is now: a point-wise score from features of engagement and recency.

use serde::Deserialize;

use crate::assign::Candidate;
use crate::config::{ConfigError, within};
use crate::logistic::Scored;
use crate::nouns::Timestamp;

/// Weights of the score; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct RankConfig {
    pub bias: f64,
    pub log_keywords: f64,
    pub navigational: f64,
    pub confidence: f64,
    pub saves: f64,
    pub recency: f64,
    pub recency_half_life_days: f64,
}

impl RankConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let range = "between -100 and 100";
        for (key, value) in [
            ("rank.bias", self.bias),
            ("rank.log_keywords", self.log_keywords),
            ("rank.navigational", self.navigational),
            ("rank.confidence", self.confidence),
            ("rank.saves", self.saves),
            ("rank.recency", self.recency),
        ] {
            within(key, value, -100.0, 100.0, range)?;
        }
        within(
            "rank.recency_half_life_days",
            self.recency_half_life_days,
            0.01,
            1e5,
            "between 0.01 and 100000",
        )
    }
}

/// How relevant a candidate is at `as_of`.
#[must_use]
pub fn score(candidate: &Candidate, as_of: Timestamp, config: &RankConfig) -> Scored {
    let silence = as_of.days_since(candidate.last_active_at()).max(0.0);
    let recency = libm::exp2(-silence / config.recency_half_life_days);
    Scored::of([
        ("baseline", 1.0, config.bias),
        (
            "log_keywords",
            libm::log1p(candidate.keywords.len() as f64),
            config.log_keywords,
        ),
        ("navigational", candidate.navigational, config.navigational),
        ("confidence", candidate.confidence.value, config.confidence),
        ("saves", candidate.intensity(), config.saves),
        ("recency", recency, config.recency),
    ])
}

#[cfg(test)]
mod tests;
