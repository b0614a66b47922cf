//! The tree of a person's units, and what each of its joins looks like.

use crate::affinity::Affinities;

use super::linkage::{Linked, link};

/// The names of the features of a join, in their order.
///
/// | feature | what it measures |
/// |---|---|
/// | `mean_log_odds` | of the mean affinity between the two parts |
/// | `highest_log_odds` | of the highest affinity between them |
/// | `log_size` | ln of the units of both |
/// | `log_smaller` | ln of the units of the smaller part |
/// | `single` | 1 if the smaller part is a single unit |
/// | `looser` | mean affinity between minus the lower of the means within (1 for a single unit) |
/// | `step_below` | the lower of the parts' own joins minus this one: how far the tree fell |
/// | `step_above` | this join minus the one above: how far it would fall next |
/// | `background` | mean affinity of all the person's pairs |
/// | `log_units` | ln of the person's units |
pub const FEATURES: [&str; 10] = [
    "mean_log_odds",
    "highest_log_odds",
    "log_size",
    "log_smaller",
    "single",
    "looser",
    "step_below",
    "step_above",
    "background",
    "log_units",
];

/// A binary tree over units by average linkage. Nodes below `units` are single units; each further
/// node joins two earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    units: usize,
    joins: Vec<Join>,
    /// Units in an order in which every node is one run of them.
    order: Vec<u32>,
}

/// Two parts of the tree made one.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// The joined nodes.
    pub parts: [usize; 2],
    /// Values of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
    /// Where its units stand in the tree's order, and how many of them the first part has.
    run: std::ops::Range<usize>,
    first: usize,
}

impl Tree {
    /// Joins by average linkage until one node is left.
    #[must_use]
    pub fn of(affinities: &Affinities) -> Self {
        let units = affinities.units();
        if units == 0 {
            return Self::default();
        }
        let linked = link(affinities);
        let joins = linked.iter();
        let mut tree = Self {
            units,
            joins: joins
                .map(|join| Join {
                    parts: join.parts,
                    features: [0.0; FEATURES.len()],
                    run: 0..0,
                    first: 0,
                })
                .collect(),
            order: Vec::with_capacity(units),
        };
        tree.lay_out();
        tree.describe(&linked);
        tree
    }

    /// How many units there are.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// The joins, each after those of its parts.
    #[must_use]
    pub fn joins(&self) -> &[Join] {
        &self.joins
    }

    /// The units of both parts of a join.
    #[must_use]
    pub fn parts(&self, join: usize) -> (&[u32], &[u32]) {
        let join = &self.joins[join];
        self.order[join.run.clone()].split_at(join.first)
    }

    /// The join that a node is, unless it is a single unit.
    pub(super) fn join_of(&self, node: usize) -> Option<usize> {
        node.checked_sub(self.units)
    }

    fn size(&self, node: usize) -> usize {
        self.join_of(node)
            .map_or(1, |join| self.joins[join].run.len())
    }

    /// Finds each node's run of units from the top down.
    fn lay_out(&mut self) {
        let mut sizes: Vec<usize> = vec![1; self.units];
        for join in &self.joins {
            sizes.push(sizes[join.parts[0]] + sizes[join.parts[1]]);
        }
        self.order = vec![0; self.units];
        let mut starts = vec![0; sizes.len()];
        for join in (0..self.joins.len()).rev() {
            let node = self.units + join;
            let [first, second] = self.joins[join].parts;
            starts[first] = starts[node];
            starts[second] = starts[node] + sizes[first];
            self.joins[join].run = starts[node]..starts[node] + sizes[node];
            self.joins[join].first = sizes[first];
        }
        for (unit, start) in starts.iter().take(self.units).enumerate() {
            self.order[*start] = unit as u32;
        }
    }

    fn describe(&mut self, linked: &[Linked]) {
        let units = self.units as f32;
        let all: f32 = linked.iter().map(|join| join.sum).sum();
        let background = all / (units * (units - 1.0) / 2.0).max(1.0);
        let log_units = libm::logf(units);
        // Of each node: sum of the affinities within, and the mean at which it was joined.
        let mut within = vec![0.0_f32; self.units];
        let mut height = vec![1.0_f32; self.units];
        for (join, Linked { sum, highest, .. }) in linked.iter().enumerate() {
            let (left, right) = self.parts(join);
            let mean = sum / (left.len() * right.len()) as f32;
            let smaller = left.len().min(right.len()) as f32;
            let size = (left.len() + right.len()) as f32;
            let [a, b] = self.joins[join].parts;
            let mean_within = |node: usize| match self.size(node) {
                1 => 1.0,
                size => within[node] / (size * (size - 1) / 2) as f32,
            };
            self.joins[join].features = [
                log_odds(mean),
                log_odds(*highest),
                libm::logf(size),
                libm::logf(smaller),
                f32::from(u8::from(smaller == 1.0)),
                mean - mean_within(a).min(mean_within(b)),
                height[a].min(height[b]) - mean,
                0.0,
                background,
                log_units,
            ];
            for part in [a, b] {
                if let Some(below) = self.join_of(part) {
                    self.joins[below].features[STEP_ABOVE] = height[part] - mean;
                }
            }
            within.push(within[a] + within[b] + sum);
            height.push(mean);
        }
    }
}

const STEP_ABOVE: usize = 7;

fn log_odds(probability: f32) -> f32 {
    let probability = probability.clamp(0.001, 0.999);
    libm::logf(probability / (1.0 - probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_know_their_units_and_how_far_the_tree_falls() {
        // 0–1 and 2–3 go together, 4 with nobody.
        let mut pairs = vec![0.1; 10];
        pairs[0] = 0.9;
        pairs[7] = 0.8;
        let tree = Tree::of(&Affinities::from_pairs(5, pairs));
        assert_eq!(tree.joins().len(), 4);
        let (left, right) = tree.parts(0);
        let mut first: Vec<u32> = left.iter().chain(right).copied().collect();
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        let value = |join: usize, name: &str| {
            let place = FEATURES.iter().position(|known| *known == name);
            tree.joins()[join].features[place.expect("a feature")]
        };
        assert!((value(0, "step_above") - 0.8).abs() < 1e-6);
        assert!((value(1, "step_above") - 0.7).abs() < 1e-6);
        assert!((value(0, "mean_log_odds") - libm::logf(9.0)).abs() < 1e-4);
        assert_eq!(value(0, "single"), 1.0);
        assert!((value(0, "background") - 0.25).abs() < 1e-6);
        let (left, right) = tree.parts(3);
        assert_eq!(left.len() + right.len(), 5);
        assert_eq!(value(3, "step_above"), 0.0);
    }
}
