//! The learned parts of the stage.

use serde::{Deserialize, Serialize};

use crate::embed::Embedder;
use crate::logistic::Logistic;
use crate::rank;
use crate::stage::{FEATURES, Features, Opinion, PHASES};

use super::error::Form;
use super::{ModelError, hash_of, owned};

/// Whether a journey lasts, whether it has ended, and what the person is about in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageModel {
    /// What it is a model of.
    pub model: String,
    /// Version of the form of this file.
    pub version: u32,
    /// The embedder of the meanings.
    pub embedder: String,
    /// Hash of the grouping model that found the journeys which it was fitted on.
    pub grouping: String,
    /// Hash of the ranking model whose chance of a return it looks at.
    pub ranking: String,
    /// The names of the features of ranking and of [`FEATURES`], in the order of the weights.
    pub features: Vec<String>,
    /// Whether a goal doesn't conclude, by the meaning of its keywords alone.
    pub lasts: Logistic,
    /// Whether a recent meaning is of each of [`PHASES`].
    pub phases: Vec<Logistic>,
    /// Whether a journey is evergreen, over the features.
    pub evergreen: Logistic,
    /// Whether it has ended, over the features.
    pub ended: Logistic,
    #[serde(skip)]
    hash: String,
}

const FORM: Form = Form {
    model: "stage",
    command: "wayline train stage",
    version: 3,
};

/// The names of all features, in their order.
fn names() -> impl Iterator<Item = &'static str> {
    rank::FEATURES.into_iter().chain(FEATURES)
}

impl StageModel {
    /// The model inside the library.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(include_str!("../../models/stage.json"), Embedder::builtin())
            .expect("the shipped stage model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other features or another embedder.
    pub fn from_json(text: &str, embedder: &Embedder) -> Result<Self, ModelError> {
        let mut model: Self = FORM.read(text)?;
        let dimensions = embedder.dimensions();
        let count = rank::FEATURES.len() + FEATURES.len();
        let fits = model.lasts.fits(dimensions)
            && model.phases.len() == PHASES.len()
            && model.phases.iter().all(|phase| phase.fits(dimensions))
            && model.evergreen.fits(count)
            && model.ended.fits(count)
            && model.features == owned(&names().collect::<Vec<_>>());
        FORM.check(fits, &model.embedder, embedder.hash())?;
        model.hash = hash_of(text);
        Ok(model)
    }

    /// A model of parts fitted on the journeys of the grouping and with the returns of the ranking
    /// model of those hashes; `phases` in the order of [`PHASES`].
    #[must_use]
    pub fn fitted(
        embedder: &Embedder,
        [grouping, ranking]: [&str; 2],
        lasts: Logistic,
        phases: [Logistic; PHASES.len()],
        evergreen: Logistic,
        ended: Logistic,
    ) -> Self {
        Self {
            model: FORM.model.to_owned(),
            version: FORM.version,
            embedder: embedder.hash().to_owned(),
            grouping: grouping.to_owned(),
            ranking: ranking.to_owned(),
            features: owned(&names().collect::<Vec<_>>()),
            lasts,
            phases: phases.into(),
            evergreen,
            ended,
            hash: String::new(),
        }
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What is said of a journey: of its features, and of what it was about lately.
    #[must_use]
    pub fn opinion(&self, values: &Features, recent: &[f32]) -> Opinion {
        let mut phases = [0.0; PHASES.len()];
        for (phase, model) in phases.iter_mut().zip(&self.phases) {
            *phase = model.probability(recent);
        }
        let sum: f32 = phases.iter().sum();
        Opinion {
            evergreen: self.evergreen.scored(names(), *values),
            ended: self.ended.scored(names(), *values),
            phases: phases.map(|phase| phase / sum.max(f32::MIN_POSITIVE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{GroupingModel, RankModel};

    const SHIPPED: &str = include_str!("../../models/stage.json");

    fn changed(change: impl Fn(&mut Value)) -> Result<StageModel, ModelError> {
        let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
        change(&mut model);
        StageModel::from_json(&model.to_string(), Embedder::builtin())
    }

    #[test]
    fn builtin_was_fitted_with_the_shipped_models() {
        let of = StageModel::builtin();
        assert_eq!(of.grouping, GroupingModel::builtin().hash());
        assert_eq!(of.ranking, RankModel::builtin().hash());
    }

    #[test]
    fn builtin_is_valid() {
        assert_eq!(StageModel::builtin().hash().len(), 16);
    }

    #[test]
    fn a_truncated_model_is_refused_wherever_it_ends() {
        for length in (0..SHIPPED.trim_end().len()).step_by(7) {
            let refused = StageModel::from_json(&SHIPPED[..length], Embedder::builtin());
            assert!(
                matches!(refused, Err(ModelError::Malformed { .. })),
                "{length}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let version = changed(|model| model["version"] = json!(9)).expect_err("refused");
        assert!(version.to_string().contains("wayline train stage"));
        let embedder = changed(|model| model["embedder"] = json!("another"));
        assert!(matches!(embedder, Err(ModelError::Embedder { .. })));
        let changes: [fn(&mut Value); 5] = [
            |model| model["features"][0] = json!("another"),
            |model| model["phases"] = json!([]),
            |model| model["lasts"]["weights"] = json!([1.0]),
            |model| model["ended"]["weights"] = json!([]),
            |model| model["evergreen"]["bias"] = json!(1e39),
        ];
        for change in changes {
            assert!(matches!(changed(change), Err(ModelError::Features { .. })));
        }
    }
}
