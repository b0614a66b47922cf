//! The learned parts of grouping, as one versioned file: they were fitted on each other's results,
//! so they are only right together.

use serde::{Deserialize, Serialize};

use crate::affinity;
use crate::assign::{AssignModel, BELONGING_FEATURES, CONFIDENCE_FEATURES};
use crate::cluster;
use crate::embed::{AnyEmbedder, Embedder};
use crate::extract::Evidence;
use crate::logistic::Logistic;

use super::error::Form;
use super::{ModelError, hash_of, owned};

/// What groups a person's units and decides which groups are journeys.
///
/// The file is JSON that names its features and the embedder that it was fitted with; another
/// set of features or another embedder is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupingModel {
    /// What it is a model of.
    pub model: String,
    /// Version of the form of this file.
    pub version: u32,
    /// The embedder that the weights were fitted with.
    pub embedder: String,
    /// The names of all features, in the order of the weights.
    pub features: FeatureNames,
    /// For people with items.
    pub with_items: Grouping,
    /// For people with searches alone.
    pub searches_only: Grouping,
    #[serde(skip)]
    hash: String,
}

/// The learned parts for one kind of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// Whether two units serve one goal, over [`affinity::FEATURES`].
    pub affinity: Logistic,
    /// Whether a join of the tree is right, over [`cluster::FEATURES`].
    pub join: Logistic,
    /// Which keywords belong, and which groups are goals.
    pub assign: AssignModel,
}

impl Grouping {
    /// One that says nothing: everything is as likely as not.
    #[must_use]
    pub fn unknowing() -> Self {
        Self {
            affinity: Logistic::unknowing(affinity::FEATURES.len()),
            join: Logistic::unknowing(cluster::FEATURES.len()),
            assign: AssignModel::unknowing(),
        }
    }

    fn fits(&self) -> bool {
        self.affinity.fits(affinity::FEATURES.len())
            && self.join.fits(cluster::FEATURES.len())
            && self.assign.fits()
    }
}

/// The names of the features of each part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is what its room calls FEATURES")]
pub struct FeatureNames {
    pub affinity: Vec<String>,
    pub join: Vec<String>,
    pub belonging: Vec<String>,
    pub confidence: Vec<String>,
}

impl FeatureNames {
    /// Those of this Wayline.
    #[must_use]
    pub fn current() -> Self {
        Self {
            affinity: owned(&affinity::FEATURES),
            join: owned(&cluster::FEATURES),
            belonging: owned(&BELONGING_FEATURES),
            confidence: owned(&CONFIDENCE_FEATURES),
        }
    }
}

const FORM: Form = Form {
    model: "grouping",
    command: "wayline train affinity",
    version: 4,
};

impl GroupingModel {
    /// The model inside the library, fitted with its embedder.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(
            include_str!("../../models/grouping.json"),
            Embedder::builtin(),
        )
        .expect("the shipped grouping model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other features or another embedder.
    pub fn from_json<'e>(
        text: &str,
        embedder: impl Into<AnyEmbedder<'e>>,
    ) -> Result<Self, ModelError> {
        let mut model: Self = FORM.read(text)?;
        let fits = model.with_items.fits() && model.searches_only.fits();
        let same_features = model.features == FeatureNames::current() && fits;
        FORM.check(same_features, &model.embedder, embedder.into().hash())?;
        model.hash = hash_of(text);
        Ok(model)
    }

    /// A model of fitted parts.
    #[must_use]
    pub fn fitted<'e>(
        embedder: impl Into<AnyEmbedder<'e>>,
        with_items: Grouping,
        searches_only: Grouping,
    ) -> Self {
        Self {
            model: FORM.model.to_owned(),
            version: FORM.version,
            embedder: embedder.into().hash().to_owned(),
            features: FeatureNames::current(),
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

    /// The parts for a kind of evidence.
    #[must_use]
    pub fn of(&self, evidence: Evidence) -> &Grouping {
        match evidence {
            Evidence::WithItems => &self.with_items,
            Evidence::SearchesOnly => &self.searches_only,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SHIPPED: &str = include_str!("../../models/grouping.json");

    fn changed(change: impl Fn(&mut Value)) -> Result<GroupingModel, ModelError> {
        let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
        change(&mut model);
        GroupingModel::from_json(&model.to_string(), Embedder::builtin())
    }

    #[test]
    fn builtin_is_valid() {
        assert_eq!(GroupingModel::builtin().hash().len(), 16);
        assert!(changed(|_| ()).is_ok());
    }

    #[test]
    fn a_truncated_model_is_refused_wherever_it_ends() {
        for length in 0..SHIPPED.trim_end().len() {
            let refused = GroupingModel::from_json(&SHIPPED[..length], Embedder::builtin());
            assert!(
                matches!(refused, Err(ModelError::Malformed { .. })),
                "{length}"
            );
        }
    }

    #[test]
    fn a_model_of_another_version_is_refused() {
        let refused = changed(|model| model["version"] = json!(999)).expect_err("refused");
        assert!(matches!(refused, ModelError::Version { found: 999, .. }));
        assert!(refused.to_string().contains("wayline train affinity"));
        let older = r#"{"version": 2, "embedder": "x", "searches_only": {}}"#;
        let refused = GroupingModel::from_json(older, Embedder::builtin());
        assert!(matches!(refused, Err(ModelError::Version { found: 2, .. })));
    }

    #[test]
    fn another_kind_of_model_is_told() {
        let refused = GroupingModel::from_json(
            include_str!("../../models/ranker.json"),
            Embedder::builtin(),
        );
        let told = refused.expect_err("refused").to_string();
        assert!(told.starts_with("this is a ranking model, where a grouping model is wanted"));
    }

    #[test]
    fn a_model_of_another_embedder_is_refused() {
        let refused = changed(|model| model["embedder"] = json!("0123456789abcdef"));
        let refused = refused.expect_err("refused");
        assert!(matches!(refused, ModelError::Embedder { .. }));
        assert!(refused.to_string().contains(Embedder::builtin().hash()));
    }

    #[test]
    fn a_model_of_other_features_is_refused() {
        let changes: [fn(&mut Value); 6] = [
            |model| model["features"]["join"][0] = json!("another"),
            |model| model["features"]["belonging"] = json!([]),
            |model| model["with_items"]["affinity"]["weights"] = json!([1.0]),
            |model| model["searches_only"]["assign"]["label"]["weights"] = json!([]),
            |model| model["searches_only"]["join"]["weights"] = json!([]),
            |model| model["with_items"]["affinity"]["bias"] = json!(1e39),
        ];
        for change in changes {
            assert!(matches!(changed(change), Err(ModelError::Features { .. })));
        }
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let refused = changed(|model| model["weight"] = json!(1));
        assert!(matches!(refused, Err(ModelError::Malformed { .. })));
    }
}
