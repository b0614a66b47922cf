//! Logistic regression on weighted examples that is held close to one that is known.
//!
//! The crates at hand know neither weights of examples, nor labels between no and yes, nor a centre
//! other than zero to hold weights at; few judgements teach well only with all three.

use crate::logistic::Logistic;

/// Examples with weights: of each row so much weight in all, and so much for yes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weighted {
    width: usize,
    features: Vec<f32>,
    weights: Vec<(f64, f64)>,
}

impl Weighted {
    /// None yet, of `width` features each.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Adds one of `width` features, with its weight in all and its weight for yes.
    pub fn push(&mut self, features: impl IntoIterator<Item = f32>, total: f64, positive: f64) {
        self.features.extend(features);
        self.weights.push((total, positive));
        debug_assert_eq!(self.features.len(), self.width * self.weights.len());
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&[f32], (f64, f64))> {
        let rows = self.features.chunks_exact(self.width.max(1));
        rows.zip(self.weights.iter().copied())
    }

    /// Sets the weights of all rows anew.
    pub(super) fn weigh(&mut self, weights: Vec<(f64, f64)>) {
        debug_assert_eq!(weights.len(), self.weights.len());
        self.weights = weights;
    }

    /// Weighted standard deviation of each feature.
    fn spread(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.width];
        let mut all = 0.0;
        for (row, (total, _)) in self.rows() {
            all += total;
            for ((sum, squares), value) in sums.iter_mut().zip(row) {
                *sum += total * f64::from(*value);
                *squares += total * f64::from(*value).powi(2);
            }
        }
        let of_sums = |(sum, squares): (f64, f64)| {
            let mean: f64 = sum / all;
            (squares / all - mean.powi(2)).max(0.0).sqrt()
        };
        sums.into_iter().map(of_sums).collect()
    }
}

/// Why nothing could be learned. Each says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RidgeError {
    /// No example.
    #[error("there is no example to learn from")]
    Nothing,
    /// All examples say yes, or all no.
    #[error(
        "all {rows} examples say {}; examples of both kinds are needed",
        if *says { "yes" } else { "no" }
    )]
    OneKind {
        /// How many they are.
        rows: usize,
        /// What they say.
        says: bool,
    },
    /// A feature or weight is no number, or so large that sums aren't.
    #[error("a feature or a weight of an example is not a number that can be summed")]
    NotFinite,
}

/// How to fit.
#[derive(Clone, Copy, Debug)]
pub struct Ridge<'a> {
    /// Halves of the squared distances of the weights from those known, each times the spread of its
    /// feature, count so much against the log loss, whose scale is the weight of the examples.
    pub penalty: f64,
    /// What is known: weights stay there where the examples say nothing.
    pub towards: &'a Logistic,
    /// Which weights may move, by their places; the bias always may, without penalty.
    pub free: &'a [usize],
}

/// A step smaller than this, in log-odds of a spread of a feature, ends the search.
const NEAR: f64 = 1e-9;
const MOST_STEPS: usize = 100;
/// Features of a smaller spread are as good as constant: they stay where they are.
const CONSTANT: f64 = 1e-6;

impl Ridge<'_> {
    /// Fits by Newton's method. The loss is convex whatever the weights for yes, so there is one best
    /// fit; four decimals of it are kept.
    ///
    /// # Errors
    /// No examples, examples of one kind only, numbers that can't be summed.
    pub fn fit(&self, examples: &Weighted) -> Result<Logistic, RidgeError> {
        if examples.is_empty() {
            return Err(RidgeError::Nothing);
        }
        let (mut total, mut positive) = (0.0, 0.0);
        for (row, weights) in examples.rows() {
            total += weights.0;
            positive += weights.1;
            if row.iter().any(|value| !value.is_finite()) {
                return Err(RidgeError::NotFinite);
            }
        }
        if !(total + positive).is_finite() {
            return Err(RidgeError::NotFinite);
        }
        if positive <= 0.0 || positive >= total {
            return Err(RidgeError::OneKind {
                rows: examples.len(),
                says: positive > 0.0,
            });
        }
        let spread = examples.spread();
        let free = self.free.iter().copied();
        let free: Vec<usize> = free
            .filter(|place| spread.get(*place).is_some_and(|it| *it > CONSTANT))
            .collect();
        let problem = Problem::of(examples, self.towards, &free, &spread, self.penalty);
        let moved = problem.solve();
        let mut fitted = self.towards.clone();
        fitted.bias = rounded(f64::from(fitted.bias) + moved[0]);
        for (place, moved) in free.iter().zip(&moved[1..]) {
            let weight = &mut fitted.weights[*place];
            *weight = rounded(f64::from(*weight) + moved / spread[*place]);
        }
        let weights = fitted.weights.iter().chain([&fitted.bias]);
        let is_finite = weights.copied().all(f32::is_finite);
        is_finite.then_some(fitted).ok_or(RidgeError::NotFinite)
    }
}

