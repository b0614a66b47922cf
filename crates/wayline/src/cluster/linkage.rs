//! Average linkage (UPGMA; Sokal and Michener 1958) over a person's units, by chains of nearest
//! neighbours (Murtagh 1983; Müllner 2011), which are exact for it.

use crate::affinity::{Affinities, add};
use crate::vectorised::vectorised;

/// Two nodes made one. Nodes below the number of units are single units; each further one is a
/// join, in their order.
pub(super) struct Linked {
    pub(super) parts: [usize; 2],
    /// Sum of the affinities between the two.
    pub(super) sum: f32,
    /// The highest of them.
    pub(super) highest: f32,
}

/// All joins, each after those of its parts. Of equally near neighbours the one before in the
/// chain is taken, else the first.
///
/// Sums and maxima of affinities between nodes are carried along in two square matrices, so what
/// a join looks like is known when it is made. Time and memory grow with the square of the units.
pub(super) fn link(affinities: &Affinities) -> Vec<Linked> {
    let units = affinities.units();
    let mut open = Open::new(affinities);
    let mut joins = Vec::with_capacity(units.saturating_sub(1));
    let mut chain: Vec<usize> = Vec::new();
    while open.places.len() > 1 {
        let before = chain.len().checked_sub(2).map(|place| chain[place]);
        let top = match chain.last() {
            Some(top) => *top,
            None => {
                chain.push(open.places[0]);
                continue;
            }
        };
        let known = before.unwrap_or(open.places[usize::from(top == open.places[0])]);
        let nearest = open.nearest(top, known);
        if Some(nearest) == before {
            chain.truncate(chain.len() - 2);
            joins.push(open.join(top, nearest, units + joins.len()));
        } else {
            chain.push(nearest);
        }
    }
    joins
}

/// The nodes that have no node above them yet. A node's place is that of its last unit.
struct Open {
    /// Where nodes are, ascending.
    places: Vec<usize>,
    /// The node at each place.
    nodes: Vec<usize>,
    /// Its units, by place.
    units: Vec<Vec<u32>>,
    /// One over the number of units of the node at each place; 0 where none is.
    scales: Vec<f32>,
    /// Sums of affinities between places, square; 0 of a place with itself.
    sums: Vec<f32>,
    /// The highest affinity of the node at a place with each unit, square.
    highest: Vec<f32>,
    /// Length of a row.
    stride: usize,
    /// A row that was just made.
    made: Vec<f32>,
}

const LANES: usize = 8;

impl Open {
    fn new(affinities: &Affinities) -> Self {
        let units = affinities.units();
        // An odd number of blocks: columns don't fall on the same few sets of a cache.
        let stride = (units.div_ceil(LANES) | 1) * LANES;
        let mut sums = vec![0.0_f32; units * stride];
        let mut rest = affinities.pairs();
        for unit in 0..units {
            let (pairs, after) = rest.split_at(units - unit - 1);
            rest = after;
            let (row, later) = sums[unit * stride..].split_at_mut(stride);
            row[unit + 1..units].copy_from_slice(pairs);
            for (row, affinity) in later.chunks_exact_mut(stride).zip(pairs) {
                row[unit] = *affinity;
            }
        }
        let mut scales = vec![0.0; stride];
        scales[..units].fill(1.0);
        Self {
            places: (0..units).collect(),
            nodes: (0..units).collect(),
            units: (0..units as u32).map(|unit| vec![unit]).collect(),
            scales,
            highest: sums.clone(),
            sums,
            stride,
            made: vec![0.0; stride],
        }
    }

    /// The place of highest mean affinity; `known` unless one is higher.
    fn nearest(&self, place: usize, known: usize) -> usize {
        let row = &self.sums[place * self.stride..][..self.stride];
        nearest(row, &self.scales, self.scales[place], known)
    }

    /// Makes one node of two.
    fn join(&mut self, one: usize, other: usize, node: usize) -> Linked {
        let (gone, kept) = (one.min(other), one.max(other));
        let linked = Linked {
            parts: [self.nodes[gone], self.nodes[kept]],
            sum: self.sums[gone * self.stride + kept],
            highest: self.highest_between(gone, kept),
        };
        self.nodes[kept] = node;
        let more = std::mem::take(&mut self.units[gone]);
        self.units[kept].extend(more);
        self.scales[kept] = 1.0 / self.units[kept].len() as f32;
        self.scales[gone] = 0.0;
        if let Ok(index) = self.places.binary_search(&gone) {
            self.places.remove(index);
        }
        let (highest, others) = two_rows(&mut self.highest, self.stride, kept, gone);
        raise(highest, others);
        let (sums, more) = two_rows(&mut self.sums, self.stride, kept, gone);
        add(sums, more);
        sums[kept] = 0.0;
        self.made.copy_from_slice(sums);
        for place in &self.places {
            self.sums[place * self.stride + kept] = self.made[*place];
        }
        linked
    }

    /// The highest affinity between units of two places.
    fn highest_between(&self, one: usize, other: usize) -> f32 {
        let by_size = |place: &usize| self.units[*place].len();
        let larger = if by_size(&one) > by_size(&other) {
            one
        } else {
            other
        };
        let row = &self.highest[larger * self.stride..][..self.stride];
        let units = self.units[one + other - larger].iter();
        let affinities = units.map(|unit| row[*unit as usize]);
        affinities.fold(0.0, |highest, it| if it > highest { it } else { highest })
    }
}

