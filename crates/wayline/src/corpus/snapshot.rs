//! The finished counts and what rooms ask of them.

use std::sync::Arc;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::extract::Keyword;
use crate::nouns::{Source, Sources};

use super::{CorpusConfig, CorpusCounts, Together};

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

/// A keyword that goes together with another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partner {
    /// Its [id](Corpus::keyword_id).
    pub keyword: u32,
    /// How much more often than by chance people have both in one moment: above 0, at most 4.
    pub association: f32,
}

/// Counts of one log, ready for look-up.
#[derive(Debug, Default)]
pub struct Snapshot {
    people: u64,
    keywords: HashMap<Box<str>, KnownKeyword>,
    words: HashMap<Box<str>, u32>,
    /// Where each keyword's partners end, by id.
    partner_ends: Vec<u32>,
    partners: Vec<Partner>,
    hash: String,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct KnownKeyword {
    pub(super) id: u32,
    counts: TextCounts,
}

impl Snapshot {
    /// Makes counts ready for look-up.
    #[must_use]
    pub fn new(counts: &CorpusCounts) -> Self {
        let mut snapshot = Self {
            people: counts.people,
            hash: hash_of(counts),
            ..Self::default()
        };
        for entry in &counts.entries {
            match entry.kind {
                EntryKind::Keyword => {
                    let keyword = KnownKeyword {
                        id: snapshot.keywords.len() as u32,
                        counts: entry.counts,
                    };
                    snapshot
                        .keywords
                        .insert(entry.text.as_str().into(), keyword);
                }
                EntryKind::Word => {
                    let text = entry.text.as_str().into();
                    snapshot.words.insert(text, entry.counts.people);
                }
            }
        }
        if !counts.together.is_empty() {
            snapshot.add_partners(&counts.together);
        }
        snapshot
    }

    fn add_partners(&mut self, together: &Together) {
        self.partners.reserve_exact(together.partner_count());
        for keyword in 0..self.keywords.len() as u32 {
            let start = self.partners.len();
            let partners = together.partners(keyword).iter().map(|partner| Partner {
                keyword: partner.keyword,
                association: together.association(keyword, partner),
            });
            self.partners.extend(partners);
            self.partners[start..].sort_unstable_by(|left, right| {
                let stronger = right.association.total_cmp(&left.association);
                stronger.then(left.keyword.cmp(&right.keyword))
            });
            self.partner_ends.push(self.partners.len() as u32);
        }
    }

    /// What goes together with a keyword, the strongest first.
    #[must_use]
    pub fn partners(&self, id: u32) -> &[Partner] {
        let id = id as usize;
        let Some(end) = self.partner_ends.get(id) else {
            return &[];
        };
        let start = id
            .checked_sub(1)
            .map_or(0, |before| self.partner_ends[before]);
        &self.partners[start as usize..*end as usize]
    }

    /// Keywords with the partners of all: pairs from both sides.
    #[must_use]
    pub fn partner_count(&self) -> usize {
        self.partners.len()
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

    fn share(&self, people: Option<u32>) -> f64 {
        f64::from(people.unwrap_or(0)) / self.people.max(1) as f64
    }
}

/// Sixteen hex digits of everything counted.
fn hash_of(counts: &CorpusCounts) -> String {
    let mut hasher = PieceHasher::default();
    hasher.update(&counts.people.to_le_bytes());
    for entry in &counts.entries {
        hasher.update(&[entry.kind as u8]);
        hasher.update(&(entry.text.len() as u64).to_le_bytes());
        hasher.update(entry.text.as_bytes());
        let counts = &entry.counts;
        for count in [
            counts.people,
            counts.visits,
            counts.events,
            counts.clicks,
            counts.home_clicks,
        ] {
            hasher.update(&count.to_le_bytes());
        }
    }
    let together = &counts.together;
    if !together.is_empty() {
        hasher.update(&together.all_moments().to_le_bytes());
        for keyword in 0..together.keyword_count() {
            let partners = together.partners(keyword);
            hasher.update(&together.moments(keyword).to_le_bytes());
            hasher.update(&(partners.len() as u64).to_le_bytes());
            for partner in partners {
                hasher.update(&partner.keyword.to_le_bytes());
                hasher.update(&partner.people.to_le_bytes());
            }
        }
    }
    hasher.finish().to_hex()[..16].to_owned()
}

/// Hashes small pieces many at once: each by itself costs more than its bytes.
#[derive(Default)]
struct PieceHasher {
    hasher: blake3::Hasher,
    waiting: Vec<u8>,
}

impl PieceHasher {
    const WAITING: usize = 1 << 14;

    #[inline]
    fn update(&mut self, piece: &[u8]) {
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() >= Self::WAITING {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
    }

    fn finish(mut self) -> blake3::Hash {
        self.hasher.update(&self.waiting);
        self.hasher.finalize()
    }
}

/// What the log's counts and the prior know of one keyword.
pub(super) struct Known<'a> {
    pub(super) log: Option<&'a KnownKeyword>,
    prior: Option<&'a KnownKeyword>,
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

    /// What goes together counts in the log alone: the prior is of made-up people.
    pub(super) fn log(&self) -> &Arc<Snapshot> {
        &self.log
    }

    pub(super) fn known(&self, text: &str) -> Known<'_> {
        Known {
            log: self.log.keywords.get(text),
            prior: self.prior.keywords.get(text),
        }
    }

    /// The number of a keyword that the log's counts hold, from 0 in the order of texts.
    #[must_use]
    pub fn keyword_id(&self, text: &str) -> Option<u32> {
        self.log.keywords.get(text).map(|keyword| keyword.id)
    }

    /// What goes together with a keyword in people's moments, the strongest first.
    #[must_use]
    pub fn partners(&self, id: u32) -> &[Partner] {
        self.log.partners(id)
    }

    /// People that the log's own counts are of.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.log.people
    }

    /// The share of people who have a keyword, 0 to 1; never 0, since somebody asked.
    #[must_use]
    pub fn share_of_keyword(&self, text: &str) -> f64 {
        self.share_of(&self.known(text))
    }

    pub(super) fn share_of(&self, known: &Known<'_>) -> f64 {
        let people = |keyword: &KnownKeyword| keyword.counts.people;
        self.blend(known.log.map(people), known.prior.map(people))
    }

    /// The share of people who use a word in some keyword, likewise.
    #[must_use]
    pub fn share_of_word(&self, word: &str) -> f64 {
        let people = |snapshot: &Snapshot| snapshot.words.get(word).copied();
        self.blend(people(&self.log), people(&self.prior))
    }

    fn blend(&self, people: Option<u32>, prior: Option<u32>) -> f64 {
        let weight = self.config.prior_people;
        let people = f64::from(people.unwrap_or(1));
        let all = self.log.people.max(1) as f64;
        ((people + weight * self.prior.share(prior)) / (all + weight)).min(1.0)
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
        self.is_known_navigational(keyword, &self.known(&keyword.text))
    }

    pub(super) fn is_known_navigational(&self, keyword: &Keyword, known: &Known<'_>) -> bool {
        if !keyword.sources.contains(Source::Query) {
            return false;
        }
        let clicks = |known: &KnownKeyword| {
            let counts = known.counts;
            (u64::from(counts.clicks), u64::from(counts.home_clicks))
        };
        // A text that the log's corpus keeps counts this person's clicks there already.
        let own = (u64::from(keyword.clicks), u64::from(keyword.home_clicks));
        let log = known.log.map_or(own, clicks);
        let prior = known.prior.map(clicks).unwrap_or_default();
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