/// Four decimals: more would depend on the machine's order of summation.
fn rounded(value: f64) -> f32 {
    ((value * 1e4).round() / 1e4) as f32
}

/// The examples in units of spread: what is known of each, and a column of ones for the bias before
/// the features that may move.
struct Problem {
    width: usize,
    rows: Vec<f64>,
    known: Vec<f64>,
    weights: Vec<(f64, f64)>,
    penalty: f64,
}

impl Problem {
    fn of(
        examples: &Weighted,
        towards: &Logistic,
        free: &[usize],
        spread: &[f64],
        penalty: f64,
    ) -> Self {
        let mut problem = Self {
            width: free.len() + 1,
            rows: Vec::with_capacity(examples.len() * (free.len() + 1)),
            known: Vec::with_capacity(examples.len()),
            weights: Vec::with_capacity(examples.len()),
            penalty,
        };
        for (row, weights) in examples.rows() {
            let values = free
                .iter()
                .map(|place| f64::from(row[*place]) / spread[*place]);
            problem.rows.push(1.0);
            problem.rows.extend(values);
            problem.known.push(f64::from(towards.log_odds(row)));
            problem.weights.push(weights);
        }
        problem
    }

    fn solve(&self) -> Vec<f64> {
        let mut at = vec![0.0; self.width];
        let mut loss = self.loss(&at);
        for _ in 0..MOST_STEPS {
            let Some(step) = self.step(&at) else { break };
            let size = step.iter().fold(0.0_f64, |most, it| most.max(it.abs()));
            // Far from the best fit a whole step may overshoot: halves of it, until it helps.
            let halved = (0..40).map(|times| libm::exp2(-f64::from(times)));
            let better = halved.into_iter().find_map(|share| {
                let next: Vec<f64> = at.iter().zip(&step).map(|(a, b)| a - share * b).collect();
                let next_loss = self.loss(&next);
                (next_loss < loss).then_some((next, next_loss))
            });
            let Some((next, next_loss)) = better else {
                break;
            };
            (at, loss) = (next, next_loss);
            if size < NEAR {
                break;
            }
        }
        at
    }

    fn log_odds(&self, at: &[f64]) -> impl Iterator<Item = f64> {
        let rows = self.rows.chunks_exact(self.width).zip(&self.known);
        rows.map(move |(row, known)| known + row.iter().zip(at).map(|(a, b)| a * b).sum::<f64>())
    }

    fn loss(&self, at: &[f64]) -> f64 {
        let squares: f64 = at[1..].iter().map(|it| it * it).sum();
        let losses = self.log_odds(at).zip(&self.weights);
        let losses = losses.map(|(odds, (total, positive))| {
            // ln(1 + e^odds), without overflow.
            let softplus = odds.max(0.0) + libm::log1p(libm::exp(-odds.abs()));
            total * softplus - positive * odds
        });
        losses.sum::<f64>() + 0.5 * self.penalty * squares
    }

    /// Newton's step, to be subtracted; none where the curvature says nothing.
    fn step(&self, at: &[f64]) -> Option<Vec<f64>> {
        let width = self.width;
        let mut gradient: Vec<f64> = at.iter().map(|it| self.penalty * it).collect();
        gradient[0] = 0.0;
        let mut curvature = vec![0.0; width * width];
        for place in 1..width {
            curvature[place * width + place] = self.penalty;
        }
        let rows = self.rows.chunks_exact(width).zip(&self.weights);
        for ((row, (total, positive)), odds) in rows.zip(self.log_odds(at)) {
            let probability = 1.0 / (1.0 + libm::exp(-odds));
            let slope = total * probability - positive;
            let bend = total * probability * (1.0 - probability);
            for (place, value) in row.iter().enumerate() {
                gradient[place] += slope * value;
                for (other, other_value) in row[..=place].iter().enumerate() {
                    curvature[place * width + other] += bend * value * other_value;
                }
            }
        }
        solve_positive(curvature, gradient)
    }
}

