//! What was known of people's journeys at some moments, and whether they came back.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use wayline::affinity::{Affinities, UnitSpace};
use wayline::cluster::cluster;
use wayline::config::Config;
use wayline::corpus::{Corpus, InMemoryCounter, KeywordFacts, Snapshot};
use wayline::embed::EmbeddingCache;
use wayline::evaluate::missions;
use wayline::extract::{Evidence, Extracted, extract};
use wayline::nouns::Timestamp;
use wayline::rank::{Features, features};
use wayline::simulate::{Catalogue, LogKind, SimulationConfig, person};
use wayline::train::returns;
use wayline::{Rooms, Walked, walk};

use super::labels::{CLICKED, fold_of, input_of};
use crate::run::{Gathered, InputArgs, Job, Models, RunArgs, gather};

/// A person's journeys at one moment.
pub(super) struct Moment {
    pub(super) user_id: String,
    /// 0 is the latest moment of the log, 1 the one before, …
    pub(super) age: usize,
    pub(super) journeys: Vec<Known>,
}

/// What was known of a journey, and what came of it.
pub(super) struct Known {
    pub(super) features: Features,
    pub(super) events: f64,
    pub(super) silence_days: f64,
    /// How often the person came back within the horizon.
    pub(super) returns: u32,
}

/// When to look, and how far ahead.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    /// Moments of a log, each a horizon before the next.
    pub(super) count: usize,
    pub(super) horizon_days: u32,
    /// People of a log that are looked at, at most.
    pub(super) most_people: u64,
}

const DAY_MS: i64 = 86_400_000;
/// Texts whose vectors are remembered while people are looked at.
pub(super) const CACHED_TEXTS: usize = 100_000;

/// How to infer.
#[derive(Clone, Copy)]
pub(super) struct Inference<'a> {
    pub(super) run: &'a RunArgs,
    pub(super) config: &'a Config,
    pub(super) models: &'a Models,
}

/// People up to a moment, with what everybody's log said by then.
struct UpTo {
    people: Vec<Extracted>,
    corpus: Corpus,
}

impl Moments {
    fn horizon_ms(self) -> i64 {
        i64::from(self.horizon_days) * DAY_MS
    }

    /// The moments of a log from `oldest` to `newest`, the latest first.
    fn of(self, oldest: Timestamp, newest: Timestamp) -> Result<Vec<Timestamp>> {
        let moments: Vec<Timestamp> = (1..=self.count as i64)
            .map(|back| Timestamp::from_millis(newest.millis() - back * self.horizon_ms()))
            .filter(|moment| moment.millis() - oldest.millis() >= self.horizon_ms())
            .collect();
        if moments.len() < 2 {
            bail!(
                "the log is too short: from {oldest} to {newest} there are fewer than two moments \
                 with {0} days before and {0} days after; give a log of {1} days or more, or a \
                 smaller --horizon-days",
                self.horizon_days,
                3 * self.horizon_days
            );
        }
        Ok(moments)
    }

    /// Looks at a log: what later events say of journeys is told by the affinity that found them.
    pub(super) fn of_log(self, input: &InputArgs, with: Inference<'_>) -> Result<Vec<Moment>> {
        self.of_input(input, with, |_, _| None)
    }

    /// Looks at search missions, where people said what belongs together: a journey is the mission
    /// of most of its events.
    pub(super) fn of_missions(self, path: &Path, with: Inference<'_>) -> Result<Vec<Moment>> {
        let name = || path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(name)?;
        let gold = missions::Gold::from_tsv(&text).with_context(name)?;
        let mut events: HashMap<&str, Vec<(Timestamp, &str, &str)>> = HashMap::new();
        for person in &gold.people {
            let of_person = events.entry(&person.user_id).or_default();
            for event in &person.events {
                let at: Timestamp = format!("{}Z", event.at).parse()?;
                of_person.push((at, &event.query, &event.mission));
            }
        }
        self.of_input(
            &input_of(path, &[CLICKED.to_owned()]),
            with,
            |seen, since| {
                let events = events.get(seen.person.user_id.as_str())?;
                Some(self.mission_returns(seen, events, since))
            },
        )
    }

