//! No longer replies than the settings allow.

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

/// Lowers what requests allow their replies to a limit. Stands before whatever knows replies by the
/// request's hash, of which the limit is a part.
pub struct Capped<M> {
    model: M,
    most: u32,
}

impl<M: TextModel> Capped<M> {
    /// At most so many tokens, from 1.
    pub fn new(model: M, most: u32) -> Self {
        Self { model, most }
    }
}

impl<M: TextModel> TextModel for Capped<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        if request.max_tokens <= self.most {
            return self.model.reply(request);
        }
        let mut request = request.clone();
        request.max_tokens = self.most;
        self.model.reply(&request)
    }
}