/// The later and the earlier of two rows.
fn two_rows(
    matrix: &mut [f32],
    stride: usize,
    later: usize,
    earlier: usize,
) -> (&mut [f32], &[f32]) {
    let (before, from) = matrix.split_at_mut(later * stride);
    (&mut from[..stride], &before[earlier * stride..][..stride])
}

vectorised! {
    /// Keeps the higher ones.
    fn raise(highest: &mut [f32], others: &[f32]) {
        for (highest, other) in highest.iter_mut().zip(others) {
            *highest = if *other > *highest { *other } else { *highest };
        }
    }
}

vectorised! {
    /// The first place of those with the highest mean, if that is higher than the known place's.
    /// Means are products in an order that makes them the same from both sides, which is why a chain
    /// ends. Eight candidates side by side, compared in the end: the same with every instruction set.
    fn nearest(sums: &[f32], scales: &[f32], own: f32, known: usize) -> usize {
        let least = sums[known] * (own * scales[known]);
        let (sums, _) = sums.as_chunks::<LANES>();
        let (scales, _) = scales.as_chunks::<LANES>();
        let mut means = [least; LANES];
        for (sums, scales) in sums.iter().zip(scales) {
            for lane in 0..LANES {
                let mean = sums[lane] * (own * scales[lane]);
                means[lane] = if mean > means[lane] {
                    mean
                } else {
                    means[lane]
                };
            }
        }
        let higher = |a: f32, b: &f32| if *b > a { *b } else { a };
        let highest = means.iter().fold(least, higher);
        if highest == least {
            return known;
        }
        for (block, (sums, scales)) in sums.iter().zip(scales).enumerate() {
            let mut any = false;
            for lane in 0..LANES {
                any |= sums[lane] * (own * scales[lane]) == highest;
            }
            if any {
                let is_it = |lane: &usize| sums[*lane] * (own * scales[*lane]) == highest;
                return block * LANES + (0..LANES).find(is_it).unwrap_or(0);
            }
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Units of each join with its height, in the order of heights.
    fn heights(
        units: usize,
        joins: impl Iterator<Item = ([usize; 2], f32)>,
    ) -> Vec<(Vec<usize>, f32)> {
        let mut members: Vec<Vec<usize>> = (0..units).map(|unit| vec![unit]).collect();
        let mut all = Vec::new();
        for ([a, b], height) in joins {
            let mut both = [members[a].clone(), members[b].clone()].concat();
            both.sort_unstable();
            members.push(both.clone());
            all.push((both, height));
        }
        all.sort_by(|left, right| left.0.cmp(&right.0));
        all
    }

    proptest! {
        #[test]
        fn the_joins_of_another_implementation(
            (units, pairs) in (1_usize..40).prop_flat_map(|units| (Just(units), prop::collection::vec(0.0_f32..1.0, units * (units - 1) / 2)))
        ) {
            let mut apart: Vec<f32> = pairs.iter().map(|affinity| 1.0 - affinity).collect();
            let theirs = kodama::linkage(&mut apart, units, kodama::Method::Average);
            let theirs = theirs.steps().iter().map(|step| ([step.cluster1, step.cluster2], 1.0 - step.dissimilarity));
            let affinities = Affinities::from_pairs(units, pairs);
            let ours = link(&affinities);
            let mut sizes = vec![1_usize; units];
            let ours: Vec<([usize; 2], f32)> = ours.iter().map(|join| {
                let [a, b] = join.parts.map(|part| sizes[part]);
                sizes.push(a + b);
                (join.parts, join.sum / (a * b) as f32)
            }).collect();
            let (ours, theirs) = (heights(units, ours.into_iter()), heights(units, theirs));
            prop_assert_eq!(ours.len(), theirs.len());
            for ((our_units, ours), (their_units, theirs)) in ours.iter().zip(&theirs) {
                prop_assert_eq!(our_units, their_units);
                prop_assert!((ours - theirs).abs() < 1e-5);
            }
        }

        #[test]
        fn sums_and_highest_are_those_of_the_pairs(
            // Few values, so that many are equal.
            (units, pairs) in (1_usize..30).prop_flat_map(|units| (Just(units), prop::collection::vec((0_u8..4).prop_map(|it| f32::from(it) / 4.0), units * (units - 1) / 2)))
        ) {
            let affinities = Affinities::from_pairs(units, pairs);
            let mut members: Vec<Vec<usize>> = (0..units).map(|unit| vec![unit]).collect();
            for join in link(&affinities) {
                let [left, right] = join.parts.map(|part| std::mem::take(&mut members[part]));
                prop_assert!(!left.is_empty() && !right.is_empty());
                let between = || left.iter().flat_map(|a| right.iter().map(|b| affinities.get(*a, *b)));
                prop_assert_eq!(join.sum, between().sum::<f32>());
                prop_assert_eq!(join.highest, between().fold(0.0, f32::max));
                members.push([left, right].concat());
            }
            prop_assert_eq!(members.last().map_or(0, Vec::len), units);
        }
    }
}
