//! The labelled texts that ship: from them the classifier learns, and on the catalogue false alarms are
//! counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::nouns::{Reason, Verdict};

/// A text with the verdict that is right. All of them are invented.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What may be done with it.
    pub verdict: Verdict,
    /// What it is about; none where the verdict is `ok`.
    pub reason: Option<Reason>,
}

/// Which journeys of the catalogue are private by their subject, by id.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subjects {
    /// Those where marking a text as sensitive is as right as letting it through.
    pub either: BTreeSet<String>,
    /// Those that are private, with the reason.
    pub sensitive: BTreeMap<String, Reason>,
}

impl Subjects {
    /// Whether a verdict on a text of a journey is a false alarm.
    #[must_use]
    pub fn is_false_alarm(&self, journey: &str, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Ok => false,
            Verdict::Sensitive => {
                !self.either.contains(journey) && !self.sensitive.contains_key(journey)
            }
            Verdict::Withhold => true,
        }
    }

    /// The labels that ship.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        toml::from_str(include_str!("../../data/safety/catalogue.toml"))
            .expect("the shipped labels are valid")
    }
}

/// The examples that ship.
///
/// # Panics
/// Never: a test reads the shipped file.
#[must_use]
#[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
pub fn examples() -> Vec<Example> {
    let rows = include_str!("../../data/safety/examples.jsonl").lines();
    rows.map(|row| serde_json::from_str(row).expect("the shipped examples are valid"))
        .collect()
}
