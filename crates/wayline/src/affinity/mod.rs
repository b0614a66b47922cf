//! How likely two evidence units serve one goal.
//!
//! [`UnitSpace`] places each unit by its text and by what stands around it. [`PairRows`] computes
//! the features of all pairs, row by row, for training and for inference alike. A logistic
//! regression over [`FEATURES`] turns them into a probability. All but the features that say
//! "both have any" are monotone: more of it never speaks the other way.

mod carriers;
mod config;
mod features;
mod labels;
mod math;
mod places;
mod profiles;
mod score;
mod space;
mod timelines;
mod together;
mod vectors;

pub use config::AffinityConfig;
pub use features::{FEATURES, FeatureRow, PairRows, SIGNS, TOGETHER};
pub use space::UnitSpace;
pub(crate) use vectors::{add, add_scaled, product};

use crate::corpus::KeywordFacts;
use crate::extract::Extracted;
use crate::logistic::Logistic;

/// The affinities of all pairs of one person's units: the probability that both serve one goal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affinities {
    units: usize,
    /// Upper triangle, row by row: (0,1), (0,2), … (1,2), …
    pairs: Vec<f32>,
}

impl Affinities {
    /// All pairs of a person, by a model over [`FEATURES`].
    #[must_use]
    pub fn of(
        person: &Extracted,
        facts: &KeywordFacts,
        space: &UnitSpace,
        model: &Logistic,
    ) -> Self {
        let units = person.units.len();
        let mut pairs = Vec::with_capacity(units * units.saturating_sub(1) / 2);
        let mut rows = PairRows::for_model(person, facts, space, model);
        while let Some(row) = rows.next_row() {
            score::score_row(model, row, &mut pairs);
        }
        Self { units, pairs }
    }

    /// From a triangle of probabilities, row by row.
    #[must_use]
    pub fn from_pairs(units: usize, pairs: Vec<f32>) -> Self {
        debug_assert_eq!(pairs.len(), units * units.saturating_sub(1) / 2);
        Self { units, pairs }
    }

    /// How many units there are.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// The triangle, row by row.
    #[must_use]
    pub fn pairs(&self) -> &[f32] {
        &self.pairs
    }

    /// The affinity of two units; 1 for a unit with itself.
    #[must_use]
    pub fn get(&self, left: usize, right: usize) -> f32 {
        if left == right {
            return 1.0;
        }
        let (low, high) = (left.min(right), left.max(right));
        self.pairs[low * (2 * self.units - low - 1) / 2 + high - low - 1]
    }
}

#[cfg(test)]
mod tests;
