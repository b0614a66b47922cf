//! What was read, counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use wayline::nouns::Timestamp;

use super::Reason;

/// A rejected row, as an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectExample {
    /// The file it stands in.
    pub file: String,
    /// Its line, or its row in a Parquet file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub detail: String,
}

/// How many examples of each reason a summary keeps.
pub const EXAMPLES: usize = 3;
/// How many names of unknown columns a summary keeps.
const UNKNOWN_COLUMNS: usize = 100;

/// What was read, counted. Rows = events + rejects + `other_users` + `after_as_of`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadSummary {
    /// Files read, standard input included.
    pub files: u64,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows that are events.
    pub events: u64,
    /// Events of people that were not asked for (counted before anything else of them is checked).
    pub other_users: u64,
    /// Events later than the moment up to which was asked.
    pub after_as_of: u64,
    /// Rows left out, by reason.
    pub rejects: BTreeMap<Reason, u64>,
    /// The first few rejected rows of each reason.
    pub examples: BTreeMap<Reason, Vec<RejectExample>>,
    /// Names of input columns that no column of an event is read from.
    pub unknown_columns: BTreeSet<String>,
    /// Files without any row.
    pub empty_files: BTreeSet<String>,
    /// The earliest event.
    pub oldest: Option<Timestamp>,
    /// The latest event.
    pub newest: Option<Timestamp>,
    /// People handed out.
    pub people: u64,
    /// Events dropped because an earlier one of the person has the same `event_id`.
    pub repeated_event_ids: u64,
    /// People left out because they have more events, or more text, than one person may have.
    pub people_over_cap: u64,
    /// The events of those people.
    pub events_over_cap: u64,
    /// Items of the file of items.
    pub items: u64,
    /// Items dropped because an earlier one has the same `item_id`.
    pub repeated_items: u64,
}

impl ReadSummary {
    /// Rows left out, whatever the reason.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.values().sum()
    }

    /// Adds what another part of the input gave. Examples and names of this one go first.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.rows += other.rows;
        self.events += other.events;
        self.other_users += other.other_users;
        self.after_as_of += other.after_as_of;
        for (reason, count) in other.rejects {
            *self.rejects.entry(reason).or_default() += count;
        }
        for (reason, examples) in other.examples {
            let kept = self.examples.entry(reason).or_default();
            let room = EXAMPLES.saturating_sub(kept.len());
            kept.extend(examples.into_iter().take(room));
        }
        for name in other.unknown_columns {
            self.note_unknown_column(&name);
        }
        self.empty_files.extend(other.empty_files);
        self.oldest = earliest(self.oldest, other.oldest);
        self.newest = self.newest.max(other.newest);
        self.people += other.people;
        self.repeated_event_ids += other.repeated_event_ids;
        self.people_over_cap += other.people_over_cap;
        self.events_over_cap += other.events_over_cap;
        self.items += other.items;
        self.repeated_items += other.repeated_items;
    }

    pub(crate) fn note_unknown_column(&mut self, name: &str) {
        // An input may invent column names without end (ids as keys).
        if self.unknown_columns.len() < UNKNOWN_COLUMNS && !self.unknown_columns.contains(name) {
            self.unknown_columns.insert(name.to_owned());
        }
    }

    pub(crate) fn note_time(&mut self, time: Timestamp) {
        self.oldest = earliest(self.oldest, Some(time));
        self.newest = self.newest.max(Some(time));
    }

    /// The most frequent reasons with an example each, as text for an error.
    pub(crate) fn reject_list(&self) -> String {
        let mut reasons: Vec<_> = self.rejects.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let mut text = String::new();
        for (reason, count) in reasons.into_iter().take(4) {
            text.push_str(&format!("\n  {reason} × {count}"));
            if let Some(example) = self.examples.get(reason).and_then(|list| list.first()) {
                text.push_str(&format!(
                    ", first {}:{}: {}",
                    example.file, example.line, example.detail
                ));
            }
        }
        text
    }
}

fn earliest(left: Option<Timestamp>, right: Option<Timestamp>) -> Option<Timestamp> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}
