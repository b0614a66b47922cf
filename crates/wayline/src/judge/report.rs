//! Figures of many judged lists.

use std::collections::BTreeMap;

use super::lists::{ErrorClass, ListJudgement, ShownList};
use super::pairs::defined;
use super::record::Record;
use crate::evaluate::Report;
use crate::evaluate::bootstrap::{self, Resampling, weighted_sum};
use crate::evaluate::ranking::ndcg;

/// From this relevance on a journey is worth showing: "a clear goal, and it matters now".
const RELEVANT: u8 = 4;

const CLASSES: usize = ErrorClass::ALL.len();

/// What one person's judgement adds up to: journeys, their relevance, those worth showing, those of each
/// class, those of none; people, those whose list misses a main interest; people whose list has an NDCG,
/// and the sum of these.
pub(super) type Row = [f64; CLASSES + 8];

/// The figures of [`values`]: key and label.
pub(super) const MEASURES: [(&str, &str); CLASSES + 5] = [
    ("relevance", "mean relevance, 1 to 5"),
    ("relevant", "journeys of relevance 4 and more"),
    ("ndcg", "NDCG of the lists by judged relevance"),
    ("one_off_as_lasting", "journeys: one-off as lasting"),
    ("stale", "journeys: stale"),
    ("duplicate", "journeys: duplicate"),
    ("too_broad", "journeys: too broad"),
    ("too_narrow", "journeys: too narrow"),
    ("wrong_name", "journeys: wrong name"),
    ("unsafe", "journeys: unsafe"),
    ("no_error", "journeys without an error"),
    ("missed_main_interest", "people: a main interest is missed"),
];

/// What the judgements of each person add to the sums. A person who was judged more than once, say in
/// another order, is one person: drawn anew with all of it.
pub(super) fn rows(records: &[Record<ShownList>]) -> BTreeMap<&str, Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for record in records {
        if let Some(judgement) = record.judgement() {
            let sums = rows.entry(&record.user_id).or_insert([0.0; CLASSES + 8]);
            let added = row(judgement);
            sums.iter_mut().zip(added).for_each(|(sum, it)| *sum += it);
        }
    }
    rows
}

/// What a judgement adds to the sums.
fn row(judgement: &ListJudgement) -> Row {
    let mut row: Row = [0.0; CLASSES + 8];
    let (of_journeys, of_people) = row.split_at_mut(CLASSES + 4);
    let (sums, classes) = of_journeys.split_at_mut(3);
    for journey in &judgement.journeys {
        sums[0] += 1.0;
        sums[1] += f64::from(journey.relevance);
        sums[2] += f64::from(u8::from(journey.relevance >= RELEVANT));
        for (sum, class) in classes.iter_mut().zip(ErrorClass::ALL) {
            *sum += f64::from(u8::from(journey.errors.contains(&class)));
        }
        classes[CLASSES] += f64::from(u8::from(journey.errors.is_empty()));
    }
    of_people[0] = 1.0;
    of_people[1] = f64::from(u8::from(!judgement.missed_main_interest.is_empty()));
    // What is no goal at all gains nothing.
    let gains = judgement.journeys.iter();
    let gains: Vec<f64> = gains.map(|it| f64::from(it.relevance) - 1.0).collect();
    if let Some(ndcg) = ndcg(&gains, &gains, gains.len()) {
        of_people[2] = 1.0;
        of_people[3] = ndcg;
    }
    row
}

/// The figures of sums, in the order of [`MEASURES`]; not a number where there is nothing to measure.
pub(super) fn values(sums: Row) -> Vec<f64> {
    let [journeys, relevance, relevant, rest @ ..] = sums;
    let (classes, of_people) = rest.split_at(CLASSES + 1);
    let mut values = vec![
        relevance / journeys,
        relevant / journeys,
        of_people[3] / of_people[2],
    ];
    values.extend(classes.iter().map(|count| count / journeys));
    values.push(of_people[1] / of_people[0]);
    values
}

/// How good lists are, with intervals from people drawn anew. Relevance and errors are shares and means
/// over journeys; NDCG is a mean over people of the order of what was judged, with the relevance less one
/// as gain, so it says nothing of journeys that weren't shown; people all of whose journeys have relevance
/// 1 have none. Figures that nothing was measured for are left out.
#[must_use]
pub fn list_report(records: &[Record<ShownList>], resampling: Resampling) -> Report {
    let judgements: Vec<&ListJudgement> = records.iter().filter_map(Record::judgement).collect();
    let rows: Vec<Row> = rows(records).into_values().collect();
    let measure = |weights: &[u32]| values(weighted_sum(rows.iter().copied(), weights));
    let all = measure(&vec![1; rows.len()]);
    let figures = bootstrap::figures(rows.len(), resampling, all.clone(), measure);
    let journeys: usize = judgements.iter().map(|it| it.journeys.len()).sum();
    let repaired = records.iter().filter(|it| it.asked.exchanges.len() > 1);
    Report {
        title: "journeys, judged by a language model".to_owned(),
        counts: vec![
            ("people", "people", rows.len() as u64),
            ("journeys", "journeys", journeys as u64),
            ("asked_again", "asked once more", repaired.count() as u64),
            (
                "failed",
                "without a usable reply",
                (records.len() - judgements.len()) as u64,
            ),
        ],
        figures: defined(&MEASURES, &all, figures),
        resampling,
    }
}
