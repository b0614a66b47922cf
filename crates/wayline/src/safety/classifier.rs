//! What a text is about where no list knows its words: a logistic regression a reason, over the text's
//! vector and its hashed words.

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

/// The kinds of features, each with how many there are.
pub const FEATURES: [(&str, usize); 2] = [("meaning", 256), ("words", 1024)];
/// All features.
const WIDTH: usize = FEATURES[0].1 + FEATURES[1].1;
/// Words of a text that are looked at.
const MOST_WORDS: usize = 64;

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
        let mut weights = vec![[0.0; CLASSES.len()]; WIDTH];
        for (class, reason) in CLASSES.iter().enumerate() {
            let part = parts.get(reason).filter(|part| part.fits(WIDTH))?;
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
            weights: vec![[0.0; CLASSES.len()]; WIDTH],
        }
    }

    /// How likely each of [`CLASSES`] is the subject of a text, 0 to 1. The text must be folded.
    #[must_use]
    pub fn probabilities(&self, folded: &str) -> [f32; CLASSES.len()] {
        let log_odds = self.log_odds(folded);
        log_odds.map(|sum| 1.0 / (1.0 + libm::expf(-sum)))
    }

    fn log_odds(&self, folded: &str) -> [f32; CLASSES.len()] {
        let mut sums = self.bias;
        let mut meaning = [0.0; FEATURES[0].1];
        embed(folded, &mut meaning);
        for (value, row) in meaning.iter().zip(&self.weights) {
            add(&mut sums, *value, row);
        }
        let (buckets, value) = buckets(folded);
        for bucket in buckets {
            add(&mut sums, value, &self.weights[FEATURES[0].1 + bucket]);
        }
        sums
    }

    /// The likeliest reason that is likely enough by the config; what is withheld goes first.
    pub(super) fn reason(&self, folded: &str, config: &SafetyConfig) -> Option<Reason> {
        if folded.is_empty() || config.withhold_from.min(config.sensitive_from) >= 1.0 {
            return None;
        }
        let log_odds = self.log_odds(folded);
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

fn add(sums: &mut [f32; CLASSES.len()], value: f32, row: &[f32; CLASSES.len()]) {
    for (sum, weight) in sums.iter_mut().zip(row) {
        *sum += value * weight;
    }
}

/// The features of a text as the check sees it: the vector, then the hashed words.
#[must_use]
pub fn features(text: &str) -> Vec<f32> {
    let folded = super::fold::folded(text);
    let mut out = vec![0.0; WIDTH];
    let (meaning, words) = out.split_at_mut(FEATURES[0].1);
    embed(&folded, meaning);
    let (buckets, value) = buckets(&folded);
    for bucket in buckets {
        words[bucket] += value;
    }
    out
}

/// A vector of another length than the weights were made for says nothing.
fn embed(folded: &str, out: &mut [f32]) {
    let embedder = Embedder::builtin();
    if embedder.dimensions() == out.len() {
        embedder.embed(folded, out);
    }
}

/// Where the words of a text, and each two in a row, fall; and what each counts.
fn buckets(folded: &str) -> (Vec<usize>, f32) {
    let mut all = Vec::with_capacity(16);
    let mut before = None;
    for word in folded.split(' ').take(MOST_WORDS) {
        let own = hash(START, word);
        all.push(bucket(own));
        if let Some(before) = before.replace(own) {
            all.push(bucket(hash(before, word)));
        }
    }
    let value = 1.0 / (all.len().max(1) as f32).sqrt();
    (all, value)
}

/// Begin of FNV-1a.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, which is the same wherever a model file goes.
fn hash(start: u64, word: &str) -> u64 {
    word.bytes().fold(start, |value, byte| {
        (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn bucket(hash: u64) -> usize {
    ((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % FEATURES[1].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_features_stand_in_the_same_order() {
        let mut parts: Parts = CLASSES
            .iter()
            .map(|reason| (*reason, Logistic::unknowing(WIDTH)))
            .collect();
        let text = "Two  Words";
        let wanted = Logistic {
            bias: 0.25,
            weights: (0..WIDTH).map(|place| (place % 7) as f32 - 3.0).collect(),
        };
        parts.insert(Reason::Drugs, wanted.clone());
        let classifier = Classifier::new(&parts).expect("all classes");
        let found = classifier.probabilities("two words")[3];
        assert!((found - wanted.probability(&features(text))).abs() < 1e-5);
        let text = serde_json::to_string(&classifier).expect("a form");
        assert_eq!(
            serde_json::from_str::<Classifier>(&text).expect("the same"),
            classifier
        );
        parts.remove(&Reason::Legal);
        assert!(Classifier::new(&parts).is_none());
        assert_eq!(Embedder::builtin().dimensions(), FEATURES[0].1);
    }
}
