//! Counting over people.

use foldhash::HashMap;

use crate::extract::Extracted;

use super::snapshot::{CorpusEntry, EntryKind, TextCounts};
use super::words;

/// Counts words and keywords over people. Addition of integers only: any order, any split into
/// several builders that are [merged](CorpusBuilder::drain) later, gives the same counts.
#[derive(Default)]
pub struct CorpusBuilder {
    people: u64,
    keywords: HashMap<Box<str>, TextCounts>,
    words: HashMap<Box<str>, WordCount>,
    text_bytes: usize,
}

#[derive(Clone, Copy, Default)]
struct WordCount {
    people: u32,
    /// Number of the person who was counted last, so that a word counts once a person.
    last_person: u64,
}

impl CorpusBuilder {
    /// Counts one person.
    pub fn add(&mut self, person: &Extracted) {
        self.people += 1;
        for keyword in &person.keywords {
            let counts = match self.keywords.get_mut(keyword.text.as_str()) {
                Some(counts) => counts,
                None => {
                    self.text_bytes += keyword.text.len();
                    self.keywords
                        .entry(keyword.text.as_str().into())
                        .or_default()
                }
            };
            counts.people += 1;
            counts.visits += keyword.visits;
            counts.events += keyword.count;
            counts.clicks += keyword.clicks;
            counts.home_clicks += keyword.home_clicks;
            self.add_words(&keyword.text);
        }
    }

    fn add_words(&mut self, text: &str) {
        for word in words(text) {
            let count = match self.words.get_mut(word) {
                Some(count) => count,
                None => {
                    self.text_bytes += word.len();
                    self.words.entry(word.into()).or_default()
                }
            };
            if count.last_person != self.people {
                count.last_person = self.people;
                count.people += 1;
            }
        }
    }

    /// People counted since the beginning, drained or not.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.people
    }

    /// Memory held, roughly, in bytes: what a caller needs to know when to [drain](Self::drain).
    #[must_use]
    pub fn bytes(&self) -> usize {
        // A table entry with its boxed text's allocation, beside the text itself.
        const PER_ENTRY: usize = 72;
        (self.keywords.len() + self.words.len()) * PER_ENTRY + self.text_bytes
    }

    /// Hands out what was counted, in the order of kind and text, and starts counting texts anew.
    /// Entries of several drains with equal kind and text are added up by
    /// [`CorpusEntry::absorb`].
    pub fn drain(&mut self) -> Vec<CorpusEntry> {
        let keywords = std::mem::take(&mut self.keywords);
        let words = std::mem::take(&mut self.words);
        self.text_bytes = 0;
        let mut entries: Vec<CorpusEntry> = keywords
            .into_iter()
            .map(|(text, counts)| CorpusEntry {
                kind: EntryKind::Keyword,
                text: text.into(),
                counts,
            })
            .chain(words.into_iter().map(|(text, count)| CorpusEntry {
                kind: EntryKind::Word,
                text: text.into(),
                counts: TextCounts {
                    people: count.people,
                    ..TextCounts::default()
                },
            }))
            .collect();
        entries.sort_unstable_by(|left, right| left.key().cmp(&right.key()));
        entries
    }
}

/// Keeps the entries of at least `min_people` people, and of those at most `max_texts`: all that
/// are held by more people than some number. Whole ties are dropped together, so that the result
/// doesn't depend on an order. Entries stay in their order.
#[must_use]
pub fn cut_by_support(
    entries: Vec<CorpusEntry>,
    min_people: u32,
    max_texts: usize,
) -> Vec<CorpusEntry> {
    let mut entries = entries;
    entries.retain(|entry| entry.counts.people >= min_people);
    if entries.len() > max_texts {
        let mut support: Vec<u32> = entries.iter().map(|entry| entry.counts.people).collect();
        support.sort_unstable_by(|left, right| right.cmp(left));
        let first_dropped = support[max_texts];
        entries.retain(|entry| entry.counts.people > first_dropped);
    }
    entries
}
