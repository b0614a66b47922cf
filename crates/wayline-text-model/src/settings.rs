//! What a user says of their language model: the section `[text_model]` of a config.

use std::path::PathBuf;

use serde::Deserialize;

use crate::endpoint::Structure;

/// Tokens that a reply may have where nobody says how many.
pub const USUAL_REPLY_TOKENS: u32 = 1024;

/// The section `[text_model]`. Without a URL and a record to replay there is no language model, and
/// every step does without.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The URL before `/chat/completions`, for example `http://127.0.0.1:8080/v1`. Empty for no model.
    pub url: String,
    /// The model's name as the server knows it.
    pub model: String,
    /// The environment variable that holds the key. Empty where the server wants none.
    pub key_env: String,
    /// How the server is asked to hold replies to a JSON schema: `auto`, `schema` or `words`.
    pub structure: Structure,
    /// Calls at once, 1 to 1,000.
    pub concurrency: usize,
    /// Seconds that one call may take, 0.1 to 3,600.
    pub timeout_s: f64,
    /// Tries of one request, where errors pass, 1 to 20.
    pub tries: usize,
    /// Seconds for which an endpoint that is down is left alone, 0 to 3,600.
    pub rest_s: f64,
    /// Tokens that a reply may have, up to 1,000,000. Requests that allow more are lowered to it. 0 where
    /// it isn't said: then it is up to who asks, [`USUAL_REPLY_TOKENS`] as a rule.
    pub max_tokens: u32,
    /// Bytes that a reply may have, 1,000 to 1,000,000,000.
    pub max_reply_bytes: u64,
    /// Tokens, read and written together, that a run may take. 0 for no limit.
    pub budget_tokens: u64,
    /// Money that a run may take, in the currency of the prices. 0 for no limit.
    pub budget_money: f64,
    /// Price of a million tokens that the model reads, from 0.
    pub price_prompt: f64,
    /// Price of a million tokens that the model writes, from 0.
    pub price_completion: f64,
    /// The folder where replies are kept, so that none is paid for twice. Empty for none.
    pub cache: PathBuf,
    /// A file to which requests and replies are added. Empty for none.
    pub record: PathBuf,
    /// A record that answers instead of a server. Empty for none.
    pub replay: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: String::new(),
            model: String::new(),
            key_env: String::new(),
            structure: Structure::Auto,
            concurrency: 8,
            timeout_s: 120.0,
            tries: 6,
            rest_s: 30.0,
            max_tokens: 0,
            max_reply_bytes: 1_000_000,
            budget_tokens: 0,
            budget_money: 0.0,
            price_prompt: 0.0,
            price_completion: 0.0,
            cache: PathBuf::new(),
            record: PathBuf::new(),
            replay: PathBuf::new(),
        }
    }
}

/// A setting that can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("text_model.{key} {wanted}")]
pub struct SettingsError {
    /// Which.
    pub key: &'static str,
    /// What it must be.
    pub wanted: &'static str,
}

impl Settings {
    /// Whether there is a model at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.url.is_empty() || self.replays()
    }

    /// Whether a record answers.
    #[must_use]
    pub fn replays(&self) -> bool {
        !self.replay.as_os_str().is_empty()
    }

    /// Checks the ranges, and what goes together.
    ///
    /// # Errors
    /// A value is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut checks = Checks::default();
        checks.need(
            !self.is_on() || !self.model.trim().is_empty(),
            "model",
            "must be the model's name as the server knows it",
        );
        checks.need(
            (1..=1_000).contains(&self.concurrency),
            "concurrency",
            "must be between 1 and 1,000",
        );
        checks.need(
            (0.1..=3_600.0).contains(&self.timeout_s),
            "timeout_s",
            "must be between 0.1 and 3,600",
        );
        checks.need(
            (1..=20).contains(&self.tries),
            "tries",
            "must be between 1 and 20",
        );
        checks.need(
            (0.0..=3_600.0).contains(&self.rest_s),
            "rest_s",
            "must be between 0 and 3,600",
        );
        checks.need(
            self.max_tokens <= 1_000_000,
            "max_tokens",
            "must be between 0 and 1,000,000",
        );
        checks.need(
            (1_000..=1_000_000_000).contains(&self.max_reply_bytes),
            "max_reply_bytes",
            "must be between 1,000 and 1,000,000,000",
        );
        for (key, value) in [
            ("budget_money", self.budget_money),
            ("price_prompt", self.price_prompt),
            ("price_completion", self.price_completion),
        ] {
            checks.need((0.0..=1e12).contains(&value), key, "must be 0 or more");
        }
        checks.need(
            self.budget_money == 0.0 || self.price_prompt + self.price_completion > 0.0,
            "budget_money",
            "needs `price_prompt` and `price_completion`, per million tokens",
        );
        checks.need(
            !self.replays() || self.record.as_os_str().is_empty(),
            "record",
            "can't stand beside `replay`: a replayed record has nothing new",
        );
        checks.done()
    }
}

#[derive(Default)]
struct Checks {
    first: Option<SettingsError>,
}

impl Checks {
    fn need(&mut self, holds: bool, key: &'static str, wanted: &'static str) {
        if !holds {
            self.first.get_or_insert(SettingsError { key, wanted });
        }
    }

    fn done(self) -> Result<(), SettingsError> {
        self.first.map_or(Ok(()), Err)
    }
}
