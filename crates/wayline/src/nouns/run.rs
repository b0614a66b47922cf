//! What is said of a run as a whole, and what it gives out for one person.

use serde::{Deserialize, Serialize, Serializer};

use super::{Journey, KeywordRow, LeftOver, Sources, Timestamp};

/// Stands on every journey: what made it. Never anything of the input or of the clock, so that
/// shards, engines and orders give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Hash of all the other fields and of Wayline's version.
    pub run_id: String,
    /// Version of the rows' schema.
    pub schema_version: u32,
    /// Hash of the config.
    pub config_hash: String,
    /// The models and their hashes, as `name:hash`, comma separated.
    pub models: String,
    /// Hash of the corpus snapshot.
    pub corpus_hash: String,
    /// The moment for which status, recency and score are reckoned.
    pub as_of: Timestamp,
}

/// Everything that a run gives out for one person.
///
/// Where results wait in memory or on disk, what a person's keywords repeat is kept once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Stored<String, Vec<Journey>, Vec<StoredKeyword<String>>>")]
pub struct PersonResult {
    /// Who.
    pub user_id: String,
    /// Journeys by rank.
    pub journeys: Vec<Journey>,
    /// Every keyword of this person, in the order of their texts.
    pub keywords: Vec<KeywordRow>,
}

/// A [`PersonResult`] without its repetitions; borrowed on the way there, owned on the way back.
#[derive(Serialize, Deserialize)]
struct Stored<Text, Journeys, Keywords> {
    user_id: Text,
    journeys: Journeys,
    keywords: Keywords,
}

#[derive(Serialize, Deserialize)]
struct StoredKeyword<Text> {
    keyword: Text,
    journey: StoredId<Text>,
    reason: Option<LeftOver>,
    sources: Sources,
    count: u32,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

/// The id of a keyword's journey.
#[derive(Serialize, Deserialize)]
enum StoredId<Text> {
    None,
    /// That of one of the person's journeys, by its place.
    Of(u32),
    Other(Text),
}

impl Serialize for PersonResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keywords = self.keywords.iter().map(|row| self.stored(row));
        Stored {
            user_id: self.user_id.as_str(),
            journeys: self.journeys.as_slice(),
            keywords: keywords.collect::<Vec<_>>(),
        }
        .serialize(serializer)
    }
}

impl PersonResult {
    fn stored<'a>(&'a self, row: &'a KeywordRow) -> StoredKeyword<&'a str> {
        let journey = row.journey_id.as_deref().map_or(StoredId::None, |id| {
            let place = self.journeys.iter().position(|it| it.journey_id == id);
            place.map_or(StoredId::Other(id), |place| StoredId::Of(place as u32))
        });
        StoredKeyword {
            keyword: &row.keyword,
            journey,
            reason: row.reason,
            sources: row.sources,
            count: row.count,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
        }
    }
}

impl From<Stored<String, Vec<Journey>, Vec<StoredKeyword<String>>>> for PersonResult {
    fn from(stored: Stored<String, Vec<Journey>, Vec<StoredKeyword<String>>>) -> Self {
        let Stored {
            user_id,
            journeys,
            keywords,
        } = stored;
        let id_of = |place: u32| {
            let journey = journeys.get(place as usize);
            journey.map(|journey: &Journey| journey.journey_id.clone())
        };
        let row = |stored: StoredKeyword<String>| KeywordRow {
            user_id: user_id.clone(),
            keyword: stored.keyword,
            journey_id: match stored.journey {
                StoredId::None => None,
                StoredId::Of(place) => id_of(place),
                StoredId::Other(id) => Some(id),
            },
            reason: stored.reason,
            sources: stored.sources,
            count: stored.count,
            first_seen: stored.first_seen,
            last_seen: stored.last_seen,
        };
        let keywords = keywords.into_iter().map(row).collect();
        Self {
            user_id,
            journeys,
            keywords,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{Lifecycle, NameSource, Stage, Status};

    #[test]
    fn what_is_stored_once_comes_back_everywhere() {
        let journey = |id: &str| Journey {
            user_id: "u".to_owned(),
            journey_id: id.to_owned(),
            rank: 1,
            name: "barn wedding".to_owned(),
            name_source: NameSource::Keyword,
            keywords: Vec::new(),
            interests: Vec::new(),
            stage: Stage {
                lifecycle: Lifecycle::Situational,
                status: Status::Ended,
                phase: None,
            },
            confidence: 0.5,
            score: 0.25,
            return_probability: 0.25,
            started_at: Timestamp::from_millis(1_700_000_000_001),
            last_active_at: Timestamp::from_millis(1_700_000_000_002),
            events: 3,
            visits: 1,
            boards: Vec::new(),
            items: Vec::new(),
            hidden: id == "b",
            related: Vec::new(),
            grouped_by: crate::nouns::GroupedBy::Rooms,
            name_reason: None,
            safety: crate::nouns::Checked::default(),
        };
        let keyword = |text: &str, id: Option<&str>, reason| KeywordRow {
            user_id: "u".to_owned(),
            keyword: text.to_owned(),
            journey_id: id.map(str::to_owned),
            reason,
            sources: Sources::default(),
            count: 2,
            first_seen: Timestamp::from_millis(1_700_000_000_001),
            last_seen: Timestamp::from_millis(1_700_000_000_002),
        };
        let person = PersonResult {
            user_id: "u".to_owned(),
            journeys: vec![journey("a"), journey("b")],
            keywords: vec![
                keyword("lace", Some("b"), None),
                keyword("mail", None, Some(LeftOver::Navigational)),
                keyword("tent", Some("of no journey here"), None),
            ],
        };
        let stored = serde_json::to_string(&person).expect("stored");
        let back: PersonResult = serde_json::from_str(&stored).expect("read back");
        assert_eq!(back, person);
    }
}
