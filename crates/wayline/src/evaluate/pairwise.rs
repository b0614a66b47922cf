//! Pairs of items that a grouping puts together, against the pairs that belong together.

use std::collections::HashMap;
use std::hash::Hash;

/// Ordered pairs of different items (each unordered pair counts twice).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairCounts {
    /// Pairs together in both groupings.
    pub both: u64,
    /// Pairs together in the prediction; precision is `both / predicted`.
    pub predicted: u64,
    /// Pairs together in the gold; recall is `both / gold`.
    pub gold: u64,
}

/// Counts pairs. Entry `i` of `gold` and of `predicted` is the group of item `i`; what is beyond
/// the shorter of the two is ignored. Counts of several people are added up before dividing.
#[must_use]
pub fn count(gold: &[u32], predicted: &[u32]) -> PairCounts {
    let items = || gold.iter().zip(predicted);
    PairCounts {
        both: within(items().map(|(g, p)| (*g, *p))),
        predicted: within(items().map(|(_, p)| *p)),
        gold: within(items().map(|(g, _)| *g)),
    }
}

fn within<T: Hash + Eq>(groups: impl Iterator<Item = T>) -> u64 {
    let mut sizes: HashMap<T, u64> = HashMap::new();
    for group in groups {
        *sizes.entry(group).or_default() += 1;
    }
    sizes.values().map(|n| n * (n - 1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_by_hand() {
        let counts = count(&[0, 0, 0, 1], &[0, 0, 1, 1]);
        assert_eq!(
            counts,
            PairCounts {
                both: 2,
                predicted: 4,
                gold: 6
            }
        );
    }

    proptest! {
        #[test]
        fn a_grouping_agrees_with_itself(groups in prop::collection::vec(0u32..8, 0..60)) {
            let counts = count(&groups, &groups);
            prop_assert_eq!(counts.both, counts.predicted);
            prop_assert_eq!(counts.both, counts.gold);
        }
    }
}
