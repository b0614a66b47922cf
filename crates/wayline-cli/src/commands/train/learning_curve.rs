//! How much a score gains from more people's judgements.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use wayline::evaluate::Figure;
use wayline::logistic::Logistic;

use super::differences::with_difference;
use super::judged::{Folds, HeldBack, Judged, fit_score};
use super::labels::fold_of;
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
    let users: BTreeSet<&str> = folds.judged.iter().map(|it| it.user_id.as_str()).collect();
    for people in sizes(&users, folds) {
        let (journeys, learned) = learned_from(people, &users, folds, start, penalty);
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
fn sizes(users: &BTreeSet<&str>, folds: &Folds<'_>) -> Vec<usize> {
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
    users: &BTreeSet<&str>,
    folds: &Folds<'_>,
    start: &Logistic,
    penalty: f64,
) -> (f64, HeldBack) {
    let mut journeys = 0;
    let mut log_loss = 0.0;
    let mut ndcg: BTreeMap<String, f64> = BTreeMap::new();
    for draw in 0..DRAWS {
        let in_order = in_order(draw, users);
        let mut scores = Vec::new();
        for (fold, returns) in folds.returns.iter().enumerate() {
            let others = in_order.iter().copied();
            let others = others.filter(|user| folds.fold_of(user) != fold);
            let drawn: HashSet<&str> = others.take(people).collect();
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
    (journeys as f64 / fits, HeldBack { log_loss, ndcg })
}

/// All people in the order in which a draw takes them.
fn in_order<'u>(draw: usize, users: &BTreeSet<&'u str>) -> Vec<&'u str> {
    let mut users: Vec<&str> = users.iter().copied().collect();
    users.sort_by_cached_key(|user| fold_of(&format!("{draw} {user}"), usize::MAX));
    users
}
