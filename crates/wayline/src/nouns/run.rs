//! What is said of a run as a whole, and what it gives out for one person.

use serde::{Deserialize, Serialize};

use super::{Journey, KeywordRow, Timestamp};

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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonResult {
    /// Who.
    pub user_id: String,
    /// Journeys by rank.
    pub journeys: Vec<Journey>,
    /// Every keyword, in the order of their texts.
    pub keywords: Vec<KeywordRow>,
}
