//! From labels to the learned parts of grouping.
//!
//! Features come from the same code that inference uses. The solver of the logistic regressions is
//! the caller's. Parts are fitted in the order of the way, each on what those before it give:
//! affinity of pairs, joins of the tree, belonging of keywords. [`group_examples`] gives the
//! examples for confidence, which is to be fitted on people that the other parts have not seen.

mod examples;
mod labels;
mod position_bias;
mod returns;
mod ridge;
mod trainee;

pub use examples::Examples;
pub use labels::{Goal, LabelledPerson};
pub use position_bias::{Place, PositionBias, Shown};
pub use returns::returns;
pub use ridge::{Ridge, RidgeError, Weighted};
pub use trainee::{Trainee, group_examples};

use crate::assign::{AssignModel, BELONGING_FEATURES, BELONGING_RARITY};
use crate::config::Config;
use crate::extract::Evidence;
use crate::logistic::Logistic;
use crate::model::Grouping;
use crate::{affinity, cluster};

/// Fits weights to examples, given the names of the features and which way each may speak: 1 only
/// for, −1 only against, 0 either way.
pub type Solver<'a, E> = &'a dyn Fn(&Examples, &[&str], &[i8]) -> Result<Logistic, E>;

/// Pairs of one person that are looked at, at most: a person with many units must not outweigh the
/// others.
const PAIRS_PER_PERSON: usize = 3_000;

/// Whom the parts are fitted on.
#[derive(Clone, Copy)]
pub struct Teachers<'t, 'a> {
    /// Those who teach everything; where there are none, `crowds` do.
    pub people: &'t [&'t Trainee<'a>],
    /// People of logs large enough to know what goes together, where `people`'s are not: they
    /// teach what that is worth beside everything else, and what belongs. None where `people` are
    /// enough.
    pub crowds: &'t [&'t Trainee<'a>],
}

impl<'t, 'a> Teachers<'t, 'a> {
    /// The first of all who teach, who teach everything.
    fn of_everything(&self) -> &'t [&'t Trainee<'a>] {
        match self.people {
            [] => self.crowds,
            people => people,
        }
    }
}

/// Fits all but confidence, which stays unknowing.
///
/// # Errors
/// Whatever the solver can't do: examples of one kind only, no convergence.
pub fn fit_grouping<E>(
    teachers: Teachers<'_, '_>,
    config: &Config,
    solve: Solver<'_, E>,
) -> Result<Grouping, E> {
    let Teachers { people, crowds } = teachers;
    let affinity = fit_affinity(teachers, solve)?;
    let everybody = || people.iter().chain(crowds);
    let affinities: Vec<_> = everybody().map(|it| it.affinities(&affinity)).collect();
    let mut joins = Examples::new(cluster::FEATURES.len());
    for (trainee, affinities) in teachers.of_everything().iter().zip(&affinities) {
        trainee.joins(affinities, &mut joins);
    }
    let join = solve(&joins, &cluster::FEATURES, &[0; cluster::FEATURES.len()])?;
    let mut queries = Examples::new(BELONGING_FEATURES.len());
    let mut labels = Examples::new(BELONGING_FEATURES.len());
    for (trainee, affinities) in everybody().zip(&affinities) {
        let threshold = config.cluster.join(Evidence::of(trainee.person()));
        let clustering = cluster::cluster(affinities, &join, threshold);
        trainee.belonging(affinities, &clustering, &mut queries, &mut labels);
    }
    if !crowds.is_empty() {
        // In simulated crowds what many people type is noise. Not so where everybody has one goal:
        // what a person typed is not doubted for being common.
        queries.clear(BELONGING_RARITY);
    }
    let free = [0; BELONGING_FEATURES.len()];
    let mut assign = AssignModel::unknowing();
    assign.query = solve(&queries, &BELONGING_FEATURES, &free)?;
    if !labels.is_empty() {
        assign.label = solve(&labels, &BELONGING_FEATURES, &free)?;
    }
    Ok(Grouping {
        affinity,
        join,
        assign,
    })
}

/// The affinity of pairs. What goes together gets its weights from crowds, if there are any, with
/// all others held fixed: so where nothing is known of it, the weights are those that `people`
/// alone would give.
fn fit_affinity<E>(teachers: Teachers<'_, '_>, solve: Solver<'_, E>) -> Result<Logistic, E> {
    let pairs_of = |people: &[&Trainee<'_>]| {
        let mut pairs = Examples::new(affinity::FEATURES.len());
        for (number, trainee) in people.iter().enumerate() {
            trainee.pairs(PAIRS_PER_PERSON, number as u64, &mut pairs);
        }
        pairs
    };
    let mut pairs = pairs_of(teachers.of_everything());
    if teachers.people.is_empty() || teachers.crowds.is_empty() {
        return solve(&pairs, &affinity::FEATURES, &affinity::SIGNS);
    }
    let together = affinity::TOGETHER;
    pairs.clear(together.clone());
    let mut model = solve(&pairs, &affinity::FEATURES, &affinity::SIGNS)?;
    let mut beside = Examples::new(1 + together.len());
    let of_crowds = pairs_of(teachers.crowds);
    for (row, label) in of_crowds.rows().zip(of_crowds.labels()) {
        let known = row[together.clone()].iter().copied();
        beside.push(std::iter::once(model.log_odds(row)).chain(known), *label);
    }
    let names =
        std::iter::once("log_odds").chain(affinity::FEATURES[together.clone()].iter().copied());
    let signs = std::iter::once(1).chain(affinity::SIGNS[together.clone()].iter().copied());
    let fitted = solve(
        &beside,
        &names.collect::<Vec<_>>(),
        &signs.collect::<Vec<_>>(),
    )?;
    // What crowds say of the others' scale and of the constant is not carried over.
    if let Some((scale, weights)) = fitted.weights.split_first()
        && *scale > 0.0
    {
        for (place, weight) in together.zip(weights) {
            model.weights[place] = weight / scale;
        }
    }
    Ok(model)
}

#[cfg(test)]
mod feedback_tests;
#[cfg(test)]
mod tests;
