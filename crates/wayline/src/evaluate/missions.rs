//! Search missions: every event labelled by the goal behind it.
//!
//! A keyword's journey labels all of a person's events with that query. A query that no keyword row
//! names, or that is in no journey, is a group of its own.

mod baselines;
mod gold;

pub use baselines::{baseline_char_trigram_components, baseline_exact_query};
pub use gold::{Event, Gold, Person};

use super::bootstrap::{self, Resampling, weighted_sum};
use super::calibration::{Judged, Pool};
use super::figures::{Figure, figures};
use super::fraction::{f1, share};
use super::numbering::Numbering;
use super::predictions::PersonRows;
use super::{Id, Predictions, Report, bcubed, journey_level, normalise, pairwise};
use std::collections::HashMap;

figures! {
    /// How well events are grouped.
    MissionFigures {
        /// Harmonic mean of B-cubed precision and recall over all events ([`bcubed`]).
        b3: "B³ F1 over events",
        /// B-cubed precision.
        b3_p: "B³ precision",
        /// B-cubed recall.
        b3_r: "B³ recall",
        /// Harmonic mean of pairwise precision and recall ([`pairwise`]), pairs of events of one
        /// person, added up over people.
        pair_f1: "pair F1",
        /// Share of the pairs put together that belong together.
        pair_p: "pair precision",
        /// Share of the pairs that belong together that are put together.
        pair_r: "pair recall",
        /// Harmonic mean of the two below ([`journey_level`]).
        journey_f1: "journey F1",
        /// Share of predicted groups with at least 3 distinct queries on at least 2 days that have
        /// Jaccard ≥ .5 over distinct queries with a gold mission of any size.
        journey_p: "journey precision",
        /// Share of gold missions with at least 3 distinct queries on at least 2 days that have
        /// Jaccard ≥ .5 with a predicted group of any size.
        journey_r: "journey recall",
    }
}

figures! {
    /// Whether confidence says which journeys are right. Right is a journey whose queries among the
    /// gold's have Jaccard ≥ .5 with those of a gold mission; journeys without any such query can't
    /// be judged and are left out.
    ConfidenceFigures {
        /// Area under the ROC curve ([`Pool::auc`]).
        confidence_auc: "confidence AUC",
        /// Expected calibration error ([`Pool::ece`]).
        ece: "confidence ECE (low is good)",
    }
}

/// The scores of a grouping of events.
#[derive(Debug, Clone, PartialEq)]
pub struct MissionScores {
    /// People of the gold.
    pub people: u64,
    /// Events of the gold.
    pub events: u64,
    /// Events whose query has no keyword row.
    pub unlabelled_events: u64,
    /// How well events are grouped.
    pub figures: MissionFigures<Figure>,
    /// Whether confidence says which journeys are right; none where no row of a journey was given.
    pub confidence: Option<ConfidenceFigures<Figure>>,
    /// The journeys that can be judged: their confidence and whether they were right.
    pub judged: Pool,
    /// How intervals were drawn.
    pub resampling: Resampling,
}

/// What a person adds to the sums behind the figures.
type Sums = [f64; 10];

/// One person's part.
struct PersonScore {
    events: Vec<bcubed::ItemScore>,
    sums: Sums,
    unlabelled: u64,
    judged: Vec<(f64, bool)>,
}

