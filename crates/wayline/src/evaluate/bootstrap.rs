//! How far a figure may be off: percentile intervals from people drawn anew (Efron 1979).
//!
//! People, not events, are drawn with replacement: what one person does hangs together.

use super::figures::{Figure, Interval};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// How many samples of people to draw; 0 leaves the intervals out.
    pub resamples: u32,
    /// The same seed draws the same samples.
    pub seed: u64,
}

impl Default for Resampling {
    /// 1,000 samples, seed 1.
    fn default() -> Self {
        Self {
            resamples: 1_000,
            seed: 1,
        }
    }
}

/// Figures and their intervals. `measure` gives all figures of a sample, in which person `i`
/// counts `weights[i]` times; entries that are not a number are left out of the interval. `values`
/// are the figures of all people, where not a number becomes 0.
///
/// All figures are measured on the same samples. The work is `resamples` calls of `measure`, so
/// hand it sums per person rather than their events.
pub fn figures(
    people: usize,
    resampling: Resampling,
    values: Vec<f64>,
    mut measure: impl FnMut(&[u32]) -> Vec<f64>,
) -> Vec<Figure> {
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); values.len()];
    let mut rng = ChaCha8Rng::seed_from_u64(resampling.seed);
    let mut weights = vec![0; people];
    let samples = if people == 0 { 0 } else { resampling.resamples };
    for _ in 0..samples {
        weights.fill(0);
        for _ in 0..people {
            weights[below(&mut rng, people)] += 1;
        }
        for (list, value) in drawn.iter_mut().zip(measure(&weights)) {
            if !value.is_nan() {
                list.push(value);
            }
        }
    }
    let pairs = values.into_iter().zip(drawn);
    let figures = pairs.map(|(value, list)| Figure {
        value: if value.is_nan() { 0.0 } else { value },
        interval: interval(list),
    });
    figures.collect()
}

/// A number below `n`, by multiplying a random fraction of 64 bits.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

fn interval(mut list: Vec<f64>) -> Option<Interval> {
    if list.is_empty() {
        return None;
    }
    list.sort_by(f64::total_cmp);
    Some(Interval {
        low: percentile(&list, 0.025),
        high: percentile(&list, 0.975),
    })
}

/// Linear between the two nearest of a sorted list.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let lower = place as usize;
    let upper = (lower + 1).min(sorted.len() - 1);
    let fraction = place - lower as f64;
    sorted[lower] + (sorted[upper] - sorted[lower]) * fraction
}

/// The sums over a sample: Σ weight × row.
pub fn weighted_sum<const N: usize>(
    rows: impl IntoIterator<Item = [f64; N]>,
    weights: &[u32],
) -> [f64; N] {
    let mut sums = [0.0; N];
    for (row, weight) in rows.into_iter().zip(weights) {
        if *weight > 0 {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value * f64::from(*weight);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(list: &[f64], resampling: Resampling) -> Figure {
        let mean = |weights: &[u32]| {
            let [sum] = weighted_sum(list.iter().map(|value| [*value]), weights);
            vec![sum / list.len() as f64]
        };
        let ones = vec![1; list.len()];
        figures(list.len(), resampling, mean(&ones), mean)[0]
    }

    #[test]
    fn intervals_have_the_width_that_theory_says() {
        let list: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let figure = mean_of(&list, Resampling::default());
        let interval = figure.interval.unwrap();
        // Standard error .05, so about .5 ± .098.
        assert!((interval.low - 0.402).abs() < 0.025, "{interval:?}");
        assert!((interval.high - 0.598).abs() < 0.025, "{interval:?}");
    }

    #[test]
    fn the_seed_decides() {
        let list = [0.1, 0.9, 0.4, 0.3, 0.35, 0.7];
        let with = |seed| {
            mean_of(
                &list,
                Resampling {
                    resamples: 99,
                    seed,
                },
            )
        };
        assert_eq!(with(3), with(3));
        assert_ne!(with(3), with(4));
    }

    #[test]
    fn nothing_to_draw_from_has_no_interval() {
        let none = figures(0, Resampling::default(), vec![f64::NAN], |_| vec![1.0]);
        assert_eq!(
            none,
            [Figure {
                value: 0.0,
                interval: None
            }]
        );
        let undefined = figures(3, Resampling::default(), vec![0.5], |_| vec![f64::NAN]);
        assert_eq!(undefined[0].interval, None);
    }
}
