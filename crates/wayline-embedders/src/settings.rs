//! What a user says of their embedder: the section `[embedder]` of a config.

use std::path::PathBuf;

use serde::Deserialize;

/// The section `[embedder]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which kind.
    pub kind: Kind,
    /// The folder of a sentence transformer.
    pub folder: PathBuf,
    /// The URL before `/embeddings`, for example `http://127.0.0.1:8080/v1`.
    pub url: String,
    /// The model's name as the server knows it.
    pub model: String,
    /// The environment variable that holds the key. Empty where the server wants none.
    pub key_env: String,
    /// Numbers of a vector; asked of the server, and checked. 0: as many as it gives.
    pub dimensions: usize,
    /// Texts that are embedded at once, 1 to 2,048.
    pub batch: usize,
    /// Calls to a server at once, 1 to 1,000.
    pub concurrency: usize,
    /// Seconds that one call may take, 0.1 to 3,600.
    pub timeout_s: f64,
    /// Tries of one call, where errors pass, 1 to 20.
    pub tries: usize,
    /// The folder where vectors are kept. Empty for none.
    pub cache: PathBuf,
}

/// Where vectors come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The table inside.
    #[default]
    Builtin,
    /// A sentence transformer out of a folder.
    Transformer,
    /// A server.
    Endpoint,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kind: Kind::Builtin,
            folder: PathBuf::new(),
            url: String::new(),
            model: String::new(),
            key_env: String::new(),
            dimensions: 0,
            batch: 64,
            concurrency: 4,
            timeout_s: 60.0,
            tries: 6,
            cache: PathBuf::new(),
        }
    }
}

/// A setting that can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("embedder.{key} {wanted}")]
pub struct SettingsError {
    /// Which.
    pub key: &'static str,
    /// What it must be.
    pub wanted: &'static str,
}

/// The most numbers that a vector may have.
const MOST_DIMENSIONS: usize = 8_192;

impl Settings {
    /// Checks the ranges, and what goes together.
    ///
    /// # Errors
    /// A value is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let is_endpoint = self.kind == Kind::Endpoint;
        let checks = [
            (
                self.kind != Kind::Transformer || !self.folder.as_os_str().is_empty(),
                "folder",
                "must be the folder of a sentence transformer",
            ),
            (
                !is_endpoint || !self.url.trim().is_empty(),
                "url",
                "must be what stands before /embeddings, as http://127.0.0.1:8080/v1",
            ),
            (
                !is_endpoint || !self.model.trim().is_empty(),
                "model",
                "must be the model's name as the server knows it",
            ),
            (
                self.dimensions <= MOST_DIMENSIONS,
                "dimensions",
                "must be at most 8,192, or 0 for as many as the server gives",
            ),
            (
                (1..=2_048).contains(&self.batch),
                "batch",
                "must be between 1 and 2,048",
            ),
            (
                (1..=1_000).contains(&self.concurrency),
                "concurrency",
                "must be between 1 and 1,000",
            ),
            (
                (0.1..=3_600.0).contains(&self.timeout_s),
                "timeout_s",
                "must be between 0.1 and 3,600",
            ),
            (
                (1..=20).contains(&self.tries),
                "tries",
                "must be between 1 and 20",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, key, wanted)) => Err(SettingsError { key, wanted }),
            None => Ok(()),
        }
    }
}
