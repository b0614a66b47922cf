//! What everybody's log says goes together with the keywords of units.

use crate::corpus::KeywordFacts;
use crate::extract::{Extracted, Unit};

use super::profiles::Profiles;

/// The strongest association that the corpus gives: a partner's weight is its share of it.
const STRONGEST: f32 = 4.0;

/// A unit's keywords and what goes together with them over all people. Two units are near when
/// the one's keyword goes together with the other's, or both with the same third.
pub(super) fn together_profiles(person: &Extracted, facts: &KeywordFacts) -> Profiles {
    let mut partners = Partners::new(person.keywords.len());
    let mut carried: Vec<u32> = Vec::new();
    let mut ends: Vec<usize> = Vec::with_capacity(person.units.len());
    for unit in &person.units {
        carried.extend(keywords_of(unit).filter(|keyword| partners.look_up(*keyword, facts)));
        ends.push(carried.len());
    }
    Profiles::new(person.units.len(), partners.numbers.len(), |unit, sums| {
        let start = unit.checked_sub(1).map_or(0, |before| ends[before]);
        for keyword in &carried[start..ends[unit]] {
            for (number, weight) in partners.of(*keyword) {
                sums.add(*number, *weight);
            }
        }
    })
}

fn keywords_of(unit: &Unit) -> impl Iterator<Item = u32> {
    let labels = unit.annotations.iter().chain(&unit.interests);
    unit.query
        .into_iter()
        .chain(labels.map(|(label, _)| *label))
}

/// Of each keyword of a person that units carry, itself and its partners with their weights;
/// looked up once, however many units carry it.
struct Partners {
    entries: Vec<(u32, f32)>,
    /// Where in `entries` each keyword's are.
    ranges: Vec<Option<(u32, u32)>>,
    numbers: Numbers,
}

impl Partners {
    fn new(keywords: usize) -> Self {
        Self {
            entries: Vec::new(),
            ranges: vec![None; keywords],
            numbers: Numbers::default(),
        }
    }

    /// Whether the keyword has any.
    fn look_up(&mut self, keyword: u32, facts: &KeywordFacts) -> bool {
        let range = &mut self.ranges[keyword as usize];
        if let Some((start, end)) = range {
            return start < end;
        }
        let start = self.entries.len() as u32;
        let partners = facts.partners(keyword);
        if let Some(id) = facts.corpus_id(keyword).filter(|_| !partners.is_empty()) {
            let rarity = facts.rarity(keyword);
            self.numbers.reserve(partners.len() + 1);
            self.entries.push((self.numbers.of(id), rarity));
            for partner in partners {
                let weight = rarity * partner.association / STRONGEST;
                self.entries
                    .push((self.numbers.of(partner.keyword), weight));
            }
        }
        let end = self.entries.len() as u32;
        *range = Some((start, end));
        start < end
    }

    fn of(&self, keyword: u32) -> &[(u32, f32)] {
        let (start, end) = self.ranges[keyword as usize].unwrap_or_default();
        &self.entries[start as usize..end as usize]
    }
}

/// Numbers ids of the corpus in the order in which they come. A hash table for just this: ids
/// only come in, and are well spread by one multiplication.
#[derive(Default)]
struct Numbers {
    /// (id, number + 1), 0 where nothing is; a power of two, at most half full.
    slots: Vec<(u32, u32)>,
    count: u32,
}

impl Numbers {
    fn len(&self) -> usize {
        self.count as usize
    }

    /// Makes room for so many more.
    fn reserve(&mut self, more: usize) {
        let wanted = 2 * (self.len() + more);
        if wanted > self.slots.len() {
            let room = vec![(0, 0); (2 * wanted).next_power_of_two().max(1_024)];
            for (id, number) in std::mem::replace(&mut self.slots, room) {
                if number > 0 {
                    let place = self.place(id);
                    self.slots[place] = (id, number);
                }
            }
        }
    }

    /// The number of an id; there must be room.
    fn of(&mut self, id: u32) -> u32 {
        let place = self.place(id);
        let slot = &mut self.slots[place];
        if slot.1 == 0 {
            self.count += 1;
            *slot = (id, self.count);
        }
        slot.1 - 1
    }

    /// Where the id is, or is to be.
    fn place(&self, id: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = (u64::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        while self.slots[place].1 > 0 && self.slots[place].0 != id {
            place = (place + 1) & mask;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_numbers() {
        let mut numbers = Numbers::default();
        for round in 0..2 {
            for id in 0..5_000_u32 {
                numbers.reserve(1);
                assert_eq!(
                    numbers.of(id.wrapping_mul(858_993_459)),
                    id,
                    "round {round}"
                );
            }
        }
        assert_eq!(numbers.len(), 5_000);
    }
}
