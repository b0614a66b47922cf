//! Models around models: one that keeps what is said, one that says it again.

use std::sync::{Mutex, PoisonError};

use super::record::Exchange;
use crate::text_model::{Reply, Request, TextModel, TextModelError};

/// Hands everything on, and keeps the replies.
pub(super) struct Listening<'m, M: ?Sized> {
    model: &'m M,
    heard: Mutex<Vec<Exchange>>,
}

impl<'m, M: TextModel + ?Sized> Listening<'m, M> {
    pub(super) fn new(model: &'m M) -> Self {
        Self {
            model,
            heard: Mutex::default(),
        }
    }

    /// What was said, in its order.
    pub(super) fn heard(self) -> Vec<Exchange> {
        self.heard
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: TextModel + ?Sized> TextModel for Listening<'_, M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let reply = self.model.reply(request)?;
        let exchange = Exchange {
            hash: request.hash(self.name()),
            reply: reply.clone(),
        };
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(exchange);
        Ok(reply)
    }
}

/// Says what was said before.
pub(super) struct Echo<'r> {
    pub(super) name: &'r str,
    pub(super) exchanges: &'r [Exchange],
}

impl TextModel for Echo<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let hash = request.hash(self.name);
        let known = self.exchanges.iter().find(|it| it.hash == hash);
        let reply = known.map(|it| it.reply.clone());
        reply.ok_or_else(|| TextModelError::NotRecorded {
            record: "the record".to_owned(),
            hash,
        })
    }
}
