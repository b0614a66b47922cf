//! Asking again after errors that pass.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use wayline::text_model::{Remedy, Reply, Request, TextModel, TextModelError};

use crate::cancel::Cancel;
use crate::tally::Tally;

/// How often and when it is asked again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Tries of one request in all, from 1.
    pub tries: usize,
    /// The wait before the second try. Each further one is twice as long, and to each is added by
    /// chance up to as much again, so that those who failed together don't come back together.
    pub first_wait: Duration,
    /// The longest wait, before chance adds to it. A server that wants a longer one isn't asked again.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// Asks again after errors that pass: no connection, no reply in time, half a reply, too many
/// requests, a server that failed. Others are handed on at once.
pub struct Retrying<M> {
    model: M,
    patience: Patience,
    cancel: Cancel,
    tally: Arc<Tally>,
}

impl<M: TextModel> Retrying<M> {
    /// Asks as often as this patience says.
    pub fn new(model: M, patience: Patience, cancel: Cancel, tally: Arc<Tally>) -> Self {
        Self {
            model,
            patience,
            cancel,
            tally,
        }
    }
}

impl<M: TextModel> TextModel for Retrying<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let mut waits = ExponentialBuilder::new()
            .with_min_delay(self.patience.first_wait)
            .with_max_delay(self.patience.longest_wait)
            .with_max_times(self.patience.tries.saturating_sub(1))
            .with_jitter()
            .build();
        loop {
            let error = match self.model.reply(request) {
                Err(error) if error.remedy() == Remedy::Later => error,
                other => return other,
            };
            let Some(mut wait) = waits.next() else {
                return Err(error);
            };
            if let TextModelError::Busy {
                retry_after_s: Some(seconds),
                ..
            } = error
            {
                let wanted = Duration::from_secs(seconds);
                if wanted > self.patience.longest_wait {
                    return Err(error);
                }
                // At least what the server wants; what chance added stays, for the same reason.
                wait = wait.max(wanted);
            }
            if self.cancel.wait(wait) {
                return Err(TextModelError::Cancelled);
            }
            self.tally.add_retried();
        }
    }
}
