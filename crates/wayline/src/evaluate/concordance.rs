//! How far two scores of the same things agree: exactly, within one, by kappa and by rank.

use std::collections::BTreeMap;

use super::agreement::{Sums, kappa_of, sums};
use super::bootstrap::{self, Resampling, weighted_sum};
use super::figures::Figure;

/// Two scores of one thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored<'a> {
    /// Whose thing it is: people are drawn anew for intervals.
    pub person: &'a str,
    /// One score.
    pub a: f64,
    /// The other.
    pub b: f64,
}

/// How far two scores agree. None where it isn't defined: no pairs, or, for kappa and rank correlation,
/// one and the same score throughout.
#[derive(Clone, Debug, PartialEq)]
pub struct Concordance {
    /// Pairs of scores.
    pub pairs: u64,
    /// People whose things they are of.
    pub people: u64,
    /// Share of pairs with the same score.
    pub exact: Option<Figure>,
    /// Share of pairs whose scores are at most one apart.
    pub within_one: Option<Figure>,
    /// Quadratic-weighted kappa (Cohen 1968), -1 to 1.
    pub kappa: Option<Figure>,
    /// Spearman's rank correlation (1904), -1 to 1; ties have the mean of their ranks.
    pub spearman: Option<Figure>,
    /// The mean of `b - a`.
    pub difference: Option<Figure>,
}

/// How far two scores agree over all pairs, with intervals from people drawn anew.
#[must_use]
pub fn concordance(pairs: &[Scored<'_>], resampling: Resampling) -> Concordance {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut of_people: Vec<[f64; 8]> = Vec::new();
    let mut person_of = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let next = numbers.len();
        let person = *numbers.entry(pair.person).or_insert(next);
        if person == of_people.len() {
            of_people.push([0.0; 8]);
        }
        person_of.push(person);
        let apart = (pair.b - pair.a).abs();
        let moments = sums(pair.a, pair.b);
        let within = [0.0, 1.0].map(|most| f64::from(u8::from(apart <= most + 1e-9)));
        let all = moments.iter().chain(&within);
        for (sum, value) in of_people[person].iter_mut().zip(all) {
            *sum += value;
        }
    }
    let ranks = [Levels::of(pairs, |it| it.a), Levels::of(pairs, |it| it.b)];
    let measure = |weights: &[u32]| {
        let [count, a, b, aa, bb, ab, exact, within] =
            weighted_sum(of_people.iter().copied(), weights);
        let moments: Sums = [count, a, b, aa, bb, ab];
        let of_pairs: Vec<f64> = person_of.iter().map(|it| f64::from(weights[*it])).collect();
        vec![
            exact / count,
            within / count,
            kappa_of(moments),
            correlation(&ranks, &of_pairs),
            (b - a) / count,
        ]
    };
    let all = measure(&vec![1; of_people.len()]);
    let figures = bootstrap::figures(of_people.len(), resampling, all.clone(), measure);
    let mut figures = all.iter().zip(figures);
    let mut next = || {
        let (value, figure) = figures.next()?;
        (!value.is_nan()).then_some(figure)
    };
    Concordance {
        pairs: pairs.len() as u64,
        people: of_people.len() as u64,
        exact: next(),
        within_one: next(),
        kappa: next(),
        spearman: next(),
        difference: next(),
    }
}

/// The distinct scores of one side, in ascending order, and which of them each pair has.
struct Levels {
    of_pair: Vec<usize>,
    count: usize,
}

impl Levels {
    fn of(pairs: &[Scored<'_>], side: impl Fn(&Scored<'_>) -> f64) -> Self {
        let mut levels: Vec<f64> = pairs.iter().map(&side).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let place = |score: f64| levels.partition_point(|it| *it < score);
        Self {
            of_pair: pairs.iter().map(|it| place(side(it))).collect(),
            count: levels.len(),
        }
    }

