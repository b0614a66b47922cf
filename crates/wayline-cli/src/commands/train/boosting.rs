//! Gradient boosting by `smartcore`, to compare with.

use anyhow::{Result, anyhow};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::xgboost::{XGRegressor, XGRegressorParameters};
use wayline::train::Examples;

/// Boosted trees fitted to labels of 0 and 1.
pub(super) struct Boosted {
    trees: XGRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>,
}

/// At most so many examples: every split sorts all of them.
const MOST: usize = 20_000;

impl Boosted {
    /// Fits 100 trees of depth 4.
    ///
    /// # Errors
    /// What the crate can't do.
    pub(super) fn fit(examples: &Examples) -> Result<Self> {
        let mut sample = Examples::new(examples.width());
        sample.add_sample(examples, MOST, 1);
        let labels = sample.labels().iter();
        let labels: Vec<f64> = labels.map(|label| f64::from(u8::from(*label))).collect();
        let parameters = XGRegressorParameters::default()
            .with_n_estimators(100)
            .with_max_depth(4)
            .with_learning_rate(0.1)
            .with_subsample(0.7)
            .with_seed(1);
        let rows = matrix((0..sample.len()).map(|row| sample.row(row)))?;
        let trees = XGRegressor::fit(&rows, &labels, parameters)
            .map_err(|error| anyhow!("boosting failed: {error}"))?;
        Ok(Self { trees })
    }

    /// A value for each row, higher where a label of 1 is more likely.
    pub(super) fn predict<'a>(&self, rows: impl Iterator<Item = &'a [f32]>) -> Result<Vec<f64>> {
        self.trees
            .predict(&matrix(rows)?)
            .map_err(|error| anyhow!("boosting failed: {error}"))
    }
}

fn matrix<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Result<DenseMatrix<f64>> {
    let rows: Vec<Vec<f64>> = rows
        .map(|row| row.iter().map(|value| f64::from(*value)).collect())
        .collect();
    DenseMatrix::from_2d_vec(&rows).map_err(|error| anyhow!("boosting failed: {error}"))
}
