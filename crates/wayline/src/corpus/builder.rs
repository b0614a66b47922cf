//! Counting over people.

use std::collections::BTreeMap;

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
            counts.visits = counts.visits.saturating_add(keyword.visits);
            counts.events = counts.events.saturating_add(keyword.count);
            counts.clicks = counts.clicks.saturating_add(keyword.clicks);
            counts.home_clicks = counts.home_clicks.saturating_add(keyword.home_clicks);
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

/// What [`SupportCut`] keeps or drops.
pub trait Supported {
    /// How many people have it.
    fn people(&self) -> u32;
}

impl Supported for CorpusEntry {
    fn people(&self) -> u32 {
        self.counts.people
    }
}

/// Keeps the entries of at least `min_people` people, and of those at most `most`: all that
/// are held by more people than some number. Whole ties are dropped together, so that the result
/// doesn't depend on an order. Holds at most about twice `most` entries meanwhile.
pub struct SupportCut<T> {
    least: u32,
    most: usize,
    kept: Vec<T>,
    /// Entries by their number of people, of those kept.
    support: BTreeMap<u32, usize>,
}

impl<T: Supported> SupportCut<T> {
    /// Nothing kept yet.
    #[must_use]
    pub fn new(min_people: u32, most: usize) -> Self {
        Self {
            least: min_people,
            most,
            kept: Vec::new(),
            support: BTreeMap::new(),
        }
    }

    /// Takes an entry, in the order in which entries are to be handed out.
    pub fn push(&mut self, entry: T) {
        if entry.people() < self.least {
            return;
        }
        *self.support.entry(entry.people()).or_default() += 1;
        self.kept.push(entry);
        if self.kept.len() > 2 * self.most {
            self.cut();
        }
    }

    /// Entries only get more, so what doesn't fit now never will.
    fn cut(&mut self) {
        let mut room = self.most;
        let mut first_dropped = None;
        for (people, entries) in self.support.iter().rev() {
            match room.checked_sub(*entries) {
                Some(left) => room = left,
                None => {
                    first_dropped = Some(*people);
                    break;
                }
            }
        }
        if let Some(people) = first_dropped {
            self.least = people + 1;
            self.support.retain(|support, _| *support > people);
            self.kept.retain(|entry| entry.people() > people);
        }
    }

    /// What is kept in the end.
    #[must_use]
    pub fn finish(mut self) -> Vec<T> {
        self.cut();
        self.kept
    }
}
