//! At most so many calls at once.

use std::sync::Arc;

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

use crate::cancel::Cancel;
use crate::gate::Gate;
use crate::tally::Tally;

/// Lets at most so many calls through at once, and none after the run was stopped. Stands right
/// before the endpoint, so that nobody holds a place while they wait for something else.
pub struct Limited<M> {
    model: M,
    gate: Gate,
    cancel: Cancel,
    tally: Arc<Tally>,
}

impl<M: TextModel> Limited<M> {
    /// At most `concurrency` calls at once, from 1.
    pub fn new(model: M, concurrency: usize, cancel: Cancel, tally: Arc<Tally>) -> Self {
        Self {
            model,
            gate: Gate::new(concurrency),
            cancel,
            tally,
        }
    }
}

impl<M: TextModel> TextModel for Limited<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let place = self.gate.place(&self.cancel);
        let _place = place.ok_or(TextModelError::Cancelled)?;
        self.tally.add_called();
        self.model.reply(request)
    }
}