/// Scores a grouping. People that the gold doesn't know are ignored.
#[must_use]
pub fn evaluate(gold: &Gold, predictions: &Predictions, resampling: Resampling) -> MissionScores {
    let rows = predictions.by_person(Id::to_string);
    let nothing = PersonRows::default();
    let people: Vec<PersonScore> = gold
        .people
        .iter()
        .map(|person| score_person(person, rows.get(&person.user_id).unwrap_or(&nothing)))
        .collect();

    let everybody = vec![1; people.len()];
    let mut totals = weighted_sum(people.iter().map(|person| person.sums), &everybody);
    // Event by event, as the reference adds, so that not even the last digit differs.
    let b3 = people
        .iter()
        .fold((0.0, 0.0), |sums, person| bcubed::add(sums, &person.events));
    (totals[0], totals[1]) = b3;
    let figures = bootstrap::figures(
        people.len(),
        resampling,
        measure(totals).values(),
        |weights| {
            measure(weighted_sum(
                people.iter().map(|person| person.sums),
                weights,
            ))
            .values()
        },
    );

    let judged = people.iter().enumerate().flat_map(|(index, person)| {
        let of_person = person.judged.iter();
        of_person.map(move |&(confidence, right)| Judged {
            confidence,
            right,
            person: index,
        })
    });
    let pool = Pool::new(judged.collect());
    let confidence = (!predictions.journeys.is_empty()).then(|| {
        let measure = |weights: &[u32]| {
            ConfidenceFigures {
                confidence_auc: pool.auc(weights),
                ece: pool.ece(weights),
            }
            .values()
        };
        let values = measure(&everybody);
        ConfidenceFigures::from_list(bootstrap::figures(
            people.len(),
            resampling,
            values,
            measure,
        ))
    });
    MissionScores {
        people: people.len() as u64,
        events: people.iter().map(|person| person.events.len() as u64).sum(),
        unlabelled_events: people.iter().map(|person| person.unlabelled).sum(),
        figures: MissionFigures::from_list(figures),
        confidence,
        judged: pool,
        resampling,
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Label<'a> {
    Alone(&'a str),
    Journey(&'a Id),
}

fn score_person(person: &Person, rows: &PersonRows<'_>) -> PersonScore {
    let journey_of: HashMap<String, Option<&Id>> = rows
        .keywords
        .iter()
        .map(|row| (normalise(&row.keyword), row.journey_id.as_ref()))
        .collect();
    let (mut queries, mut missions, mut labels) = (
        Numbering::default(),
        Numbering::default(),
        Numbering::default(),
    );
    let (mut items, mut gold, mut predicted, mut days) = (vec![], vec![], vec![], vec![]);
    let mut unlabelled = 0;
    for event in &person.events {
        let row = journey_of.get(&event.query);
        unlabelled += u64::from(row.is_none());
        let label = row
            .copied()
            .flatten()
            .map_or(Label::Alone(&event.query), Label::Journey);
        items.push(queries.number(event.query.as_str()));
        gold.push(missions.number(event.mission.as_str()));
        predicted.push(labels.number(label));
        days.push(event.at.date());
    }

    let events = bcubed::per_item(&gold, &predicted);
    let (precision, recall) = bcubed::add((0.0, 0.0), &events);
    let pairs = pairwise::count(&gold, &predicted);
    let gold_groups = journey_level::groups(&gold, &items, &days);
    let groups = journey_level::groups(&predicted, &items, &days);
    let journeys = journey_level::count(&gold_groups, &groups);

    // The last row of a journey counts, as for keywords.
    let confidences: HashMap<&Id, f64> = rows
        .journeys
        .iter()
        .map(|row| (&row.journey_id, row.confidence.unwrap_or(0.0)))
        .collect();
    let judged = confidences.into_iter().filter_map(|(journey, confidence)| {
        let group = &groups[labels.find(&Label::Journey(journey))? as usize];
        let missions = gold_groups.iter().map(|mission| mission.items.as_slice());
        let (_, overlap) = journey_level::best_match(&group.items, missions)?;
        Some((confidence, overlap >= journey_level::SAME))
    });
    let judged = judged.collect();

    let sums = [
        precision,
        recall,
        events.len() as f64,
        pairs.both as f64,
        pairs.predicted as f64,
        pairs.gold as f64,
        journeys.found as f64,
        journeys.gold as f64,
        journeys.right as f64,
        journeys.predicted as f64,
    ];
    PersonScore {
        events,
        sums,
        unlabelled,
        judged,
    }
}

fn measure(sums: Sums) -> MissionFigures<f64> {
    let [
        precision,
        recall,
        events,
        both,
        pairs,
        gold_pairs,
        found,
        gold,
        right,
        predicted,
    ] = sums;
    let (b3_p, b3_r) = (share(precision, events), share(recall, events));
    let (pair_p, pair_r) = (share(both, pairs), share(both, gold_pairs));
    let (journey_p, journey_r) = (share(right, predicted), share(found, gold));
    MissionFigures {
        b3: f1(b3_p, b3_r),
        b3_p,
        b3_r,
        pair_f1: f1(pair_p, pair_r),
        pair_p,
        pair_r,
        journey_f1: f1(journey_p, journey_r),
        journey_p,
        journey_r,
    }
}

impl MissionScores {
    /// The scores as a table or JSON.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut figures = self.figures.list();
        figures.extend(self.confidence.iter().flat_map(ConfidenceFigures::list));
        Report {
            title: "search missions".to_owned(),
            counts: vec![
                ("people", "people", self.people),
                ("events", "events", self.events),
                (
                    "unlabelled_events",
                    "events without a keyword row",
                    self.unlabelled_events,
                ),
            ],
            figures,
            resampling: self.resampling,
        }
    }
}
