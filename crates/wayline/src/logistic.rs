//! The form of every learned part: a logistic regression over few, named features.
//!
//! A probability is the logistic function of bias + Σ weight × feature. Each summand can be shown
//! to a person, which is why nothing cleverer is used where this is as good.

use serde::{Deserialize, Serialize};

/// Bias and weights of one logistic regression.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Log-odds when all features are 0.
    pub bias: f32,
    /// One weight for each feature.
    pub weights: Vec<f32>,
}

/// No fit comes near it; products and sums of such weights stay finite.
const HIGHEST: f32 = 1e6;

impl Logistic {
    /// One that says nothing about `features` features: as likely as not.
    #[must_use]
    pub fn unknowing(features: usize) -> Self {
        Self {
            bias: 0.0,
            weights: vec![0.0; features],
        }
    }

    /// Whether there is a weight for each of `features` features, and all are numbers that sums of
    /// them stay finite with.
    pub(crate) fn fits(&self, features: usize) -> bool {
        let sane = |weight: &f32| weight.abs() <= HIGHEST;
        self.weights.len() == features && sane(&self.bias) && self.weights.iter().all(sane)
    }

    /// The log-odds for the values of all features.
    #[must_use]
    pub fn log_odds(&self, values: &[f32]) -> f32 {
        debug_assert_eq!(values.len(), self.weights.len());
        let parts = self.weights.iter().zip(values);
        self.bias + parts.map(|(weight, value)| weight * value).sum::<f32>()
    }

    /// The probability with its summands: the bias as `baseline`, then each named value. What has no
    /// value is left out.
    pub(crate) fn scored(
        &self,
        names: impl IntoIterator<Item = &'static str>,
        values: impl IntoIterator<Item = f32>,
    ) -> Scored {
        let summands = names.into_iter().zip(values).zip(&self.weights);
        let summands =
            summands.map(|((name, value), weight)| (name, f64::from(value), f64::from(*weight)));
        let baseline = ("baseline", 1.0, f64::from(self.bias));
        Scored::of(std::iter::once(baseline).chain(summands))
    }

    /// The probability, 0 to 1.
    #[must_use]
    pub fn probability(&self, values: &[f32]) -> f32 {
        1.0 / (1.0 + libm::expf(-self.log_odds(values)))
    }
}

/// One summand of the log-odds: what it is called, what was measured, and what it adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Name of the feature.
    pub feature: &'static str,
    /// Its value.
    pub value: f64,
    /// Weight × value, in log-odds.
    pub adds: f64,
}

/// A probability with the summands of its log-odds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Logistic function of the sum, 0 to 1.
    pub value: f64,
    /// The summands, in fixed order.
    pub contributions: Vec<Contribution>,
}

impl Scored {
    /// From (name, value, weight) of each summand; the constant is a feature of value 1.
    #[must_use]
    pub fn of(features: impl IntoIterator<Item = (&'static str, f64, f64)>) -> Self {
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
mod tests {
    use super::*;

    #[test]
    fn the_logistic_of_a_weighted_sum() {
        let model = Logistic {
            bias: -1.0,
            weights: vec![2.0, 0.5],
        };
        assert_eq!(model.log_odds(&[1.0, 2.0]), 2.0);
        assert!((model.probability(&[0.5, 0.0]) - 0.5).abs() < 1e-7);
        assert_eq!(Logistic::unknowing(3).probability(&[9.0, -9.0, 1.0]), 0.5);
        let scored = Scored::of([("baseline", 1.0, -1.0), ("size", 2.0, 0.5)]);
        assert_eq!(scored.value, 0.5);
        assert_eq!(scored.contributions[1].adds, 1.0);
    }
}
