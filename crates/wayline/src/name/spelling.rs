//! Which words look misspelt: a rare word beside a much more common one that differs by a letter.

use foldhash::{HashMap, HashMapExt};

use crate::corpus::{Corpus, words};
use crate::extract::Extracted;

/// Shorter words differ by a letter too often by chance.
const SHORTEST: usize = 4;
/// Longer ones are no words that a person would misspell by one letter, and cost their length
/// squared to compare.
const LONGEST: usize = 32;
/// How many times more common the well-spelt sibling must be.
const MORE_COMMON: f64 = 2.0;
/// What the share of people who use a word weighs beside the visits of this person.
const EVERYBODY: f64 = 100.0;

/// The words of one person's keywords.
pub(super) struct Spelling<'a> {
    corpus: &'a Corpus,
    words: Vec<Word<'a>>,
    index: HashMap<&'a str, usize>,
}

struct Word<'a> {
    text: &'a str,
    /// A bit for each letter in it: words that differ by one letter differ in at most two bits.
    letters: u64,
    visits: u32,
    misspelt: Option<bool>,
}

impl<'a> Spelling<'a> {
    pub(super) fn of(person: &'a Extracted, corpus: &'a Corpus) -> Self {
        let mut spelling = Self {
            corpus,
            words: Vec::new(),
            index: HashMap::new(),
        };
        let carried = person
            .keywords
            .iter()
            .filter(|keyword| keyword.unsupported.is_none());
        for keyword in carried {
            for text in
                words(&keyword.text).filter(|word| (SHORTEST..=LONGEST).contains(&word.len()))
            {
                let next = spelling.words.len();
                let place = *spelling.index.entry(text).or_insert(next);
                if place == next {
                    spelling.words.push(Word {
                        text,
                        letters: letters(text),
                        visits: 0,
                        misspelt: None,
                    });
                }
                spelling.words[place].visits += keyword.visits;
            }
        }
        spelling
    }

    /// Whether a word of the text looks misspelt.
    pub(super) fn looks_misspelt(&mut self, text: &str) -> bool {
        let places: Vec<usize> = words(text)
            .filter_map(|word| self.index.get(word).copied())
            .collect();
        places.into_iter().any(|place| {
            let known = self.words[place].misspelt;
            let misspelt = known.unwrap_or_else(|| self.has_better_sibling(&self.words[place]));
            self.words[place].misspelt = Some(misspelt);
            misspelt
        })
    }

    fn has_better_sibling(&self, word: &Word<'_>) -> bool {
        let own = self.commonness(word);
        self.words.iter().any(|other| {
            (other.letters ^ word.letters).count_ones() <= 2
                && other.text.len().abs_diff(word.text.len()) <= 4
                && other.text != word.text
                && !differs_by_ending(word.text, other.text)
                && strsim::damerau_levenshtein(word.text, other.text) == 1
                && self.commonness(other) >= MORE_COMMON * own
        })
    }

    /// Over people, and within this person.
    fn commonness(&self, word: &Word<'_>) -> f64 {
        EVERYBODY * self.corpus.share_of_word(word.text) + f64::from(word.visits)
    }
}

fn letters(word: &str) -> u64 {
    word.chars()
        .fold(0, |bits, character| bits | 1 << (u32::from(character) % 64))
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
