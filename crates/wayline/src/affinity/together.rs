//! What everybody's log says goes together with the keywords of units.

use crate::corpus::{KeywordFacts, STRONGEST_ASSOCIATION};
use crate::extract::Extracted;
use crate::vectorised::vectorised;

use super::carriers::Carriers;
use super::vectors::add_scaled;

/// Keywords of one person that are looked up, those of searches first, so that their products with
/// each other take a few megabytes at most. Hardly anybody has as many.
const MOST_KEYWORDS: usize = 1_500;

/// Profiles of units over what goes together with their keywords: two units are near when the
/// one's keyword goes together with the other's, or both with the same third.
///
/// A unit's profile is the sum of its keywords' ones, and few keywords make up many units. So
/// products are taken of keywords, not of units, and added up.
pub(super) struct Together {
    /// Keywords of each unit that go together with anything, unit by unit.
    carried: Vec<u32>,
    ends: Vec<u32>,
    /// 1 for units that carry any, else 0.
    has: Vec<f32>,
    /// 1 / length of each unit's profile.
    factors: Vec<f32>,
    /// For each keyword its product with the profiles of eight units, brought to unit length; all
    /// keywords with the first eight, with the next eight, and so on.
    products: Vec<[f32; 8]>,
    keywords: usize,
}

impl Together {
    pub(super) fn of(person: &Extracted, facts: &KeywordFacts) -> Self {
        let mut partners = Partners::new(person.keywords.len());
        let mut carried: Vec<u32> = Vec::new();
        let mut ends: Vec<u32> = Vec::with_capacity(person.units.len());
        for unit in &person.units {
            let labels = unit.annotations.iter().chain(&unit.interests);
            let labels = labels.map(|(label, _)| *label);
            for keyword in unit.query.into_iter().chain(labels) {
                carried.extend(partners.look_up(keyword, facts));
            }
            ends.push(carried.len() as u32);
        }
        let mut together = Self {
            has: Vec::with_capacity(ends.len()),
            factors: Vec::with_capacity(ends.len()),
            carried,
            ends,
            products: Vec::new(),
            keywords: partners.ends.len(),
        };
        together.multiply(&partners.products());
        together
    }

    /// From the products of all keywords with each other to those with units. Where units don't
    /// fill up the last eight, factors of 0 do.
    fn multiply(&mut self, of_keywords: &[f32]) {
        let keywords = self.keywords;
        let units = self.ends.len();
        let mut eight = vec![0.0_f32; 8 * keywords];
        self.products.reserve(units.div_ceil(8) * keywords);
        for first in (0..units).step_by(8) {
            let mut factors = [0.0; 8];
            for (unit, factor) in (first..units).zip(&mut factors) {
                let own = self.carried_by(unit);
                let sum = &mut eight[(unit - first) * keywords..][..keywords];
                sum.fill(0.0);
                for keyword in own {
                    let row = &of_keywords[*keyword as usize * keywords..][..keywords];
                    add_scaled(sum, 1.0, row);
                }
                let square: f32 = own.iter().map(|keyword| sum[*keyword as usize]).sum();
                if square > 0.0 {
                    *factor = 1.0 / square.sqrt();
                }
                self.has.push(f32::from(u8::from(square > 0.0)));
            }
            self.factors.extend(factors);
            interleave(&eight, keywords, &factors, &mut self.products);
        }
    }

    fn carried_by(&self, unit: usize) -> &[u32] {
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.carried[start as usize..self.ends[unit] as usize]
    }

    /// The cosines of a unit with all units after it, and whether both have anything at all; by
    /// index of the other unit.
    pub(super) fn fill(&self, left: usize, cosines: &mut [f32], on_both: &mut [f32]) {
        if self.has[left] == 0.0 {
            cosines[left + 1..].fill(0.0);
            on_both[left + 1..].fill(0.0);
            return;
        }
        on_both[left + 1..].copy_from_slice(&self.has[left + 1..]);
        let (own, factor) = (self.carried_by(left), self.factors[left]);
        let first = (left + 1) / 8;
        let eights = self.products.chunks_exact(self.keywords).skip(first);
        for (products, out) in eights.zip(cosines[first * 8..].chunks_mut(8)) {
            let mut sums = [0.0; 8];
            for keyword in own {
                for (sum, product) in sums.iter_mut().zip(&products[*keyword as usize]) {
                    *sum += product;
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = sum * factor;
            }
        }
    }
}

vectorised! {
    /// Appends eight rows column by column, each times its factor.
    fn interleave(rows: &[f32], length: usize, factors: &[f32; 8], out: &mut Vec<[f32; 8]>) {
        let (a, rest) = rows.split_at(length);
        let (b, rest) = rest.split_at(length);
        let (c, rest) = rest.split_at(length);
        let (d, rest) = rest.split_at(length);
        let (e, rest) = rest.split_at(length);
        let (f, rest) = rest.split_at(length);
        let (g, h) = rest.split_at(length);
        let start = out.len();
        out.resize(start + length, [0.0; 8]);
        let firsts = a.iter().zip(b).zip(c).zip(d);
        let lasts = e.iter().zip(f).zip(g).zip(h);
        for ((out, (((a, b), c), d)), (((e, f), g), h)) in
            out[start..].iter_mut().zip(firsts).zip(lasts)
        {
            let column = [*a, *b, *c, *d, *e, *f, *g, *h];
            for lane in 0..8 {
                out[lane] = column[lane] * factors[lane];
            }
        }
    }
}

/// Of each keyword of a person that units carry and that goes together with anything: itself and
/// its partners with their weights. Looked up once, however many units carry it.
struct Partners {
    /// (number of the partner, weight), keyword by keyword.
    entries: Vec<(u32, f32)>,
    ends: Vec<u32>,
    /// By index of [`Extracted::keywords`]: whether it was looked up, and its place here.
    places: Vec<Option<Option<u32>>>,
    numbers: Numbers,
}

impl Partners {
    fn new(keywords: usize) -> Self {
        Self {
            entries: Vec::new(),
            ends: Vec::new(),
            places: vec![None; keywords],
            numbers: Numbers::default(),
        }
    }

