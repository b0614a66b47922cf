//! How far annotators agree: quadratic-weighted kappa, and of two scores all else that is usual.

use std::collections::{BTreeMap, BTreeSet};

use super::bootstrap::{self, Resampling, weighted_sum};
use super::figures::Figure;

pub use super::concordance::{Concordance, Scored, concordance};

/// One score that an annotator gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating<'a> {
    /// Who gave it.
    pub annotator: &'a str,
    /// The person whose item it is: people are drawn anew for intervals.
    pub person: &'a str,
    /// What was rated.
    pub item: &'a str,
    /// The score.
    pub score: f64,
}

/// How far two annotators agree on what both rated.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The two, in the order of their names.
    pub annotators: [String; 2],
    /// Items that both rated.
    pub items: u64,
    /// Kappa with its interval; none where it isn't defined: nothing in common, or both gave
    /// everything one and the same score.
    pub kappa: Option<Figure>,
}

/// Count, Σ a, Σ b, Σ a², Σ b² and Σ ab over pairs of scores.
pub(super) type Sums = [f64; 6];

pub(super) fn sums(a: f64, b: f64) -> Sums {
    [1.0, a, b, a * a, b * b, a * b]
}

/// 1 − Σ w o / Σ w e, where o is how often two scores met, e how often they would by chance given
/// how often each annotator gave each score, and w the squared distance of the scores. Of scores
/// on a scale of equal steps the sums over all cells are these moments.
pub(super) fn kappa_of([count, a, b, squares_a, squares_b, product]: Sums) -> f64 {
    let observed = squares_a + squares_b - 2.0 * product;
    let expected = squares_a + squares_b - 2.0 * a * b / count;
    if expected > 1e-9 * count {
        1.0 - observed / expected
    } else {
        f64::NAN
    }
}

/// The quadratic-weighted kappa of pairs of scores (Cohen 1968), −1 to 1: 1 where all agree, 0
/// where they agree as by chance. None where it isn't defined.
#[must_use]
pub fn quadratic_kappa(pairs: &[(f64, f64)]) -> Option<f64> {
    let rows = pairs.iter().map(|(a, b)| sums(*a, *b));
    let kappa = kappa_of(weighted_sum(rows, &vec![1; pairs.len()]));
    (!kappa.is_nan()).then_some(kappa)
}

