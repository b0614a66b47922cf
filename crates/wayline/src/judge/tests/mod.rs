//! The room with made-up people and a model that says what the test tells it to.

mod asking;
mod figures;
mod prompts;

use super::*;
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::extract::Extracted;
use crate::nouns::{
    Journey, JourneyKeyword, Lifecycle, NameSource, RunInfo, Sources, Stage, Status, Timestamp,
};
use crate::profile::Profiling;
use crate::samples::{DAY, START, Scripted, person, search};
use crate::text_model::TextModelError;

fn as_of() -> Timestamp {
    Timestamp::from_millis(START + 40 * DAY * 1_000)
}

fn run_info() -> RunInfo {
    RunInfo {
        run_id: "run".to_owned(),
        schema_version: 1,
        config_hash: String::new(),
        models: String::new(),
        corpus_hash: String::new(),
        as_of: as_of(),
    }
}

fn journey(rank: u32, name: &str, keywords: &[&str]) -> Journey {
    let keywords = keywords.iter().map(|it| JourneyKeyword {
        keyword: (*it).to_owned(),
        sources: Sources::default(),
        count: 3,
        weight: 0.5,
    });
    Journey {
        user_id: "u".to_owned(),
        journey_id: format!("j{rank}"),
        rank,
        name: name.to_owned(),
        name_source: NameSource::Keyword,
        keywords: keywords.collect(),
        interests: Vec::new(),
        stage: Stage {
            lifecycle: Lifecycle::Situational,
            status: Status::Ongoing,
            phase: None,
        },
        confidence: 0.123,
        score: 0.456,
        return_probability: 0.789,
        started_at: Timestamp::from_millis(START),
        last_active_at: Timestamp::from_millis(START + 30 * DAY * 1_000),
        events: 12,
        visits: 5,
        boards: Vec::new(),
        items: Vec::new(),
        hidden: false,
        related: Vec::new(),
        grouped_by: crate::nouns::GroupedBy::Rooms,
        name_reason: None,
        safety: crate::nouns::Checked::default(),
    }
}

fn journeys() -> Vec<Journey> {
    vec![
        journey(1, "Barn wedding", &["barn wedding", "rustic wedding cake"]),
        journey(2, "Brake pads", &["brake pads", "car brake fluid"]),
        journey(3, "Vegan dinner", &["vegan dinner", "tofu recipes"]),
    ]
}

fn evidence_of(person: &Extracted) -> Option<Evidence> {
    let profiling = Profiling {
        person,
        as_of: as_of(),
        config: &Config::builtin().profile,
        may_tell: &|_| true,
    };
    let profile = profiling.profile(&mut EmbeddingCache::new(Embedder::builtin(), 0));
    Evidence::of(person, &profile, as_of())
}

fn evidence() -> Evidence {
    let acts = [
        search(0, "barn wedding"),
        search(DAY, "rustic wedding cake"),
        search(2 * DAY, "brake pads"),
        search(29 * DAY, "tofu recipes"),
        search(30 * DAY, "barn wedding"),
    ];
    evidence_of(&person("u", &acts)).expect("something to tell")
}

fn asked() -> Question<ShownList> {
    list_question("u", &run_info(), &evidence(), &journeys(), 7)
}

/// A reply that gives the journeys these scores, by their places in the order shown.
fn reply(scores: &[u8]) -> String {
    let journeys: Vec<_> = (1..)
        .zip(scores)
        .map(|(number, relevance)| {
            serde_json::json!({
                "number": number, "why": "seen often", "relevance": relevance, "errors": []
            })
        })
        .collect();
    serde_json::json!({ "journeys": journeys, "missed_main_interest": [] }).to_string()
}
