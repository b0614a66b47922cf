//! Rows of features with a yes or no.

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

/// Examples of one thing to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    width: usize,
    /// Row by row, `width` values each.
    features: Vec<f32>,
    labels: Vec<bool>,
}

impl Examples {
    /// None yet, of `width` features each.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            features: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Adds one.
    pub fn push(&mut self, features: impl IntoIterator<Item = f32>, label: bool) {
        self.features.extend(features);
        self.labels.push(label);
        debug_assert_eq!(self.features.len(), self.width * self.labels.len());
    }

    /// Adds at most `most` of another's, drawn by `seed`.
    pub fn add_sample(&mut self, other: &Self, most: usize, seed: u64) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut chosen = sample(&mut random, other.len(), most.min(other.len())).into_vec();
        chosen.sort_unstable();
        for index in chosen {
            self.push(other.row(index).iter().copied(), other.labels[index]);
        }
    }

    /// Features of each.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// All rows, one after the other.
    #[must_use]
    pub fn features(&self) -> &[f32] {
        &self.features
    }

    /// The features of each.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.features.chunks_exact(self.width)
    }

    /// Sets some features of all to 0, as if nothing were known of them.
    pub fn clear(&mut self, places: Range<usize>) {
        for row in self.features.chunks_exact_mut(self.width) {
            row[places.clone()].fill(0.0);
        }
    }

    /// The features of one.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.features[index * self.width..][..self.width]
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }
}
