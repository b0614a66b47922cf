//! Simulated people without any file between.

use wayline::config::Config;
use wayline::nouns::{EventFields, PersonLog, Timestamp};
use wayline::simulate::SimulatedPerson;

/// A simulated person's events as reading their log would give them, in canonical order.
pub(crate) fn log_of(person: &SimulatedPerson, config: &Config) -> PersonLog {
    let mut log = PersonLog::new(person.gold.user_id.as_str());
    for event in &person.events {
        let annotations: Vec<&str> = event.annotations.iter().map(String::as_str).collect();
        let interests: Vec<&str> = event.interests.iter().map(String::as_str).collect();
        let Some(action) = config.actions.find(event.action) else {
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
