//! How much better one order, or rule, is than another, over the same people.

use wayline::evaluate::{Figure, Resampling, bootstrap};

/// A mean, with its 95 % interval over people, of whom each has a sum and how much it is a sum of.
pub(super) fn mean_over_people(people: &[[f64; 2]]) -> Figure {
    let mean = |weights: &[u32]| {
        let [sum, all] = bootstrap::weighted_sum(people.iter().copied(), weights);
        vec![sum / all.max(1.0)]
    };
    let all = mean(&vec![1; people.len()]);
    let figures = bootstrap::figures(people.len(), Resampling::default(), all, mean);
    figures.first().copied().unwrap_or_default()
}

/// A figure with the interval of a difference, as `0.542 (+0.011 .. +0.084)`.
pub(super) fn with_difference(value: f64, difference: &Figure) -> String {
    match difference.interval {
        Some(it) => format!("{value:.3} ({:+.3} .. {:+.3})", it.low, it.high),
        None => format!("{value:.3}"),
    }
}
