//! Simulated people: the simulation knows which keyword served which goal.
//!
//! Counted are the keywords that belong to exactly one goal, or to none (noise; each such keyword
//! is a group of its own). People and journeys are compared by their ids as they stand in JSON, so
//! `"7"` is not `7`.

mod gold;
mod worst;

pub use gold::{Gold, GoldJourney, Person};
pub use worst::worst_people;

use super::bootstrap::{self, Resampling, weighted_sum};
use super::calibration::{Judged, Pool};
use super::figures::{Figure, figures};
use super::fraction::{f1, share};
use super::journey_level::{SAME, best_match, jaccard};
use super::numbering::Numbering;
use super::predictions::PersonRows;
use super::{Id, PredictedJourney, Predictions, Report, bcubed, names, normalise, pairwise};
use std::collections::{HashMap, HashSet};

/// From how many counted keywords on a gold journey should be found.
pub const LARGE: usize = 5;
/// From how many counted keywords on a gold journey may be found.
pub const SMALL: usize = 2;

figures! {
    /// How well keywords are grouped and journeys found.
    SimulatedFigures {
        /// Harmonic mean of B-cubed precision and recall over keywords ([`bcubed`]).
        keyword_b3: "keyword B³ F1",
        /// B-cubed precision.
        b3_p: "keyword B³ precision",
        /// B-cubed recall.
        b3_r: "keyword B³ recall",
        /// Share of gold journeys with at least 5 counted keywords whose likest predicted group
        /// has Jaccard ≥ .5.
        journey_recall: "journey recall",
        /// Share of journey rows that a gold journey is found by, or that have Jaccard ≥ .5 with a
        /// gold journey of 2-4 counted keywords.
        journey_precision: "journey precision",
        /// Harmonic mean of the two.
        journey_f1: "journey F1",
        /// Mean over found gold journeys of the best token F1 with one of its names ([`names`]).
        name_token_f1: "name token F1",
        /// Share of found gold journeys whose lifecycle is right.
        kind_accuracy: "lifecycle accuracy",
        /// Share of found situational gold journeys whose status is right.
        status_accuracy: "status accuracy",
        /// Area under the ROC curve ([`Pool::auc`]) of the confidence of journey rows; right is
        /// what precision counts.
        confidence_auc: "confidence AUC",
        /// Expected calibration error ([`Pool::ece`]) of the same.
        ece: "confidence ECE (low is good)",
        /// Harmonic mean of pairwise precision and recall over keywords ([`pairwise`]).
        pair_f1: "keyword pair F1",
        /// Share of the pairs of keywords put together that belong together.
        pair_p: "keyword pair precision",
        /// Share of the pairs of keywords that belong together that are put together.
        pair_r: "keyword pair recall",
    }
}

/// The scores of journeys against a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedScores {
    /// People of the gold.
    pub users: u64,
    /// Their predicted journeys.
    pub journeys: u64,
    /// The figures.
    pub figures: SimulatedFigures<Figure>,
    /// The journeys: their confidence and whether they were right.
    pub judged: Pool,
    /// How intervals were drawn.
    pub resampling: Resampling,
}

/// What a person adds to the sums behind the figures.
type Sums = [f64; 15];

#[derive(Default)]
struct PersonScore {
    keywords: Vec<bcubed::ItemScore>,
    pairs: pairwise::PairCounts,
    large: u64,
    found: u64,
    /// Of found journeys that have a row.
    names: Vec<f64>,
    kinds_right: u64,
    situational: u64,
    statuses_right: u64,
    judged: Vec<(f64, bool)>,
}

