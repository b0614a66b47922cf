//! Events of one person, with every distinct text kept once.

use super::{ActionId, TextId, TextTable, Timestamp};

/// One event. Its texts are ids of the [`PersonLog`] that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub time: Timestamp,
    /// What the person did.
    pub action: ActionId,
    /// The log's own id of the event: the same id of a person counts once.
    pub event_id: Option<TextId>,
    /// The search; on an item action, its context.
    pub query: Option<TextId>,
    /// The item acted on.
    pub item_id: Option<TextId>,
    /// That item's title.
    pub title: Option<TextId>,
    /// That item's annotations.
    pub annotations: ListRange,
    /// That item's interests.
    pub interests: ListRange,
    /// The board or list it was saved to.
    pub board: Option<TextId>,
    /// What was clicked.
    pub url: Option<TextId>,
}

/// A list of texts, by its place in the [`PersonLog`] that holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListRange {
    start: u32,
    len: u32,
}

/// The fields of one event as text, to be added to a [`PersonLog`]. Empty texts count as absent.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of Event")]
pub struct EventFields<'a> {
    pub time: Timestamp,
    pub action: ActionId,
    pub event_id: Option<&'a str>,
    pub query: Option<&'a str>,
    pub item_id: Option<&'a str>,
    pub title: Option<&'a str>,
    pub annotations: &'a [&'a str],
    pub interests: &'a [&'a str],
    pub board: Option<&'a str>,
    pub url: Option<&'a str>,
}

/// All events of one person.
#[derive(Clone, Default)]
pub struct PersonLog {
    /// Who.
    pub user_id: String,
    /// The distinct texts of the events, as the log wrote them.
    pub texts: TextTable,
    /// The events, in canonical order after [`PersonLog::sort`].
    pub events: Vec<Event>,
    lists: Vec<TextId>,
}

impl PersonLog {
    /// A person without events.
    #[must_use]
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            ..Self::default()
        }
    }

    /// Makes this an empty log of another person and keeps the memory.
    pub fn reset(&mut self, user_id: &str) {
        self.user_id.clear();
        self.user_id.push_str(user_id);
        self.texts.clear();
        self.events.clear();
        self.lists.clear();
    }

    /// Adds an event, in any order.
    pub fn push(&mut self, fields: &EventFields<'_>) {
        let texts = &mut self.texts;
        let mut text = |value: Option<&str>| {
            value
                .filter(|text| !text.is_empty())
                .map(|text| texts.intern(text))
        };
        let event_id = text(fields.event_id);
        let query = text(fields.query);
        let item_id = text(fields.item_id);
        let title = text(fields.title);
        let board = text(fields.board);
        let url = text(fields.url);
        let annotations = self.push_list(fields.annotations);
        let interests = self.push_list(fields.interests);
        self.events.push(Event {
            time: fields.time,
            action: fields.action,
            event_id,
            query,
            item_id,
            title,
            annotations,
            interests,
            board,
            url,
        });
    }

    /// Adds an event of another log, in any order.
    pub fn push_from(&mut self, other: &PersonLog, event: &Event) {
        let text = |id: Option<TextId>| id.map(|id| other.texts.get(id));
        let texts = |range| -> Vec<&str> {
            let ids = other.list(range).iter();
            ids.map(|id| other.texts.get(*id)).collect()
        };
        self.push(&EventFields {
            time: event.time,
            action: event.action,
            event_id: text(event.event_id),
            query: text(event.query),
            item_id: text(event.item_id),
            title: text(event.title),
            annotations: &texts(event.annotations),
            interests: &texts(event.interests),
            board: text(event.board),
            url: text(event.url),
        });
    }

    fn push_list(&mut self, values: &[&str]) -> ListRange {
        let start = self.lists.len() as u32;
        for value in values.iter().filter(|value| !value.is_empty()) {
            let id = self.texts.intern(value);
            self.lists.push(id);
        }
        ListRange {
            start,
            len: self.lists.len() as u32 - start,
        }
    }

    /// The texts of a list of one of this log's events.
    #[must_use]
    pub fn list(&self, range: ListRange) -> &[TextId] {
        &self.lists[range.start as usize..(range.start + range.len) as usize]
    }

    /// Brings the events into canonical order: by time, equal times by all columns as text. So the
    /// order in which they were added no longer shows.
    ///
    /// Of the events with one `event_id` only the first in that order stays. Returns how many
    /// were dropped so.
    pub fn sort(&mut self) -> usize {
        let mut events = std::mem::take(&mut self.events);
        events.sort_by(|left, right| {
            left.time
                .cmp(&right.time)
                .then_with(|| self.compare_columns(left, right))
        });
        let before = events.len();
        if events.iter().any(|event| event.event_id.is_some()) {
            let mut seen = vec![false; self.texts.len()];
            events.retain(|event| match event.event_id {
                Some(id) => !std::mem::replace(&mut seen[id.index()], true),
                None => true,
            });
        }
        self.events = events;
        before - self.events.len()
    }

    fn compare_columns(&self, left: &Event, right: &Event) -> std::cmp::Ordering {
        let text = |id: Option<TextId>| id.map(|id| self.texts.get(id));
        let list = |range: ListRange| self.list(range).iter().map(|id| self.texts.get(*id));
        left.action
            .cmp(&right.action)
            .then_with(|| text(left.query).cmp(&text(right.query)))
            .then_with(|| text(left.item_id).cmp(&text(right.item_id)))
            .then_with(|| text(left.title).cmp(&text(right.title)))
            .then_with(|| list(left.annotations).cmp(list(right.annotations)))
            .then_with(|| list(left.interests).cmp(list(right.interests)))
            .then_with(|| text(left.board).cmp(&text(right.board)))
            .then_with(|| text(left.url).cmp(&text(right.url)))
            .then_with(|| text(left.event_id).cmp(&text(right.event_id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'a>(seconds: i64, query: &'a str, event_id: Option<&'a str>) -> EventFields<'a> {
        EventFields {
            time: Timestamp::from_millis(seconds * 1_000),
            action: ActionId::from_index(0),
            event_id,
            query: Some(query),
            item_id: None,
            title: None,
            annotations: &[],
            interests: &[],
            board: None,
            url: None,
        }
    }

    #[test]
    fn order_of_arrival_does_not_show() {
        let rows = [
            fields(2, "b", None),
            fields(1, "z", None),
            fields(1, "a", None),
        ];
        let texts = |order: [usize; 3]| -> Vec<String> {
            let mut log = PersonLog::new("p");
            for index in order {
                log.push(&rows[index]);
            }
            log.sort();
            log.events
                .iter()
                .filter_map(|event| event.query)
                .map(|id| log.texts.get(id).to_owned())
                .collect()
        };
        assert_eq!(texts([0, 1, 2]), ["a", "z", "b"]);
        assert_eq!(texts([2, 0, 1]), ["a", "z", "b"]);
    }

    #[test]
    fn one_event_id_counts_once_and_identical_rows_without_ids_count() {
        let mut log = PersonLog::new("p");
        log.push(&fields(2, "b", Some("e1")));
        log.push(&fields(1, "b", Some("e1")));
        log.push(&fields(3, "c", None));
        log.push(&fields(3, "c", None));
        assert_eq!(log.sort(), 1);
        assert_eq!(log.events.len(), 3);
        assert_eq!(log.events[0].time, Timestamp::from_millis(1_000));
    }
}
