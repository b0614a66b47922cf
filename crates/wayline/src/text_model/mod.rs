//! The port to language models: a conversation and the form of its reply go out, text and what it
//! cost come back.
//!
//! Nothing here knows of journeys, of networks or of time. A [`Request`] holds all that decides a
//! reply save the model's name, so [`Request::hash`] names the reply wherever it is kept. Models stand
//! outside the library, as adapters of [`TextModel`]; what surrounds one (retries, limits, budgets,
//! caches) is a [`TextModel`] too.
//!
//! What the port itself tells a model stands in files beside it: `repair.md`, where a reply can't be used, and
//! `in_words.md`, where a server can't hold a model to a schema. [`data`] is how a step tells what people
//! typed.
//!
//! [`ask`] is how a step asks for a value rather than for text: the reply is parsed strictly, a reply
//! that breaks its form is asked for once more, and what breaks it twice is an error that the step
//! counts and shows.

mod ask;
mod data;
mod error;
mod hash;
mod reply;
mod request;
#[cfg(test)]
pub(crate) mod scripted;
mod template;
#[cfg(test)]
pub(crate) mod tests;

pub use ask::{Answer, AskError, REPAIR, ask, ask_where};
pub use data::{data, escaped};
pub use error::{Remedy, TextModelError};
pub use hash::{PromptHash, PromptHashError};
pub use reply::{Finish, Reply, Usage};
pub use request::{Message, Request, Role, Schema, SchemaError};

pub(crate) use template::filled;

use std::sync::Arc;

/// Answers requests with text.
///
/// Several threads may use one model at once. A call blocks until the reply is there whole; how long
/// that may take is the adapter's to bound.
pub trait TextModel: Send + Sync {
    /// The model's name as its server knows it; a part of [`Request::hash`].
    fn name(&self) -> &str;

    /// The reply to a request. It may break the request's schema: [`ask`] looks at that.
    ///
    /// # Errors
    /// There is none; [`TextModelError::remedy`] says what helps.
    fn reply(&self, request: &Request) -> Result<Reply, TextModelError>;
}

impl<M: TextModel + ?Sized> TextModel for &M {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        (**self).reply(request)
    }
}

impl<M: TextModel + ?Sized> TextModel for Box<M> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        (**self).reply(request)
    }
}

impl<M: TextModel + ?Sized> TextModel for Arc<M> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        (**self).reply(request)
    }
}
