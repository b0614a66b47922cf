//! The learned part of naming.

use serde::{Deserialize, Serialize};

use crate::embed::Embedder;
use crate::extract::Evidence;
use crate::name::{FEATURES, WordModel};

use super::error::Form;
use super::{ModelError, hash_of, owned};

/// How likely a journey's words stand in its name.
///
/// The file is JSON that names its features, the embedder of their meanings, and the grouping model
/// whose journeys it was fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamingModel {
    /// What it is a model of.
    pub model: String,
    /// Version of the form of this file.
    pub version: u32,
    /// The embedder that tells how central a word is.
    pub embedder: String,
    /// Hash of the grouping model that found the journeys which it was fitted on.
    pub grouping: String,
    /// The names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// For people with items.
    pub with_items: WordModel,
    /// For people with searches alone.
    pub searches_only: WordModel,
    #[serde(skip)]
    hash: String,
}

const FORM: Form = Form {
    model: "naming",
    command: "wayline train names",
    version: 2,
};

impl NamingModel {
    /// The model inside the library.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(
            include_str!("../../models/naming.json"),
            Embedder::builtin(),
        )
        .expect("the shipped naming model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other features or another embedder.
    pub fn from_json(text: &str, embedder: &Embedder) -> Result<Self, ModelError> {
        let mut model: Self = FORM.read(text)?;
        let sane = |words: &WordModel| {
            let length = words.words_of_a_name;
            words.in_name.fits(FEATURES.len()) && (0.1..=100.0).contains(&length)
        };
        let fits = sane(&model.with_items)
            && sane(&model.searches_only)
            && model.features == owned(&FEATURES);
        FORM.check(fits, &model.embedder, embedder.hash())?;
        model.hash = hash_of(text);
        Ok(model)
    }

    /// A model of weights fitted on the journeys of the grouping model with that hash.
    #[must_use]
    pub fn fitted(
        embedder: &Embedder,
        grouping: &str,
        with_items: WordModel,
        searches_only: WordModel,
    ) -> Self {
        Self {
            model: FORM.model.to_owned(),
            version: FORM.version,
            embedder: embedder.hash().to_owned(),
            grouping: grouping.to_owned(),
            features: owned(&FEATURES),
            with_items,
            searches_only,
            hash: String::new(),
        }
    }

    /// The part for a person's kind of evidence.
    #[must_use]
    pub fn of(&self, evidence: Evidence) -> &WordModel {
        match evidence {
            Evidence::WithItems => &self.with_items,
            Evidence::SearchesOnly => &self.searches_only,
        }
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::GroupingModel;

    const SHIPPED: &str = include_str!("../../models/naming.json");

    #[test]
    fn builtin_is_valid() {
        assert_eq!(NamingModel::builtin().hash().len(), 16);
    }

    #[test]
    fn builtin_was_fitted_with_the_shipped_grouping() {
        let of = NamingModel::builtin();
        assert_eq!(of.grouping, GroupingModel::builtin().hash());
    }

    #[test]
    fn another_embedder_is_refused() {
        let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
        model["embedder"] = json!("another");
        let refused = NamingModel::from_json(&model.to_string(), Embedder::builtin());
        assert!(matches!(refused, Err(ModelError::Embedder { .. })));
    }

    #[test]
    fn a_truncated_model_is_refused_wherever_it_ends() {
        for length in 0..SHIPPED.trim_end().len() {
            let refused = NamingModel::from_json(&SHIPPED[..length], Embedder::builtin());
            assert!(matches!(refused, Err(ModelError::Malformed { .. })));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let changes: [fn(&mut Value); 4] = [
            |model| model["features"][0] = json!("another"),
            |model| model["with_items"]["in_name"]["weights"] = json!([1.0]),
            |model| model["searches_only"]["words_of_a_name"] = json!(0.0),
            |model| model["searches_only"]["in_name"]["bias"] = json!(1e39),
        ];
        for change in changes {
            let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
            change(&mut model);
            let refused = NamingModel::from_json(&model.to_string(), Embedder::builtin());
            assert!(matches!(refused, Err(ModelError::Features { .. })));
        }
    }
}
