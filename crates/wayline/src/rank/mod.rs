//! How relevant a journey is now, and how sure we are that it is one real goal: a point-wise
//! score from features of engagement and recency.

use serde::Deserialize;

use crate::assign::Candidate;
use crate::config::{ConfigError, within};
use crate::nouns::Timestamp;

/// Weights of score and confidence; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct RankConfig {
    pub bias: f64,
    pub log_keywords: f64,
    pub log_visits: f64,
    pub cohesion: f64,
    pub separation: f64,
    pub navigational: f64,
    pub saves: f64,
    pub recency: f64,
    pub recency_half_life_days: f64,
    pub confidence_bias: f64,
    pub confidence_cohesion: f64,
    pub confidence_separation: f64,
    pub confidence_log_keywords: f64,
    pub confidence_log_visits: f64,
}

impl RankConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let range = "between -100 and 100";
        for (key, value) in [
            ("rank.bias", self.bias),
            ("rank.log_keywords", self.log_keywords),
            ("rank.log_visits", self.log_visits),
            ("rank.cohesion", self.cohesion),
            ("rank.separation", self.separation),
            ("rank.navigational", self.navigational),
            ("rank.saves", self.saves),
            ("rank.recency", self.recency),
            ("rank.confidence_bias", self.confidence_bias),
            ("rank.confidence_cohesion", self.confidence_cohesion),
            ("rank.confidence_separation", self.confidence_separation),
            ("rank.confidence_log_keywords", self.confidence_log_keywords),
            ("rank.confidence_log_visits", self.confidence_log_visits),
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

/// One summand of a score: what it is called, what was measured, and what it adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Name of the feature.
    pub feature: &'static str,
    /// Its value.
    pub value: f64,
    /// Weight × value, in log-odds.
    pub adds: f64,
}

/// A probability with the summands of its log-odds, largest in size first when explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Logistic function of the sum, 0 to 1.
    pub value: f64,
    /// The summands, in fixed order.
    pub contributions: Vec<Contribution>,
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
        (
            "log_visits",
            libm::log1p(f64::from(candidate.visits)),
            config.log_visits,
        ),
        ("cohesion", candidate.cohesion, config.cohesion),
        ("separation", 1.0 - candidate.nearest, config.separation),
        ("navigational", candidate.navigational, config.navigational),
        ("saves", candidate.intensity(), config.saves),
        ("recency", recency, config.recency),
    ])
}

/// How likely a candidate is one real goal.
#[must_use]
pub fn confidence(candidate: &Candidate, config: &RankConfig) -> Scored {
    Scored::of([
        ("baseline", 1.0, config.confidence_bias),
        ("cohesion", candidate.cohesion, config.confidence_cohesion),
        (
            "separation",
            1.0 - candidate.nearest,
            config.confidence_separation,
        ),
        (
            "log_keywords",
            libm::log1p(candidate.keywords.len() as f64),
            config.confidence_log_keywords,
        ),
        (
            "log_visits",
            libm::log1p(f64::from(candidate.visits)),
            config.confidence_log_visits,
        ),
    ])
}

impl Scored {
    fn of<const N: usize>(features: [(&'static str, f64, f64); N]) -> Self {
        let contributions: Vec<Contribution> = features
            .into_iter()
            .map(|(feature, value, weight)| Contribution {
                feature,
                value,
                adds: weight * value,
            })
            .collect();
        let log_odds: f64 = contributions.iter().map(|part| part.adds).sum();
        Self {
            value: 1.0 / (1.0 + libm::exp(-log_odds)),
            contributions,
        }
    }
}

#[cfg(test)]
mod tests;
