//! How likely a group is one real goal.

use crate::logistic::{Logistic, Scored};

/// The names of the features, in their order. Logarithms are ln(1 + count).
///
/// | feature | what it measures |
/// |---|---|
/// | `log_keywords` | keywords that belong to the group |
/// | `log_queries` | those that the person typed |
/// | `log_visits` | visits in which it was seen |
/// | `cohesion` | mean affinity within |
/// | `separation` | 1 − the mean affinity to the nearest other group |
/// | `belonging` | mean probability of its keywords to belong to it |
/// | `kept` | share of the keywords gathered there that do |
/// | `together` | mean share of those keywords' associations among the person's keywords that lie inside |
pub const FEATURES: [&str; 8] = [
    "log_keywords",
    "log_queries",
    "log_visits",
    "cohesion",
    "separation",
    "belonging",
    "kept",
    "together",
];

/// More of each can only speak for the group.
pub const SIGNS: [i8; FEATURES.len()] = [1; FEATURES.len()];

/// The probability that a group is one real goal, with what speaks for it, by a model over
/// [`FEATURES`].
pub(super) fn confidence(values: &[f32; FEATURES.len()], model: &Logistic) -> Scored {
    let features = FEATURES.iter().zip(values).zip(&model.weights);
    let features =
        features.map(|((name, value), weight)| (*name, f64::from(*value), f64::from(*weight)));
    Scored::of(std::iter::once(("baseline", 1.0, f64::from(model.bias))).chain(features))
}
