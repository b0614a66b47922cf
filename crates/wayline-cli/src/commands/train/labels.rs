//! People with labels: search missions, annotated logs and simulations.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use wayline::config::Config;
use wayline::corpus::{Corpus, InMemoryCounter, Snapshot};
use wayline::embed::{AnyEmbedder, EmbeddingCache};
use wayline::evaluate::{annotated, missions, simulated};
use wayline::extract::{Extracted, extract};
use wayline::nouns::Timestamp;
use wayline::simulate::{Catalogue, SimulationConfig, person};
use wayline::train::LabelledPerson;

use crate::run::{InputArgs, Job, RunArgs, gather};

/// Labelled people with what everybody's log says.
pub(super) struct LabelledLog<G> {
    pub(super) people: Vec<LabelledPerson>,
    pub(super) corpus: Corpus,
    pub(super) as_of: Timestamp,
    pub(super) gold: G,
    /// The vectors of their texts.
    embeddings: Mutex<EmbeddingCache<'static>>,
}

/// Texts whose vectors are remembered: all of a labelled log.
pub(super) const CACHED_TEXTS: usize = 200_000;

fn embeddings_by(embedder: AnyEmbedder<'static>) -> Mutex<EmbeddingCache<'static>> {
    Mutex::new(EmbeddingCache::new(embedder, CACHED_TEXTS))
}

impl<G> LabelledLog<G> {
    /// Nobody.
    pub(super) fn of_nobody(gold: G, config: &Config, embedder: AnyEmbedder<'static>) -> Self {
        Self {
            people: Vec::new(),
            corpus: Corpus::with_prior(Arc::default(), Arc::default(), config.corpus.clone()),
            as_of: Timestamp::default(),
            gold,
            embeddings: embeddings_by(embedder),
        }
    }

    /// The vectors of their texts, for one at a time.
    pub(super) fn embeddings(&self) -> MutexGuard<'_, EmbeddingCache<'static>> {
        self.embeddings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the table of missions calls the clicked page.
pub(super) const CLICKED: &str = "url=click_url";

/// Search missions: a table whose rows are events and labels at once.
pub(super) fn missions(
    path: &Path,
    run: &RunArgs,
    config: &Config,
    embedder: AnyEmbedder<'static>,
) -> Result<LabelledLog<missions::Gold>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let gold = missions::Gold::from_tsv(&text).with_context(|| path.display().to_string())?;
    // A query may stand in several missions: the most frequent one counts.
    let mut votes: HashMap<(&str, &str), BTreeMap<&str, u32>> = HashMap::new();
    for person in &gold.people {
        for event in &person.events {
            let votes = votes.entry((&person.user_id, &event.query)).or_default();
            *votes.entry(&event.mission).or_default() += 1;
        }
    }
    let mission_of = |user: &str, query: &str| {
        let votes = votes.get(&(user, query))?;
        votes
            .iter()
            .max_by_key(|(_, count)| **count)
            .map(|(mission, _)| *mission)
    };
    let (people, corpus, as_of) = read_people(path, &[CLICKED.to_owned()], run, config)?;
    let people = people
        .into_iter()
        .map(|person| {
            let user = person.user_id.clone();
            let mut numbers: HashMap<String, u32> = HashMap::new();
            for keyword in &person.keywords {
                let next = numbers.len() as u32;
                if let Some(mission) = mission_of(&user, &keyword.text) {
                    numbers.entry(mission.to_owned()).or_insert(next);
                }
            }
            LabelledPerson::by_keywords(person, |query| {
                Some(vec![*numbers.get(mission_of(&user, query)?)?])
            })
        })
        .collect();
    Ok(LabelledLog {
        people,
        corpus,
        as_of,
        gold,
        embeddings: embeddings_by(embedder),
    })
}

/// A log and journeys that somebody annotated for some of its people.
pub(super) fn annotated(
    log: &Path,
    journeys: &Path,
    run: &RunArgs,
    config: &Config,
    embedder: AnyEmbedder<'static>,
) -> Result<LabelledLog<annotated::Gold>> {
    let text = std::fs::read_to_string(journeys).with_context(|| journeys.display().to_string())?;
    let gold =
        annotated::Gold::from_jsonl(&text).with_context(|| journeys.display().to_string())?;
    let mut goals: HashMap<&str, HashMap<&str, Vec<u32>>> = HashMap::new();
    for person in &gold.people {
        let goals = goals.entry(&person.user_id).or_default();
        for (number, journey) in person.journeys.iter().enumerate() {
            for query in &journey.queries {
                goals.entry(query).or_default().push(number as u32);
            }
        }
    }
    let (people, corpus, as_of) = read_people(log, &[], run, config)?;
    let people = people
        .into_iter()
        .filter_map(|person| {
            let goals = goals.get(person.user_id.as_str())?;
            Some(LabelledPerson::by_keywords(person, |query| {
                Some(goals.get(query).cloned().unwrap_or_default())
            }))
        })
        .collect();
    Ok(LabelledLog {
        people,
        corpus,
        as_of,
        gold,
        embeddings: embeddings_by(embedder),
    })
}

fn read_people(
    path: &Path,
    renamings: &[String],
    run: &RunArgs,
    config: &Config,
) -> Result<(Vec<Extracted>, Corpus, Timestamp)> {
    let input = input_of(path, renamings);
    let job = Job {
        input: &input,
        run,
        config,
        as_of: None,
    };
    let gathered = job.attempt(|grouping| gather(&job, None, grouping, false))?;
    let people: Result<Vec<Extracted>, _> = gathered.people.records()?.collect();
    let mut people = people?;
    people.sort_by(|left, right| left.user_id.cmp(&right.user_id));
    Ok((people, gathered.corpus, gathered.as_of))
}

/// One file as an input.
pub(super) fn input_of(path: &Path, renamings: &[String]) -> InputArgs {
    InputArgs {
        inputs: vec![path.display().to_string()],
        items: None,
        renamings: renamings.to_vec(),
        rejects: None,
        max_rejects: None,
    }
}

/// What is taken out of a simulated log, so that a model learns what to do without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    /// Nothing.
    Nothing,
    /// Annotations, interests and boards: titles are left.
    Labels,
    /// Titles too: items are bare ids.
    Text,
}

/// Simulated people of some journeys of the catalogue, the first `labelled` of them with labels.
/// Their corpus is that of the simulation alone: a general one would know journeys that a model is
/// to be tested on.
pub(super) fn simulated(
    catalogue: &Catalogue,
    simulation: &SimulationConfig,
    labelled: u64,
    without: Without,
    config: &Config,
    embedder: AnyEmbedder<'static>,
) -> Result<LabelledLog<simulated::Gold>> {
    let mut gold_text = String::new();
    let mut counter = InMemoryCounter::new(&config.corpus);
    let mut people = Vec::new();
    for index in 0..simulation.people {
        let mut made = person(catalogue, simulation, index);
        for event in &mut made.events {
            if without != Without::Nothing {
                event.annotations.clear();
                event.interests.clear();
                event.board = None;
            }
            if without == Without::Text {
                event.title = None;
            }
        }
        let log = made.log(&config.actions);
        let Ok(extracted) = extract(&log, &config.actions, &config.extract) else {
            continue;
        };
        counter.add(&extracted);
        if index >= labelled {
            continue;
        }
        gold_text.push_str(&serde_json::to_string(&made.gold)?);
        gold_text.push('\n');
        let mut goals: HashMap<&str, Vec<u32>> = HashMap::new();
        for noise in &made.gold.noise {
            goals.entry(noise).or_default();
        }
        for (number, journey) in made.gold.journeys.iter().enumerate() {
            for keyword in &journey.keywords {
                goals.entry(keyword).or_default().push(number as u32);
            }
        }
        people.push(LabelledPerson::by_keywords(extracted, |text| {
            goals.get(text).cloned()
        }));
    }
    let log = Arc::new(Snapshot::new(&counter.finish()));
    Ok(LabelledLog {
        people,
        corpus: Corpus::with_prior(log, Arc::default(), config.corpus.clone()),
        as_of: Timestamp::from_millis(simulation.as_of_ms),
        gold: simulated::Gold::from_jsonl(&gold_text)?,
        embeddings: embeddings_by(embedder),
    })
}

/// The fold of a person: by a hash of the id, so that it stays when people are added.
pub(super) fn fold_of(user_id: &str, folds: usize) -> usize {
    let hash = user_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    // The last bytes alone move few bits: mixed, ids that follow each other fall apart.
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % folds
}

#[cfg(test)]
mod tests {
    use super::fold_of;

    #[test]
    fn ids_that_follow_each_other_fall_into_all_folds() {
        for folds in [2, 3, 4, 5, 8, 1_000] {
            let mut counts = vec![0_usize; folds];
            for number in 0..100 * folds {
                counts[fold_of(&format!("s3-{number:06}"), folds)] += 1;
            }
            let most = counts.iter().max();
            let least = counts.iter().min();
            assert!(
                most < Some(&170) && least > Some(&50),
                "{folds}: {most:?} {least:?}"
            );
        }
    }
}
