//! What a judge reads of a person and of journeys: JSON, one object a line.

use serde::Serialize;

use crate::extract::Extracted;
use crate::nouns::{Journey, Timestamp};
use crate::profile::Profile;
use crate::text_model::escaped;

/// Keywords that are told of one journey, at most.
const MOST_KEYWORDS: usize = 8;

/// What a judge is told of a person, apart from journeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence(String);

#[derive(Serialize)]
struct PersonLine {
    today: String,
    events: u32,
    visits: u32,
    first_event_days_ago: u64,
    last_event_days_ago: u64,
}

impl Evidence {
    /// Of a person, as their profile tells it at `as_of`; none where the profile is empty, since nobody
    /// can be judged by nothing.
    #[must_use]
    pub fn of(person: &Extracted, profile: &Profile, as_of: Timestamp) -> Option<Self> {
        if profile.is_empty() {
            return None;
        }
        let mut text = line(&PersonLine {
            today: as_of.to_string().chars().take(10).collect(),
            events: person.events,
            visits: person.visits,
            first_event_days_ago: days(person.first_event, as_of),
            last_event_days_ago: days(person.last_event, as_of),
        });
        text.push_str(&escaped(&profile.text()));
        Some(Self(text))
    }

    /// The lines, each with its end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[derive(Serialize)]
struct JourneyLine<'a> {
    number: usize,
    name: &'a str,
    lifecycle: &'static str,
    status: &'static str,
    events: u32,
    visits: u32,
    first_event_days_ago: u64,
    last_event_days_ago: u64,
    keywords: Vec<(&'a str, u32)>,
    #[serde(skip_serializing_if = "is_none")]
    more_keywords: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// The lines of journeys, numbered from 1 in this order. Neither rank nor score nor confidence is told:
/// who knows what the machine thinks agrees with it.
pub(super) fn journey_lines<'a>(
    journeys: impl IntoIterator<Item = &'a Journey>,
    as_of: Timestamp,
) -> String {
    let mut text = String::new();
    for (number, journey) in (1..).zip(journeys) {
        let keywords = journey.keywords.iter().take(MOST_KEYWORDS);
        text.push_str(&line(&JourneyLine {
            number,
            name: &journey.name,
            lifecycle: journey.stage.lifecycle.as_str(),
            status: journey.stage.status.as_str(),
            events: journey.events,
            visits: journey.visits,
            first_event_days_ago: days(journey.started_at, as_of),
            last_event_days_ago: days(journey.last_active_at, as_of),
            keywords: keywords.map(|it| (it.keyword.as_str(), it.count)).collect(),
            more_keywords: journey.keywords.len().saturating_sub(MOST_KEYWORDS),
        }));
    }
    text
}

fn line(value: &impl Serialize) -> String {
    // Structs of texts and numbers: nothing in them can fail.
    let mut text = escaped(&serde_json::to_string(value).unwrap_or_default());
    text.push('\n');
    text
}

/// Whole days, 0 where the moment is later than `as_of`.
fn days(moment: Timestamp, as_of: Timestamp) -> u64 {
    as_of.days_since(moment).max(0.0) as u64
}
