//! Why a model file is refused.

use serde::Deserialize;

/// Why a model file is refused. `model` says which, `command` what remakes it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "said above, and by the messages")]
pub enum ModelError {
    /// Not the JSON of a model; truncated files end here.
    #[error("the {model} model can't be read ({source}); remake it with `{command}`")]
    Malformed {
        model: &'static str,
        command: &'static str,
        source: serde_json::Error,
    },
    /// A model that learned something else.
    #[error("this is a {found} model, where a {model} model is wanted (made by `{command}`)")]
    Kind {
        model: &'static str,
        command: &'static str,
        found: String,
    },
    /// Made for another Wayline.
    #[error(
        "the {model} model has version {found}, this Wayline needs {expected}; remake it with `{command}`"
    )]
    Version {
        model: &'static str,
        command: &'static str,
        found: u32,
        expected: u32,
    },
    /// Features that differ from those of this Wayline, or weights that don't match them or are no
    /// finite numbers.
    #[error("the {model} model has other features than this Wayline; remake it with `{command}`")]
    Features {
        model: &'static str,
        command: &'static str,
    },
    /// Fitted with another embedder: `found` is the hash in the file.
    #[error(
        "the {model} model was fitted with the embedder {found}, this is {expected}; give the --config whose `[embedder]` it was fitted with, or remake it with `{command}`"
    )]
    Embedder {
        model: &'static str,
        command: &'static str,
        found: String,
        expected: String,
    },
}

/// What every model file is, for its errors.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) model: &'static str,
    pub(super) command: &'static str,
    pub(super) version: u32,
}

impl Form {
    /// Reads a file of this model and version; any other may have any other field.
    pub(super) fn read<'t, M: Deserialize<'t>>(&self, text: &'t str) -> Result<M, ModelError> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            model: String,
            version: u32,
        }
        let Head { model, version } = self.parse(text)?;
        if !model.is_empty() && model != self.model {
            return Err(ModelError::Kind {
                model: self.model,
                command: self.command,
                found: model,
            });
        }
        if version != self.version {
            return Err(ModelError::Version {
                model: self.model,
                command: self.command,
                found: version,
                expected: self.version,
            });
        }
        self.parse(text)
    }

    fn parse<'t, M: Deserialize<'t>>(&self, text: &'t str) -> Result<M, ModelError> {
        serde_json::from_str(text).map_err(|source| ModelError::Malformed {
            model: self.model,
            command: self.command,
            source,
        })
    }

    /// Refuses other features, weights that don't fit them, and another embedder.
    pub(super) fn check(
        &self,
        same_features: bool,
        found: &str,
        expected: &str,
    ) -> Result<(), ModelError> {
        let Self { model, command, .. } = *self;
        if !same_features {
            return Err(ModelError::Features { model, command });
        }
        if found != expected {
            return Err(ModelError::Embedder {
                model,
                command,
                found: found.to_owned(),
                expected: expected.to_owned(),
            });
        }
        Ok(())
    }
}
