//! How far a judge agrees with people, and with itself.

use std::collections::BTreeMap;

use super::lists::{JudgedJourney, ShownList};
use super::record::Record;
use crate::evaluate::Report;
use crate::evaluate::agreement::{Scored, concordance};
use crate::evaluate::bootstrap::Resampling;
use crate::nouns::Timestamp;

/// A score that a person gave to a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonScore<'a> {
    /// Whose journey.
    pub user_id: &'a str,
    /// Which.
    pub journey_id: &'a str,
    /// As of which moment.
    pub as_of: Timestamp,
    /// From 1 to 5.
    pub score: f64,
}

type Key<'a> = (&'a str, &'a str, Timestamp);

/// What was said of each journey, once for each time that it was judged.
fn judged<'r>(records: &'r [Record<ShownList>]) -> BTreeMap<Key<'r>, Vec<&'r JudgedJourney>> {
    let mut judged: BTreeMap<Key<'r>, Vec<&JudgedJourney>> = BTreeMap::new();
    for record in records {
        let journeys = record.judgement().into_iter().flat_map(|it| &it.journeys);
        for journey in journeys {
            let key = (
                record.user_id.as_str(),
                journey.journey_id.as_str(),
                record.as_of,
            );
            judged.entry(key).or_default().push(journey);
        }
    }
    judged
}

/// How far a judge agrees with people on the journeys that both scored as of the same moment. Each score
/// of a person is a pair with the judge's, so several annotators of one journey count each.
#[must_use]
pub fn judge_and_people(
    records: &[Record<ShownList>],
    scores: &[PersonScore<'_>],
    resampling: Resampling,
) -> Report {
    let judged = judged(records);
    let pairs = scores.iter().flat_map(|it| {
        let journeys = judged.get(&(it.user_id, it.journey_id, it.as_of));
        journeys.into_iter().flatten().map(|journey| Scored {
            person: it.user_id,
            a: it.score,
            b: f64::from(journey.relevance),
        })
    });
    let pairs: Vec<Scored<'_>> = pairs.collect();
    report("the judge and people", &pairs, resampling)
}

/// How far a judge agrees with itself on the journeys of two records. `same_errors` is the share of
/// journeys with the same errors in both.
#[must_use]
pub fn judge_and_itself(
    first: &[Record<ShownList>],
    second: &[Record<ShownList>],
    resampling: Resampling,
) -> Report {
    let (first, second) = (judged(first), judged(second));
    let both = first.iter().flat_map(|(key, a)| {
        let b = second.get(key).map_or(&[][..], Vec::as_slice);
        let pairs = a.iter().flat_map(move |a| b.iter().map(move |b| (*a, *b)));
        pairs.map(|(a, b)| (key.0, a, b))
    });
    let both: Vec<_> = both.collect();
    let pairs: Vec<Scored<'_>> = both
        .iter()
        .map(|(person, a, b)| Scored {
            person,
            a: f64::from(a.relevance),
            b: f64::from(b.relevance),
        })
        .collect();
    let mut report = report("the judge and itself", &pairs, resampling);
    let same = both.iter().map(|(person, a, b)| Scored {
        person,
        a: f64::from(u8::from(a.errors == b.errors)),
        b: 1.0,
    });
    let same: Vec<Scored<'_>> = same.collect();
    if let Some(figure) = concordance(&same, resampling).exact {
        report
            .figures
            .push(("same_errors", "journeys with the same errors", figure));
    }
    report
}

fn report(title: &str, pairs: &[Scored<'_>], resampling: Resampling) -> Report {
    let found = concordance(pairs, resampling);
    let figures = [
        ("exact", "the same score", found.exact),
        ("within_one", "within one", found.within_one),
        ("kappa", "quadratic-weighted kappa", found.kappa),
        ("spearman", "Spearman's rank correlation", found.spearman),
        (
            "difference",
            "mean difference, second - first",
            found.difference,
        ),
    ];
    let figures = figures.into_iter();
    Report {
        title: title.to_owned(),
        counts: vec![
            ("people", "people", found.people),
            ("scores", "pairs of scores", found.pairs),
        ],
        figures: figures
            .filter_map(|(key, label, figure)| Some((key, label, figure?)))
            .collect(),
        resampling,
    }
}
