//! The name of a reply: a hash of all that decides it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Request;

/// Raise it when a request gets a part that decides the reply, or another form here.
const FORMAT: &[u8] = b"wayline text model 1";

/// A hash of the model's name and of a request; what caches and records know a reply by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PromptHash(blake3::Hash);

impl PromptHash {
    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Display for PromptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PromptHash {
    type Err = PromptHashError;

    fn from_str(text: &str) -> Result<Self, PromptHashError> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| PromptHashError)?;
        Ok(Self(hash))
    }
}

impl TryFrom<String> for PromptHash {
    type Error = PromptHashError;

    fn try_from(text: String) -> Result<Self, PromptHashError> {
        text.parse()
    }
}

impl From<PromptHash> for String {
    fn from(hash: PromptHash) -> Self {
        hash.to_string()
    }
}

/// A text is no hash.
#[derive(Debug, thiserror::Error)]
#[error("a prompt's hash is 64 hexadecimal digits")]
pub struct PromptHashError;

impl Request {
    /// The hash of this request to the model of this name.
    #[must_use]
    pub fn hash(&self, model: &str) -> PromptHash {
        // Each part after its length, so that no two requests write the same bytes.
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(FORMAT);
        part(model.as_bytes());
        part(&(self.messages.len() as u64).to_le_bytes());
        for message in &self.messages {
            part(message.role.as_str().as_bytes());
            part(message.text.as_bytes());
        }
        let schema = self.schema.as_ref();
        part(schema.map_or("", |it| it.name()).as_bytes());
        part(schema.map_or("", |it| it.json()).as_bytes());
        part(&self.max_tokens.to_le_bytes());
        // 0 and -0 are one temperature.
        part(&(self.temperature + 0.0).to_bits().to_le_bytes());
        part(&self.seed.map_or(Vec::new(), |it| it.to_le_bytes().to_vec()));
        PromptHash(hasher.finalize())
    }
}
