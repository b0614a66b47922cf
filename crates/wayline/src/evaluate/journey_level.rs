//! Whole journeys: how many are found, and how many of those predicted are real.
//!
//! Two groups are the same journey when the Jaccard index of their distinct items is high enough.

pub use crate::compare::jaccard;

/// The candidate most like `set` and its Jaccard index; the first of those that tie, none without
/// candidates.
pub fn best_match<'a>(
    set: &[u32],
    candidates: impl IntoIterator<Item = &'a [u32]>,
) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (index, candidate) in candidates.into_iter().enumerate() {
        let overlap = jaccard(set, candidate);
        if best.is_none_or(|(_, most)| overlap > most) {
            best = Some((index, overlap));
        }
    }
    best
}

/// A group of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Its distinct items, ascending.
    pub items: Vec<u32>,
    /// On how many days they occurred.
    pub days: usize,
}

/// Fewest distinct items of a group that counts as a journey.
pub const MIN_ITEMS: usize = 3;
/// Fewest days of a group that counts as a journey.
pub const MIN_DAYS: usize = 2;
/// The Jaccard index from which two groups are the same journey.
pub const SAME: f64 = 0.5;

impl Group {
    /// Whether it is large enough to be a journey: [`MIN_ITEMS`] items on [`MIN_DAYS`] days.
    #[must_use]
    pub fn is_journey(&self) -> bool {
        self.items.len() >= MIN_ITEMS && self.days >= MIN_DAYS
    }
}

/// The groups 0, 1, 2, … of events: event `i` belongs to group `labels[i]` and has item `items[i]`
/// on day `days[i]`. What is beyond the shortest of the three is ignored.
#[must_use]
pub fn groups<D: Ord + Copy>(labels: &[u32], items: &[u32], days: &[D]) -> Vec<Group> {
    let count = labels.iter().max().map_or(0, |last| *last as usize + 1);
    let mut members: Vec<(Vec<u32>, Vec<D>)> = vec![(Vec::new(), Vec::new()); count];
    for ((label, item), day) in labels.iter().zip(items).zip(days) {
        let group = &mut members[*label as usize];
        group.0.push(*item);
        group.1.push(*day);
    }
    let groups = members.into_iter().map(|(items, days)| Group {
        items: ascending(items),
        days: ascending(days).len(),
    });
    groups.collect()
}

/// The distinct entries of a list, ascending.
pub(super) fn ascending<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

/// What recall (`found / gold`) and precision (`right / predicted`) are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JourneyCounts {
    /// Gold groups large enough to be a journey.
    pub gold: u64,
    /// Those that some predicted group, of any size, matches.
    pub found: u64,
    /// Predicted groups large enough to be a journey.
    pub predicted: u64,
    /// Those that some gold group, of any size, matches.
    pub right: u64,
}

/// Compares the groups of one person.
#[must_use]
pub fn count(gold: &[Group], predicted: &[Group]) -> JourneyCounts {
    let (all, found) = matched(gold, predicted);
    let (shown, right) = matched(predicted, gold);
    JourneyCounts {
        gold: all,
        found,
        predicted: shown,
        right,
    }
}

/// How many of `groups` are journeys, and how many of those stand among `others`.
fn matched(groups: &[Group], others: &[Group]) -> (u64, u64) {
    let (mut all, mut same) = (0, 0);
    for group in groups.iter().filter(|group| group.is_journey()) {
        all += 1;
        same += u64::from(
            others
                .iter()
                .any(|other| jaccard(&group.items, &other.items) >= SAME),
        );
    }
    (all, same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_the_first() {
        let sets: [&[u32]; 3] = [&[9], &[1, 2], &[2, 3]];
        assert_eq!(best_match(&[2], sets), Some((1, 0.5)));
        assert_eq!(best_match(&[4], sets), Some((0, 0.0)));
        assert_eq!(best_match(&[4], []), None);
        assert_eq!(jaccard(&[], &[]), 0.0);
    }

    #[test]
    fn a_journey_needs_items_and_days() {
        let found = groups(
            &[0, 0, 0, 1, 1, 1],
            &[0, 1, 2, 3, 4, 5],
            &[1, 1, 2, 7, 7, 7],
        );
        assert!(found[0].is_journey());
        assert!(!found[1].is_journey());
        assert_eq!(
            count(&found, &found),
            JourneyCounts {
                gold: 1,
                found: 1,
                predicted: 1,
                right: 1
            }
        );
    }

    proptest! {
        #[test]
        fn the_index_is_symmetric_and_one_only_for_equals(
            a in prop::collection::vec(0u32..12, 0..10),
            b in prop::collection::vec(0u32..12, 0..10),
        ) {
            let (a, b) = (ascending(a), ascending(b));
            let index = jaccard(&a, &b);
            prop_assert_eq!(index, jaccard(&b, &a));
            prop_assert_eq!(index == 1.0, a == b && !a.is_empty());
        }
    }
}
