//! From features to a probability.

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use crate::embed::Embedder;
use crate::extract::Extracted;

use super::features::{FEATURES, FeatureRow};
use super::math::logistic;

/// Logistic regression over [`FEATURES`], one set of weights for each kind of evidence.
///
/// The file is JSON that names its features and the embedder that it was fitted with; another
/// set of features or another embedder is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffinityModel {
    /// Version of the features and of the form of this file.
    pub version: u32,
    /// The embedder that the weights were fitted with.
    pub embedder: String,
    /// The names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// For people with items.
    pub with_items: Weights,
    /// For people with searches alone.
    pub searches_only: Weights,
    #[serde(skip)]
    hash: String,
}

/// Weights of one logistic regression.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Log-odds when all features are 0.
    pub bias: f32,
    /// One weight for each feature.
    pub weights: Vec<f32>,
}

/// Why a model file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not the JSON of a model; truncated files end here.
    #[error("the affinity model can't be read ({0}); remake it with `wayline train affinity`")]
    Malformed(#[from] serde_json::Error),
    /// Made for other features.
    #[error(
        "the affinity model has version {found}, this Wayline needs {VERSION}; remake it with `wayline train affinity`"
    )]
    Version {
        /// What the file says.
        found: u32,
    },
    /// Features that differ from [`FEATURES`], or weights that don't match them.
    #[error(
        "the affinity model has other features than this Wayline; remake it with `wayline train affinity`"
    )]
    Features,
    /// Fitted with another embedder.
    #[error(
        "the affinity model was fitted with the embedder {found}, this is {expected}; remake it with `wayline train affinity`"
    )]
    Embedder {
        /// The hash in the file.
        found: String,
        /// The hash of the embedder in use.
        expected: String,
    },
}

/// Version of the features and of the file.
const VERSION: u32 = 2;

/// What a person's log holds: each kind has its own weights, cut and thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Items, perhaps beside searches.
    WithItems,
    /// Searches alone.
    SearchesOnly,
}

impl Evidence {
    /// What this person's log holds.
    #[must_use]
    pub fn of(person: &Extracted) -> Self {
        if person.searches_only() {
            Self::SearchesOnly
        } else {
            Self::WithItems
        }
    }
}

impl Weights {
    /// Weights that say nothing: every pair is as likely as not.
    #[must_use]
    pub fn zero() -> Self {
        Self {
            bias: 0.0,
            weights: vec![0.0; FEATURES.len()],
        }
    }
}

impl AffinityModel {
    /// The model inside the library, fitted with its embedder.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(
            include_str!("../../models/affinity.json"),
            Embedder::builtin(),
        )
        .expect("the shipped affinity model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other features or another embedder.
    pub fn from_json(text: &str, embedder: &Embedder) -> Result<Self, ModelError> {
        let mut model: Self = serde_json::from_str(text)?;
        if model.version != VERSION {
            return Err(ModelError::Version {
                found: model.version,
            });
        }
        let weights = [&model.with_items, &model.searches_only];
        if model.features != FEATURES
            || weights
                .iter()
                .any(|weights| weights.weights.len() != FEATURES.len())
        {
            return Err(ModelError::Features);
        }
        if model.embedder != embedder.hash() {
            return Err(ModelError::Embedder {
                found: model.embedder,
                expected: embedder.hash().to_owned(),
            });
        }
        model.hash = blake3::hash(text.as_bytes()).to_hex()[..16].to_owned();
        Ok(model)
    }

    /// A model from fitted weights.
    #[must_use]
    pub fn fitted(embedder: &Embedder, with_items: Weights, searches_only: Weights) -> Self {
        Self {
            version: VERSION,
            embedder: embedder.hash().to_owned(),
            features: FEATURES.iter().map(|name| (*name).to_owned()).collect(),
            with_items,
            searches_only,
            hash: String::new(),
        }
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The weights for a kind of evidence.
    #[must_use]
    pub fn weights(&self, evidence: Evidence) -> &Weights {
        match evidence {
            Evidence::WithItems => &self.with_items,
            Evidence::SearchesOnly => &self.searches_only,
        }
    }

    /// Appends the probabilities of a row of pairs.
    pub fn score_row(&self, evidence: Evidence, row: &FeatureRow, out: &mut Vec<f32>) {
        let weights = self.weights(evidence);
        let start = out.len();
        out.resize(start + row.pairs(), weights.bias);
        score(weights, row, &mut out[start..]);
    }
}

/// Plain products and sums, lane by lane: the same bits with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
fn score(weights: &Weights, row: &FeatureRow, out: &mut [f32]) {
    for (feature, weight) in weights.weights.iter().enumerate() {
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
