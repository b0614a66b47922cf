//! From affinities to groups of units: average linkage, cut where the mean affinity between two
//! groups falls below a threshold.
//!
//! Average linkage (UPGMA; Sokal and Michener 1958) by the `kodama` crate, which follows Müllner
//! (2011), on the dissimilarity 1 − affinity. Memory is a triangle of 4-byte numbers.

mod config;

pub use config::ClusterConfig;

use crate::affinity::Affinities;

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

/// Joins groups while the mean affinity between them is at least `cut`.
#[must_use]
pub fn cluster(affinities: &Affinities, cut: f32) -> Clustering {
    let units = affinities.units();
    if units == 0 {
        return Clustering::default();
    }
    let mut dissimilarity: Vec<f32> = affinities.pairs().iter().map(|p| 1.0 - p).collect();
    let tree = kodama::linkage(&mut dissimilarity, units, kodama::Method::Average);
    // Steps name groups: below `units` single units, then the groups made by earlier steps.
    let mut parent: Vec<usize> = (0..2 * units).collect();
    for (step, join) in tree.steps().iter().enumerate() {
        if join.dissimilarity <= 1.0 - cut {
            parent[join.cluster1] = units + step;
            parent[join.cluster2] = units + step;
        }
    }
    let labels: Vec<usize> = (0..units)
        .map(|unit| {
            let mut node = unit;
            while parent[node] != node {
                node = parent[node];
            }
            node
        })
        .collect();
    Clustering::from_labels(&labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_pairs_and_a_loner() {
        // 0–1 and 2–3 go together, 4 with nobody.
        let mut pairs = vec![0.1; 10];
        pairs[0] = 0.9;
        pairs[7] = 0.8;
        let clustering = cluster(&Affinities::from_pairs(5, pairs), 0.5);
        assert_eq!(clustering.cluster_of(), [0, 0, 1, 1, 2]);
        assert_eq!(clustering.members(), [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn small_and_uniform_people() {
        assert_eq!(cluster(&Affinities::from_pairs(0, vec![]), 0.5).len(), 0);
        assert_eq!(cluster(&Affinities::from_pairs(1, vec![]), 0.5).len(), 1);
        assert_eq!(cluster(&Affinities::from_pairs(2, vec![0.5]), 0.5).len(), 1);
        let equal = Affinities::from_pairs(1_000, vec![0.9; 1_000 * 999 / 2]);
        assert_eq!(cluster(&equal, 0.5).len(), 1);
    }

    proptest! {
        #[test]
        fn a_partition_and_never_finer_with_a_lower_cut(
            (units, pairs) in (1_usize..12).prop_flat_map(|units| (Just(units), prop::collection::vec(0.0_f32..1.0, units * (units - 1) / 2)))
        ) {
            let affinities = Affinities::from_pairs(units, pairs);
            let fine = cluster(&affinities, 0.7);
            let coarse = cluster(&affinities, 0.3);
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
