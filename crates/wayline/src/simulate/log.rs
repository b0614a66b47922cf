//! A simulated person's events as reading their log would give them.

use crate::nouns::{Actions, EventFields, PersonLog, Timestamp};

use super::SimulatedPerson;

impl SimulatedPerson {
    /// The person's log in canonical order, without any file between. Events of actions that
    /// `actions` doesn't know are left out.
    #[must_use]
    pub fn log(&self, actions: &Actions) -> PersonLog {
        let mut log = PersonLog::new(self.gold.user_id.as_str());
        for event in &self.events {
            let annotations: Vec<&str> = event.annotations.iter().map(String::as_str).collect();
            let interests: Vec<&str> = event.interests.iter().map(String::as_str).collect();
            let Some(action) = actions.find(event.action) else {
                continue;
            };
            log.push(&EventFields {
                time: Timestamp::from_millis(event.timestamp_ms),
                action,
                event_id: event.event_id.as_deref(),
                query: event.query.as_deref(),
                item_id: event.item_id.as_deref(),
                title: event.title.as_deref(),
                annotations: &annotations,
                interests: &interests,
                board: event.board.as_deref(),
                url: event.url.as_deref(),
            });
        }
        log.sort();
        log
    }
}
