//! What is remembered of a journey from one day to the next, and what became of it.

use serde::{Deserialize, Serialize};

use super::{NameSource, Stage, Timestamp};

/// A journey as it was when its person was last looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownJourney {
    /// Its id, for good.
    pub journey_id: String,
    /// What it was called.
    pub name: String,
    /// Where the name came from.
    pub name_source: NameSource,
    /// The strongest keywords that it held when a language model gave it its name; none where none did.
    pub named_for: Vec<String>,
    /// The keywords that it held, each with its share of the evidence; they sum to 1.
    pub held: Vec<(String, f64)>,
    /// Where in its life it was.
    pub stage: Stage,
    /// First event.
    pub started_at: Timestamp,
    /// Last event.
    pub last_active_at: Timestamp,
    /// How many events belonged to it.
    pub events: u32,
    /// Whether it was there then, or what it had come to.
    pub standing: Standing,
}

/// What a journey that is remembered has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is among the person's journeys.
    Live,
    /// It went into another.
    Merged,
    /// Its evidence is in no journey.
    Gone,
}

/// Something that happened to a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageEvent {
    /// Opaque; the same thing that is told twice has one key.
    pub key: String,
    /// Whose journey.
    pub user_id: String,
    /// Which.
    pub journey_id: String,
    /// What happened.
    pub event: LineageKind,
    /// Other journeys that it concerns: of one that started, the one that it split from; of one that
    /// split, what came out of it; of one that merged, the one that it went into.
    pub others: Vec<String>,
    /// The moment for which the person was looked at.
    pub at: Timestamp,
    /// Which look at the person this was, from 1.
    pub version: u64,
}

/// What can happen to a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageKind {
    /// There is a new one.
    Started,
    /// There is new evidence of it.
    Continued,
    /// The person has left an evergreen one alone.
    Paused,
    /// It runs again after it had paused, ended, merged or gone.
    Revived,
    /// It is over, or its evidence is gone.
    Ended,
    /// A part of it is a journey of its own now.
    Split,
    /// It went into another.
    Merged,
}

impl LineageKind {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Continued => "continued",
            Self::Paused => "paused",
            Self::Revived => "revived",
            Self::Ended => "ended",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }
}
