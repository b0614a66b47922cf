//! Counting pairs of keywords over people.

use foldhash::quality::FixedState;
use std::hash::BuildHasher;

use crate::extract::Extracted;

use super::CorpusConfig;
use super::moments::{MOST_PAIRS, Moments};

/// That one person had two keywords in one moment. Sorted, those of one pair lie side by side, so
/// counting is sorting.
///
/// A keyword is its text's hash of 62 bits here, which keeps millions of pairs small. Two texts
/// with one hash would be taken for one; among two million kept texts that happens once in two
/// million logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairSeen(u128);

const LEVEL_BITS: u32 = 4;
const HASH_BITS: u32 = 62;

impl PairSeen {
    /// Bytes of the binary form.
    pub const BYTES: usize = 16;

    fn new(a: u64, b: u64, level: u8) -> Self {
        let (low, high) = (a.min(b), a.max(b));
        let texts = (u128::from(low) << HASH_BITS) | u128::from(high);
        Self((texts << LEVEL_BITS) | u128::from(level))
    }

    /// The hashes of both texts.
    pub(super) fn texts(self) -> (u64, u64) {
        let texts = self.0 >> LEVEL_BITS;
        let mask = (1 << HASH_BITS) - 1;
        ((texts >> HASH_BITS) as u64, (texts & mask) as u64)
    }

    /// The level of the person in the [sample](least_level).
    pub(super) fn level(self) -> u8 {
        (self.0 & ((1 << LEVEL_BITS) - 1)) as u8
    }

    /// For a file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    /// From a file.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }
}

/// The same on every machine and in every run.
pub(super) fn hash_of(text: &str) -> u64 {
    FixedState::with_seed(0x7761_796c_696e_6521).hash_one(text) >> (64 - HASH_BITS)
}

/// Of more than `most` people a sample has its pairs counted: every level leaves half of those on
/// the level before it. Which people these are depends on their ids and on how many people there
/// are, not on their order.
pub(super) fn least_level(people: u64, most: u64) -> u8 {
    let highest = (1 << LEVEL_BITS) - 1;
    let enough = |level: &u8| people >> level <= most;
    (0..highest).find(enough).unwrap_or(highest)
}

/// The last level on which a person is: half of all people on 0, a quarter on 1, and so on.
fn level_of(user_id: &str) -> u8 {
    let hash = blake3::hash(user_id.as_bytes());
    let bytes = hash.as_bytes();
    let zeros = u16::from_be_bytes([bytes[0], bytes[1]]).leading_zeros();
    zeros.min((1 << LEVEL_BITS) - 1) as u8
}

/// Collects the pairs of people. What several builders [hand out](Self::finish) is counted together
/// by [`TogetherCounts`](super::TogetherCounts).
pub struct PairBuilder {
    most_people: u64,
    moments: Moments,
    hashes: Vec<u64>,
    seen: Vec<PairSeen>,
}

impl PairBuilder {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(config: &CorpusConfig) -> Self {
        Self {
            most_people: if config.max_partners == 0 {
                0
            } else {
                config.max_pair_people
            },
            moments: Moments::default(),
            hashes: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// Takes a person; `people` have come so far, this one among them, here or elsewhere. They can
    /// only become more, so who is no longer in the sample needs no counting.
    pub fn add(&mut self, person: &Extracted, people: u64) {
        if self.most_people == 0 {
            return;
        }
        let level = level_of(&person.user_id);
        if level < least_level(people, self.most_people) {
            return;
        }
        self.hashes.clear();
        let texts = person.keywords.iter().map(|keyword| &keyword.text);
        self.hashes.extend(texts.map(|text| hash_of(text)));
        let hashes = &self.hashes;
        let pairs = self.moments.pairs(person).iter();
        self.seen.extend(
            pairs.map(|(a, b)| PairSeen::new(hashes[*a as usize], hashes[*b as usize], level)),
        );
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.seen.len() * size_of::<PairSeen>()
    }

    /// Whether another person might take it beyond so many bytes.
    #[must_use]
    pub fn is_full(&self, most_bytes: usize) -> bool {
        !self.seen.is_empty() && self.bytes() + MOST_PAIRS * size_of::<PairSeen>() > most_bytes
    }

    /// Hands `take` in order what was seen, and starts anew in the same memory: grown anew, it
    /// would be copied again and again.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn drain_to<E>(
        &mut self,
        take: impl FnOnce(&[PairSeen]) -> Result<(), E>,
    ) -> Result<(), E> {
        sort(&mut self.seen, 0);
        let taken = take(&self.seen);
        self.seen.clear();
        taken
    }

    /// What was seen, in order.
    #[must_use]
    pub fn finish(mut self) -> Vec<PairSeen> {
        sort(&mut self.seen, 0);
        self.seen
    }
}

const DIGIT_BITS: u32 = 8;
/// More digits hardly part what the first ones leave together: pairs of one frequent keyword.
const DIGITS: u32 = 2;
/// Fewer are sorted faster by comparing.
const FEW: usize = 256;

/// Sorts by the first digits of hashes, which part pairs evenly, place by place (McIlroy, Bostic &
/// McIlroy, *Engineering Radix Sort*, 1993), and small parts by comparing.
fn sort(seen: &mut [PairSeen], digit: u32) {
    if seen.len() < FEW || digit == DIGITS {
        seen.sort_unstable();
        return;
    }
    let shift = u64::BITS - (digit + 1) * DIGIT_BITS;
    let digit_of = |pair: PairSeen| usize::from(((pair.0 >> 64) as u64 >> shift) as u8);
    let mut ends = [0_usize; 1 << DIGIT_BITS];
    for pair in seen.iter() {
        ends[digit_of(*pair)] += 1;
    }
    let mut next = [0_usize; 1 << DIGIT_BITS];
    let mut before = 0;
    for (start, end) in next.iter_mut().zip(&mut ends) {
        *start = before;
        before += *end;
        *end = before;
    }
    for part in 0..ends.len() {
        while next[part] < ends[part] {
            // What lies here changes places with what lies where it belongs.
            let belongs = digit_of(seen[next[part]]);
            if belongs != part {
                seen.swap(next[part], next[belongs]);
            }
            next[belongs] += 1;
        }
    }
    let mut start = 0;
    for end in ends {
        sort(&mut seen[start..end], digit + 1);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorted_however_many_and_however_alike(
            pairs in prop::collection::vec((0_u64..20, 0_u64..1 << HASH_BITS, 0_u8..3), 0..2_000),
            spread in any::<bool>(),
        ) {
            let mut seen: Vec<PairSeen> = pairs
                .iter()
                .map(|(few, many, level)| {
                    PairSeen::new(if spread { many ^ 0xabcd_ef01_2345 } else { *few }, *many, *level)
                })
                .collect();
            let mut expected = seen.clone();
            expected.sort();
            sort(&mut seen, 0);
            prop_assert_eq!(seen, expected);
        }
    }
}
