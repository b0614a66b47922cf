//! Which words look misspelt: a rare word beside a much more common one that differs by a letter.

use foldhash::HashMap;

use crate::corpus::{Corpus, words};
use crate::extract::Extracted;
use crate::vectorised::vectorised;

/// Shorter words differ by a letter too often by chance.
const SHORTEST: usize = 4;
/// Longer ones are no words that a person would misspell by one letter, and cost their length
/// squared to compare.
const LONGEST: usize = 32;
/// How many times more common the well-spelt sibling must be.
const MORE_COMMON: f64 = 2.0;
/// So many words are looked at side by side.
const BLOCK: usize = 16;
/// What the share of people who use a word weighs beside the visits of this person.
const EVERYBODY: f64 = 100.0;

/// The words of one person's keywords, as they come: few are looked at, so sorting them out
/// beforehand would cost more than it saves.
pub(super) struct Spelling<'a> {
    corpus: &'a Corpus,
    words: Vec<Word<'a>>,
    /// A bit for each letter of each word: words that differ by one letter differ in at most two.
    letters: Vec<[u32; BLOCK]>,
    misspelt: HashMap<String, bool>,
    near: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    visits: u32,
}

impl<'a> Spelling<'a> {
    pub(super) fn of(person: &'a Extracted, corpus: &'a Corpus) -> Self {
        let carried = person
            .keywords
            .iter()
            .filter(|keyword| keyword.unsupported.is_none());
        let mut all = Vec::with_capacity(2 * person.keywords.len());
        for keyword in carried {
            let visits = keyword.visits;
            checked_words(&keyword.text).for_each(|text| all.push(Word { text, visits }));
        }
        let mut blocks = vec![[0; BLOCK]; all.len().div_ceil(BLOCK)];
        for (place, word) in blocks.as_flattened_mut().iter_mut().zip(&all) {
            *place = letters(word.text);
        }
        Self {
            corpus,
            letters: blocks,
            words: all,
            misspelt: HashMap::default(),
            near: Vec::new(),
        }
    }

    /// Whether a word of the text looks misspelt.
    pub(super) fn looks_misspelt(&mut self, text: &str) -> bool {
        checked_words(text).any(|word| {
            let known = self.misspelt.get(word).copied();
            known.unwrap_or_else(|| {
                let misspelt = self.has_better_sibling(word);
                self.misspelt.insert(word.to_owned(), misspelt);
                misspelt
            })
        })
    }

    fn has_better_sibling(&mut self, text: &str) -> bool {
        self.near.clear();
        find_near(letters(text), &self.letters, &mut self.near);
        let mut own = Word { text, visits: 0 };
        let mut siblings: Vec<Word<'_>> = Vec::new();
        for place in &self.near {
            // The last block may end in empty places.
            let Some(word) = self.words.get(*place as usize).copied() else {
                break;
            };
            if word.text == text {
                own.visits += word.visits;
            } else if let Some(known) = siblings.iter_mut().find(|it| it.text == word.text) {
                known.visits += word.visits;
            } else if differ_by_one_edit(text, word.text) && !differs_by_ending(text, word.text) {
                siblings.push(word);
            }
        }
        let least = MORE_COMMON * self.commonness(&own);
        siblings.iter().any(|word| self.commonness(word) >= least)
    }

    /// Over people, and within this person.
    fn commonness(&self, word: &Word<'_>) -> f64 {
        EVERYBODY * self.corpus.share_of_word(word.text) + f64::from(word.visits)
    }
}

fn checked_words(text: &str) -> impl Iterator<Item = &str> {
    words(text).filter(|word| (SHORTEST..=LONGEST).contains(&word.len()))
}

fn letters(word: &str) -> u32 {
    let bit = |code: u32| 1 << (code % 32);
    if word.is_ascii() {
        word.bytes().fold(0, |bits, byte| bits | bit(byte.into()))
    } else {
        word.chars()
            .fold(0, |bits, letter| bits | bit(letter.into()))
    }
}

vectorised! {
    /// Appends the places of those that differ from `own` in at most two bits.
    fn find_near(own: u32, letters: &[[u32; BLOCK]], near: &mut Vec<u32>) {
        let is_near = |letters: u32| {
            let differ = letters ^ own;
            // Each step clears the lowest bit.
            let but_one = differ & differ.wrapping_sub(1);
            but_one & but_one.wrapping_sub(1) == 0
        };
        for (block, letters) in (0..).zip(letters) {
            if letters.iter().fold(false, |any, it| any | is_near(*it)) {
                let places = (0..).zip(letters).filter(|(_, it)| is_near(**it));
                near.extend(places.map(|(place, _)| block * BLOCK as u32 + place));
            }
        }
    }
}

/// Whether one letter more, less or another, or two neighbours changed about, makes one word the
/// other: a Damerau–Levenshtein distance of 1.
fn differ_by_one_edit(left: &str, right: &str) -> bool {
    fn differ<T: PartialEq>(left: &[T], right: &[T]) -> bool {
        if left.len().abs_diff(right.len()) > 1 {
            return false;
        }
        let both = || left.iter().zip(right);
        let first = both().take_while(|(left, right)| left == right).count();
        let (left, right) = (&left[first..], &right[first..]);
        let both = left.iter().rev().zip(right.iter().rev());
        let last = both.take_while(|(left, right)| left == right).count();
        match (&left[..left.len() - last], &right[..right.len() - last]) {
            ([_], [] | [_]) | ([], [_]) => true,
            ([a, b], [c, d]) => a == d && b == c,
            _ => false,
        }
    }
    if left.is_ascii() && right.is_ascii() {
        return differ(left.as_bytes(), right.as_bytes());
    }
    let [left, right] = [left, right].map(|word| word.chars().collect::<Vec<char>>());
    differ(&left, &right)
}

/// A plural is no typo.
fn differs_by_ending(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() {
        (left, right)
    } else {
        (right, left)
    };
    matches!(long.strip_prefix(short), Some("s" | "d" | "y" | "e"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_edit_is_a_distance_of_one(left in "[abé]{0,6}", right in "[abé]{0,6}") {
            let far = strsim::damerau_levenshtein(&left, &right);
            prop_assert_eq!(differ_by_one_edit(&left, &right), far == 1, "{}", far);
            let mut near = Vec::new();
            let mut block = [u32::MAX; BLOCK];
            block[2] = letters(&right);
            find_near(letters(&left), &[block], &mut near);
            prop_assert!(far != 1 || near == [2]);
        }
    }
}
