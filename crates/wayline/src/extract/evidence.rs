//! What kind of evidence a person's log holds.

use serde::{Deserialize, Serialize};

use super::Extracted;

/// What a person's log holds: each kind has its own weights and thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Items, perhaps beside searches.
    WithItems,
    /// Searches alone.
    SearchesOnly,
}

impl Evidence {
    /// What this person's log holds.
    #[must_use]
    pub fn of(person: &Extracted) -> Self {
        if person.searches_only() {
            Self::SearchesOnly
        } else {
            Self::WithItems
        }
    }
}
