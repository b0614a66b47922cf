//! The whole way of one person's data, from what was extracted to journeys.

use crate::affinity::{Affinities, UnitSpace, product};
use crate::assign::{Assigned, Assignment, Candidate, Placement};
use crate::cluster::{Clustering, cluster};
use crate::config::Config;
use crate::corpus::{Corpus, KeywordFacts};
use crate::diversify::diversify;
use crate::embed::EmbeddingCache;
use crate::extract::{Evidence, Extracted, UnitKind};
use crate::identify::journey_id;
use crate::logistic::Scored;
use crate::model::{GroupingModel, NamingModel, RankModel, StageModel};
use crate::name::{Name, Naming};
use crate::nouns::{Journey, JourneyKeyword, KeywordRow, PersonResult, RunInfo, Timestamp};
use crate::rank::features;
use crate::stage::{Staged, of_journey, recent_meaning, stage};

/// What all people of a run share.
#[derive(Clone, Copy)]
pub struct Rooms<'a> {
    /// All settings.
    pub config: &'a Config,
    /// What everybody's log says.
    pub corpus: &'a Corpus,
    /// The learned parts of grouping.
    pub grouping: &'a GroupingModel,
    /// The learned parts of ranking.
    pub ranking: &'a RankModel,
    /// The learned part of naming.
    pub naming: &'a NamingModel,
    /// The learned parts of the stage.
    pub staging: &'a StageModel,
    /// The moment for which everything is reckoned.
    pub as_of: Timestamp,
}

/// Version of the rows that a run gives out. Fields are only ever added.
pub const SCHEMA_VERSION: u32 = 1;
/// At most this many items, interests and boards stand on a journey.
const A_FEW: usize = 5;