/// The agreement of each two annotators, in the order of their names. Of several scores that one
/// gave to an item the last counts.
#[must_use]
pub fn agreements(ratings: &[Rating<'_>], resampling: Resampling) -> Vec<Agreement> {
    let mut by_annotator: BTreeMap<&str, BTreeMap<(&str, &str), f64>> = BTreeMap::new();
    for rating in ratings {
        let of_annotator = by_annotator.entry(rating.annotator).or_default();
        of_annotator.insert((rating.person, rating.item), rating.score);
    }
    let annotators: Vec<_> = by_annotator.iter().collect();
    let mut found = Vec::new();
    for (place, (first, of_first)) in annotators.iter().enumerate() {
        for (second, of_second) in &annotators[place + 1..] {
            found.push(agreement(
                [first, second],
                [of_first, of_second],
                resampling,
            ));
        }
    }
    found
}

fn agreement(
    annotators: [&str; 2],
    [first, second]: [&BTreeMap<(&str, &str), f64>; 2],
    resampling: Resampling,
) -> Agreement {
    let mut people: BTreeMap<&str, Sums> = BTreeMap::new();
    let mut common = BTreeSet::new();
    for (item, a) in first {
        let Some(b) = second.get(item) else { continue };
        common.insert(item);
        let of_person = people.entry(item.0).or_default();
        for (sum, value) in of_person.iter_mut().zip(sums(*a, *b)) {
            *sum += value;
        }
    }
    let rows: Vec<Sums> = people.into_values().collect();
    let measure = |weights: &[u32]| vec![kappa_of(weighted_sum(rows.iter().copied(), weights))];
    let all = measure(&vec![1; rows.len()]);
    let is_defined = !all[0].is_nan();
    let figures = bootstrap::figures(rows.len(), resampling, all, measure);
    Agreement {
        annotators: annotators.map(str::to_owned),
        items: common.len() as u64,
        kappa: figures.first().copied().filter(|_| is_defined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by the table of cells, as Cohen wrote it.
    fn by_cells(pairs: &[(f64, f64)]) -> f64 {
        let count = pairs.len() as f64;
        let (mut observed, mut expected) = (0.0, 0.0);
        for a in 1..=5 {
            for b in 1..=5 {
                let (a, b) = (f64::from(a), f64::from(b));
                let weight = (a - b).powi(2) / 16.0;
                let share = |which: &dyn Fn(&&(f64, f64)) -> bool| {
                    pairs.iter().filter(|pair| which(pair)).count() as f64 / count
                };
                observed += weight * share(&|pair| **pair == (a, b));
                expected += weight * share(&|pair| pair.0 == a) * share(&|pair| pair.1 == b);
            }
        }
        1.0 - observed / expected
    }

    #[test]
    fn by_hand() {
        // Squared distances 0, 1, 0, 4: observed 5/4. By chance each of 1, 2, 3, 5 meets each of
        // 1, 3, 3, 3: (0 + 1 + 4 + 16 + 3 (4 + 1 + 0 + 4)) / 16 = 48/16.
        let pairs = [(1.0, 1.0), (2.0, 3.0), (3.0, 3.0), (5.0, 3.0)];
        let kappa = quadratic_kappa(&pairs).expect("defined");
        assert!(
            (kappa - (1.0 - (5.0 / 4.0) / (48.0 / 16.0))).abs() < 1e-12,
            "{kappa}"
        );
        assert_eq!(quadratic_kappa(&[(1.0, 1.0), (5.0, 5.0)]), Some(1.0));
        assert_eq!(quadratic_kappa(&[(1.0, 5.0), (5.0, 1.0)]), Some(-1.0));
        assert_eq!(quadratic_kappa(&[(1.0, 3.0), (5.0, 3.0)]), Some(0.0));
    }

    #[test]
    fn one_level_only_is_undefined() {
        assert_eq!(quadratic_kappa(&[]), None);
        assert_eq!(quadratic_kappa(&[(3.0, 3.0), (3.0, 3.0)]), None);
        assert_eq!(quadratic_kappa(&[(3.0, 4.0), (3.0, 4.0)]), Some(0.0));
    }

    #[test]
    fn each_two_annotators_are_compared_on_what_both_rated() {
        let rating = |annotator, person, item, score| Rating {
            annotator,
            person,
            item,
            score,
        };
        let ratings = [
            rating("b", "u", "1", 1.0),
            rating("a", "u", "1", 1.0),
            rating("a", "v", "1", 5.0),
            rating("b", "v", "1", 5.0),
            rating("c", "v", "2", 5.0),
        ];
        let found = agreements(&ratings, Resampling::default());
        let names: Vec<String> = found.iter().map(|it| it.annotators.join(" ")).collect();
        assert_eq!(names, ["a b", "a c", "b c"]);
        assert_eq!((found[0].items, found[1].items), (2, 0));
        assert_eq!(found[0].kappa.expect("defined").value, 1.0);
        assert_eq!(found[1].kappa, None);
    }

    proptest! {
        #[test]
        fn moments_say_what_the_cells_say(
            pairs in prop::collection::vec((1..6_u8, 1..6_u8), 2..40)
        ) {
            let pairs: Vec<(f64, f64)> =
                pairs.into_iter().map(|(a, b)| (f64::from(a), f64::from(b))).collect();
            if let Some(kappa) = quadratic_kappa(&pairs) {
                prop_assert!((kappa - by_cells(&pairs)).abs() < 1e-9);
            }
        }
    }
}
