//! Journeys whose stage is known: of simulated people and of annotated ones.

use std::collections::{BTreeSet, HashSet};
use std::sync::MutexGuard;

use anyhow::Result;
use wayline::affinity::UnitSpace;
use wayline::assign::Candidate;
use wayline::config::Config;
use wayline::corpus::{Corpus, KeywordFacts};
use wayline::embed::EmbeddingCache;
use wayline::evaluate::annotated as annotated_scores;
use wayline::extract::Extracted;
use wayline::model::GroupingModel;
use wayline::nouns::{Lifecycle, Status, Timestamp};
use wayline::rank::{Rhythm, features};
use wayline::simulate::{Catalogue, CatalogueJourney, LogKind, SimulationConfig};
use wayline::stage::{self, Features, of_journey};
use wayline::{Rooms, Walked, walk};

use super::affinity::SearchData;
use super::fitting::{Fitting, HeldBack};
use super::labels::{self, LabelledLog, Without, fold_of};
use super::searches::Searches;
use super::stage_words::Words;
use crate::run::{Models, RunArgs};

/// A journey whose stage is known.
pub(super) struct Known {
    pub(super) user_id: String,
    pub(super) features: Features,
    pub(super) evergreen: bool,
    pub(super) ended: bool,
    /// What the rules say.
    pub(super) by_rules: (bool, bool),
    pub(super) span_days: f64,
    pub(super) silence_days: f64,
    /// Journeys of a fold are tested together: half of the catalogue, or fold of people.
    pub(super) fold: usize,
    pub(super) real: bool,
}

/// Adds simulated people of one half of the catalogue, by words learned from the other.
pub(super) fn simulated(
    people: u64,
    half: usize,
    journeys: &[&CatalogueJourney],
    words: &Words,
    config: &Config,
    models: &Models,
    known: &mut Vec<Known>,
) -> Result<()> {
    let ids: BTreeSet<&str> = journeys.iter().map(|journey| journey.id.as_str()).collect();
    let catalogue = Catalogue::builtin().subset(|id| ids.contains(id));
    for (seed, kind) in (3_000..).zip([LogKind::RepeatingTitles, LogKind::AnnotationsOnly]) {
        let simulation = SimulationConfig {
            people,
            seed,
            kind,
            ..SimulationConfig::default()
        };
        let (without, embedder) = (Without::Nothing, models.embedding.embedder);
        let log = labels::simulated(&catalogue, &simulation, people, without, config, embedder)?;
        let mut seeing = Seeing::of(&log, config, models, words);
        for labelled in &log.people {
            let person = &labelled.person;
            let user = wayline::evaluate::Id::from(person.user_id.as_str());
            let gold = log.gold.people.iter().find(|it| it.user_id == user);
            let gold = gold.map_or(&[][..], |gold| &gold.journeys);
            let stages = gold.iter().map(|journey| {
                let keywords = journey.keywords.iter().map(String::as_str).collect();
                (keywords, journey.kind.as_deref(), journey.status.as_deref())
            });
            seeing.add(
                person,
                &models.grouping,
                &stages.collect::<Vec<_>>(),
                half,
                false,
                known,
            )?;
        }
    }
    Ok(())
}

/// Adds annotated people, their journeys found by models that had not seen them.
pub(super) fn annotated(
    data: &SearchData,
    run: &RunArgs,
    words: &Words,
    config: &Config,
    models: &Models,
    known: &mut Vec<Known>,
) -> Result<()> {
    let searches = Searches::read(data, run, config, models.embedding.embedder)?;
    let held_back: HeldBack = searches.cross_validate(&Fitting::default(), config)?;
    let log = &searches.annotated;
    let mut seeing = Seeing::of(log, config, models, words);
    for labelled in &log.people {
        let person = &labelled.person;
        let fold = fold_of(&person.user_id, searches.folds);
        let gold = log
            .gold
            .people
            .iter()
            .find(|it| it.user_id == person.user_id);
        let gold = gold.map_or(&[][..], |gold| &gold.journeys);
        let stages = gold.iter().map(|journey| {
            let keywords = journey.queries.iter().map(String::as_str).collect();
            let status = journey.status.as_deref().or(Some("ongoing"));
            (keywords, journey.lifecycle.as_deref(), status)
        });
        let grouping = &held_back.models[fold];
        seeing.add(
            person,
            grouping,
            &stages.collect::<Vec<_>>(),
            fold,
            true,
            known,
        )?;
    }
    Ok(())
}

