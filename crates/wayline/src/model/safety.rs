//! The learned part of the check of texts.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::embed::Embedder;
use crate::safety::{Classifier, Safety};

use super::error::Form;
use super::{ModelError, hash_of};

static BUILTIN_SAFETY: LazyLock<Safety> = LazyLock::new(|| {
    let config = crate::config::Config::builtin().safety;
    let model = SafetyModel::builtin();
    #[expect(clippy::expect_used, reason = "the shipped lists are read in a test")]
    let safety = Safety::new(&config, &model.classifier).expect("the shipped lists are valid");
    safety.of_model(model.hash())
});

static SHOWS_EVERYTHING: LazyLock<Safety> = LazyLock::new(|| {
    let mut config = crate::config::Config::builtin().safety;
    config.verdicts.clear();
    #[expect(clippy::expect_used, reason = "the shipped lists are read in a test")]
    Safety::new(&config, &Classifier::unknowing()).expect("the shipped lists are valid")
});

/// A check that lets everything pass: models are fitted to all that people do.
#[must_use]
pub fn shows_everything() -> &'static Safety {
    &SHOWS_EVERYTHING
}

/// The check of texts by the defaults and the model that ships.
#[must_use]
pub fn builtin_safety() -> &'static Safety {
    &BUILTIN_SAFETY
}

/// What texts are about of which no list knows the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyModel {
    /// What it is a model of.
    pub model: String,
    /// Version of the form of this file.
    pub version: u32,
    /// The embedder that tells what a text means.
    pub embedder: String,
    /// A logistic regression for each of [`crate::safety::CLASSES`].
    pub classifier: Classifier,
    #[serde(skip)]
    hash: String,
}

const FORM: Form = Form {
    model: "safety",
    command: "wayline train safety",
    version: 1,
};

impl SafetyModel {
    /// The model inside the library.
    ///
    /// # Panics
    /// Never: a test reads the shipped file.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the shipped file is read in a test")]
    pub fn builtin() -> Self {
        Self::from_json(
            include_str!("../../models/safety.json"),
            Embedder::builtin(),
        )
        .expect("the shipped safety model is valid")
    }

    /// From the text of a model file.
    ///
    /// # Errors
    /// Truncated or malformed, of another version, for other classes or features or another embedder.
    pub fn from_json(text: &str, embedder: &Embedder) -> Result<Self, ModelError> {
        let mut model: Self = FORM.read(text)?;
        FORM.check(true, &model.embedder, embedder.hash())?;
        model.hash = hash_of(text);
        Ok(model)
    }

    /// A model of a fitted classifier.
    #[must_use]
    pub fn fitted(embedder: &Embedder, classifier: Classifier) -> Self {
        Self {
            model: FORM.model.to_owned(),
            version: FORM.version,
            embedder: embedder.hash().to_owned(),
            classifier,
            hash: String::new(),
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

    const SHIPPED: &str = include_str!("../../models/safety.json");

    fn changed(change: impl Fn(&mut Value)) -> Result<SafetyModel, ModelError> {
        let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
        change(&mut model);
        SafetyModel::from_json(&model.to_string(), Embedder::builtin())
    }

    #[test]
    fn builtin_is_valid() {
        assert_eq!(SafetyModel::builtin().hash().len(), 16);
    }

    #[test]
    fn a_truncated_model_is_refused_wherever_it_ends() {
        for length in (0..SHIPPED.trim_end().len()).step_by(7) {
            let refused = SafetyModel::from_json(&SHIPPED[..length], Embedder::builtin());
            assert!(matches!(refused, Err(ModelError::Malformed { .. })));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let version = changed(|model| model["version"] = json!(9)).expect_err("refused");
        assert!(matches!(version, ModelError::Version { found: 9, .. }));
        assert!(version.to_string().contains("wayline train safety"));
        let embedder = changed(|model| model["embedder"] = json!("another"));
        assert!(matches!(embedder, Err(ModelError::Embedder { .. })));
        let changes: [fn(&mut Value); 4] = [
            |model| model["classifier"]["drugs"]["weights"] = json!([1.0]),
            |model| model["classifier"]["drugs"]["bias"] = json!(1e39),
            |model| model["classifier"]["drugs"] = json!(null),
            |model| model["classifier"]["more"] = json!({"bias": 0.0, "weights": []}),
        ];
        for change in changes {
            let refused = changed(change).expect_err("refused").to_string();
            assert!(refused.contains("wayline train safety"), "{refused}");
        }
    }
}
