//! New events of many people, on their way into a store.

use std::collections::HashMap;

use wayline::keep::Kept;
use wayline::nouns::{Actions, EventFields, Timestamp};
use wayline_files::read::EventRow;

/// Events by person.
#[derive(Default)]
pub(crate) struct Batches {
    people: HashMap<String, Kept>,
    newest: Option<Timestamp>,
}

impl Batches {
    pub(crate) fn add(&mut self, event: &EventRow) {
        fn texts(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        let user_id = &event.user_id;
        if !self.people.contains_key(user_id) {
            self.people.insert(user_id.clone(), Kept::new(user_id));
        }
        let Some(batch) = self.people.get_mut(user_id) else {
            return;
        };
        batch.log.push(&EventFields {
            time: event.time,
            action: event.action,
            event_id: event.event_id.as_deref(),
            query: event.query.as_deref(),
            item_id: event.item_id.as_deref(),
            title: event.title.as_deref(),
            annotations: &texts(&event.annotations),
            interests: &texts(&event.interests),
            board: event.board.as_deref(),
            url: event.url.as_deref(),
        });
        self.newest = self.newest.max(Some(event.time));
    }

    /// The newest of the events.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Each person's events as they wait in a store.
    pub(crate) fn into_waiting(self, actions: &Actions) -> Vec<(String, Vec<u8>)> {
        let batches = self.people.into_iter();
        let batches = batches.map(|(user_id, mut batch)| {
            batch.log.sort();
            let bytes = batch.to_bytes(actions);
            (user_id, bytes)
        });
        batches.collect()
    }
}
