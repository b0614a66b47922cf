//! People for the tests of rooms, and what else those need.

use std::sync::{Arc, LazyLock};

pub(crate) use crate::text_model::scripted::Scripted;

use crate::affinity::{Affinities, UnitSpace};
use crate::assign::{AssignConfig, AssignModel, Assigned, Assignment, Thresholds};
use crate::cluster::Clustering;
use crate::config::Config;
use crate::corpus::{Corpus, InMemoryCounter, KeywordFacts, Snapshot};
use crate::embed::{Embedder, EmbeddingCache};
use crate::expand::RelatedTable;
use crate::extract::{Extracted, extract};
use crate::model::{GroupingModel, NamingModel, RankModel, StageModel, builtin_safety};
use crate::nouns::{EventFields, PersonLog, Timestamp};
use crate::simulate::{Catalogue, LogKind, SimulationConfig, people};
use crate::walk::Rooms;

/// One event: seconds after the start, and what the test needs to say.
#[derive(Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) seconds: i64,
    pub(crate) action: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) item_id: Option<&'a str>,
    pub(crate) annotations: &'a [&'a str],
    pub(crate) interests: &'a [&'a str],
    pub(crate) url: Option<&'a str>,
}

/// When the acts of a test start.
pub(crate) const START: i64 = 1_700_000_000_000;
pub(crate) const DAY: i64 = 86_400;

/// A search so many seconds after the start.
pub(crate) fn search(seconds: i64, query: &str) -> Act<'_> {
    Act {
        seconds,
        action: "search",
        query: Some(query),
        item_id: None,
        annotations: &[],
        interests: &[],
        url: None,
    }
}

/// An item opened, with its annotations.
pub(crate) fn closeup<'a>(seconds: i64, item_id: &'a str, annotations: &'a [&'a str]) -> Act<'a> {
    Act {
        action: "closeup",
        query: None,
        item_id: Some(item_id),
        annotations,
        ..search(seconds, "")
    }
}

/// The person of these acts.
pub(crate) fn person(user_id: &str, acts: &[Act<'_>]) -> Extracted {
    let config = Config::builtin();
    let mut log = PersonLog::new(user_id);
    for act in acts {
        log.push(&EventFields {
            time: Timestamp::from_millis(START + act.seconds * 1_000),
            action: config.actions.find(act.action).expect("a known action"),
            event_id: None,
            query: act.query,
            item_id: act.item_id,
            title: None,
            annotations: act.annotations,
            interests: act.interests,
            board: None,
            url: act.url,
        });
    }
    log.sort();
    extract(&log, &config.actions, &config.extract).expect("a human")
}

/// Simulated people, extracted.
pub(crate) fn simulated(count: u64, seed: u64) -> Vec<Extracted> {
    simulated_as(LogKind::default(), count, seed)
}

/// The same of a kind of log.
pub(crate) fn simulated_as(kind: LogKind, count: u64, seed: u64) -> Vec<Extracted> {
    let config = Config::builtin();
    let logs = logs_of(kind, count, seed);
    let people = logs
        .iter()
        .map(|log| extract(log, &config.actions, &config.extract));
    people.map(|person| person.expect("a human")).collect()
}

/// The logs of the people whom [`simulated`] gives.
pub(crate) fn simulated_logs(count: u64, seed: u64) -> Vec<PersonLog> {
    logs_of(LogKind::default(), count, seed)
}

fn logs_of(kind: LogKind, count: u64, seed: u64) -> Vec<PersonLog> {
    let simulation = SimulationConfig {
        people: count,
        seed,
        kind,
        journeys_per_person: 1..=3,
        history_days: 30..=60,
        ..SimulationConfig::default()
    };
    let config = Config::builtin();
    people(Catalogue::builtin(), &simulation)
        .map(|simulated| simulated.log(&config.actions))
        .collect()
}

/// What these people's log says, with nothing before it.
pub(crate) fn corpus_of(people: &[Extracted]) -> Corpus {
    let config = Config::builtin().corpus;
    let mut counter = InMemoryCounter::new(&config);
    people.iter().for_each(|person| counter.add(person));
    let log = Snapshot::new(&counter.finish());
    let nothing = Arc::new(Snapshot::default());
    Corpus::with_prior(Arc::new(log), nothing, config)
}

/// Settings by which any group of so many keywords is a journey, by a model that says nothing.
pub(crate) fn at_least(keywords: usize) -> AssignConfig {
    let thresholds = Thresholds {
        min_belonging: 0.5,
        min_keywords: keywords,
        min_confidence: 0.5,
    };
    AssignConfig {
        with_items: thresholds,
        searches_only: thresholds,
        ..Config::builtin().assign
    }
}

/// Assigns the keywords of a person whose units have these groups, by unit (searches first, then
/// items, each by key): affinity .9 within a group, .1 between.
pub(crate) fn assigned_by(
    model: &AssignModel,
    person: &Extracted,
    corpus: &Corpus,
    groups: &[usize],
    config: &AssignConfig,
) -> Assigned {
    let units = person.units.len();
    assert_eq!(units, groups.len(), "{:?}", person.units);
    let mut pairs = Vec::new();
    for (unit, group) in groups.iter().enumerate() {
        let others = groups[unit + 1..].iter();
        pairs.extend(others.map(|other| if other == group { 0.9 } else { 0.1 }));
    }
    let facts = KeywordFacts::of(person, corpus);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let affinity = Config::builtin().affinity;
    Assignment {
        person,
        facts: &facts,
        space: &UnitSpace::inside(person, &facts, &mut embeddings, &affinity),
        clustering: &Clustering::from_labels(groups),
        affinities: &Affinities::from_pairs(units, pairs),
        model,
        config,
    }
    .assign()
}

/// The rooms as they ship, without a language model.
pub(crate) fn rooms<'a>(config: &'a Config, corpus: &'a Corpus, as_of: Timestamp) -> Rooms<'a> {
    static GROUPING: LazyLock<GroupingModel> = LazyLock::new(GroupingModel::builtin);
    static NAMING: LazyLock<NamingModel> = LazyLock::new(NamingModel::builtin);
    static RANKING: LazyLock<RankModel> = LazyLock::new(RankModel::builtin);
    static STAGING: LazyLock<StageModel> = LazyLock::new(StageModel::builtin);
    Rooms {
        config,
        corpus,
        grouping: &GROUPING,
        naming: &NAMING,
        ranking: &RANKING,
        staging: &STAGING,
        related: RelatedTable::builtin(),
        safety: builtin_safety(),
        model: None,
        asks_anew: true,
        as_of,
    }
}