/// Scores journeys. People that the gold doesn't know are ignored.
#[must_use]
pub fn evaluate(gold: &Gold, predictions: &Predictions, resampling: Resampling) -> SimulatedScores {
    let rows = predictions.by_person(|id| id);
    let nothing = PersonRows::default();
    let people: Vec<PersonScore> = gold
        .people
        .iter()
        .map(|person| score_person(person, rows.get(&person.user_id).unwrap_or(&nothing)))
        .collect();
    let judged = people.iter().enumerate().flat_map(|(index, person)| {
        let of_person = person.judged.iter();
        of_person.map(move |&(confidence, right)| Judged {
            confidence,
            right,
            person: index,
        })
    });
    let pool = Pool::new(judged.collect());
    let sums: Vec<Sums> = people.iter().map(PersonScore::sums).collect();

    let everybody = vec![1; people.len()];
    let mut totals = weighted_sum(sums.iter().copied(), &everybody);
    // Name by name, as the reference adds, so that not even the last digit differs.
    totals[10] = people
        .iter()
        .flat_map(|person| &person.names)
        .fold(0.0, |sum, name| sum + name);
    let values = measure(totals, &pool, &everybody).values();
    let figures = bootstrap::figures(people.len(), resampling, values, |weights| {
        measure(weighted_sum(sums.iter().copied(), weights), &pool, weights).values()
    });
    SimulatedScores {
        users: people.len() as u64,
        journeys: pool.journeys().len() as u64,
        figures: SimulatedFigures::from_list(figures),
        judged: pool,
        resampling,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Label<'a> {
    Alone(u32),
    Journey(&'a Id),
}

/// The keywords that count, with their gold group and their predicted one.
struct Grouping<'a> {
    gold: Vec<u32>,
    predicted: Vec<u32>,
    /// The goals behind the numbers of `gold`, with their keywords in ascending order.
    goals: Vec<(String, Vec<u32>)>,
    /// The labels behind the numbers of `predicted`, with their keywords in ascending order.
    groups: Vec<(Label<'a>, Vec<u32>)>,
}

fn score_person(person: &Person, rows: &PersonRows<'_>) -> PersonScore {
    let grouping = group(person, rows);
    let mut score = PersonScore {
        keywords: bcubed::per_item(&grouping.gold, &grouping.predicted),
        pairs: pairwise::count(&grouping.gold, &grouping.predicted),
        ..PersonScore::default()
    };
    // The last row of a journey counts.
    let journeys: HashMap<&Id, &PredictedJourney> = rows
        .journeys
        .iter()
        .map(|row| (&row.journey_id, *row))
        .collect();
    let finders = score.find_large(person, &grouping, &journeys);
    score.judge(&grouping, &journeys, &finders);
    score
}

fn group<'a>(person: &Person, rows: &PersonRows<'a>) -> Grouping<'a> {
    let journey_of: HashMap<String, Option<&'a Id>> = rows
        .keywords
        .iter()
        .map(|row| (normalise(&row.keyword), row.journey_id.as_ref()))
        .collect();
    // Keywords in the order in which the gold first names them: it decides between groups that tie.
    let mut numbers = Numbering::default();
    let mut owners: Vec<(String, HashSet<String>)> = Vec::new();
    let mut own = |keyword: &str, goal: Option<&str>| {
        let keyword = normalise(keyword);
        let number = numbers.number(keyword.clone()) as usize;
        if number == owners.len() {
            owners.push((keyword.clone(), HashSet::new()));
        }
        let goal = goal.map_or_else(|| format!("{NOISE}{keyword}"), str::to_owned);
        owners[number].1.insert(goal);
    };
    for journey in &person.journeys {
        for keyword in &journey.keywords {
            own(keyword, Some(&journey.gold_id));
        }
    }
    for keyword in &person.noise {
        own(keyword, None);
    }

    let (mut goal_numbers, mut label_numbers) = (Numbering::default(), Numbering::default());
    let mut out = Grouping {
        gold: vec![],
        predicted: vec![],
        goals: vec![],
        groups: vec![],
    };
    let counted = owners
        .into_iter()
        .enumerate()
        .filter(|(_, (_, goals))| goals.len() == 1);
    for (number, (keyword, goals)) in counted {
        let number = number as u32;
        let journey = journey_of
            .get(&keyword)
            .copied()
            .flatten()
            .filter(|id| !id.is_blank());
        let label = journey.map_or(Label::Alone(number), Label::Journey);
        for goal in goals {
            let index = goal_numbers.number(goal.clone());
            if index as usize == out.goals.len() {
                out.goals.push((goal, Vec::new()));
            }
            out.goals[index as usize].1.push(number);
            out.gold.push(index);
        }
        let index = label_numbers.number(label);
        if index as usize == out.groups.len() {
            out.groups.push((label, Vec::new()));
        }
        out.groups[index as usize].1.push(number);
        out.predicted.push(index);
    }
    out
}

/// What the labels of noise keywords begin with.
const NOISE: &str = "noise:";

impl Grouping<'_> {
    /// The goals with so many counted keywords.
    fn goals_of(&self, sizes: impl Fn(usize) -> bool) -> impl Iterator<Item = &(String, Vec<u32>)> {
        self.goals
            .iter()
            .filter(move |(goal, keywords)| !goal.starts_with(NOISE) && sizes(keywords.len()))
    }
}

