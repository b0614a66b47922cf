//! How each unit stands to its own group and to the others.

use crate::affinity::{Affinities, add};
use crate::cluster::Clustering;

/// Mean affinities of units to groups and within groups.
pub struct Standings {
    own: Vec<f32>,
    nearest: Vec<f32>,
    cohesion: Vec<f32>,
    separate: Vec<f32>,
    sizes: Vec<u32>,
}

impl Standings {
    /// One pass over all pairs; memory is units × groups.
    #[must_use]
    pub fn of(affinities: &Affinities, clustering: &Clustering) -> Self {
        let (units, groups) = (affinities.units(), clustering.len());
        let cluster_of = clustering.cluster_of();
        let mut sums = sums_to_groups(affinities, cluster_of, groups);
        let mut sizes = vec![0_u32; groups];
        for group in cluster_of {
            sizes[*group as usize] += 1;
        }
        let mut standings = Self {
            own: Vec::with_capacity(units),
            nearest: Vec::with_capacity(units),
            cohesion: vec![0.0; groups],
            separate: vec![0.0; groups],
            sizes,
        };
        let scales: Vec<f32> = standings
            .sizes
            .iter()
            .map(|size| 1.0 / *size as f32)
            .collect();
        let mut between = vec![0.0_f32; groups * groups];
        for (unit, sums) in sums.chunks_exact_mut(groups.max(1)).enumerate() {
            let own = cluster_of[unit] as usize;
            // What is left are the sums to other groups.
            let to_own = std::mem::take(&mut sums[own]);
            standings.cohesion[own] += to_own;
            let others = (standings.sizes[own].max(2) - 1) as f32;
            standings.own.push(to_own / others);
            add(&mut between[own * groups..][..groups], sums);
            let means = sums.iter().zip(&scales).map(|(sum, scale)| sum * scale);
            let nearest = means.fold(0.0, |a, b| if b > a { b } else { a });
            standings.nearest.push(nearest);
        }
        for group in 0..groups {
            let size = standings.sizes[group] as f32;
            standings.cohesion[group] = match standings.sizes[group] {
                1 => 1.0,
                _ => standings.cohesion[group] / (size * (size - 1.0)),
            };
            let to_others = between[group * groups..][..groups].iter();
            let means = to_others
                .zip(&scales)
                .map(|(sum, scale)| sum * scale / size);
            standings.separate[group] = means.fold(0.0, f32::max);
        }
        standings
    }

    /// Mean affinity of a unit to the others of its group; 0 if it is alone.
    #[must_use]
    pub fn own(&self, unit: u32) -> f32 {
        self.own[unit as usize]
    }

    /// The highest mean affinity of a unit to another group; 0 if there is none.
    #[must_use]
    pub fn nearest(&self, unit: u32) -> f32 {
        self.nearest[unit as usize]
    }

    /// Mean affinity within a group; 1 for a group of one.
    #[must_use]
    pub fn cohesion(&self, group: u32) -> f32 {
        self.cohesion[group as usize]
    }

    /// The highest mean affinity of a group to another; 0 if there is none.
    #[must_use]
    pub fn nearest_group(&self, group: u32) -> f32 {
        self.separate[group as usize]
    }

    /// Units of a group.
    #[must_use]
    pub fn size(&self, group: u32) -> u32 {
        self.sizes[group as usize]
    }
}

/// For each unit the sum of its affinities to the units of each group.
fn sums_to_groups(affinities: &Affinities, cluster_of: &[u32], groups: usize) -> Vec<f32> {
    let units = cluster_of.len();
    // From later units to the groups of earlier ones: group by group, so that rows are added as
    // they stand.
    let mut to_earlier = vec![0.0_f32; groups * units];
    let mut sums = vec![0.0_f32; units * groups];
    let mut rest = affinities.pairs();
    let rows = sums.chunks_exact_mut(groups.max(1));
    for ((left, own), to_later) in cluster_of.iter().enumerate().zip(rows) {
        let others = &cluster_of[left + 1..];
        let (row, after) = rest.split_at(others.len());
        rest = after;
        add(&mut to_earlier[*own as usize * units + left + 1..], row);
        for (affinity, group) in row.iter().zip(others) {
            to_later[*group as usize] += affinity;
        }
    }
    for (group, to_earlier) in to_earlier.chunks_exact(units.max(1)).enumerate() {
        let column = sums[group..].iter_mut().step_by(groups);
        for (sum, earlier) in column.zip(to_earlier) {
            *sum += earlier;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_to_the_own_and_the_nearest_group() {
        // Groups {0, 1}, {2}, {3}: pairs 01 .9, 02 .2, 03 .4, 12 .4, 13 0, 23 .1.
        let affinities = Affinities::from_pairs(4, vec![0.9, 0.2, 0.4, 0.4, 0.0, 0.1]);
        let standings = Standings::of(&affinities, &Clustering::from_labels(&[0, 0, 1, 2]));
        let close = |left: f32, right: f32| assert!((left - right).abs() < 1e-6, "{left} {right}");
        close(standings.own(0), 0.9);
        close(standings.own(2), 0.0);
        close(standings.nearest(0), 0.4);
        close(standings.nearest(2), 0.3);
        close(standings.cohesion(0), 0.9);
        close(standings.cohesion(1), 1.0);
        close(standings.nearest_group(0), 0.3);
        assert_eq!([0, 1, 2].map(|group| standings.size(group)), [2, 1, 1]);
    }

    #[test]
    fn nobody_stands_nowhere() {
        let standings = Standings::of(&Affinities::default(), &Clustering::default());
        assert!(standings.own.is_empty());
    }
}
