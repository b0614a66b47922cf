//! The words of a journey, and how likely each stands in its name.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::affinity::{UnitSpace, product};
use crate::assign::Candidate;
use crate::corpus::{Corpus, words};
use crate::extract::Extracted;
use crate::logistic::Logistic;
use crate::nouns::Source;

/// Words that a name may have or lack.
pub const FILLERS: [&str; 7] = ["the", "a", "and", "for", "of", "in", "to"];

/// The names of the features of a word, in their order. Logarithms are ln(1 + count), rarity is −ln
/// of the share of people who use the word.
///
/// | feature | what it measures |
/// |---|---|
/// | `log_queries`, `query_share`, `top_query` | the journey's queries with the word; their share; the most events of one of them, as a share of the most of any |
/// | `log_annotations`, `annotation_share`, `top_annotation` | likewise, of annotations |
/// | `log_interests`, `interest_share`, `top_interest` | likewise, of interests |
/// | `evidence` | share of the journey's evidence that keywords with the word are |
/// | `boards` | 1 if a board's name has it |
/// | `rarity_1` … `rarity_4` | rarity, cut at 1, 2, 3 and 4 nats: a curve of straight pieces |
/// | `keywords_times_rarity` | ln(1 + keywords with the word) × rarity up to 4 |
/// | `centrality` | the highest cosine of a keyword with the word to the middle of the journey |
/// | `filler`, `short`, `number` | 1 for one of [`FILLERS`]; for less than three letters; for digits |
/// | … `_squared`, … `_root` | squares and roots of those above, for what is not straight |
pub const FEATURES: [&str; 25] = [
    "log_queries",
    "query_share",
    "top_query",
    "log_annotations",
    "annotation_share",
    "top_annotation",
    "log_interests",
    "interest_share",
    "top_interest",
    "evidence",
    "boards",
    "rarity_1",
    "rarity_2",
    "rarity_3",
    "rarity_4",
    "keywords_times_rarity",
    "centrality",
    "filler",
    "short",
    "number",
    "log_queries_squared",
    "log_annotations_squared",
    "query_share_root",
    "interest_share_root",
    "evidence_root",
];

/// Which way each feature may speak: 1 only for a word, −1 only against, 0 either way. What is
/// better supported must not be the worse name.
pub const SIGNS: [i8; FEATURES.len()] = [
    0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, -1, -1, -1, 0, 0, 0, 0, 1,
];

/// The learned part of naming.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordModel {
    /// Whether a word stands in the journey's name, over [`FEATURES`].
    pub in_name: Logistic,
    /// How many words a name has on average, [`FILLERS`] left out.
    pub words_of_a_name: f32,
}

/// A word of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneyWord<'a> {
    /// As it stands in the journey's strongest keyword that has it.
    pub text: &'a str,
    /// Values of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
}

/// What makes two words one: all but a plural's s.
#[must_use]
pub fn folded(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(singular) if singular.len() > 1 => singular,
        _ => word,
    }
}

/// Whether a name may have or lack a word.
#[must_use]
pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// The words of a journey's keywords and interests by their [`folded`] form, in the order
/// of the keywords.
#[must_use]
pub fn journey_words<'a>(
    person: &'a Extracted,
    corpus: &Corpus,
    space: &UnitSpace,
    candidate: &Candidate,
) -> Vec<JourneyWord<'a>> {
    let mut counting = Counting::default();
    let middle = space.meaning(&candidate.keywords);
    for (index, weight) in &candidate.keywords {
        let keyword = &person.keywords[*index as usize];
        let of = |source| keyword.sources.contains(source);
        let seen = Seen {
            query: of(Source::Query),
            annotation: of(Source::Annotation),
            interest: of(Source::Interest),
            count: keyword.count as f32,
            evidence: *weight as f32,
            centrality: product(space.keyword(*index), &middle),
            ..Seen::default()
        };
        counting.add(&keyword.text, seen);
    }
    for (interest, events) in &candidate.interests {
        let seen = Seen {
            interest_events: *events as f32,
            centrality: product(space.keyword(*interest), &middle),
            ..Seen::default()
        };
        counting.add(&person.keywords[*interest as usize].text, seen);
    }
    for (board, _) in &candidate.boards {
        counting.mark_board(&person.boards[*board as usize]);
    }
    counting.finish(corpus)
}