    fn mission_returns(
        self,
        seen: &Seen<'_>,
        events: &[(Timestamp, &str, &str)],
        since: Timestamp,
    ) -> Vec<u32> {
        let until = since.millis() + self.horizon_ms();
        let candidates = seen.walked.assigned.candidates.iter();
        candidates
            .map(|candidate| {
                let keywords = candidate.keywords.iter();
                let keywords: Vec<&str> = keywords
                    .map(|(keyword, _)| seen.person.keywords[*keyword as usize].text.as_str())
                    .collect();
                let mut votes: Vec<(&str, u32)> = Vec::new();
                for (at, query, mission) in events {
                    if *at <= since && keywords.contains(query) {
                        match votes.iter_mut().find(|(known, _)| known == mission) {
                            Some((_, count)) => *count += 1,
                            None => votes.push((mission, 1)),
                        }
                    }
                }
                let most = votes.iter().max_by_key(|(_, count)| *count);
                let is_return = |(at, _, mission): &&(Timestamp, &str, &str)| {
                    *at > since
                        && at.millis() <= until
                        && most.is_some_and(|(known, _)| known == mission)
                };
                events.iter().filter(is_return).count() as u32
            })
            .collect()
    }

    fn of_input(
        self,
        input: &InputArgs,
        with: Inference<'_>,
        labelled: impl Fn(&Seen<'_>, Timestamp) -> Option<Vec<u32>>,
    ) -> Result<Vec<Moment>> {
        let (oldest, newest, people) = span(input, with)?;
        let thousandths = (self.most_people.saturating_mul(1_000) / people).clamp(1, 1_000);
        let up_to = |moment: Timestamp| read_up_to(input, moment, thousandths, with);
        self.look_back(oldest, newest, up_to, with, labelled)
    }

    /// Looks from each moment between `oldest` and `newest`, at what `up_to` says was known then.
    fn look_back(
        self,
        oldest: Timestamp,
        newest: Timestamp,
        up_to: impl Fn(Timestamp) -> Result<UpTo>,
        with: Inference<'_>,
        labelled: impl Fn(&Seen<'_>, Timestamp) -> Option<Vec<u32>>,
    ) -> Result<Vec<Moment>> {
        let mut found = Vec::new();
        for (age, since) in self.of(oldest, newest)?.into_iter().enumerate() {
            let before = up_to(since)?;
            let until = Timestamp::from_millis(since.millis() + self.horizon_ms());
            let later = up_to(until)?.people;
            look(&before, &later, since, age, with, &labelled, &mut found)?;
        }
        Ok(found)
    }

    /// Looks at simulated people, by the same affinity as a log.
    pub(super) fn of_simulated(
        self,
        people: u64,
        seed: u64,
        kind: LogKind,
        with: Inference<'_>,
    ) -> Result<Vec<Moment>> {
        let simulation = SimulationConfig {
            people,
            seed,
            kind,
            ..SimulationConfig::default()
        };
        let newest = Timestamp::from_millis(simulation.as_of_ms);
        let oldest = Timestamp::from_millis(newest.millis() - 365 * DAY_MS);
        let up_to = |until: Timestamp| {
            let config = with.config;
            let mut counter = InMemoryCounter::new(&config.corpus);
            let mut people = Vec::new();
            for index in 0..simulation.people {
                let mut made = person(Catalogue::builtin(), &simulation, index);
                made.events
                    .retain(|event| event.timestamp_ms <= until.millis());
                if made.events.is_empty() {
                    continue;
                }
                let log = made.log(&config.actions);
                if let Ok(extracted) = extract(&log, &config.actions, &config.extract) {
                    counter.add(&extracted);
                    people.push(extracted);
                }
            }
            let log = Arc::new(Snapshot::new(&counter.finish()));
            let corpus = Corpus::with_prior(log, Arc::default(), config.corpus.clone());
            Ok(UpTo { people, corpus })
        };
        self.look_back(oldest, newest, up_to, with, |_, _| None)
    }
}

/// A person at a moment.
struct Seen<'a> {
    person: &'a Extracted,
    walked: &'a Walked,
}

/// Adds what everybody's journeys looked like at `since`, and whether they came back. Nothing later
/// is known to the features: neither the people nor the corpus.
fn look(
    before: &UpTo,
    later: &[Extracted],
    since: Timestamp,
    age: usize,
    with: Inference<'_>,
    labelled: &impl Fn(&Seen<'_>, Timestamp) -> Option<Vec<u32>>,
    found: &mut Vec<Moment>,
) -> Result<()> {
    let mut embeddings = with.models.embeddings(CACHED_TEXTS);
    let rooms = Rooms {
        safety: wayline::model::shows_everything(),
        ..with.models.rooms(with.config, &before.corpus, since)
    };
    let later: HashMap<&str, &Extracted> = later
        .iter()
        .map(|person| (person.user_id.as_str(), person))
        .collect();
    for person in &before.people {
        let Some(later) = later.get(person.user_id.as_str()) else {
            continue;
        };
        let walked = walk(person, &rooms, &mut embeddings)?;
        let seen = Seen {
            person,
            walked: &walked,
        };
        let candidates = &walked.assigned.candidates;
        let returned = match labelled(&seen, since) {
            Some(returned) => returned,
            None => {
                let groups = group(later, &rooms, &mut embeddings)?;
                returns(person, candidates, later, &groups, since)
            }
        };
        let measured = features(person, candidates, since);
        let journeys = candidates.iter().zip(measured).zip(returned);
        found.push(Moment {
            user_id: person.user_id.clone(),
            age,
            journeys: journeys
                .map(|((candidate, features), returns)| Known {
                    features,
                    events: f64::from(candidate.events),
                    silence_days: since.days_since(candidate.last_active_at()),
                    returns,
                })
                .collect(),
        });
    }
    Ok(())
}

/// The groups that the rooms make of a person's units.
fn group(
    person: &Extracted,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<wayline::cluster::Clustering> {
    let facts = KeywordFacts::of(person, rooms.corpus);
    let space = UnitSpace::of(person, &facts, embeddings, &rooms.config.affinity)?;
    let evidence = Evidence::of(person);
    let grouping = rooms.grouping.of(evidence);
    let affinities = Affinities::of(person, &facts, &space, &grouping.affinity);
    Ok(cluster(
        &affinities,
        &grouping.join,
        rooms.config.cluster.join(evidence),
    ))
}

/// When a log begins and ends, and how many people it is of.
fn span(input: &InputArgs, with: Inference<'_>) -> Result<(Timestamp, Timestamp, u64)> {
    let gathered = gather_up_to(input, None, with)?;
    let mut span: Option<(Timestamp, Timestamp)> = None;
    for person in gathered.people.records()? {
        let Extracted {
            first_event: first,
            last_event: last,
            ..
        } = person?;
        let (oldest, newest) = span.unwrap_or((first, last));
        span = Some((oldest.min(first), newest.max(last)));
    }
    let (oldest, newest) = span.context("nobody in the log has an event that counts")?;
    Ok((oldest, newest, gathered.person_count.max(1)))
}

/// Reads so many of each thousand people, the same ones whatever the moment.
fn read_up_to(
    input: &InputArgs,
    as_of: Timestamp,
    thousandths: u64,
    with: Inference<'_>,
) -> Result<UpTo> {
    let gathered = gather_up_to(input, Some(as_of), with)?;
    let mut people = Vec::new();
    for person in gathered.people.records()? {
        let person = person?;
        if (fold_of(&person.user_id, 1_000) as u64) < thousandths {
            people.push(person);
        }
    }
    people.sort_by(|left, right| left.user_id.cmp(&right.user_id));
    Ok(UpTo {
        people,
        corpus: gathered.corpus,
    })
}

/// A log up to a moment, and what it says by then.
pub(super) fn gather_up_to(
    input: &InputArgs,
    as_of: Option<Timestamp>,
    with: Inference<'_>,
) -> Result<Gathered> {
    let job = Job {
        input,
        run: with.run,
        config: with.config,
        as_of,
    };
    job.attempt(|grouping| gather(&job, None, grouping, false))
}

#[cfg(test)]
mod tests;
