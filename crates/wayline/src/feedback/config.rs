//! Settings of feedback.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of feedback; `default.toml` says what each means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct FeedbackConfig {
    pub open: f64,
    pub click: f64,
    pub positive: f64,
    pub dismiss: f64,
    pub negative: f64,
    pub least_propensity: f64,
    pub back_days: u32,
}

impl FeedbackConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("feedback.open", self.open),
            ("feedback.click", self.click),
            ("feedback.positive", self.positive),
            ("feedback.dismiss", self.dismiss),
            ("feedback.negative", self.negative),
        ] {
            within(key, value, 0.0, 100.0, "between 0 and 100")?;
        }
        let least = self.least_propensity;
        within(
            "feedback.least_propensity",
            least,
            0.001,
            1.0,
            "between .001 and 1",
        )?;
        let days = f64::from(self.back_days);
        within(
            "feedback.back_days",
            days,
            1.0,
            1_000.0,
            "between 1 and 1000",
        )?;
        Ok(())
    }
}