    /// The rank of each level where each pair counts so many times: the mean of the places that it takes.
    fn ranks(&self, weights: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; self.count];
        for (level, weight) in self.of_pair.iter().zip(weights) {
            counts[*level] += weight;
        }
        let mut below = 0.0;
        let ranks = counts.iter().map(|count| {
            let rank = below + (count + 1.0) / 2.0;
            below += count;
            rank
        });
        ranks.collect()
    }
}

/// Pearson's correlation of the ranks; not a number where a side has one level.
fn correlation(sides: &[Levels; 2], weights: &[f64]) -> f64 {
    let ranks = [sides[0].ranks(weights), sides[1].ranks(weights)];
    let all: f64 = weights.iter().sum();
    // Mid-ranks have this mean, whatever the ties.
    let middle = (all + 1.0) / 2.0;
    let [mut aa, mut bb, mut ab] = [0.0; 3];
    let pairs = sides[0].of_pair.iter().zip(&sides[1].of_pair);
    for ((a, b), weight) in pairs.zip(weights) {
        let (a, b) = (ranks[0][*a] - middle, ranks[1][*b] - middle);
        aa += weight * a * a;
        bb += weight * b * b;
        ab += weight * a * b;
    }
    match aa > 1e-9 && bb > 1e-9 {
        true => ab / (aa * bb).sqrt(),
        false => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&'static str, u8, u8)]) -> Concordance {
        let pairs: Vec<Scored<'_>> = pairs
            .iter()
            .map(|(person, a, b)| Scored {
                person,
                a: f64::from(*a),
                b: f64::from(*b),
            })
            .collect();
        concordance(&pairs, Resampling::default())
    }

    #[test]
    fn by_hand() {
        let it = found(&[("u", 1, 1), ("u", 2, 3), ("v", 3, 3), ("w", 5, 3)]);
        assert_eq!((it.pairs, it.people), (4, 3));
        assert_eq!(it.exact.expect("defined").value, 0.5);
        assert_eq!(it.within_one.expect("defined").value, 0.75);
        assert_eq!(it.difference.expect("defined").value, -0.25);
        let kappa = it.kappa.expect("defined").value;
        assert!((kappa - (1.0 - (5.0 / 4.0) / (48.0 / 16.0))).abs() < 1e-12);
        // Ranks 1 2 3 4 and 1 3 3 3: covariance 3 (−1.5·−1.5 + −.5·.5 + .5·.5 + 1.5·.5), variances 5, 3.
        let spearman = it.spearman.expect("defined").value;
        assert!(
            (spearman - 3.0 / 15.0_f64.sqrt()).abs() < 1e-12,
            "{spearman}"
        );
        assert!(it.exact.expect("defined").interval.is_some());
    }

    #[test]
    fn one_order_is_one_and_the_other_way_round_is_minus_one() {
        let same = found(&[("u", 1, 2), ("v", 2, 3), ("w", 4, 5)]);
        assert!((same.spearman.expect("defined").value - 1.0).abs() < 1e-12);
        let turned = found(&[("u", 1, 5), ("v", 2, 3), ("w", 4, 1)]);
        assert!((turned.spearman.expect("defined").value + 1.0).abs() < 1e-12);
    }

    #[test]
    fn counting_a_pair_twice_is_having_it_twice() {
        let scored = |a, b| Scored { person: "u", a, b };
        let once = [scored(1.0, 2.0), scored(3.0, 1.0), scored(4.0, 4.0)];
        let twice = [once[0], once[1], once[1], once[2]];
        let of = |pairs: &[Scored<'_>], weights: &[f64]| {
            let sides = [Levels::of(pairs, |it| it.a), Levels::of(pairs, |it| it.b)];
            correlation(&sides, weights)
        };
        let weighted = of(&once, &[1.0, 2.0, 1.0]);
        assert!((weighted - of(&twice, &[1.0; 4])).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_undefined() {
        let nothing = found(&[]);
        assert_eq!((nothing.exact, nothing.kappa), (None, None));
        let constant = found(&[("u", 3, 3), ("v", 3, 3)]);
        assert_eq!((constant.spearman, constant.kappa), (None, None));
        assert_eq!(constant.exact.expect("defined").value, 1.0);
    }
}
