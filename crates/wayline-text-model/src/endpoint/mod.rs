//! Any server with an OpenAI-compatible chat endpoint.

mod address;
mod answer;
mod body;
mod dialect;
mod key;
mod refusal;
mod resolver;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

pub use dialect::Structure;
pub use key::{Key, KeyError};
pub use wire::{Status, Wire, WireOptions};

use dialect::Dialect;

/// What an endpoint is asked as.
#[derive(Clone, Debug)]
pub struct Options {
    /// The URL before `/chat/completions`; often it ends in `/v1`.
    pub url: String,
    /// The model's name as the server knows it.
    pub model: String,
    /// Sent as a bearer token; none where the server wants none.
    pub key: Option<Key>,
    /// How long one call may take, from connecting to the last byte.
    pub timeout: Duration,
    /// The most bytes that a reply may have.
    pub max_reply_bytes: u64,
    /// Calls that may be on their way at once; so many connections are kept.
    pub connections: usize,
    /// How the server is asked to hold a reply to its schema.
    pub structure: Structure,
}

/// An OpenAI-compatible chat endpoint. One call for each request: nothing is tried again here, but
/// for what the server doesn't know and can do without, which is left out from then on.
pub struct Endpoint {
    wire: Wire,
    model: String,
    dialect: Mutex<Dialect>,
}

impl Endpoint {
    /// An endpoint; nothing is asked yet.
    ///
    /// # Errors
    /// The URL can't be used.
    pub fn new(options: Options) -> Result<Self, TextModelError> {
        let wire = Wire::new(WireOptions {
            url: options.url,
            key: options.key,
            timeout: options.timeout,
            max_reply_bytes: options.max_reply_bytes,
            connections: options.connections,
        })?;
        Ok(Self {
            wire,
            model: options.model,
            dialect: Mutex::new(Dialect::new(options.structure)),
        })
    }

    /// What the server turned out not to know, each in words; for the run's summary.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.dialect().notes()
    }

    /// The names of the server's models, as far as it tells.
    ///
    /// # Errors
    /// The server can't be asked, or offers no list.
    pub fn models(&self) -> Result<Vec<String>, TextModelError> {
        let (status, body) = self.wire.get("/models")?;
        if status.code != 200 {
            return Err(self.wire.refusal(&status, &body, &self.model));
        }
        answer::models(&body).map_err(|reason| self.wire.unreadable(&body, reason))
    }

    /// Looks whether the server knows the model, where it tells which it has. Some servers answer to
    /// any name, with the model that they have.
    ///
    /// # Errors
    /// It has no model of this name, or can't be asked.
    pub fn check(&self) -> Result<(), TextModelError> {
        let models = match self.models() {
            Ok(models) => models,
            // Not every server has a list.
            Err(TextModelError::NoEndpoint { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        if models.is_empty() || models.contains(&self.model) {
            return Ok(());
        }
        Err(TextModelError::UnknownModel {
            endpoint: self.wire.endpoint(),
            model: self.model.clone(),
            reason: format!("it has {}", models.join(", ")),
        })
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TextModel for Endpoint {
    fn name(&self) -> &str {
        &self.model
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        loop {
            let used = self.dialect();
            let json = body::json(&self.model, request, used);
            let (status, body) = self.wire.post("/chat/completions", &json)?;
            let (status, body) = match status.code {
                200 => match answer::reply(&body, request, used) {
                    Ok(reply) => return Ok(reply),
                    Err(answer::Unusable::Declined(reason)) => {
                        return Err(TextModelError::Declined { reason });
                    }
                    Err(answer::Unusable::Unreadable(reason)) => {
                        return Err(self.wire.unreadable(&body, reason));
                    }
                    // Some gateways put the status of a refusal inside.
                    Err(answer::Unusable::Refused(code)) => (Status { code, ..status }, body),
                },
                _ => (status, body),
            };
            let mut dialect = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
            // Somebody else has learned meanwhile what this refusal says, or it is learned now. Each
            // lesson leaves something out, so this ends.
            if *dialect != used {
                continue;
            }
            match used.learn(status.code, &body, request.schema.is_some()) {
                Some(next) => *dialect = next,
                None if used.must_hold(status.code, &body, request.schema.is_some()) => {
                    return Err(TextModelError::SchemaUnsupported {
                        endpoint: self.wire.endpoint(),
                        reason: self.wire.words(&body),
                    });
                }
                None => return Err(self.wire.refusal(&status, &body, &self.model)),
            }
        }
    }
}
