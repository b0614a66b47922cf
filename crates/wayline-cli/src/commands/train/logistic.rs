//! Logistic regression by `linfa-logistic`.

use anyhow::{Result, anyhow};
use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

/// Fits weights and bias on rows of `width` features.
///
/// # Errors
/// Labels of one class only, or a fit that doesn't converge.
pub(super) fn fit(features: &[f32], same: &[bool], width: usize) -> Result<(Vec<f64>, f64)> {
    if same.iter().all(|label| *label) || !same.iter().any(|label| *label) {
        return Err(anyhow!(
            "all {} labels say the same; nothing to learn",
            same.len()
        ));
    }
    let values: Vec<f64> = features.iter().map(|value| f64::from(*value)).collect();
    let rows = Array2::from_shape_vec((same.len(), width), values)?;
    let labels: Array1<bool> = same.iter().copied().collect();
    let data = DatasetBase::new(rows, labels);
    let model = LogisticRegression::default()
        .alpha(1.0)
        .max_iterations(500)
        .gradient_tolerance(1e-4)
        .fit(&data)
        .map_err(|error| anyhow!("the fit failed: {error}"))?;
    // The solver decides which class is the positive one.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let weights = model.params().iter().map(|weight| sign * weight).collect();
    Ok((weights, sign * model.intercept()))
}

/// Four decimals: more would depend on the machine's order of summation.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
