//! New events and feedback of many people, on their way into a store.

use std::collections::HashMap;

use wayline::keep::Kept;
use wayline::nouns::{Actions, EventFields, Feedback, Timestamp};
use wayline_files::read::{EventRow, Reason, RowError};

/// A longer `user_id` is taken for a mistake: PostgreSQL's index holds none of more than 2,704 bytes, and
/// one message that can't be stored must not stop a stream.
const MOST_ID_BYTES: usize = 1_024;

/// Whether a store takes an id.
///
/// # Errors
/// It is too long.
pub(crate) fn check_id(user_id: &str) -> Result<(), RowError> {
    if user_id.len() > MOST_ID_BYTES {
        return Err(RowError {
            reason: Reason::TextTooLong,
            detail: format!("`user_id` is longer than {MOST_ID_BYTES} bytes"),
        });
    }
    Ok(())
}

/// Events and feedback by person.
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
        self.of(&event.user_id).log.push(&EventFields {
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

    pub(crate) fn add_feedback(&mut self, said: Feedback) {
        self.of(&said.user_id).feedback.push(said);
    }

    fn of(&mut self, user_id: &str) -> &mut Kept {
        if !self.people.contains_key(user_id) {
            self.people.insert(user_id.to_owned(), Kept::new(user_id));
        }
        self.people.entry(user_id.to_owned()).or_default()
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> usize {
        self.people.len()
    }

    /// The newest of the events.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Each person's events and feedback as they wait in a store.
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
