//! Two runs over many people, compared person by person.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::drift::{Drift, Spread, drift_of_categories, drift_of_spreads};
use super::lists::{SAME, match_lists};
use super::people::{CompareError, JourneyRow, People, Person};
use super::story::{Named, Story, keywords};
use super::tally::{JourneyTally, KeywordTally, PeopleTally};
use crate::nouns::RunInfo;

/// What changed from one run to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// In which respects the runs themselves differ; none where a file doesn't say.
    pub runs: Option<RunsDiffer>,
    /// Their people.
    pub people: PeopleTally,
    /// Their journeys.
    pub journeys: JourneyTally,
    /// Their keywords; none without files of keywords.
    pub keywords: Option<KeywordTally>,
    /// How far distributions moved.
    pub drift: Vec<Drift>,
    /// The people whose list changed most, the most changed first; of those that tie the ones with
    /// more journeys, then by id. Nobody whose list is the same.
    pub worst: Vec<PersonChange>,
}

/// In which respects two runs differ, as their rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunsDiffer {
    /// The config.
    pub config: bool,
    /// The models.
    pub models: bool,
    /// The corpus.
    pub corpus: bool,
    /// The moment for which journeys were reckoned.
    pub as_of: bool,
}

/// One person whose list changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonChange {
    /// Who.
    pub user_id: String,
    /// What became of each journey.
    #[serde(flatten)]
    pub story: Story,
}

/// Compares run `a` with run `b` and keeps the `worst` people whose lists changed most. People come
/// from both in the byte order of their ids, which is checked.
///
/// A person is in a run who has a journey in it or, where its keywords are given, a keyword.
///
/// # Errors
/// A file can't be read, is none that a run wrote, or isn't in order; or `a` has no journey.
pub fn compare(mut a: People, mut b: People, worst: usize) -> Result<Comparison, CompareError> {
    let mut gathering = Gathering::new(worst, a.has_keywords() && b.has_keywords());
    let (mut of_a, mut of_b) = (a.next()?, b.next()?);
    loop {
        let order = match (&of_a, &of_b) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.user_id.cmp(&b.user_id),
        };
        let now_a = if order.is_le() {
            std::mem::replace(&mut of_a, a.next()?)
        } else {
            None
        };
        let now_b = if order.is_ge() {
            std::mem::replace(&mut of_b, b.next()?)
        } else {
            None
        };
        gathering.add(now_a, now_b);
    }
    if gathering.journeys.a == 0 {
        let file = a.journeys_file().to_owned();
        return Err(CompareError::NoJourneys { file });
    }
    Ok(gathering.finish())
}

/// What is gathered of one run.
#[derive(Default)]
struct Side {
    run: Option<RunInfo>,
    journeys_per_person: Spread,
    confidence: Spread,
    score: Spread,
    return_probability: Spread,
    lifecycle: BTreeMap<&'static str, u64>,
    status: BTreeMap<&'static str, u64>,
    phase: BTreeMap<&'static str, u64>,
    keyword_fate: BTreeMap<&'static str, u64>,
}

impl Side {
    fn add(&mut self, person: &Person) {
        let journeys = u32::try_from(person.journeys.len()).unwrap_or(u32::MAX);
        self.journeys_per_person.add_number(journeys);
        for row in &person.journeys {
            if self.run.is_none() {
                self.run = row.run.clone();
            }
            self.confidence.add_fraction(row.confidence);
            self.score.add_fraction(row.score);
            if let Some(probability) = row.return_probability {
                self.return_probability.add_fraction(probability);
            }
            let phase = row.stage.phase.map_or("none", |phase| phase.as_str());
            *self.phase.entry(phase).or_default() += 1;
            let lifecycle = row.stage.lifecycle.as_str();
            *self.lifecycle.entry(lifecycle).or_default() += 1;
            *self.status.entry(row.stage.status.as_str()).or_default() += 1;
        }
        for reason in person.keywords.values() {
            let fate = reason.map_or("in_a_journey", |reason| reason.as_str());
            *self.keyword_fate.entry(fate).or_default() += 1;
        }
    }
}

struct Gathering {
    people: PeopleTally,
    journeys: JourneyTally,
    keywords: Option<KeywordTally>,
    a: Side,
    b: Side,
    most: usize,
    worst: Vec<PersonChange>,
}