impl Rooms<'_> {
    /// What stands on every journey of the run.
    #[must_use]
    pub fn run_info(&self, embedder: &str) -> RunInfo {
        let models = format!(
            "embedder:{embedder},grouping:{},naming:{},ranking:{},stage:{}",
            self.grouping.hash(),
            self.naming.hash(),
            self.ranking.hash(),
            self.staging.hash()
        );
        let mut hasher = blake3::Hasher::new();
        for part in [
            env!("CARGO_PKG_VERSION"),
            self.config.hash(),
            &models,
            self.corpus.hash(),
            &self.as_of.to_string(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        RunInfo {
            run_id: hasher.finalize().to_hex()[..16].to_owned(),
            schema_version: SCHEMA_VERSION,
            config_hash: self.config.hash().to_owned(),
            models,
            corpus_hash: self.corpus.hash().to_owned(),
            as_of: self.as_of,
        }
    }
}

/// Everything that the rooms made of one person: the result, and what explains it.
pub struct Walked {
    /// The affinities of all pairs of units.
    pub affinities: Affinities,
    /// The groups of units.
    pub clustering: Clustering,
    /// The candidates, and where each keyword went.
    pub assigned: Assigned,
    /// For each candidate, what became of it.
    pub fates: Vec<Fate>,
    /// Candidates in the order in which they are shown.
    pub order: Vec<usize>,
}

/// What became of a candidate on its way.
pub struct Fate {
    /// Its identity.
    pub journey_id: String,
    /// Where in its life it is.
    pub stage: Staged,
    /// What it is called.
    pub name: Name,
    /// How likely the person comes back to it.
    pub return_probability: Scored,
    /// How relevant it is now.
    pub score: Scored,
}

/// Walks one person through all rooms.
pub fn walk(person: &Extracted, rooms: &Rooms<'_>, embeddings: &mut EmbeddingCache<'_>) -> Walked {
    let config = rooms.config;
    let facts = KeywordFacts::of(person, rooms.corpus);
    let space = UnitSpace::of(person, &facts, embeddings, &config.affinity);
    let evidence = Evidence::of(person);
    let grouping = rooms.grouping.of(evidence);
    let affinities = Affinities::of(person, &facts, &space, &grouping.affinity);
    let clustering = cluster(&affinities, &grouping.join, config.cluster.join(evidence));
    let assigned = Assignment {
        person,
        facts: &facts,
        space: &space,
        clustering: &clustering,
        affinities: &affinities,
        model: &grouping.assign,
        config: &config.assign,
    }
    .assign();
    let candidates = &assigned.candidates;
    let naming = Naming {
        person,
        corpus: rooms.corpus,
        space: &space,
        model: rooms.naming.of(evidence),
    };
    let names = naming.name_all(candidates);
    let measured = features(person, candidates, rooms.as_of);
    let meanings: Vec<Vec<f32>> = candidates
        .iter()
        .map(|candidate| space.meaning(&candidate.keywords))
        .collect();
    let fates: Vec<Fate> = candidates
        .iter()
        .zip(names)
        .zip(measured.iter().zip(&meanings))
        .map(|((candidate, name), (measured, meaning))| {
            let return_probability = rooms.ranking.return_probability(measured);
            let values = of_journey(
                person,
                candidate,
                measured,
                rooms.ranking.return_probability.log_odds(measured),
                rooms.staging.lasts.log_odds(meaning),
                rooms.as_of,
            );
            let recent = recent_meaning(person, candidate, &space);
            let opinion = rooms.staging.opinion(&values, &recent);
            Fate {
                journey_id: journey_id(person, candidate),
                stage: stage(candidate, rooms.as_of, opinion, &config.stage),
                name,
                return_probability,
                score: rooms.ranking.score(measured),
            }
        })
        .collect();
    let order = order(&fates, &meanings, config);
    Walked {
        affinities,
        clustering,
        assigned,
        fates,
        order,
    }
}

/// Candidates by score, then diversified by the meaning of their keywords.
fn order(fates: &[Fate], meanings: &[Vec<f32>], config: &Config) -> Vec<usize> {
    let mut by_score: Vec<usize> = (0..fates.len()).collect();
    by_score.sort_by(|left, right| {
        let (a, b) = (&fates[*left], &fates[*right]);
        let by_value = b.score.value.total_cmp(&a.score.value);
        by_value.then_with(|| a.journey_id.cmp(&b.journey_id))
    });
    let scores: Vec<f64> = by_score
        .iter()
        .map(|index| fates[*index].score.value)
        .collect();
    let similarity = |left: usize, right: usize| {
        f64::from(product(
            &meanings[by_score[left]],
            &meanings[by_score[right]],
        ))
    };
    diversify(&scores, similarity, &config.diversify)
        .into_iter()
        .map(|place| by_score[place])
        .collect()
}

impl Walked {
    /// The rows that a run gives out for this person.
    #[must_use]
    pub fn result(&self, person: &Extracted) -> PersonResult {
        let journeys = self
            .order
            .iter()
            .enumerate()
            .map(|(place, candidate)| self.journey(person, *candidate, place as u32 + 1))
            .collect();
        let keywords = person
            .keywords
            .iter()
            .zip(&self.assigned.placements)
            .map(|(keyword, placement)| {
                let (journey_id, reason) = match placement {
                    Placement::Candidate(candidate) => {
                        let fate = &self.fates[*candidate as usize];
                        (Some(fate.journey_id.clone()), None)
                    }
                    Placement::LeftOver(reason) => (None, Some(*reason)),
                };
                KeywordRow {
                    user_id: person.user_id.clone(),
                    keyword: keyword.text.clone(),
                    journey_id,
                    reason,
                    sources: keyword.sources,
                    count: keyword.count,
                    first_seen: keyword.first_seen,
                    last_seen: keyword.last_seen,
                }
            })
            .collect();
        PersonResult {
            user_id: person.user_id.clone(),
            journeys,
            keywords,
        }
    }

    fn journey(&self, person: &Extracted, index: usize, rank: u32) -> Journey {
        let candidate = &self.assigned.candidates[index];
        let fate = &self.fates[index];
        let keyword = |index: u32| &person.keywords[index as usize];
        Journey {
            user_id: person.user_id.clone(),
            journey_id: fate.journey_id.clone(),
            rank,
            name: fate.name.text.clone(),
            name_source: fate.name.source,
            keywords: candidate
                .keywords
                .iter()
                .map(|(index, weight)| JourneyKeyword {
                    keyword: keyword(*index).text.clone(),
                    sources: keyword(*index).sources,
                    count: keyword(*index).count,
                    weight: rounded(*weight),
                })
                .collect(),
            interests: candidate
                .interests
                .iter()
                .take(A_FEW)
                .map(|(index, _)| keyword(*index).text.clone())
                .collect(),
            stage: fate.stage.stage,
            confidence: rounded(candidate.confidence.value),
            score: rounded(fate.score.value),
            return_probability: rounded(fate.return_probability.value),
            started_at: candidate.started_at(person),
            last_active_at: candidate.last_active_at(),
            events: candidate.events,
            visits: candidate.visits,
            boards: candidate
                .boards
                .iter()
                .take(A_FEW)
                .map(|(board, _)| person.boards[*board as usize].clone())
                .collect(),
            items: top_items(person, candidate),
        }
    }
}

/// Its most used items, by their ids or what stands for one.
fn top_items(person: &Extracted, candidate: &Candidate) -> Vec<String> {
    let mut items: Vec<_> = candidate
        .units
        .iter()
        .map(|unit| &person.units[*unit as usize])
        .filter(|unit| unit.kind == UnitKind::Item)
        .collect();
    items.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    items
        .iter()
        .take(A_FEW)
        .map(|unit| unit.key.clone())
        .collect()
}

/// Six decimals: more would only pretend, and cost bytes.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
