//! From the features of a row of pairs to probabilities.

use multiversion::multiversion;

use crate::logistic::Logistic;

use super::features::FeatureRow;
use super::math::logistic;

/// Appends the probabilities of a row of pairs.
pub(super) fn score_row(model: &Logistic, row: &FeatureRow, out: &mut Vec<f32>) {
    let start = out.len();
    out.resize(start + row.pairs(), model.bias);
    score(model, row, &mut out[start..]);
}

/// Plain products and sums, lane by lane: the same bits with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
fn score(model: &Logistic, row: &FeatureRow, out: &mut [f32]) {
    for (feature, weight) in model.weights.iter().enumerate() {
        if *weight == 0.0 {
            continue;
        }
        for (sum, value) in out.iter_mut().zip(row.column(feature)) {
            *sum += weight * value;
        }
    }
    for value in out {
        *value = logistic(*value);
    }
}
