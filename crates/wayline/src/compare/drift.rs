//! How far the distribution of a quantity moved between two runs.

use std::collections::BTreeMap;

use serde::Serialize;

/// Bins of equal mass of the first run.
const BINS: u64 = 10;
/// Cells of a fraction: 2¹⁶ between 0 and 1. Finer than any drift that matters, and few enough to
/// keep for any number of people.
const CELLS: f64 = 65_535.0;

/// The share that an empty bin counts as: without a floor one empty bin would be an infinite drift.
pub const SMALLEST_SHARE: f64 = 1e-4;

/// The distribution of a whole number or of a fraction, in memory that doesn't grow with the
/// number of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    cells: BTreeMap<u32, u64>,
    values: u64,
    sum: f64,
}

impl Spread {
    /// Counts a whole number.
    pub fn add_number(&mut self, number: u32) {
        self.add(number, f64::from(number));
    }

    /// Counts a fraction, 0..1, to the nearest of 2¹⁶ cells.
    pub fn add_fraction(&mut self, fraction: f64) {
        let fraction = fraction.clamp(0.0, 1.0);
        self.add((fraction * CELLS).round() as u32, fraction);
    }

    fn add(&mut self, cell: u32, value: f64) {
        *self.cells.entry(cell).or_default() += 1;
        self.values += 1;
        self.sum += value;
    }

    /// Whether no value was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values == 0
    }

    /// The mean of the values; none without any.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64)
    }

    /// The upper ends, each inclusive, of bins of equal mass; the last bin has none.
    ///
    /// The values in their order are cut at n·i/10. A value that alone holds a tenth (and occurs
    /// more than once) is a bin of its own: lumped with its neighbours it would hide a move from it
    /// to them.
    fn upper_ends(&self) -> Vec<u32> {
        let mut ends: Vec<u32> = Vec::new();
        let (mut seen, mut cut) = (0, 0);
        for (cell, count) in &self.cells {
            let heavy = *count > 1 && count * BINS >= self.values;
            let below = cell.checked_sub(1).filter(|_| heavy);
            if let Some(below) = below.filter(|it| ends.last().is_none_or(|last| last < it)) {
                ends.push(below);
            }
            seen += count;
            let tenth = seen * BINS / self.values;
            if heavy || (tenth > cut && seen < self.values) {
                ends.push(*cell);
                cut = tenth;
            }
        }
        ends
    }

    /// How many values are in each bin, the last one without an end.
    fn counts(&self, upper_ends: &[u32]) -> Vec<u64> {
        let mut counts = vec![0; upper_ends.len() + 1];
        for (cell, count) in &self.cells {
            counts[upper_ends.partition_point(|end| end < cell)] += count;
        }
        counts
    }
}

/// How far a distribution moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Of what.
    pub what: &'static str,
    /// The population stability index; none where a run has no value.
    pub psi: Option<f64>,
    /// The index to expect by chance of two samples of one distribution; none likewise.
    pub by_chance: Option<f64>,
    /// The mean in the first run; none for categories, and where there is no value.
    pub mean_a: Option<f64>,
    /// The mean in the second run.
    pub mean_b: Option<f64>,
    /// How many values the first run has.
    pub values_a: u64,
    /// How many values the second run has.
    pub values_b: u64,
    /// What the index was reckoned from.
    pub bins: Vec<DriftBin>,
}

/// The shares of one bin or category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftBin {
    /// The category, or the bin's upper end; `above` for the last bin.
    pub bin: String,
    /// Its share of the first run's values.
    pub a: f64,
    /// Its share of the second run's values.
    pub b: f64,
}

/// The drift of whole numbers, or of fractions (`fractions`): the index over ten bins of equal mass
/// of the first run, of which any value that alone holds a tenth is one. The index is that of
/// [`drift_of_categories`].
#[must_use]
pub fn drift_of_spreads(what: &'static str, a: &Spread, b: &Spread, fractions: bool) -> Drift {
    let ends = a.upper_ends();
    let label = |end: &u32| {
        if fractions {
            format!("{:.4}", f64::from(*end) / CELLS)
        } else {
            end.to_string()
        }
    };
    let labels = ends.iter().map(label).chain(["above".to_owned()]);
    let counts = a.counts(&ends).into_iter().zip(b.counts(&ends));
    let bins: Vec<_> = labels.zip(counts).collect();
    Drift {
        mean_a: a.mean(),
        mean_b: b.mean(),
        ..drift(what, &bins)
    }
}

/// The drift of categories: the population stability index
///
/// > PSI = Σ (bᵢ − aᵢ) · ln(bᵢ / aᵢ)
///
/// over categories, with aᵢ and bᵢ the shares of category i in the first and in the second run, and
/// [`SMALLEST_SHARE`] in place of anything smaller (N. Siddiqi, Credit Risk Scorecards, Wiley 2006,
/// chapter 10, which calls a PSI below .1 no change, one above .25 a large one). Without any drift
/// it is about (bins − 1) · (1/n + 1/m) for n and m independent values (B. Yurdakul, Statistical
/// Properties of Population Stability Index, Western Michigan University 2018).
#[must_use]
pub fn drift_of_categories<'a>(
    what: &'static str,
    a: &BTreeMap<&'a str, u64>,
    b: &BTreeMap<&'a str, u64>,
) -> Drift {
    let mut both: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (category, count) in a {
        both.entry(category).or_default().0 += count;
    }
    for (category, count) in b {
        both.entry(category).or_default().1 += count;
    }
    let bins: Vec<_> = both
        .into_iter()
        .map(|(category, counts)| (category.to_owned(), counts))
        .collect();
    drift(what, &bins)
}

fn drift(what: &'static str, bins: &[(String, (u64, u64))]) -> Drift {
    let values_a: u64 = bins.iter().map(|(_, counts)| counts.0).sum();
    let values_b: u64 = bins.iter().map(|(_, counts)| counts.1).sum();
    let share = |part: u64, all: u64| part as f64 / all.max(1) as f64;
    let bins: Vec<DriftBin> = bins
        .iter()
        .map(|(bin, counts)| DriftBin {
            bin: bin.clone(),
            a: share(counts.0, values_a),
            b: share(counts.1, values_b),
        })
        .collect();
    let measurable = values_a > 0 && values_b > 0;
    let index = bins
        .iter()
        .fold(0.0, |sum, bin| sum + summand(bin.a, bin.b));
    // A bin that both runs leave empty can't move by chance.
    let filled = bins.iter().filter(|bin| bin.a > 0.0 || bin.b > 0.0).count();
    let degrees = filled.saturating_sub(1) as f64;
    let by_chance = degrees * (1.0 / values_a as f64 + 1.0 / values_b as f64);
    Drift {
        what,
        psi: measurable.then_some(index),
        by_chance: measurable.then_some(by_chance),
        mean_a: None,
        mean_b: None,
        values_a,
        values_b,
        bins,
    }
}

/// What a bin adds to the index.
pub(super) fn summand(a: f64, b: f64) -> f64 {
    let (a, b) = (a.max(SMALLEST_SHARE), b.max(SMALLEST_SHARE));
    (b - a) * libm::log(b / a)
}
