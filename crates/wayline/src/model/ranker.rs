//! The learned parts of ranking.

use serde::{Deserialize, Serialize};

use crate::embed::Embedder;
use crate::logistic::{Logistic, Scored};
use crate::rank::FEATURES;

use super::error::Form;
use super::{ModelError, hash_of, owned};

/// Whether a person comes back to a journey, and how relevant it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankModel {
    /// What it is a model of.
    pub model: String,
    /// Version of the form of this file.
    pub version: u32,
    /// The embedder that the journeys were found with.
    pub embedder: String,
    /// Hash of the grouping model that found the journeys which it was fitted on.
    pub grouping: String,
    /// The names of [`FEATURES`], in the order of the weights.
    pub features: Vec<String>,
    /// Whether the person comes back within the horizon, over [`FEATURES`].
    pub return_probability: Logistic,
    /// How relevant the journey is now, over [`FEATURES`] and the log-odds of the return.
    pub score: Logistic,
    #[serde(skip)]
    hash: String,
}

const FORM: Form = Form {
    model: "ranking",
    command: "wayline train ranker",
    version: 2,
};

impl RankModel {
    /// The model inside the library.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(
            include_str!("../../models/ranker.json"),
            Embedder::builtin(),
        )
        .expect("the shipped ranking model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other features or another embedder.
    pub fn from_json(text: &str, embedder: &Embedder) -> Result<Self, ModelError> {
        let mut model: Self = FORM.read(text)?;
        let fits = model.return_probability.fits(FEATURES.len())
            && model.score.fits(FEATURES.len() + 1)
            && model.features == owned(&FEATURES);
        FORM.check(fits, &model.embedder, embedder.hash())?;
        model.hash = hash_of(text);
        Ok(model)
    }

    /// A model of parts fitted on the journeys of the grouping model with that hash.
    #[must_use]
    pub fn fitted(
        embedder: &Embedder,
        grouping: &str,
        return_probability: Logistic,
        score: Logistic,
    ) -> Self {
        Self {
            model: FORM.model.to_owned(),
            version: FORM.version,
            embedder: embedder.hash().to_owned(),
            grouping: grouping.to_owned(),
            features: owned(&FEATURES),
            return_probability,
            score,
            hash: String::new(),
        }
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The probability that the person comes back, from the values of [`FEATURES`].
    #[must_use]
    pub fn return_probability(&self, values: &[f32; FEATURES.len()]) -> Scored {
        self.return_probability.scored(FEATURES, *values)
    }

    /// How relevant the journey is now, 0 to 1, from the values of [`FEATURES`].
    #[must_use]
    pub fn score(&self, values: &[f32; FEATURES.len()]) -> Scored {
        let returns = self.return_probability.log_odds(values);
        let names = FEATURES.into_iter().chain(["return_log_odds"]);
        self.score
            .scored(names, values.iter().copied().chain([returns]))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::GroupingModel;

    const SHIPPED: &str = include_str!("../../models/ranker.json");

    fn changed(change: impl Fn(&mut Value)) -> Result<RankModel, ModelError> {
        let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
        change(&mut model);
        RankModel::from_json(&model.to_string(), Embedder::builtin())
    }

    #[test]
    fn builtin_was_fitted_with_the_shipped_grouping() {
        let of = RankModel::builtin();
        assert_eq!(of.grouping, GroupingModel::builtin().hash());
    }

    #[test]
    fn builtin_is_valid() {
        assert_eq!(RankModel::builtin().hash().len(), 16);
    }

    #[test]
    fn a_truncated_model_is_refused_wherever_it_ends() {
        for length in 0..SHIPPED.trim_end().len() {
            let refused = RankModel::from_json(&SHIPPED[..length], Embedder::builtin());
            assert!(
                matches!(refused, Err(ModelError::Malformed { .. })),
                "{length}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let version = changed(|model| model["version"] = json!(9)).expect_err("refused");
        assert!(matches!(version, ModelError::Version { found: 9, .. }));
        assert!(version.to_string().contains("wayline train ranker"));
        let embedder = changed(|model| model["embedder"] = json!("another"));
        assert!(matches!(embedder, Err(ModelError::Embedder { .. })));
        let changes: [fn(&mut Value); 5] = [
            |model| model["score"]["weights"][0] = json!(3e38),
            |model| model["features"][0] = json!("another"),
            |model| model["return_probability"]["weights"] = json!([1.0]),
            |model| model["score"]["weights"] = json!([]),
            |model| model["score"]["bias"] = json!(1e39),
        ];
        for change in changes {
            assert!(matches!(changed(change), Err(ModelError::Features { .. })));
        }
    }

    #[test]
    fn summands_explain_the_score() {
        let mut model = RankModel::builtin();
        model.score.weights[FEATURES.len()] = 0.5;
        let values = [0.25; FEATURES.len()];
        let score = model.score(&values);
        let returns = model.return_probability.log_odds(&values);
        let last = score.contributions.last().expect("a summand");
        assert_eq!(last.feature, "return_log_odds");
        assert!((last.adds - 0.5 * f64::from(returns)).abs() < 1e-6);
        assert_eq!(score.contributions.len(), FEATURES.len() + 2);
    }
}