/// How a text was seen.
#[derive(Clone, Copy, Default)]
struct Seen {
    query: bool,
    annotation: bool,
    interest: bool,
    count: f32,
    evidence: f32,
    interest_events: f32,
    centrality: f32,
}

#[derive(Default)]
struct Counts {
    /// Counts a word once a text.
    last_text: u32,
    keywords: f32,
    queries: f32,
    annotations: f32,
    interests: f32,
    top_query: f32,
    top_annotation: f32,
    top_interest: f32,
    evidence: f32,
    centrality: f32,
    board: bool,
}

#[derive(Default)]
struct Counting<'a> {
    places: HashMap<&'a str, usize>,
    words: Vec<(&'a str, Counts)>,
    texts: u32,
    /// Of the journey.
    all: Counts,
}

impl<'a> Counting<'a> {
    fn add(&mut self, text: &'a str, seen: Seen) {
        self.texts += 1;
        self.all.take(seen);
        for word in words(text) {
            let known = self.words.len();
            let place = *self.places.entry(folded(word)).or_insert(known);
            if place == known {
                self.words.push((word, Counts::default()));
            }
            let counts = &mut self.words[place].1;
            if counts.last_text != self.texts {
                counts.last_text = self.texts;
                counts.take(seen);
            }
        }
    }

    /// A board adds no words: its owner's shorthand is no name for anybody else.
    fn mark_board(&mut self, name: &str) {
        for word in words(&name.to_lowercase()) {
            if let Some(place) = self.places.get(folded(word)) {
                self.words[*place].1.board = true;
            }
        }
    }

    fn finish(self, corpus: &Corpus) -> Vec<JourneyWord<'a>> {
        let all = self.all;
        let words = self.words.into_iter();
        words
            .map(|(text, counts)| JourneyWord {
                text,
                features: counts.features(text, &all, corpus.word_rarity(text)),
            })
            .collect()
    }
}

impl Counts {
    fn take(&mut self, seen: Seen) {
        let one = |is: bool| f32::from(u8::from(is));
        self.keywords += one(seen.query || seen.annotation || seen.interest);
        self.queries += one(seen.query);
        self.annotations += one(seen.annotation);
        self.interests += one(seen.interest);
        self.top_query = self.top_query.max(one(seen.query) * seen.count);
        self.top_annotation = self.top_annotation.max(one(seen.annotation) * seen.count);
        self.top_interest = self.top_interest.max(seen.interest_events);
        self.evidence += seen.evidence;
        self.centrality = self.centrality.max(seen.centrality);
    }

    fn features(&self, word: &str, all: &Self, rarity: f32) -> [f32; FEATURES.len()] {
        let share = |part: f32, all: f32| if all > 0.0 { part / all } else { 0.0 };
        let one = |is: bool| f32::from(u8::from(is));
        let log_queries = libm::log1pf(self.queries);
        let log_annotations = libm::log1pf(self.annotations);
        let query_share = share(self.queries, all.queries);
        let interest_share = share(self.interests, all.interests);
        [
            log_queries,
            query_share,
            share(self.top_query, all.top_query),
            log_annotations,
            share(self.annotations, all.annotations),
            share(self.top_annotation, all.top_annotation),
            libm::log1pf(self.interests),
            interest_share,
            share(self.top_interest, all.top_interest),
            self.evidence,
            one(self.board),
            rarity.min(1.0),
            rarity.min(2.0),
            rarity.min(3.0),
            rarity.min(4.0),
            libm::log1pf(self.keywords) * rarity.min(4.0),
            self.centrality,
            one(is_filler(word)),
            one(word.chars().nth(2).is_none()),
            one(word.chars().all(char::is_numeric)),
            log_queries * log_queries,
            log_annotations * log_annotations,
            query_share.sqrt(),
            interest_share.sqrt(),
            self.evidence.max(0.0).sqrt(),
        ]
    }
}
