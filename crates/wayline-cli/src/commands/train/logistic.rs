//! Logistic regression by `linfa-logistic`, with signs and features left out.

use anyhow::{Result, anyhow};
use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use wayline::logistic::Logistic;
use wayline::train::Examples;

/// Fits bias and weights. A feature whose weight comes out against its sign is left out, and the
/// rest is fitted anew, until all agree; so are the features of `places_out`.
///
/// # Errors
/// No labels, those of one class only, or a fit that doesn't converge.
pub(super) fn fit(examples: &Examples, signs: &[i8], places_out: &[usize]) -> Result<Logistic> {
    fit_shrunk(examples, signs, places_out, 1.0)
}

/// The same with a penalty of so many halves of the squared weights.
pub(super) fn fit_shrunk(
    examples: &Examples,
    signs: &[i8],
    places_out: &[usize],
    penalty: f64,
) -> Result<Logistic> {
    let labels = examples.labels();
    if labels.is_empty() {
        return Err(anyhow!(
            "nobody gives an example to learn from; give more people"
        ));
    }
    if labels.iter().all(|label| *label) || !labels.iter().any(|label| *label) {
        return Err(anyhow!(
            "all {} labels say the same; nothing to learn",
            labels.len()
        ));
    }
    let spread = spread(examples);
    let mut kept: Vec<usize> = (0..examples.width())
        .filter(|place| !places_out.contains(place) && spread[*place] > 1e-6)
        .collect();
    loop {
        let (weights, bias) = fit_some(examples, &kept, &spread, penalty)?;
        let agrees = |(place, weight): &(&usize, &f64)| **weight * f64::from(signs[**place]) >= 0.0;
        let agreeing: Vec<usize> = kept
            .iter()
            .zip(&weights)
            .filter(agrees)
            .map(|(place, _)| *place)
            .collect();
        if agreeing.len() == kept.len() {
            let mut model = Logistic::unknowing(examples.width());
            model.bias = rounded(bias) as f32;
            for (place, weight) in kept.iter().zip(weights) {
                model.weights[*place] = rounded(weight) as f32;
            }
            return Ok(model);
        }
        kept = agreeing;
    }
}

/// On features divided by their spread, so that the penalty treats all alike and the solver is
/// quick.
fn fit_some(
    examples: &Examples,
    kept: &[usize],
    spread: &[f64],
    penalty: f64,
) -> Result<(Vec<f64>, f64)> {
    let rows = examples.features().chunks_exact(examples.width());
    let values: Vec<f64> = rows
        .flat_map(|row| {
            kept.iter()
                .map(|place| f64::from(row[*place]) / spread[*place])
        })
        .collect();
    let rows = Array2::from_shape_vec((examples.len(), kept.len()), values)?;
    let labels: Array1<bool> = examples.labels().iter().copied().collect();
    let model = LogisticRegression::default()
        .alpha(penalty)
        .max_iterations(500)
        .gradient_tolerance(1e-4)
        .fit(&DatasetBase::new(rows, labels))
        .map_err(|error| anyhow!("the fit failed: {error}"))?;
    // The solver decides which class is the positive one.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let weights = model.params().iter().zip(kept);
    let weights = weights.map(|(weight, place)| sign * weight / spread[*place]);
    Ok((weights.collect(), sign * model.intercept()))
}

/// Standard deviation of each feature.
fn spread(examples: &Examples) -> Vec<f64> {
    let count = examples.len() as f64;
    let mut sums = vec![(0.0, 0.0); examples.width()];
    for row in examples.features().chunks_exact(examples.width()) {
        for ((sum, squares), value) in sums.iter_mut().zip(row) {
            *sum += f64::from(*value);
            *squares += f64::from(*value).powi(2);
        }
    }
    sums.iter()
        .map(|(sum, squares)| (squares / count - (sum / count).powi(2)).max(0.0).sqrt())
        .collect()
}

/// Four decimals: more would depend on the machine's order of summation.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
