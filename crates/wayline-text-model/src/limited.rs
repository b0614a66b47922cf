//! At most so many calls at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

use crate::cancel::Cancel;
use crate::tally::Tally;

/// How often somebody who waits for a place looks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(100);

/// Lets at most so many calls through at once, and none after the run was stopped. Stands right
/// before the endpoint, so that nobody holds a place while they wait for something else.
pub struct Limited<M> {
    model: M,
    free: Mutex<usize>,
    freed: Condvar,
    cancel: Cancel,
    tally: Arc<Tally>,
}

impl<M: TextModel> Limited<M> {
    /// At most `concurrency` calls at once, from 1.
    pub fn new(model: M, concurrency: usize, cancel: Cancel, tally: Arc<Tally>) -> Self {
        Self {
            model,
            free: Mutex::new(concurrency.max(1)),
            freed: Condvar::new(),
            cancel,
            tally,
        }
    }

    fn place(&self) -> Result<Place<'_, M>, TextModelError> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 && !self.cancel.is_cancelled() {
            let waited = self.freed.wait_timeout(free, LOOK);
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if self.cancel.is_cancelled() {
            return Err(TextModelError::Cancelled);
        }
        *free -= 1;
        Ok(Place { of: self })
    }
}

struct Place<'a, M> {
    of: &'a Limited<M>,
}

impl<M> Drop for Place<'_, M> {
    fn drop(&mut self) {
        *self.of.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.of.freed.notify_one();
    }
}

impl<M: TextModel> TextModel for Limited<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        let _place = self.place()?;
        self.tally.add_called();
        self.model.reply(request)
    }
}
