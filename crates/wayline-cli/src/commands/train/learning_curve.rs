//! How much a score gains from more people's judgements.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use wayline::evaluate::Figure;
use wayline::logistic::Logistic;

use super::differences::with_difference;
use super::judged::{Folds, HeldBack, Judged, fit_score};
use super::write_text;
use crate::plots::{LearnedFrom, learning_curve};

/// Draws of people for each number of them.
const DRAWS: usize = 20;
/// Fewer people rarely hold judgements of both kinds.
const FEWEST: usize = 2;

/// Fits the score to the judgements of 2, 4, 8, … people of the other folds, drawn anew several times,
/// and says how well it orders the lists of those held back; draws it too.
pub(super) fn show(
    out: &mut impl Write,
    folds: &Folds<'_>,
    start: &Logistic,
    penalty: f64,
    drawn: &Path,
) -> Result<()> {
    let nothing = folds.held_back(&vec![start.clone(); folds.returns.len()]);
    writeln!(
        out,
        "learning curve: judgements of so many people, NDCG@5 of people held back, with the 95 % \
         interval of the difference to none\n  {:>6} {:>9} {:>24}",
        "people", "journeys", "NDCG@5"
    )?;
    writeln!(out, "  {:>6} {:>9} {:>24.3}", 0, 0, nothing.mean())?;
    let mut points = vec![LearnedFrom {
        people: 0,
        ndcg: nothing.mean(),
        gain: Figure::default(),
    }];
    for people in sizes(folds) {
        let (journeys, learned) = learned_from(people, folds, start, penalty)?;
        let gain = learned.better_than(&nothing);
        writeln!(
            out,
            "  {people:>6} {journeys:>9.0} {:>24}",
            with_difference(learned.mean(), &gain)
        )?;
        points.push(LearnedFrom {
            people,
            ndcg: learned.mean(),
            gain,
        });
    }
    write_text(drawn, &learning_curve(&points)?)
}

/// 2, 4, 8, … people, and all that the smallest set of other folds has.
fn sizes(folds: &Folds<'_>) -> Vec<usize> {
    let users: BTreeSet<&str> = folds.judged.iter().map(|it| it.user_id.as_str()).collect();
    let others = |fold: usize| {
        users
            .iter()
            .filter(|user| folds.fold_of(user) != fold)
            .count()
    };
    let most = (0..folds.returns.len()).map(others).min().unwrap_or(0);
    let mut sizes: Vec<usize> = std::iter::successors(Some(FEWEST), |size| Some(size * 2))
        .take_while(|size| *size < most)
        .collect();
    if most >= FEWEST {
        sizes.push(most);
    }
    sizes
}

/// The mean over draws: how many journeys were learned from, and NDCG of each person.
fn learned_from(
    people: usize,
    folds: &Folds<'_>,
    start: &Logistic,
    penalty: f64,
) -> Result<(f64, HeldBack)> {
    let mut journeys = 0;
    let mut log_loss = 0.0;
    let mut ndcg: BTreeMap<String, f64> = BTreeMap::new();
    for draw in 0..DRAWS {
        let mut scores = Vec::new();
        for (fold, returns) in folds.returns.iter().enumerate() {
            let drawn = drawn(people, draw, fold, folds);
            let judged = folds.judged.iter();
            let judged: Vec<&Judged> = judged
                .filter(|it| drawn.contains(it.user_id.as_str()))
                .collect();
            journeys += judged.len();
            // Few people may all say the same: then nothing is learned from them.
            let learned = fit_score(judged.into_iter(), returns, start, penalty);
            scores.push(learned.unwrap_or_else(|_| start.clone()));
        }
        let held_back = folds.held_back(&scores);
        log_loss += held_back.log_loss / DRAWS as f64;
        for (user_id, value) in held_back.ndcg {
            *ndcg.entry(user_id).or_default() += value / DRAWS as f64;
        }
    }
    let fits = (DRAWS * folds.returns.len()) as f64;
    Ok((journeys as f64 / fits, HeldBack { log_loss, ndcg }))
}

/// People of other folds than `fold`, in an order that `draw` decides.
fn drawn<'j>(people: usize, draw: usize, fold: usize, folds: &Folds<'j>) -> HashSet<&'j str> {
    let users: BTreeSet<&str> = folds.judged.iter().map(|it| it.user_id.as_str()).collect();
    let others = users.into_iter().filter(|user| folds.fold_of(user) != fold);
    let mut others: Vec<&str> = others.collect();
    let lot = |user: &&str| super::labels::fold_of(&format!("{draw} {user}"), usize::MAX);
    others.sort_by_cached_key(lot);
    others.into_iter().take(people).collect()
}
