//! Settings of the check.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::entry::phrase;
use crate::config::{ConfigError, within};
use crate::nouns::{Reason, Verdict};

/// Settings of the check; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct SafetyConfig {
    pub withhold_words: Vec<String>,
    pub allow_words: Vec<String>,
    pub withhold_from: f64,
    pub sensitive_from: f64,
    /// A verdict for each reason; the shipped defaults hold all of them.
    pub verdicts: BTreeMap<Reason, Verdict>,
}

impl SafetyConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("safety.withhold_from", self.withhold_from),
            ("safety.sensitive_from", self.sensitive_from),
        ] {
            within(key, value, 0.0, 1.0, "between 0 and 1")?;
        }
        for (key, words) in [
            ("safety.withhold_words", &self.withhold_words),
            ("safety.allow_words", &self.allow_words),
        ] {
            if let Some(word) = words.iter().find(|word| phrase(word).is_none()) {
                return Err(ConfigError::Wordless {
                    key,
                    value: word.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether no reason leads to any other verdict than `ok`.
    pub(super) fn lets_all_pass(&self) -> bool {
        self.verdicts.values().all(|it| *it == Verdict::Ok)
    }

    /// What the policy makes of a reason.
    #[must_use]
    pub fn verdict(&self, reason: Reason) -> Verdict {
        self.verdicts.get(&reason).copied().unwrap_or_default()
    }
}
