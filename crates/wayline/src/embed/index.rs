//! From words and word pieces to their rows.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::{EmbedderError, tokenize::LONGEST_WORD};

/// Where a word stands in the text, and its row.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    length: u32,
    row: u32,
}

/// Whole words and word pieces, each with its row.
#[derive(Debug)]
pub(super) struct WordIndex {
    text: Box<[u8]>,
    whole: HashTable<Entry>,
    continuing: HashTable<Entry>,
    longest: usize,
    hasher: FixedState,
}

/// The rows of a word's pieces, none where some part of the word has no piece.
#[derive(Debug)]
pub(super) struct Pieces {
    rows: [u32; LONGEST_WORD],
    count: usize,
}

impl Pieces {
    /// The rows, in the order of the pieces.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows[..self.count]
    }
}

impl WordIndex {
    /// `text`: one word a line, in the order of their rows, `rows` in all.
    pub(super) fn new(text: &[u8], rows: u32) -> Result<WordIndex, EmbedderError> {
        if std::str::from_utf8(text).is_err() {
            return Err(EmbedderError::Inconsistent("the vocabulary is not UTF-8"));
        }
        let mut index = WordIndex {
            text: text.into(),
            whole: HashTable::with_capacity(rows as usize),
            continuing: HashTable::new(),
            longest: 0,
            hasher: FixedState::default(),
        };
        let mut start = 0;
        let mut row = 0;
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            let Some(word) = line.strip_suffix(b"\n") else {
                return Err(EmbedderError::Inconsistent(
                    "the vocabulary's last line has no end",
                ));
            };
            let piece = word.strip_prefix(b"##").filter(|rest| !rest.is_empty());
            let entry = Entry {
                start: (start + word.len() - piece.unwrap_or(word).len()) as u32,
                length: piece.unwrap_or(word).len() as u32,
                row,
            };
            if entry.length == 0 || !index.insert(entry, piece.is_some()) {
                return Err(EmbedderError::Inconsistent("an empty or doubled word"));
            }
            start += line.len();
            row += 1;
        }
        if row != rows {
            return Err(EmbedderError::Inconsistent("the number of words"));
        }
        Ok(index)
    }

    /// False where the word stands there already.
    fn insert(&mut self, entry: Entry, continuing: bool) -> bool {
        let WordIndex {
            text,
            whole,
            continuing: pieces,
            hasher,
            ..
        } = self;
        let table = if continuing { pieces } else { whole };
        let word = word_of(text, entry);
        let hash = hasher.hash_one(word);
        if table
            .find(hash, |&other| word_of(text, other) == word)
            .is_some()
        {
            return false;
        }
        self.longest = self.longest.max(word.len());
        table.insert_unique(hash, entry, |&other| hasher.hash_one(word_of(text, other)));
        true
    }

    /// The row of a whole word.
    pub(super) fn whole(&self, word: &[u8]) -> Option<u32> {
        self.find(&self.whole, word)
    }

    fn find(&self, table: &HashTable<Entry>, word: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(word);
        table
            .find(hash, |&entry| word_of(&self.text, entry) == word)
            .map(|entry| entry.row)
    }

    /// Splits an ASCII word greedily into the longest pieces (WordPiece).
    pub(super) fn pieces(&self, word: &[u8]) -> Pieces {
        let mut pieces = Pieces {
            rows: [0; LONGEST_WORD],
            count: 0,
        };
        let mut start = 0;
        while start < word.len() {
            let table = if start == 0 {
                &self.whole
            } else {
                &self.continuing
            };
            let most = word.len().min(start + self.longest);
            let found = (start + 1..=most)
                .rev()
                .find_map(|end| self.find(table, &word[start..end]).map(|row| (end, row)));
            let Some((end, row)) = found else {
                pieces.count = 0;
                return pieces;
            };
            pieces.rows[pieces.count] = row;
            pieces.count += 1;
            start = end;
        }
        pieces
    }
}

fn word_of(text: &[u8], entry: Entry) -> &[u8] {
    &text[entry.start as usize..(entry.start + entry.length) as usize]
}
