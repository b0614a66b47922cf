//! Stopping a run from another thread.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A switch that whoever starts a run holds, and everything that waits looks at. Clones are one switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    shared: Arc<(Mutex<bool>, Condvar)>,
}

impl Cancel {
    /// Stops: nothing more is asked, and waits end. Calls that are on their way end by themselves.
    pub fn cancel(&self) {
        let (cancelled, changed) = &*self.shared;
        *cancelled.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let (cancelled, _) = &*self.shared;
        *cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long, or until it is stopped; says whether it was.
    #[must_use]
    pub fn wait(&self, time: Duration) -> bool {
        let (cancelled, changed) = &*self.shared;
        let cancelled = cancelled.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(cancelled, time, |it| !*it);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
