//! What a judge says of two runs, each judged by itself.

use serde::Serialize;

use super::lists::ShownList;
use super::record::{MixedJudges, Record, judge_of};
use super::report::{MEASURES, Row, rows, values};
use crate::evaluate::Interval;
use crate::evaluate::bootstrap::{self, Resampling, weighted_sum};

/// A figure of two runs, over the people who were judged in both.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The figure's key.
    pub key: &'static str,
    /// What it is, for people.
    pub label: &'static str,
    /// Of the first run.
    pub a: f64,
    /// Of the second.
    pub b: f64,
    /// `b - a`.
    pub difference: f64,
    /// Where 95 % of the differences lie when people are drawn anew; none without resamples.
    pub interval: Option<Interval>,
}

/// The figures of two runs over the people who were judged in both, and how many these are. Each person
/// is drawn with both judgements, so that how people differ from each other is no part of the intervals.
///
/// # Errors
/// The records are of two judges.
pub fn changes(
    a: &[Record<ShownList>],
    b: &[Record<ShownList>],
    resampling: Resampling,
) -> Result<(usize, Vec<Change>), MixedJudges> {
    judge_of(a.iter().chain(b))?;
    let of_b = rows(b);
    let of_both = rows(a).into_iter();
    let of_both = of_both.filter_map(|(user, a)| Some([a, *of_b.get(user)?]));
    let rows: Vec<[Row; 2]> = of_both.collect();
    let sides = |weights: &[u32]| {
        [0, 1].map(|side| values(weighted_sum(rows.iter().map(|it| it[side]), weights)))
    };
    let measure = |weights: &[u32]| -> Vec<f64> {
        let [a, b] = sides(weights);
        a.iter().zip(b).map(|(a, b)| b - a).collect()
    };
    let everybody = vec![1; rows.len()];
    let figures = bootstrap::figures(rows.len(), resampling, measure(&everybody), measure);
    let [of_a, of_b] = sides(&everybody);
    let changes = MEASURES.iter().zip(of_a).zip(of_b).zip(figures);
    let changes = changes.map(|((((key, label), a), b), figure)| Change {
        key,
        label,
        a,
        b,
        difference: b - a,
        interval: figure.interval,
    });
    let defined = changes.filter(|it| !it.difference.is_nan());
    Ok((rows.len(), defined.collect()))
}
