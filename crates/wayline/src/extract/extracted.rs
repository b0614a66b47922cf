//! What extraction hands on.

use serde::{Deserialize, Serialize};

use crate::nouns::{LeftOver, Sources, Timestamp};

/// Keywords and evidence units of one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// Whose.
    pub user_id: String,
    /// Every distinct keyword, in the order of their texts.
    pub keywords: Vec<Keyword>,
    /// Evidence units within the cap: searches first, then items, each in the order of their keys.
    pub units: Vec<Unit>,
    /// Names of boards, in the order of first use; units point here.
    pub boards: Vec<String>,
    /// Hosts of clicked pages, in the order of first use; units point here.
    pub hosts: Vec<String>,
    /// Visits: runs of events without a long gap.
    pub visits: u32,
    /// Events that counted.
    pub events: u32,
    /// Events of ignored actions (weight 0).
    pub ignored_events: u32,
    /// Units beyond the cap.
    pub units_over_cap: u32,
    /// The first event.
    pub first_event: Timestamp,
    /// The last event.
    pub last_event: Timestamp,
}

/// A keyword with its metadata.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// The normal form.
    pub text: String,
    /// Where it was seen.
    pub sources: Sources,
    /// Events that carry it.
    pub count: u32,
    /// Visits in which it was seen.
    pub visits: u32,
    /// The first event that carries it.
    pub first_seen: Timestamp,
    /// The last.
    pub last_seen: Timestamp,
    /// Searches for it that led to a click on some page.
    pub clicks: u32,
    /// Those of them that went to the home page of a site that the keyword names.
    pub home_clicks: u32,
    /// Why no unit carries it: hidden by the person, or beyond a cap.
    pub unsupported: Option<LeftOver>,
}

/// What kind of thing a unit is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum UnitKind {
    /// A distinct query.
    #[default]
    Search,
    /// A distinct item.
    Item,
}

/// A distinct search or item, with its place in time and what it carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Search or item.
    pub kind: UnitKind,
    /// What makes it distinct: the normal query, or the item's id (else its title, else its
    /// annotations, else its url).
    pub key: String,
    /// The item's title as written, if any.
    pub title: Option<String>,
    /// The query, for a search: index into [`Extracted::keywords`].
    pub query: Option<u32>,
    /// Annotations with the number of events that carry them here; by keyword index.
    pub annotations: Vec<(u32, u32)>,
    /// Interests likewise.
    pub interests: Vec<(u32, u32)>,
    /// Boards likewise; index into [`Extracted::boards`].
    pub boards: Vec<(u32, u32)>,
    /// Hosts of clicked pages likewise; index into [`Extracted::hosts`].
    pub hosts: Vec<(u32, u32)>,
    /// When it happened, oldest first; thinned evenly where it happened very often.
    pub occurrences: Vec<Occurrence>,
    /// The first event.
    pub first_seen: Timestamp,
    /// Visits in which it was seen.
    pub visits: u32,
    /// All events.
    pub events: u32,
    /// Sum of the events' action weights.
    pub weight: f32,
    /// For an item the searches that led to it, for a search the items that it led to: unit index
    /// and summed weight, by unit index.
    pub context: Vec<(u32, f32)>,
}

/// One time at which a unit was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// When.
    pub time: Timestamp,
    /// In which visit, from 0.
    pub visit: u32,
}

impl Unit {
    /// The last event.
    #[must_use]
    pub fn last_seen(&self) -> Timestamp {
        self.occurrences
            .last()
            .map_or(self.first_seen, |occurrence| occurrence.time)
    }
}

impl Extracted {
    /// Whether the person's units are searches alone.
    #[must_use]
    pub fn searches_only(&self) -> bool {
        !self.units.iter().any(|unit| unit.kind == UnitKind::Item)
    }
}
