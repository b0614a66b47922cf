//! B-cubed precision and recall of a grouping (Bagga & Baldwin 1998; Amigó et al. 2009).

use std::collections::HashMap;

/// Precision and recall of one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemScore {
    /// Which share of the item's predicted group belongs to its gold group; above 0, at most 1.
    pub precision: f64,
    /// Which share of the item's gold group is in its predicted group; above 0, at most 1.
    pub recall: f64,
}

/// The scores of each item, in order. Entry `i` of `gold` and of `predicted` is the group of item
/// `i`; what is beyond the shorter of the two is ignored. B-cubed precision and recall of all
/// items are the means.
#[must_use]
pub fn per_item(gold: &[u32], predicted: &[u32]) -> Vec<ItemScore> {
    let mut both: HashMap<(u32, u32), f64> = HashMap::new();
    let mut of_gold: HashMap<u32, f64> = HashMap::new();
    let mut of_predicted: HashMap<u32, f64> = HashMap::new();
    for (&g, &p) in gold.iter().zip(predicted) {
        *both.entry((g, p)).or_default() += 1.0;
        *of_gold.entry(g).or_default() += 1.0;
        *of_predicted.entry(p).or_default() += 1.0;
    }
    let scores = gold.iter().zip(predicted).map(|(g, p)| {
        let together = both[&(*g, *p)];
        ItemScore {
            precision: together / of_predicted[p],
            recall: together / of_gold[g],
        }
    });
    scores.collect()
}

/// The sums of precision and of recall over items, added from first to last onto `start`. The
/// order is part of the contract: figures agree to the last digit with the reference scorers'.
pub(super) fn add(start: (f64, f64), items: &[ItemScore]) -> (f64, f64) {
    items
        .iter()
        .fold(start, |(p, r), item| (p + item.precision, r + item.recall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_textbook_case() {
        let scores = per_item(&[0, 0, 1], &[5, 5, 5]);
        let (precision, recall) = add((0.0, 0.0), &scores);
        assert_eq!(precision, 2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0);
        assert_eq!(recall, 3.0);
    }

    proptest! {
        #[test]
        fn a_grouping_agrees_with_itself(groups in prop::collection::vec(0u32..8, 1..60)) {
            for item in per_item(&groups, &groups) {
                prop_assert_eq!(item, ItemScore { precision: 1.0, recall: 1.0 });
            }
        }

        #[test]
        fn gold_and_predicted_swap_precision_and_recall(
            pairs in prop::collection::vec((0u32..6, 0u32..6), 1..60)
        ) {
            let (gold, predicted): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            for (a, b) in per_item(&gold, &predicted).iter().zip(per_item(&predicted, &gold)) {
                prop_assert_eq!((a.precision, a.recall), (b.recall, b.precision));
                prop_assert!(a.precision > 0.0 && a.precision <= 1.0);
            }
        }
    }
}
