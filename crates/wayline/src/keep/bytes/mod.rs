//! A person's record as bytes: columns, so that they pack well, with every distinct text once.
//!
//! The first byte is the version of the form. Numbers are written as variable-length integers
//! ([postcard](https://docs.rs/postcard)); a text is a number, 0 for none; items with all that is known
//! of them stand in a table of their own, since a person meets one again and again.

mod ids;
mod pack;
mod unpack;

use serde::{Deserialize, Serialize};

use crate::nouns::{LineageKind, NameSource, Stage, Standing};

/// Version of the form.
pub const FORMAT_VERSION: u8 = 1;

/// Why a record can't be read. Each says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// Written by another version.
    #[error(
        "the record of `{user_id}` has the form {found}, this Wayline reads {FORMAT_VERSION}; use the \
         Wayline that wrote it, or move the people over with `wayline store export --people`"
    )]
    Version {
        /// Whose.
        user_id: String,
        /// What it says.
        found: u8,
    },
    /// The bytes are no record.
    #[error(
        "the record of `{user_id}` is damaged ({reason}); restore the store from a backup, or erase the \
         person with `wayline store delete` and add their events again"
    )]
    Damaged {
        /// Whose.
        user_id: String,
        /// What is wrong.
        reason: String,
    },
    /// The config has lost an action.
    #[error(
        "events of `{user_id}` have the action `{action}`, which the config doesn't know; give it a \
         weight in [actions], 0 to ignore it"
    )]
    UnknownAction {
        /// Whose.
        user_id: String,
        /// The action.
        action: String,
    },
}

/// A text by its place in the table, from 1; 0 where there is none.
type Text = u32;

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    version: u64,
    dropped_events: u64,
    repeated_events: u64,
    inputs: Vec<u64>,
    /// All texts back to back, and how long each is.
    texts: &'a str,
    lengths: Vec<u32>,
    /// The actions that occur.
    #[serde(borrow)]
    actions: Vec<&'a str>,
    things: Things,
    events: Events,
    known: Vec<PackedJourney>,
    lineage: Vec<PackedLineage>,
    feedback: Vec<PackedFeedback>,
    stances: Vec<PackedStance>,
}

/// What events were about, each distinct combination once.
#[derive(Default, Serialize, Deserialize)]
struct Things {
    item_ids: Vec<Text>,
    titles: Vec<Text>,
    urls: Vec<Text>,
    /// How many annotations each has, and all of them; interests likewise.
    annotation_counts: Vec<u32>,
    annotations: Vec<Text>,
    interest_counts: Vec<u32>,
    interests: Vec<Text>,
}

#[derive(Default, Serialize, Deserialize)]
struct Events {
    /// Milliseconds since the event before.
    gaps: Vec<i64>,
    /// Places in `actions`.
    actions: Vec<u8>,
    queries: Vec<Text>,
    /// Places in `things`, from 1.
    things: Vec<u32>,
    boards: Vec<Text>,
    event_ids: Ids,
}

/// Ids of events. Many end in a number that grows, which is kept as what it grew by.
#[derive(Default, Serialize, Deserialize)]
struct Ids {
    /// What stands before the number; all of the id where it ends in none.
    beginnings: Vec<Text>,
    /// 0 where there is no number, else one more than the difference from the number before,
    /// positive ones even and negative ones odd.
    numbers: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct PackedJourney {
    journey_id: Text,
    name: Text,
    name_source: NameSource,
    named_for: Vec<Text>,
    /// Keywords with their shares in 65,535ths.
    held: Vec<(Text, u16)>,
    stage: Stage,
    started_at: i64,
    last_active_at: i64,
    events: u32,
    standing: Standing,
}

#[derive(Serialize, Deserialize)]
struct PackedLineage {
    journey_id: Text,
    event: LineageKind,
    others: Vec<Text>,
    at: i64,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct PackedFeedback {
    journey_id: Text,
    channel: u8,
    time: i64,
    reaction: u8,
    position: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct PackedStance {
    journey_id: Text,
    at: i64,
    wants: bool,
    held: Vec<Text>,
}

const WHOLE: f64 = 65_535.0;
