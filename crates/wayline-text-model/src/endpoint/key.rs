//! The key to an endpoint, which is shown nowhere.

use std::fmt;

/// A key that is sent as a bearer token. It is in no message of this crate: where a server repeats
/// it, it is taken out.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    bearer: String,
}

const BEARER: &str = "Bearer ";
const HIDDEN: &str = "…";

impl Key {
    /// A key; spaces and line ends around it are left out.
    ///
    /// # Errors
    /// It is empty, or has characters that can't be sent.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if !text.bytes().all(|it| it.is_ascii_graphic()) {
            return Err(KeyError::Characters);
        }
        Ok(Self {
            bearer: format!("{BEARER}{text}"),
        })
    }

    /// The key in the environment variable of this name.
    ///
    /// # Errors
    /// The variable isn't set, or holds no key.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        let text = std::env::var(variable).map_err(|_| KeyError::Unset {
            variable: variable.to_owned(),
        })?;
        Self::new(&text)
    }

    pub(super) fn bearer(&self) -> &str {
        &self.bearer
    }

    pub(super) fn hide(&self, text: &str) -> String {
        text.replace(&self.bearer[BEARER.len()..], HIDDEN)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({HIDDEN})")
    }
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The environment has none.
    #[error("the environment variable {variable} isn't set; put the key to the model there")]
    Unset {
        /// Which was looked at.
        variable: String,
    },
    /// It is empty.
    #[error("the key to the model is empty")]
    Empty,
    /// It can't be sent.
    #[error("the key to the model has spaces or characters that aren't ASCII inside")]
    Characters,
}
