//! From affinities to groups of units: a tree by average linkage, pruned where a model of its own
//! joins says so.
//!
//! One threshold for everybody is too high for people whose searches are all alike and too low for
//! others. Whether a join is right shows in the tree itself: how alike its parts are, how large,
//! and how far the tree falls before and after. A logistic regression over [`FEATURES`] judges
//! each join, and the most likely pruning as a whole is taken.

mod config;
mod linkage;
mod prune;
mod tree;

pub use config::ClusterConfig;
pub use tree::{FEATURES, Join, Tree};

use crate::affinity::Affinities;
use crate::logistic::Logistic;

/// A partition of a person's units. Groups are numbered in the order of their first unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clustering {
    cluster_of: Vec<u32>,
    clusters: usize,
}

impl Clustering {
    /// From any labels of units: equal labels are one group.
    #[must_use]
    pub fn from_labels(labels: &[usize]) -> Self {
        let mut number = vec![u32::MAX; labels.iter().max().map_or(0, |max| max + 1)];
        let mut clusters = 0;
        let cluster_of = labels
            .iter()
            .map(|label| {
                if number[*label] == u32::MAX {
                    number[*label] = clusters;
                    clusters += 1;
                }
                number[*label]
            })
            .collect();
        Self {
            cluster_of,
            clusters: clusters as usize,
        }
    }

    /// The group of each unit.
    #[must_use]
    pub fn cluster_of(&self) -> &[u32] {
        &self.cluster_of
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clusters
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clusters == 0
    }

    /// The units of each group, ascending.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.clusters];
        for (unit, cluster) in self.cluster_of.iter().enumerate() {
            members[*cluster as usize].push(unit as u32);
        }
        members
    }
}

/// Groups a person's units by a model over [`FEATURES`]; a join is kept from about the probability
/// `threshold` on.
#[must_use]
pub fn cluster(affinities: &Affinities, model: &Logistic, threshold: f32) -> Clustering {
    prune::prune(&Tree::of(affinities), model, threshold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Judges a join by its mean affinity alone: p is that mean.
    fn by_mean() -> Logistic {
        let mut model = Logistic::unknowing(FEATURES.len());
        model.weights[0] = 1.0;
        model
    }

    fn grouped(units: usize, pairs: Vec<f32>, threshold: f32) -> Clustering {
        cluster(&Affinities::from_pairs(units, pairs), &by_mean(), threshold)
    }

    #[test]
    fn two_pairs_and_a_loner() {
        // 0–1 and 2–3 go together, 4 with nobody.
        let mut pairs = vec![0.1; 10];
        pairs[0] = 0.9;
        pairs[7] = 0.8;
        let clustering = grouped(5, pairs, 0.5);
        assert_eq!(clustering.cluster_of(), [0, 0, 1, 1, 2]);
        assert_eq!(clustering.members(), [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn small_and_uniform_people() {
        assert_eq!(grouped(0, vec![], 0.5).len(), 0);
        assert_eq!(grouped(1, vec![], 0.5).len(), 1);
        assert_eq!(grouped(2, vec![0.6], 0.5).len(), 1);
        assert_eq!(grouped(2, vec![0.4], 0.5).len(), 2);
        assert_eq!(grouped(1_000, vec![0.9; 1_000 * 999 / 2], 0.5).len(), 1);
        assert_eq!(grouped(1_000, vec![0.0; 1_000 * 999 / 2], 0.5).len(), 1_000);
        assert_eq!(grouped(300, vec![1.0; 300 * 299 / 2], 0.5).len(), 1);
    }

    #[test]
    fn a_weak_join_below_strong_ones_is_kept_with_them() {
        // By a fixed cut at .5 the first two would stay apart for ever; the pruning weighs the
        // one weak join against what is lost above it.
        let mut model = by_mean();
        model.weights[2] = 3.0;
        let affinities = Affinities::from_pairs(4, vec![0.45, 0.44, 0.44, 0.44, 0.44, 0.45]);
        assert_eq!(cluster(&affinities, &model, 0.5).len(), 1);
    }

    proptest! {
        #[test]
        fn a_partition_and_never_finer_with_a_lower_threshold(
            (units, pairs) in (1_usize..12).prop_flat_map(|units| (Just(units), prop::collection::vec(0.0_f32..1.0, units * (units - 1) / 2)))
        ) {
            let fine = grouped(units, pairs.clone(), 0.7);
            let coarse = grouped(units, pairs, 0.3);
            prop_assert_eq!(fine.members().iter().map(Vec::len).sum::<usize>(), units);
            prop_assert!(fine.members().iter().all(|members| !members.is_empty()));
            for (a, b) in (0..units).zip(1..units) {
                if fine.cluster_of()[a] == fine.cluster_of()[b] {
                    prop_assert_eq!(coarse.cluster_of()[a], coarse.cluster_of()[b]);
                }
            }
        }
    }
}
