//! From the features of a row of pairs to probabilities.

use crate::logistic::Logistic;
use crate::vectorised::vectorised;

use super::features::{FEATURES, FeatureRow};
use super::math::logistic;

/// Appends the probabilities of a row of pairs.
pub(super) fn score_row(model: &Logistic, row: &FeatureRow, out: &mut Vec<f32>) {
    let mut weights = [0.0; FEATURES.len()];
    for (weight, of_model) in weights.iter_mut().zip(&model.weights) {
        *weight = *of_model;
    }
    let columns = std::array::from_fn(|feature| row.column(feature));
    let start = out.len();
    out.resize(start + row.pairs(), 0.0);
    score(model.bias, &weights, columns, &mut out[start..]);
}

vectorised! {
    /// Plain products and sums, lane by lane: the same bits with every instruction set.
    fn score(
        bias: f32,
        weights: &[f32; FEATURES.len()],
        columns: [&[f32]; FEATURES.len()],
        out: &mut [f32],
    ) {
        let mut columns = columns;
        // Known to be of one length, the columns are read without asking for each pair.
        for column in &mut columns {
            *column = &column[..out.len()];
        }
        for pair in 0..out.len() {
            let mut sum = bias;
            for feature in 0..FEATURES.len() {
                sum += weights[feature] * columns[feature][pair];
            }
            out[pair] = logistic(sum);
        }
    }
}
