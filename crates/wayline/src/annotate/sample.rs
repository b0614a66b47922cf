//! Stratified sampling with a limit for each person, in memory of the size of the sample.

use std::collections::BTreeMap;

use crate::nouns::{Lifecycle, Status};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Journeys to draw, if there are so many.
    pub journeys: usize,
    /// Journeys of one person, at most.
    pub per_person: usize,
    /// Another seed draws others.
    pub seed: u64,
}

/// Journeys of one kind: as many are drawn of each stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stratum {
    evergreen: bool,
    ended: bool,
    /// 0 to 2: of low, middling or high confidence.
    third: u8,
}

/// The confidences between which the middle third of all journeys lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thirds([f32; 2]);

impl Thirds {
    /// Of the confidences of all journeys, in any order.
    #[must_use]
    pub fn of(mut confidences: Vec<f32>) -> Self {
        confidences.sort_unstable_by(f32::total_cmp);
        let at = |place: usize| confidences.get(place).copied().unwrap_or(0.0);
        Self([at(confidences.len() / 3), at(confidences.len() * 2 / 3)])
    }

    /// The stratum of a journey.
    #[must_use]
    pub fn stratum(&self, lifecycle: Lifecycle, status: Status, confidence: f32) -> Stratum {
        let above = self.0.iter().filter(|cut| confidence >= **cut).count();
        Stratum {
            evergreen: lifecycle == Lifecycle::Evergreen,
            ended: status == Status::Ended,
            third: above as u8,
        }
    }
}

/// A row that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn<R> {
    /// The row.
    pub row: R,
    /// How many journeys it stands for: one over the probability of being drawn.
    pub weight: f64,
}

/// Takes people one after the other and keeps what may yet be drawn.
pub struct Sampler<R> {
    sampling: Sampling,
    strata: BTreeMap<Stratum, Kept<R>>,
}

/// Of a stratum the rows of the lowest lots.
struct Kept<R> {
    /// How many there were.
    seen: u64,
    /// By lot; with how many journeys of its person each stands for.
    rows: BTreeMap<Lot, (R, f64)>,
}

/// A hash that decides what is drawn.
type Lot = [u8; 16];

impl<R> Sampler<R> {
    /// Nothing taken yet.
    #[must_use]
    pub fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            strata: BTreeMap::new(),
        }
    }

    /// Takes all journeys of a person, each with its id and stratum.
    pub fn add(&mut self, user_id: &str, journeys: Vec<(String, Stratum, R)>) {
        let all = journeys.len();
        let lots = journeys
            .into_iter()
            .map(|(journey_id, stratum, row)| (self.lot(user_id, &journey_id), stratum, row));
        let mut lots: Vec<(Lot, Stratum, R)> = lots.collect();
        lots.sort_unstable_by_key(|(lot, ..)| *lot);
        lots.truncate(self.sampling.per_person);
        let stands_for = all as f64 / lots.len().max(1) as f64;
        for (lot, stratum, row) in lots {
            let kept = self.strata.entry(stratum).or_insert_with(|| Kept {
                seen: 0,
                rows: BTreeMap::new(),
            });
            kept.seen += 1;
            kept.rows.insert(lot, (row, stands_for));
            if kept.rows.len() > self.sampling.journeys {
                kept.rows.pop_last();
            }
        }
    }

    fn lot(&self, user_id: &str, journey_id: &str) -> Lot {
        let mut hasher = blake3::Hasher::new_derive_key("wayline 2026 sample of journeys");
        hasher.update(&self.sampling.seed.to_le_bytes());
        hasher.update(&(user_id.len() as u64).to_le_bytes());
        hasher.update(user_id.as_bytes());
        hasher.update(journey_id.as_bytes());
        let mut lot = Lot::default();
        lot.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        lot
    }

    /// The sample, in an order that says nothing: as many of each stratum, and where one has fewer,
    /// more of the others.
    #[must_use]
    pub fn finish(self) -> Vec<Drawn<R>> {
        let sizes: Vec<usize> = self.strata.values().map(|kept| kept.rows.len()).collect();
        let shares = shares(&sizes, self.sampling.journeys);
        let mut drawn = BTreeMap::new();
        for (kept, share) in self.strata.into_values().zip(shares) {
            let of_stratum = kept.seen as f64 / share.max(1) as f64;
            for (lot, (row, of_person)) in kept.rows.into_iter().take(share) {
                let weight = of_stratum * of_person;
                drawn.insert(lot, Drawn { row, weight });
            }
        }
        drawn.into_values().collect()
    }
}

/// Shares `wanted` out, one at a time to each that has more, in their order.
fn shares(sizes: &[usize], wanted: usize) -> Vec<usize> {
    let mut shares = vec![0; sizes.len()];
    let mut left = wanted.min(sizes.iter().sum());
    while left > 0 {
        for (share, size) in shares.iter_mut().zip(sizes) {
            if *share < *size && left > 0 {
                *share += 1;
                left -= 1;
            }
        }
    }
    shares
}
