//! Mean affinities within and between groups.

use crate::affinity::Affinities;
use crate::cluster::Clustering;

/// Sums of affinities over the pairs of each two groups.
pub(super) struct Between<'a> {
    clustering: &'a Clustering,
    /// Square by group, sum and number of pairs.
    sums: Vec<(f64, u32)>,
}

impl<'a> Between<'a> {
    /// One pass over all pairs.
    pub(super) fn of(affinities: &Affinities, clustering: &'a Clustering) -> Self {
        let groups = clustering.len();
        let cluster_of = clustering.cluster_of();
        let mut sums = vec![(0.0, 0); groups * groups];
        let mut rest = affinities.pairs();
        for (unit, own) in cluster_of.iter().enumerate() {
            let others = &cluster_of[unit + 1..];
            let (row, after) = rest.split_at(others.len());
            rest = after;
            for (other, affinity) in others.iter().zip(row) {
                let (low, high) = (own.min(other), own.max(other));
                let (sum, pairs) = &mut sums[*low as usize * groups + *high as usize];
                *sum += f64::from(*affinity);
                *pairs += 1;
            }
        }
        Self { clustering, sums }
    }

    /// The mean affinity within the group of a unit; 1 for a group of one.
    pub(super) fn cohesion(&self, unit: u32) -> f64 {
        let own = self.clustering.cluster_of()[unit as usize] as usize;
        self.mean(own, own).unwrap_or(1.0)
    }

    /// The highest mean affinity to another group; 0 if there is none.
    pub(super) fn nearest(&self, unit: u32) -> f64 {
        let own = self.clustering.cluster_of()[unit as usize] as usize;
        let others = (0..self.clustering.len()).filter(|other| *other != own);
        others
            .filter_map(|other| self.mean(own, other))
            .fold(0.0, f64::max)
    }

    fn mean(&self, left: usize, right: usize) -> Option<f64> {
        let place = left.min(right) * self.clustering.len() + left.max(right);
        let (sum, pairs) = self.sums[place];
        (pairs > 0).then(|| sum / f64::from(pairs))
    }
}
