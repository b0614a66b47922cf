//! In the background: looks at people for whom something waits.

use anyhow::Result;

use super::app::App;
use crate::live::{Live, Looking};

/// People who are looked at in one commit, by one thread: others are for those who ask.
const PAGE: usize = 64;

/// Looks at everybody for whom something waits, until `stopped`. Returns how many they were.
pub(crate) fn look_at_waiting(app: &App, stopped: &dyn Fn() -> bool) -> Result<u64> {
    let live = Live {
        store: &*app.store,
        config: &app.config,
        models: &app.models,
        corpus: app.corpus.clone(),
        as_of: app.now(),
    };
    let looking = Looking::new(&live);
    let (mut looked, mut unreadable) = (0, 0);
    let mut after: Option<String> = None;
    while !stopped() {
        let page = app.store.people_waiting(after.as_deref(), PAGE)?;
        let Some(last) = page.last() else { break };
        // One whose record can't be read keeps nobody else waiting.
        let done = looking.at(&page, app.now())?;
        looked += done.people.len() as u64;
        unreadable += done.unreadable;
        app.metrics.looks.inc_by(done.people.len() as u64);
        after = Some(last.clone());
    }
    if unreadable > 0 {
        tracing::error!(
            records = unreadable,
            "records can't be read; `wayline doctor` says why"
        );
    }
    Ok(looked)
}