/// Solves a x = b for a positive definite a, of which the lower half is given, by Cholesky's method.
fn solve_positive(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let width = b.len();
    for row in 0..width {
        for column in 0..=row {
            let mut sum = a[row * width + column];
            for before in 0..column {
                sum -= a[row * width + before] * a[column * width + before];
            }
            if row == column {
                if sum.is_nan() || sum <= 1e-12 {
                    return None;
                }
                a[row * width + row] = sum.sqrt();
            } else {
                a[row * width + column] = sum / a[column * width + column];
            }
        }
    }
    for row in 0..width {
        for before in 0..row {
            b[row] -= a[row * width + before] * b[before];
        }
        b[row] /= a[row * width + row];
    }
    for row in (0..width).rev() {
        for after in row + 1..width {
            b[row] -= a[after * width + row] * b[after];
        }
        b[row] /= a[row * width + row];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn examples(rows: &[(f32, f64, f64)]) -> Weighted {
        let mut examples = Weighted::new(1);
        for (value, total, positive) in rows {
            examples.push([*value], *total, *positive);
        }
        examples
    }

    fn fit(rows: &[(f32, f64, f64)], penalty: f64, towards: &Logistic) -> Logistic {
        let ridge = Ridge {
            penalty,
            towards,
            free: &[0],
        };
        ridge.fit(&examples(rows)).expect("a fit")
    }

    #[test]
    fn two_groups_have_the_odds_that_were_seen() {
        let nothing = Logistic::unknowing(1);
        // ln(1/3) at 0 and ln 3 at 1.
        let fitted = fit(&[(0.0, 40.0, 10.0), (1.0, 40.0, 30.0)], 1e-6, &nothing);
        assert!((fitted.bias + 1.0986).abs() < 2e-4, "{fitted:?}");
        assert!((fitted.weights[0] - 2.1972).abs() < 2e-4, "{fitted:?}");
    }

    #[test]
    fn a_high_penalty_keeps_what_is_known() {
        let known = Logistic {
            bias: 0.5,
            weights: vec![-2.0],
        };
        let rows = [(0.0, 40.0, 10.0), (1.0, 40.0, 30.0)];
        assert_eq!(fit(&rows, 1e9, &known).weights, known.weights);
        let near = fit(&rows, 10.0, &known).weights[0];
        assert!(near > -2.0 && near < 2.2, "{near}");
    }

    #[test]
    fn more_for_yes_than_there_is_can_be_fitted() {
        let rows = [(0.0, 1.0, 3.0), (0.0, 9.0, 1.0), (1.0, 10.0, 8.0)];
        let fitted = fit(&rows, 1e-6, &Logistic::unknowing(1));
        assert!((fitted.probability(&[0.0]) - 0.4).abs() < 1e-3);
        assert!((fitted.probability(&[1.0]) - 0.8).abs() < 1e-3);
    }

    #[test]
    fn what_cannot_teach_is_refused() {
        let refused = |rows: &[(f32, f64, f64)]| {
            let nothing = Logistic::unknowing(1);
            let ridge = Ridge {
                penalty: 1.0,
                towards: &nothing,
                free: &[0],
            };
            ridge.fit(&examples(rows)).expect_err("refused")
        };
        assert_eq!(refused(&[]), RidgeError::Nothing);
        let no = refused(&[(0.0, 1.0, 0.0), (1.0, 1.0, 0.0)]);
        assert!(no.to_string().contains("all 2 examples say no"), "{no}");
        assert!(refused(&[(0.0, 1.0, 1.0)]).to_string().contains("say yes"));
        assert_eq!(refused(&[(f32::NAN, 1.0, 0.5)]), RidgeError::NotFinite);
        assert_eq!(refused(&[(1.0, f64::INFINITY, 0.5)]), RidgeError::NotFinite);
    }

    proptest! {
        #[test]
        fn no_other_weights_are_better(
            rows in prop::collection::vec((-3.0_f32..3.0, 0.1_f64..5.0, -0.1_f64..1.2), 3..30),
            penalty in 0.1_f64..100.0,
            by in -0.1_f64..0.1,
        ) {
            let rows: Vec<_> = rows.iter().map(|(x, total, share)| (*x, *total, total * share)).collect();
            let examples = examples(&rows);
            let nothing = Logistic::unknowing(1);
            let ridge = Ridge { penalty, towards: &nothing, free: &[0] };
            if ridge.fit(&examples).is_ok() {
                let problem = Problem::of(&examples, &nothing, &[0], &examples.spread(), penalty);
                let best = problem.solve();
                let loss = problem.loss(&best);
                prop_assert!(problem.loss(&[best[0] + by, best[1]]) >= loss - 1e-9);
                prop_assert!(problem.loss(&[best[0], best[1] + by]) >= loss - 1e-9);
            }
        }
    }
}
