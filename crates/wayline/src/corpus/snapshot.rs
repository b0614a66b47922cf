//! The finished counts and what rooms ask of them.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};

use crate::extract::Keyword;
use crate::nouns::{Source, Sources};

use super::CorpusConfig;

/// What an entry counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A whole keyword.
    Keyword,
    /// A word of keywords.
    Word,
}

/// How often a text was seen, over all people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextCounts {
    /// People who have it.
    pub people: u32,
    /// Visits in which it was seen, over all people.
    pub visits: u32,
    /// Events that carry it.
    pub events: u32,
    /// Searches for it that led to a click on a page.
    pub clicks: u32,
    /// Those of them that went to the home page of a site that it names.
    pub home_clicks: u32,
}

/// One text with its counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusEntry {
    /// Keyword or word.
    pub kind: EntryKind,
    /// The text in normal form.
    pub text: String,
    /// How often it was seen.
    pub counts: TextCounts,
}

impl CorpusEntry {
    /// What entries are ordered and merged by.
    #[must_use]
    pub fn key(&self) -> (EntryKind, &str) {
        (self.kind, &self.text)
    }

    /// Adds the counts of another part of the same text.
    pub fn absorb(&mut self, other: &TextCounts) {
        let counts = &mut self.counts;
        counts.people = counts.people.saturating_add(other.people);
        counts.visits = counts.visits.saturating_add(other.visits);
        counts.events = counts.events.saturating_add(other.events);
        counts.clicks = counts.clicks.saturating_add(other.clicks);
        counts.home_clicks = counts.home_clicks.saturating_add(other.home_clicks);
    }
}

/// Counts of one log, ready for look-up.
#[derive(Debug, Default)]
pub struct Snapshot {
    people: u64,
    keywords: HashMap<Box<str>, TextCounts>,
    words: HashMap<Box<str>, u32>,
    hash: String,
}

impl Snapshot {
    /// From entries in the order of [`CorpusEntry::key`], without repeats.
    #[must_use]
    pub fn new(people: u64, entries: &[CorpusEntry]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&people.to_le_bytes());
        let mut keywords = HashMap::new();
        let mut words = HashMap::new();
        for entry in entries {
            let counts = &entry.counts;
            hasher.update(&[entry.kind as u8]);
            hasher.update(&(entry.text.len() as u64).to_le_bytes());
            hasher.update(entry.text.as_bytes());
            for count in [
                counts.people,
                counts.visits,
                counts.events,
                counts.clicks,
                counts.home_clicks,
            ] {
                hasher.update(&count.to_le_bytes());
            }
            match entry.kind {
                EntryKind::Keyword => {
                    keywords.insert(entry.text.as_str().into(), *counts);
                }
                EntryKind::Word => {
                    words.insert(entry.text.as_str().into(), counts.people);
                }
            }
        }
        Self {
            people,
            keywords,
            words,
            hash: hasher.finalize().to_hex()[..16].to_owned(),
        }
    }

    /// People counted.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.people
    }

    /// Texts kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keywords.len() + self.words.len()
    }

    /// Whether no text was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sixteen hex digits of the content.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    fn share_of_keyword(&self, text: &str) -> f64 {
        let people = self.keywords.get(text).map_or(0, |counts| counts.people);
        f64::from(people) / self.people.max(1) as f64
    }

    fn share_of_word(&self, word: &str) -> f64 {
        f64::from(self.words.get(word).copied().unwrap_or(0)) / self.people.max(1) as f64
    }
}

/// What rooms ask about words and keywords: a log's counts over a general prior.
#[derive(Clone, Debug)]
pub struct Corpus {
    log: Arc<Snapshot>,
    prior: Arc<Snapshot>,
    config: CorpusConfig,
    hash: String,
}

impl Corpus {
    /// The counts of a log, with a general corpus that weighs as much as
    /// [`CorpusConfig::prior_people`] people.
    #[must_use]
    pub fn with_prior(log: Arc<Snapshot>, prior: Arc<Snapshot>, config: CorpusConfig) -> Self {
        let hash = format!("{}+{}", log.hash(), prior.hash());
        Self {
            log,
            prior,
            config,
            hash,
        }
    }

    /// Hash of log and prior.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The share of people who have a keyword, 0 to 1; never 0, since somebody asked.
    #[must_use]
    pub fn share_of_keyword(&self, text: &str) -> f64 {
        self.blend(
            self.log.keywords.get(text).map(|counts| counts.people),
            self.prior.share_of_keyword(text),
        )
    }

    /// The share of people who use a word in some keyword, likewise.
    #[must_use]
    pub fn share_of_word(&self, word: &str) -> f64 {
        self.blend(
            self.log.words.get(word).copied(),
            self.prior.share_of_word(word),
        )
    }

    fn blend(&self, people: Option<u32>, prior_share: f64) -> f64 {
        let weight = self.config.prior_people;
        let people = f64::from(people.unwrap_or(1));
        let all = self.log.people.max(1) as f64;
        ((people + weight * prior_share) / (all + weight)).min(1.0)
    }

    /// How rare a keyword is over people: −ln of its share, 0 for what everybody has.
    #[must_use]
    pub fn rarity(&self, text: &str) -> f32 {
        -libm::log(self.share_of_keyword(text)) as f32
    }

    /// How rare a word is over people, likewise.
    #[must_use]
    pub fn word_rarity(&self, word: &str) -> f32 {
        -libm::log(self.share_of_word(word)) as f32
    }

    /// Whether a keyword is a way to get to a site: most of its clicks, this person's and
    /// everybody's, went to the home page of a site that it names.
    #[must_use]
    pub fn is_navigational(&self, keyword: &Keyword) -> bool {
        if !keyword.sources.contains(Source::Query) {
            return false;
        }
        let known = |snapshot: &Snapshot| {
            let counts = snapshot.keywords.get(keyword.text.as_str())?;
            Some((u64::from(counts.clicks), u64::from(counts.home_clicks)))
        };
        // A text that the log's corpus keeps counts this person's clicks there already.
        let own = (u64::from(keyword.clicks), u64::from(keyword.home_clicks));
        let log = known(&self.log).unwrap_or(own);
        let prior = known(&self.prior).unwrap_or_default();
        let (clicks, home_clicks) = (log.0 + prior.0, log.1 + prior.1);
        clicks > 0 && home_clicks as f64 >= self.config.navigational_share * clicks as f64
    }

    /// Whether a keyword that `share` of people have says nothing about a goal: this person never
    /// typed it and a large share of people have it.
    #[must_use]
    pub fn is_generic(&self, sources: Sources, share: f64) -> bool {
        !sources.contains(Source::Query)
            && sources.contains(Source::Annotation)
            && share >= self.config.generic_share
    }
}
