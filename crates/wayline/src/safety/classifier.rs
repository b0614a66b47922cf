//! What a text is about where no list knows its words: a logistic regression a reason, over the text's
//! vector.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::config::SafetyConfig;
use crate::embed::Embedder;
use crate::logistic::Logistic;
use crate::nouns::{Reason, Verdict};

/// What the classifier tells apart.
pub const CLASSES: [Reason; 16] = [
    Reason::Adult,
    Reason::Hate,
    Reason::SelfHarm,
    Reason::Drugs,
    Reason::Crime,
    Reason::Health,
    Reason::MentalHealth,
    Reason::Addiction,
    Reason::Pregnancy,
    Reason::Bereavement,
    Reason::Debt,
    Reason::Religion,
    Reason::Sexuality,
    Reason::Immigration,
    Reason::Family,
    Reason::Legal,
];

/// How many features a text has: the numbers of its vector.
pub const FEATURES: usize = 256;

/// The learned part of the check: one logistic regression for each of [`CLASSES`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Classifier {
    bias: [f32; CLASSES.len()],
    /// Per feature the weights of all classes, so that they are added side by side.
    weights: Vec<[f32; CLASSES.len()]>,
}

/// How a file holds it.
type Parts = BTreeMap<Reason, Logistic>;

impl Classifier {
    /// Of a regression for each of [`CLASSES`] over [`features`]; none if one lacks, or is of other features.
    #[must_use]
    pub fn new(parts: &BTreeMap<Reason, Logistic>) -> Option<Self> {
        let mut bias = [0.0; CLASSES.len()];
        let mut weights = vec![[0.0; CLASSES.len()]; FEATURES];
        for (class, reason) in CLASSES.iter().enumerate() {
            let part = parts.get(reason).filter(|part| part.fits(FEATURES))?;
            bias[class] = part.bias;
            for (row, weight) in weights.iter_mut().zip(&part.weights) {
                row[class] = *weight;
            }
        }
        (parts.len() == CLASSES.len()).then_some(Self { bias, weights })
    }

    /// One that finds nothing.
    #[must_use]
    pub fn unknowing() -> Self {
        Self {
            bias: [-20.0; CLASSES.len()],
            weights: vec![[0.0; CLASSES.len()]; FEATURES],
        }
    }

    /// How likely each of [`CLASSES`] is the subject of a text with these [`features`], 0 to 1.
    #[must_use]
    pub fn probabilities_of(&self, features: &[f32; FEATURES]) -> [f32; CLASSES.len()] {
        let log_odds = self.log_odds(features);
        log_odds.map(|sum| 1.0 / (1.0 + libm::expf(-sum)))
    }

    fn log_odds(&self, features: &[f32; FEATURES]) -> [f32; CLASSES.len()] {
        let mut sums = self.bias;
        for (value, row) in features.iter().zip(&self.weights) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += value * weight;
            }
        }
        sums
    }

    /// The likeliest reason that is likely enough by the config; what is withheld goes first.
    pub(super) fn reason(&self, folded: &str, config: &SafetyConfig) -> Option<Reason> {
        if folded.is_empty() || config.withhold_from.min(config.sensitive_from) >= 1.0 {
            return None;
        }
        let log_odds = self.log_odds(&meaning(folded));
        // Most texts are about none of them: that is told before anything else is asked.
        let least = config.withhold_from.min(config.sensitive_from);
        let highest = log_odds.iter().copied().fold(f32::MIN, f32::max);
        if f64::from(highest) < libm::log(least / (1.0 - least)) {
            return None;
        }
        [
            (Verdict::Withhold, config.withhold_from),
            (Verdict::Sensitive, config.sensitive_from),
        ]
        .into_iter()
        .find_map(|(verdict, from)| {
            let classes = CLASSES.iter().zip(log_odds);
            let wanted = classes.filter(|(reason, _)| config.verdict(**reason) == verdict);
            let likeliest = wanted.max_by(|left, right| left.1.total_cmp(&right.1))?;
            let odds = from / (1.0 - from);
            (f64::from(likeliest.1) >= libm::log(odds)).then_some(*likeliest.0)
        })
    }
}

impl TryFrom<Parts> for Classifier {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::new(&parts).ok_or("the classifier has other classes or features than this Wayline")
    }
}

impl From<Classifier> for Parts {
    fn from(of: Classifier) -> Self {
        let part = |class: usize| Logistic {
            bias: of.bias[class],
            weights: of.weights.iter().map(|row| row[class]).collect(),
        };
        let classes = CLASSES.iter().enumerate();
        classes
            .map(|(class, reason)| (*reason, part(class)))
            .collect()
    }
}

/// The features of a text as the check sees it.
#[must_use]
pub fn features(text: &str) -> [f32; FEATURES] {
    meaning(&super::fold::folded(text))
}

/// A vector of another length than the weights were made for says nothing.
fn meaning(folded: &str) -> [f32; FEATURES] {
    let mut out = [0.0; FEATURES];
    let embedder = Embedder::builtin();
    if embedder.dimensions() == FEATURES {
        embedder.embed(folded, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_features_stand_in_the_same_order() {
        let mut parts: Parts = CLASSES
            .iter()
            .map(|reason| (*reason, Logistic::unknowing(FEATURES)))
            .collect();
        let text = "Two  Words";
        let wanted = Logistic {
            bias: 0.25,
            weights: (0..FEATURES)
                .map(|place| (place % 7) as f32 - 3.0)
                .collect(),
        };
        parts.insert(Reason::Drugs, wanted.clone());
        let classifier = Classifier::new(&parts).expect("all classes");
        let found = classifier.probabilities_of(&features(text))[3];
        assert!((found - wanted.probability(&features(text))).abs() < 1e-5);
        let text = serde_json::to_string(&classifier).expect("a form");
        assert_eq!(
            serde_json::from_str::<Classifier>(&text).expect("the same"),
            classifier
        );
        parts.remove(&Reason::Legal);
        assert!(Classifier::new(&parts).is_none());
        assert_eq!(Embedder::builtin().dimensions(), FEATURES);
    }
}
