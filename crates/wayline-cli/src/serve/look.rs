//! In the background: a look at people for whom something waits.

use anyhow::Result;
use wayline::keep::{Changes, KeptError, look_at};

use super::app::App;
use crate::live::{commit_anew, load};

/// People who are looked up at once.
const PAGE: usize = 256;

/// Looks at everybody for whom something waits, until `stopped`. Returns how many they were.
pub(crate) fn look_at_waiting(app: &App, stopped: &dyn Fn() -> bool) -> Result<u64> {
    let mut looked = 0;
    let mut after: Option<String> = None;
    loop {
        let page = app.store.people_waiting(after.as_deref(), PAGE)?;
        for user_id in &page {
            if stopped() {
                return Ok(looked);
            }
            // One whose record can't be read keeps nobody else waiting; its error names the person.
            match look_at_one(app, user_id) {
                Ok(()) => {
                    looked += 1;
                    app.metrics.looks.inc();
                }
                Err(error) if error.is::<KeptError>() => {
                    tracing::error!("a record can't be read; `wayline doctor` says why");
                }
                Err(error) => return Err(error),
            }
        }
        match page.into_iter().last() {
            Some(last) => after = Some(last),
            None => return Ok(looked),
        }
    }
}

fn look_at_one(app: &App, user_id: &str) -> Result<()> {
    commit_anew(&*app.store, || {
        let mut loaded = load(&*app.store, user_id, &app.config)?;
        // Another process was faster, or the person was erased.
        if !loaded.has_news() {
            return Ok(None);
        }
        let last = loaded.kept.log.events.last().map(|event| event.time);
        let rooms = app.rooms(last.map_or(app.now(), |last| last.max(app.now())));
        App::with_embeddings(|embeddings| look_at(&mut loaded.kept, &rooms, embeddings));
        Ok(Some(Changes {
            people: vec![loaded.put(&app.config)],
            ..Changes::default()
        }))
    })
}