impl PersonScore {
    /// Recall, and names and stage of what is found. Out come the journeys that found something.
    fn find_large<'a>(
        &mut self,
        person: &Person,
        grouping: &Grouping<'a>,
        journeys: &HashMap<&Id, &PredictedJourney>,
    ) -> HashSet<&'a Id> {
        let mut finders = HashSet::new();
        for (goal, keywords) in grouping.goals_of(|size| size >= LARGE) {
            self.large += 1;
            let candidates = grouping.groups.iter().map(|(_, group)| group.as_slice());
            let Some((best, overlap)) = best_match(keywords, candidates) else {
                continue;
            };
            if overlap < SAME {
                continue;
            }
            self.found += 1;
            let Label::Journey(id) = grouping.groups[best].0 else {
                continue;
            };
            // Of several goals with the same id the last one tells the name.
            let golden = person
                .journeys
                .iter()
                .rfind(|journey| journey.gold_id == *goal);
            let (Some(row), Some(golden)) = (journeys.get(id), golden) else {
                continue;
            };
            finders.insert(id);
            self.names
                .push(names::best_token_f1(&row.name, golden.names()));
            self.kinds_right += u64::from(row.lifecycle == golden.kind);
            if golden.kind.as_deref() == Some("situational") {
                self.situational += 1;
                self.statuses_right += u64::from(row.status == golden.status);
            }
        }
        finders
    }

    /// Precision and confidence of the rows of journeys.
    fn judge(
        &mut self,
        grouping: &Grouping<'_>,
        journeys: &HashMap<&Id, &PredictedJourney>,
        finders: &HashSet<&Id>,
    ) {
        let small: Vec<&Vec<u32>> = grouping
            .goals_of(|size| (SMALL..LARGE).contains(&size))
            .map(|(_, keywords)| keywords)
            .collect();
        let groups: HashMap<Label<'_>, &Vec<u32>> = grouping
            .groups
            .iter()
            .map(|(label, keywords)| (*label, keywords))
            .collect();
        for (id, row) in journeys {
            let right = finders.contains(id)
                || groups.get(&Label::Journey(id)).is_some_and(|group| {
                    small
                        .iter()
                        .any(|keywords| jaccard(keywords, group) >= SAME)
                });
            self.judged.push((row.confidence.unwrap_or(0.0), right));
        }
    }

    fn sums(&self) -> Sums {
        let (precision, recall) = bcubed::add((0.0, 0.0), &self.keywords);
        let right = self.judged.iter().filter(|(_, right)| *right).count();
        [
            precision,
            recall,
            self.keywords.len() as f64,
            self.pairs.both as f64,
            self.pairs.predicted as f64,
            self.pairs.gold as f64,
            self.found as f64,
            self.large as f64,
            right as f64,
            self.judged.len() as f64,
            self.names.iter().fold(0.0, |sum, name| sum + name),
            self.names.len() as f64,
            self.kinds_right as f64,
            self.statuses_right as f64,
            self.situational as f64,
        ]
    }
}

fn measure(sums: Sums, pool: &Pool, weights: &[u32]) -> SimulatedFigures<f64> {
    let [
        precision,
        recall,
        keywords,
        both,
        pairs,
        gold_pairs,
        found,
        large,
        right,
        predicted,
        names,
        named,
        kinds,
        statuses,
        situational,
    ] = sums;
    let (b3_p, b3_r) = (share(precision, keywords), share(recall, keywords));
    let (pair_p, pair_r) = (share(both, pairs), share(both, gold_pairs));
    let (journey_recall, journey_precision) = (share(found, large), share(right, predicted));
    SimulatedFigures {
        keyword_b3: f1(b3_p, b3_r),
        b3_p,
        b3_r,
        journey_recall,
        journey_precision,
        journey_f1: f1(journey_precision, journey_recall),
        name_token_f1: share(names, named),
        kind_accuracy: share(kinds, named),
        status_accuracy: share(statuses, situational),
        confidence_auc: pool.auc(weights),
        ece: pool.ece(weights),
        pair_f1: f1(pair_p, pair_r),
        pair_p,
        pair_r,
    }
}

impl SimulatedScores {
    /// The scores as a table or JSON.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            title: "simulated people".to_owned(),
            counts: vec![
                ("users", "people", self.users),
                ("journeys", "predicted journeys", self.journeys),
            ],
            figures: self.figures.list(),
            resampling: self.resampling,
        }
    }
}