    /// The keyword's place, if it goes together with anything and says anything.
    fn look_up(&mut self, keyword: u32, facts: &KeywordFacts) -> Option<u32> {
        if let Some(place) = self.places[keyword as usize] {
            return place;
        }
        let (partners, rarity) = (facts.partners(keyword), facts.rarity(keyword));
        let id = facts.corpus_id(keyword);
        let room = self.ends.len() < MOST_KEYWORDS;
        let id = id.filter(|_| room && !partners.is_empty() && rarity > 0.0);
        let place = id.map(|id| {
            self.numbers.reserve(partners.len() + 1);
            self.entries.push((self.numbers.of(id), rarity));
            for partner in partners {
                let weight = rarity * partner.association / STRONGEST_ASSOCIATION;
                self.entries
                    .push((self.numbers.of(partner.keyword), weight));
            }
            self.ends.push(self.entries.len() as u32);
            self.ends.len() as u32 - 1
        });
        self.places[keyword as usize] = Some(place);
        place
    }

    /// The inner products of all keywords with each other, row by row.
    fn products(&self) -> Vec<f32> {
        let keywords = self.ends.len();
        let carriers = Carriers::new(self.numbers.len(), &self.entries, &self.ends);
        let mut products = vec![0.0; keywords * keywords];
        let mut start = 0;
        for (keyword, end) in self.ends.iter().enumerate() {
            let own = &self.entries[start..*end as usize];
            start = *end as usize;
            let row = &mut products[keyword * keywords..][..keywords];
            row[keyword] = own.iter().map(|(_, weight)| weight * weight).sum();
            carriers.add_products(keyword, row);
            for other in keyword + 1..keywords {
                products[other * keywords + keyword] = products[keyword * keywords + other];
            }
        }
        products
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
    use crate::affinity::profiles::Profiles;
    use crate::samples::{corpus_of, simulated};

    /// Summed up unit by unit, as the features' description says it.
    fn plainly(person: &Extracted, facts: &KeywordFacts, keys: usize) -> Profiles {
        Profiles::new(person.units.len(), keys, |unit, sums| {
            let unit = &person.units[unit];
            let labels = unit.annotations.iter().chain(&unit.interests);
            let labels = labels.map(|(label, _)| *label);
            for keyword in unit.query.into_iter().chain(labels) {
                let partners = facts.partners(keyword);
                if partners.is_empty() {
                    continue;
                }
                let rarity = facts.rarity(keyword);
                sums.add(facts.corpus_id(keyword).unwrap(), rarity);
                for partner in partners {
                    sums.add(
                        partner.keyword,
                        rarity * partner.association / STRONGEST_ASSOCIATION,
                    );
                }
            }
        })
    }

    #[test]
    fn products_of_keywords_add_up_to_those_of_units() {
        let people = simulated(12, 5);
        let corpus = corpus_of(&people);
        let mut near = 0;
        for person in &people {
            let facts = KeywordFacts::of(person, &corpus);
            let together = Together::of(person, &facts);
            let plain = plainly(person, &facts, 100_000);
            let units = person.units.len();
            let room = || vec![0.0; units];
            let (mut cosines, mut on_both) = (room(), room());
            let (mut plain_cosines, mut plain_on_both) = (room(), room());
            for left in 0..units {
                together.fill(left, &mut cosines, &mut on_both);
                plain.fill(left, &mut plain_cosines, &mut plain_on_both);
                assert_eq!(on_both[left + 1..], plain_on_both[left + 1..]);
                for right in left + 1..units {
                    let (found, wanted) = (cosines[right], plain_cosines[right]);
                    assert!((found - wanted).abs() < 1e-4, "{found} for {wanted}");
                    near += u32::from(found > 0.2);
                }
            }
        }
        assert!(near > 50, "{near}");
    }

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
