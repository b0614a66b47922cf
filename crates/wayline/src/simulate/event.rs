//! One event of a simulated log.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// One event. Serialised, it is a row of the events contract: `timestamp` in RFC 3339, and what
/// the event lacks left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimulatedEvent {
    /// Whose event it is.
    pub user_id: String,
    /// When, in milliseconds since 1970 (UTC).
    #[serde(rename = "timestamp", serialize_with = "rfc3339")]
    pub timestamp_ms: i64,
    /// The event's id, unique in the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// `search`, `closeup`, `save` or `click`.
    pub action: &'static str,
    /// What was searched; only in searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Which item; only in item actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// The item's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What content understanding says of the item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<String>,
    /// The item's interests, from broad to narrow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<String>,
    /// The board it was saved to; only in saves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<String>,
    /// What was clicked; in clicks, and in searches that were clicked on the page of results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn rfc3339<S: Serializer>(ms: &i64, to: S) -> Result<S::Ok, S::Error> {
    let time = Timestamp::from_millisecond(*ms).map_err(serde::ser::Error::custom)?;
    to.collect_str(&time)
}
