//! Which keywords a person had in one moment.
//!
//! A moment is two searches of one visit that follow each other closely, a search with an item
//! that it led to, or an item alone: its own labels were seen at once.

use std::cmp::Reverse;

use crate::extract::{Extracted, Unit, UnitKind};

/// So many pairs of one person count, those of the strongest moments.
pub const MOST_PAIRS: usize = 1_500;

/// A search goes together with so many searches after it, the nearest weighing most.
const NEXT_SEARCHES: [f32; 2] = [1.0, 0.5];
/// Searches farther apart than this share no moment.
const CLOSE_MILLIS: i64 = 10 * 60 * 1_000;
/// Weaker links are of items that came up long after the search, or after another.
const LEAST_LINK: f32 = 0.15;
/// An item's own labels come after close searches and what searches clearly led to.
const OWN_LABELS: f32 = 0.4;
/// Of an item's annotations and interests so many count, the most frequent there.
const MOST_LABELS: usize = 10;

/// Lists the pairs of one person after the other; keeps its memory for the next.
#[derive(Default)]
pub struct Moments {
    moments: Vec<Moment>,
    searches: Vec<(i64, u32, u32)>,
    carried: Carried,
    seen: Seen,
    pairs: Vec<(u32, u32)>,
}

/// Two units, or an item twice, as one number: in order the strongest come first, then those of
/// the first units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(u128);

impl Moment {
    /// Of a strength above 0.
    fn new(strength: f32, first: u32, second: u32) -> Self {
        // Bits of floats above 0 are in their order.
        let weakness = u128::from(!strength.to_bits());
        Self((weakness << 64) | (u128::from(first) << 32) | u128::from(second))
    }

    fn units(self) -> (u32, u32) {
        ((self.0 >> 32) as u32, self.0 as u32)
    }
}

impl Moments {
    /// Pairs of keyword indexes, each once and the lower index first; at most [`MOST_PAIRS`].
    /// Keywords and units stand in the order of their texts, so ties are broken by text.
    pub fn pairs(&mut self, person: &Extracted) -> &[(u32, u32)] {
        self.find(person);
        self.moments.sort_unstable();
        self.carried.fill(person);
        self.seen.clear();
        self.pairs.clear();
        for moment in &self.moments {
            let (one, other) = moment.units();
            let first = self.carried.by(one);
            let second = self.carried.by(other);
            for (place, a) in first.iter().enumerate() {
                // An item with itself: every pair of its labels once.
                let start = if one == other { place + 1 } else { 0 };
                for b in &second[start..] {
                    let pair = (*a.min(b), *a.max(b));
                    if a != b && self.seen.insert(pair) {
                        self.pairs.push(pair);
                    }
                    if self.pairs.len() == MOST_PAIRS {
                        return &self.pairs;
                    }
                }
            }
        }
        &self.pairs
    }

    fn find(&mut self, person: &Extracted) {
        self.moments.clear();
        self.searches.clear();
        for (index, unit) in (0..).zip(&person.units) {
            match unit.kind {
                UnitKind::Item => self.moments.push(Moment::new(OWN_LABELS, index, index)),
                UnitKind::Search => {
                    for (item, weight) in &unit.context {
                        if *weight >= LEAST_LINK {
                            self.moments.push(Moment::new(*weight, index, *item));
                        }
                    }
                    let times = unit.occurrences.iter();
                    self.searches
                        .extend(times.map(|at| (at.time.millis(), at.visit, index)));
                }
            }
        }
        self.find_close_searches();
    }

    fn find_close_searches(&mut self) {
        self.searches.sort_unstable();
        for (place, (time, visit, unit)) in self.searches.iter().enumerate() {
            let later = self.searches[place + 1..].iter();
            let close = later
                .take_while(|(later, its, _)| its == visit && later - time <= CLOSE_MILLIS)
                .filter(|(_, _, other)| other != unit);
            for ((_, _, other), strength) in close.zip(NEXT_SEARCHES) {
                let (first, second) = (*unit.min(other), *unit.max(other));
                self.moments.push(Moment::new(strength, first, second));
            }
        }
    }
}

/// The keywords that each unit brings into a moment: a search its query, an item its labels.
#[derive(Default)]
struct Carried {
    keywords: Vec<u32>,
    ends: Vec<usize>,
    labels: Vec<(u32, u32)>,
}

impl Carried {
    fn fill(&mut self, person: &Extracted) {
        self.keywords.clear();
        self.ends.clear();
        let supported = |keyword: u32| person.keywords[keyword as usize].unsupported.is_none();
        for unit in &person.units {
            match unit.query {
                Some(query) => self
                    .keywords
                    .extend(Some(query).filter(|it| supported(*it))),
                None => {
                    self.choose_labels(unit);
                    let labels = self.labels.iter().map(|(label, _)| *label);
                    self.keywords.extend(labels.filter(|it| supported(*it)));
                }
            }
            self.ends.push(self.keywords.len());
        }
    }

    fn choose_labels(&mut self, item: &Unit) {
        self.labels.clear();
        self.labels.extend(&item.annotations);
        self.labels.extend(&item.interests);
        if self.labels.len() > MOST_LABELS {
            self.labels
                .sort_unstable_by_key(|(label, events)| (Reverse(*events), *label));
            self.labels.truncate(MOST_LABELS);
        }
    }

    fn by(&self, unit: u32) -> &[u32] {
        let unit = unit as usize;
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.keywords[start..self.ends[unit]]
    }
}

/// The pairs of one person so far, at most [`MOST_PAIRS`]: a table that is never full.
#[derive(Default)]
struct Seen {
    pairs: Vec<u64>,
}

impl Seen {
    const BITS: u32 = (2 * MOST_PAIRS).next_power_of_two().ilog2();

    fn clear(&mut self) {
        self.pairs.clear();
        self.pairs.resize(1 << Self::BITS, 0);
    }

    /// Whether the pair is new.
    fn insert(&mut self, (low, high): (u32, u32)) -> bool {
        // Not 0, since the higher index isn't.
        let pair = (u64::from(low) << 32) | u64::from(high);
        let mixed = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut place = (mixed >> (64 - Self::BITS)) as usize;
        while self.pairs[place] != 0 {
            if self.pairs[place] == pair {
                return false;
            }
            place = (place + 1) % self.pairs.len();
        }
        self.pairs[place] = pair;
        true
    }
}

#[cfg(test)]
mod tests;
