//! From labels to the learned parts of grouping.
//!
//! Features come from the same code that inference uses. The solver of the logistic regressions is
//! the caller's. Parts are fitted in the order of the way, each on what those before it give:
//! affinity of pairs, joins of the tree, belonging of keywords. [`group_examples`] gives the
//! examples for confidence, which is to be fitted on people that the other parts have not seen.

mod examples;
mod labels;
mod returns;
mod trainee;

pub use examples::Examples;
pub use labels::{Goal, LabelledPerson};
pub use returns::returns;
pub use trainee::{Trainee, group_examples};

use crate::assign::{AssignModel, BELONGING_FEATURES};
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

/// Fits all but confidence, which stays unknowing.
///
/// # Errors
/// Whatever the solver can't do: examples of one kind only, no convergence.
pub fn fit_grouping<E>(
    people: &[&Trainee<'_>],
    config: &Config,
    solve: Solver<'_, E>,
) -> Result<Grouping, E> {
    let mut pairs = Examples::new(affinity::FEATURES.len());
    for (number, trainee) in people.iter().enumerate() {
        trainee.pairs(PAIRS_PER_PERSON, number as u64, &mut pairs);
    }
    let affinity = solve(&pairs, &affinity::FEATURES, &affinity::SIGNS)?;
    drop(pairs);
    let mut joins = Examples::new(cluster::FEATURES.len());
    let affinities: Vec<_> = people.iter().map(|it| it.affinities(&affinity)).collect();
    for (trainee, affinities) in people.iter().zip(&affinities) {
        trainee.joins(affinities, &mut joins);
    }
    let join = solve(&joins, &cluster::FEATURES, &[0; cluster::FEATURES.len()])?;
    let mut queries = Examples::new(BELONGING_FEATURES.len());
    let mut labels = Examples::new(BELONGING_FEATURES.len());
    for (trainee, affinities) in people.iter().zip(&affinities) {
        let threshold = config.cluster.join(Evidence::of(trainee.person()));
        let clustering = cluster::cluster(affinities, &join, threshold);
        trainee.belonging(affinities, &clustering, &mut queries, &mut labels);
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

#[cfg(test)]
mod tests;
