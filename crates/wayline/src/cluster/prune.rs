//! Where to cut the tree: the pruning that is most likely by a model of its joins.

use crate::logistic::Logistic;

use super::Clustering;
use super::tree::Tree;

/// The groups of the most likely pruning.
///
/// Each join is right with the probability p that the model gives, over [`super::FEATURES`]. A
/// pruning keeps some joins, all those below them too, and gives up the others: its likelihood is
/// the product of p over the kept and 1 − p over the given up. The best one is found exactly from
/// the leaves up, so the cut is as deep in each branch as that branch's own joins say. `threshold`
/// is the probability from which a join counts as more likely right than wrong: 0.5 takes p as it
/// is, less joins more.
pub(super) fn prune(tree: &Tree, model: &Logistic, threshold: f32) -> Clustering {
    let units = tree.units();
    if units == 0 {
        return Clustering::default();
    }
    let shift = libm::logf(threshold / (1.0 - threshold));
    let nodes = units + tree.joins().len();
    // Log-likelihoods of each node as one group, and of its best pruning.
    let mut whole = vec![0.0_f64; nodes];
    let mut best = vec![0.0_f64; nodes];
    for (join, described) in tree.joins().iter().enumerate() {
        let log_odds = f64::from(model.log_odds(&described.features) - shift);
        let [left, right] = described.parts;
        let node = units + join;
        // −ln (1 − p) and −ln p differ by the log-odds.
        let given_up = softplus(log_odds);
        whole[node] = whole[left] + whole[right] - (given_up - log_odds);
        best[node] = whole[node].max(best[left] + best[right] - given_up);
    }
    let mut labels = vec![0; units];
    let mut open = vec![nodes - 1];
    while let Some(node) = open.pop() {
        match tree.join_of(node) {
            None => labels[node] = node,
            Some(join) if whole[node] >= best[node] => {
                let (left, right) = tree.parts(join);
                for unit in left.iter().chain(right) {
                    labels[*unit as usize] = node;
                }
            }
            Some(join) => open.extend(tree.joins()[join].parts),
        }
    }
    Clustering::from_labels(&labels)
}

/// −ln of the logistic function of −x.
fn softplus(x: f64) -> f64 {
    if x > 30.0 {
        x
    } else {
        libm::log1p(libm::exp(x))
    }
}