impl Gathering {
    fn new(most: usize, with_keywords: bool) -> Self {
        Self {
            people: PeopleTally::default(),
            journeys: JourneyTally::default(),
            keywords: with_keywords.then(KeywordTally::default),
            a: Side::default(),
            b: Side::default(),
            most,
            worst: Vec::new(),
        }
    }

    fn add(&mut self, a: Option<Person>, b: Option<Person>) {
        if let Some(person) = &a {
            self.a.add(person);
        }
        if let Some(person) = &b {
            self.b.add(person);
        }
        match (&a, &b) {
            (Some(_), None) => self.people.only_a += 1,
            (None, Some(_)) => self.people.only_b += 1,
            _ => self.people.both += 1,
        }
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        let mut numbers = HashMap::new();
        let (before, after) = (named(&a, &mut numbers), named(&b, &mut numbers));
        let matching = match_lists(&keywords(&before), &keywords(&after), SAME);
        self.journeys.add(&a, &b, &matching);
        if let Some(tally) = &mut self.keywords {
            tally.add(&a, &b);
        }
        self.people.changed += u64::from(!matching.all_kept());
        let change = matching.change();
        if change > 0.0 && self.most > 0 {
            let journeys = before.len() + after.len();
            let place = self
                .worst
                .partition_point(|other| is_worse(other, change, journeys));
            if place < self.most {
                self.worst.truncate(self.most - 1);
                let user_id = if a.user_id.is_empty() {
                    b.user_id
                } else {
                    a.user_id
                };
                let story = Story::tell(&before, &after, &matching);
                self.worst.insert(place, PersonChange { user_id, story });
            }
        }
    }

    fn finish(self) -> Comparison {
        let (a, b) = (&self.a, &self.b);
        let mut drift = vec![
            drift_of_spreads(
                "journeys per person",
                &a.journeys_per_person,
                &b.journeys_per_person,
                false,
            ),
            drift_of_spreads("confidence", &a.confidence, &b.confidence, true),
            drift_of_spreads("score", &a.score, &b.score, true),
            drift_of_categories("lifecycle", &a.lifecycle, &b.lifecycle),
            drift_of_categories("status", &a.status, &b.status),
            drift_of_categories("phase", &a.phase, &b.phase),
        ];
        // Journeys of earlier versions don't say it: that is another schema, not a drift.
        let says = |side: &Side| !side.return_probability.is_empty() || side.score.is_empty();
        if says(a) && says(b) {
            let (a, b) = (&a.return_probability, &b.return_probability);
            drift.insert(3, drift_of_spreads("return probability", a, b, true));
        }
        if self.keywords.is_some() {
            let (a, b) = (&a.keyword_fate, &b.keyword_fate);
            drift.push(drift_of_categories("fate of keywords", a, b));
        }
        let runs = a.run.as_ref().zip(b.run.as_ref());
        Comparison {
            runs: runs.map(|(a, b)| RunsDiffer {
                config: a.config_hash != b.config_hash,
                models: a.models != b.models,
                corpus: a.corpus_hash != b.corpus_hash,
                as_of: a.as_of != b.as_of,
            }),
            people: self.people,
            journeys: self.journeys,
            keywords: self.keywords,
            drift,
            worst: self.worst,
        }
    }
}

/// Whether `other`, who came earlier, changed at least as much.
fn is_worse(other: &PersonChange, change: f64, journeys: usize) -> bool {
    let story = &other.story;
    let others = story.before.len() + story.after.len();
    story
        .change
        .total_cmp(&change)
        .then(others.cmp(&journeys))
        .is_ge()
}

fn named(person: &Person, numbers: &mut HashMap<String, u32>) -> Vec<Named> {
    let mut named = |row: &JourneyRow| {
        let mut keywords = Vec::with_capacity(row.keywords.len());
        for keyword in &row.keywords {
            let next = numbers.len() as u32;
            keywords.push(*numbers.entry(keyword.keyword.clone()).or_insert(next));
        }
        keywords.sort_unstable();
        keywords.dedup();
        Named {
            name: row.name.clone(),
            keywords,
        }
    };
    person.journeys.iter().map(&mut named).collect()
}
