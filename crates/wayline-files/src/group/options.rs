//! How to group.

use std::path::PathBuf;

/// Whether the input is already grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// A person's rows stand together; people are streamed. Wrong for an input where they don't,
    /// which is detected ([`GroupError::NotGrouped`](super::GroupError::NotGrouped)) unless more
    /// than a million people lie between.
    AsRead,
    /// A person's rows may stand anywhere.
    Partitioned,
}

/// How to group.
#[derive(Clone, Debug)]
pub struct GroupOptions {
    /// Whether the input is already grouped.
    pub grouping: Grouping,
    /// Memory for all events that are held at once.
    pub memory_bytes: u64,
    /// Where parts are put that don't fit into memory.
    pub spill_dir: PathBuf,
    /// A person with more events is left out and counted.
    pub max_events_per_person: u64,
    /// A person whose events have more bytes of text (and 64 for each event) is left out and
    /// counted. A fixed number, so that the result depends neither on memory nor on threads: each
    /// thread may have to hold one such person.
    pub max_bytes_per_person: u64,
}

impl Default for GroupOptions {
    fn default() -> Self {
        Self {
            grouping: Grouping::Partitioned,
            memory_bytes: 256 << 20,
            spill_dir: std::env::temp_dir(),
            max_events_per_person: 100_000,
            max_bytes_per_person: 64 << 20,
        }
    }
}

/// How much one person has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, row_bytes: u64) {
        self.events += 1;
        self.bytes += row_bytes;
    }

    pub(crate) fn is_over(self, options: &GroupOptions) -> bool {
        self.events > options.max_events_per_person || self.bytes > options.max_bytes_per_person
    }
}