/// Keywords, lifecycle and status of a journey as labelled.
type Labelled<'a> = (HashSet<&'a str>, Option<&'a str>, Option<&'a str>);

/// What journeys are looked at with.
struct Seeing<'a> {
    corpus: &'a Corpus,
    as_of: Timestamp,
    config: &'a Config,
    models: &'a Models,
    words: &'a Words,
    embeddings: MutexGuard<'a, EmbeddingCache<'static>>,
}

impl<'a> Seeing<'a> {
    fn of<G>(
        log: &'a LabelledLog<G>,
        config: &'a Config,
        models: &'a Models,
        words: &'a Words,
    ) -> Self {
        Self {
            corpus: &log.corpus,
            as_of: log.as_of,
            config,
            models,
            words,
            embeddings: log.embeddings(),
        }
    }

    fn add(
        &mut self,
        person: &Extracted,
        grouping: &GroupingModel,
        gold: &[Labelled<'_>],
        fold: usize,
        real: bool,
        known: &mut Vec<Known>,
    ) -> Result<()> {
        let rooms = Rooms {
            grouping,
            safety: wayline::model::shows_everything(),
            ..self.models.rooms(self.config, self.corpus, self.as_of)
        };
        let embeddings = &mut *self.embeddings;
        let walked: Walked = walk(person, &rooms, embeddings)?;
        let facts = KeywordFacts::of(person, self.corpus);
        let space = UnitSpace::inside(person, &facts, embeddings, &self.config.affinity);
        let candidates = &walked.assigned.candidates;
        for (candidate, measured) in candidates
            .iter()
            .zip(features(person, candidates, self.as_of))
        {
            let Some((_, Some(lifecycle), Some(status))) = same_journey(person, candidate, gold)
            else {
                continue;
            };
            let ranking = &self.models.ranking.return_probability;
            let lasts = self
                .words
                .lasts
                .log_odds(&space.meaning(&candidate.keywords));
            known.push(Known {
                user_id: person.user_id.clone(),
                features: of_journey(
                    person,
                    candidate,
                    &measured,
                    ranking.log_odds(&measured),
                    lasts,
                    self.as_of,
                ),
                evergreen: *lifecycle == Lifecycle::Evergreen.as_str(),
                ended: *status == Status::Ended.as_str(),
                by_rules: stage::by_rules(candidate, self.as_of, &self.config.stage),
                span_days: Rhythm::of(&candidate.times).span_days,
                silence_days: self.as_of.days_since(candidate.last_active_at()),
                fold,
                real,
            });
        }
        Ok(())
    }
}

fn same_journey<'g, 'a>(
    person: &Extracted,
    candidate: &Candidate,
    gold: &'g [Labelled<'a>],
) -> Option<&'g Labelled<'a>> {
    let own: HashSet<&str> = candidate
        .keywords
        .iter()
        .map(|(keyword, _)| person.keywords[*keyword as usize].text.as_str())
        .collect();
    let overlap = |journey: &Labelled<'_>| {
        let both = own.intersection(&journey.0).count();
        both as f64 / (own.len() + journey.0.len() - both).max(1) as f64
    };
    let best = gold
        .iter()
        .max_by(|left, right| overlap(left).total_cmp(&overlap(right)))?;
    (overlap(best) >= annotated_scores::SAME).then_some(best)
}
