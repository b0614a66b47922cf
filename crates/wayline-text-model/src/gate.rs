//! So many at once, and the others wait.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::cancel::Cancel;

/// How often somebody who waits for a place looks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(100);

/// A number of places, each for one at a time.
pub struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

/// A place, which is free again when this is dropped.
pub struct Place<'a> {
    of: &'a Gate,
}

impl Gate {
    /// So many places, one at least.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self {
            free: Mutex::new(places.max(1)),
            freed: Condvar::new(),
        }
    }

    /// Waits for a place; none when the run was stopped.
    #[must_use]
    pub fn place(&self, cancel: &Cancel) -> Option<Place<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 && !cancel.is_cancelled() {
            let waited = self.freed.wait_timeout(free, LOOK);
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if cancel.is_cancelled() {
            return None;
        }
        *free -= 1;
        Some(Place { of: self })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.of.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.of.freed.notify_one();
    }
}
