//! What to read and how.

use std::collections::HashSet;
use std::path::PathBuf;

use wayline::nouns::{Actions, Timestamp};

use super::{ColumnNames, Items};

/// A row longer than this is rejected without being held in memory.
pub const MAX_ROW_BYTES: usize = 16 << 20;

/// What to read and how.
#[derive(Clone)]
pub struct ReadOptions<'a> {
    /// The actions that the config gives a weight.
    pub actions: &'a Actions,
    /// What the input calls the columns.
    pub columns: ColumnNames,
    /// What is known about items, for events that lack it.
    pub items: Option<&'a Items>,
    /// Only these people.
    pub users: Option<HashSet<String>>,
    /// Only events up to this moment.
    pub until: Option<Timestamp>,
    /// A later event is rejected, since its time can't be right.
    pub newest_allowed: Option<Timestamp>,
    /// Longest text, in bytes.
    pub max_text_bytes: usize,
    /// Longest list.
    pub max_list_entries: usize,
    /// How many rows may be rejected before reading stops.
    pub max_rejects: Option<u64>,
    /// Where rejected rows are kept.
    pub rejects: Option<PathBuf>,
    /// Threads that parse.
    pub parse_threads: usize,
    /// Told now and then how many bytes of the input have been read.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl<'a> ReadOptions<'a> {
    /// The defaults, with the actions of a config.
    #[must_use]
    pub fn new(actions: &'a Actions) -> Self {
        Self {
            actions,
            columns: ColumnNames::default(),
            items: None,
            users: None,
            until: None,
            newest_allowed: None,
            max_text_bytes: 4_096,
            max_list_entries: 10_000,
            max_rejects: None,
            rejects: None,
            parse_threads: 1,
            progress: None,
        }
    }
}
