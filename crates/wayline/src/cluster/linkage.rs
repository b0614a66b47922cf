//! Average linkage (UPGMA; Sokal and Michener 1958) over a person's units, by chains of nearest
//! neighbours (Murtagh 1983; Müllner 2011), which are exact for it.

use multiversion::multiversion;

use crate::affinity::Affinities;

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
    /// The units of the node at each place.
    sizes: Vec<f32>,
    /// One over them; 0 where no node is.
    scales: Vec<f32>,
    /// Sums of affinities between places, square; 0 of a place with itself.
    sums: Vec<f32>,
    /// The highest ones likewise.
    highest: Vec<f32>,
    /// Length of a row.
    stride: usize,
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
            let (row, after) = rest.split_at(units - unit - 1);
            rest = after;
            let start = unit * stride + unit + 1;
            sums[start..start + row.len()].copy_from_slice(row);
            let column = sums[unit..].iter_mut().step_by(stride).skip(unit + 1);
            for (place, affinity) in column.zip(row) {
                *place = *affinity;
            }
        }
        let mut scales = vec![0.0; stride];
        scales[..units].fill(1.0);
        Self {
            places: (0..units).collect(),
            nodes: (0..units).collect(),
            sizes: vec![1.0; units],
            scales,
            highest: sums.clone(),
            sums,
            stride,
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
            highest: self.highest[gone * self.stride + kept],
        };
        self.nodes[kept] = node;
        self.sizes[kept] += self.sizes[gone];
        self.scales[kept] = 1.0 / self.sizes[kept];
        self.scales[gone] = 0.0;
        self.places.retain(|place| *place != gone);
        let (sums, sums_gone) = two_rows(&mut self.sums, self.stride, kept, gone);
        let (highest, highest_gone) = two_rows(&mut self.highest, self.stride, kept, gone);
        merge(sums, sums_gone, highest, highest_gone);
        sums[kept] = 0.0;
        for place in &self.places {
            let row = place * self.stride;
            self.sums[row + kept] = self.sums[kept * self.stride + place];
            self.highest[row + kept] = self.highest[kept * self.stride + place];
        }
        linked
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

/// Adds up sums, and keeps the higher of the highest.
#[multiversion(targets("x86_64+avx2"))]
fn merge(sums: &mut [f32], more: &[f32], highest: &mut [f32], others: &[f32]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
    for (highest, other) in highest.iter_mut().zip(others) {
        *highest = if *other > *highest { *other } else { *highest };
    }
}

/// The first place of those with the highest mean, if that is higher than the known place's.
/// Means are products in an order that makes them the same from both sides, which is why a chain
/// ends. Eight candidates side by side, compared in the end: the same with every instruction set.
#[multiversion(targets("x86_64+avx2"))]
fn nearest(sums: &[f32], scales: &[f32], own: f32, known: usize) -> usize {
    let least = sums[known] * (own * scales[known]);
    let mut means = [least; LANES];
    let mut blocks = [u32::MAX; LANES];
    let (sums, _) = sums.as_chunks::<LANES>();
    let (scales, _) = scales.as_chunks::<LANES>();
    for (block, (sums, scales)) in (0_u32..).zip(sums.iter().zip(scales)) {
        for lane in 0..LANES {
            let mean = sums[lane] * (own * scales[lane]);
            let higher = mean > means[lane];
            means[lane] = if higher { mean } else { means[lane] };
            blocks[lane] = if higher { block } else { blocks[lane] };
        }
    }
    let (mut highest, mut nearest) = (least, known);
    for lane in 0..LANES {
        let place = blocks[lane] as usize * LANES + lane;
        let earlier = means[lane] == highest && place < nearest && highest > least;
        if means[lane] > highest || earlier {
            (highest, nearest) = (means[lane], place);
        }
    }
    nearest
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
