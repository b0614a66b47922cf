//! Which people are judged.

use std::collections::BTreeMap;

use super::lots::{Lot, LotFor, lot};

/// Takes people one after the other and keeps a sample of them, drawn by a seed whatever their order.
/// A larger sample of the same seed holds the smaller one.
pub struct PeopleSampler<T> {
    most: usize,
    seed: u32,
    seen: u64,
    kept: BTreeMap<Lot, (String, T)>,
}

impl<T> PeopleSampler<T> {
    /// For `most` people.
    #[must_use]
    pub fn new(most: usize, seed: u32) -> Self {
        Self {
            most,
            seed,
            seen: 0,
            kept: BTreeMap::new(),
        }
    }

    /// Takes one person, with what belongs to them.
    pub fn add(&mut self, user_id: String, of_person: T) {
        self.seen += 1;
        let lot = lot(LotFor::People, self.seed, &user_id, "");
        self.kept.insert(lot, (user_id, of_person));
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    /// How many were taken in.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The sample, by id.
    #[must_use]
    pub fn finish(self) -> BTreeMap<String, T> {
        self.kept.into_values().collect()
    }
}
