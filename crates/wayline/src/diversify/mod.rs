//! After ranking: similar journeys make room for others.
//!
//! score × penalty ^ (number of similar journeys ranked above), then ranked again; the method of
//! Pinterest's journeys (2025). The result is a permutation of the input that leaves the first
//! place alone.

use serde::Deserialize;

use crate::config::{ConfigError, within};

/// Settings of diversification; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct DiversifyConfig {
    pub penalty: f64,
    pub similarity: f64,
}

impl DiversifyConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within(
            "diversify.penalty",
            self.penalty,
            0.0,
            1.0,
            "between 0 and 1",
        )?;
        within(
            "diversify.similarity",
            self.similarity,
            -1.0,
            1.0,
            "between -1 and 1",
        )
    }
}

/// The order in which to show journeys, as indices into `scores` (each 0 or more, descending),
/// given the similarity of two of them.
#[must_use]
pub fn diversify(
    scores: &[f64],
    similarity: impl Fn(usize, usize) -> f64,
    config: &DiversifyConfig,
) -> Vec<usize> {
    let penalized: Vec<f64> = scores
        .iter()
        .enumerate()
        .map(|(place, score)| {
            let similar = (0..place)
                .filter(|above| similarity(*above, place) >= config.similarity)
                .count();
            (0..similar).fold(*score, |score, _| score * config.penalty)
        })
        .collect();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|left, right| penalized[*right].total_cmp(&penalized[*left]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_near_copy_makes_room() {
        let config = DiversifyConfig {
            penalty: 0.5,
            similarity: 0.7,
        };
        let alike = |a: usize, b: usize| if a.max(b) == 1 { 0.9 } else { 0.0 };
        assert_eq!(diversify(&[1.0, 0.9, 0.6], alike, &config), [0, 2, 1]);
        let config = DiversifyConfig {
            penalty: 1.0,
            similarity: 0.7,
        };
        assert_eq!(diversify(&[1.0, 0.9, 0.6], alike, &config), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn a_permutation_that_leaves_the_first_place_alone(mut scores in prop::collection::vec(0.0..1.0, 1..20), seed in 0..100_usize) {
            scores.sort_by(|a: &f64, b| b.total_cmp(a));
            let config = DiversifyConfig { penalty: 0.95, similarity: 0.5 };
            let order = diversify(&scores, |a, b| ((a * 7 + b * 13 + seed) % 10) as f64 / 10.0, &config);
            prop_assert_eq!(order[0], 0);
            let mut sorted = order;
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..scores.len()).collect::<Vec<_>>());
        }
    }
}
