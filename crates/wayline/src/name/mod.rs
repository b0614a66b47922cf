//! What a journey is called: the best of its keywords and interests by a small scoring.
//!
//! No two journeys of a person share a name, no typo stands where a well-spelt sibling exists,
//! and the case is natural.

mod case;
mod config;
mod spelling;

pub use case::title_case;
pub use config::NameConfig;

use foldhash::{HashMap, HashSet};

use crate::affinity::{UnitSpace, product};
use crate::assign::Candidate;
use crate::corpus::{Corpus, KeywordFacts, words};
use crate::extract::{Extracted, Keyword};
use crate::nouns::{NameSource, Source};
use crate::vectorised::vectorised;

use spelling::Spelling;

/// A name and why it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// In natural case.
    pub text: String,
    /// What it is made from.
    pub source: NameSource,
    /// The score that it won by.
    pub score: f64,
    /// The text that came second, if there was one.
    pub runner_up: Option<String>,
}

/// What the choice of names looks at.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// The person.
    pub person: &'a Extracted,
    /// What everybody's log says of words.
    pub corpus: &'a Corpus,
    /// What it says of the person's keywords.
    pub facts: &'a KeywordFacts,
    /// Where units and keywords stand.
    pub space: &'a UnitSpace,
    /// The weights.
    pub config: &'a NameConfig,
}

impl<'a> Naming<'a> {
    /// Names all candidates; the one with the most evidence chooses first.
    #[must_use]
    pub fn name_all(&self, candidates: &[Candidate]) -> Vec<Name> {
        let mut spelling = Spelling::of(self.person, self.corpus);
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|left, right| {
            candidates[*right]
                .weight
                .total_cmp(&candidates[*left].weight)
        });
        let mut taken: HashSet<String> = HashSet::default();
        let mut names: Vec<Option<Name>> = vec![None; candidates.len()];
        for index in order {
            let scored = self.best_texts(&candidates[index], &mut spelling);
            let name = self.first_free(&scored, &taken, &candidates[index]);
            taken.insert(name.text.to_lowercase());
            names[index] = Some(name);
        }
        names.into_iter().flatten().collect()
    }

    /// Its keywords and interests, best first, those that look misspelt behind all others.
    /// Spelling is looked at until enough good texts are found; what follows can't be chosen.
    fn best_texts(
        &self,
        candidate: &Candidate,
        spelling: &mut Spelling<'a>,
    ) -> Vec<ScoredText<'a>> {
        let mut scored = self.score_all(candidate);
        scored.sort_by(|left, right| {
            let by_score = right.score.total_cmp(&left.score);
            by_score.then_with(|| left.text.cmp(right.text))
        });
        let (mut good, mut misspelt) = (Vec::new(), Vec::new());
        for text in scored {
            let enough = good.len() >= GOOD_NAMES;
            if !enough && text.typed && spelling.looks_misspelt(text.text) {
                misspelt.push(text);
            } else {
                good.push(text);
            }
        }
        good.append(&mut misspelt);
        good
    }

    fn score_all(&self, candidate: &Candidate) -> Vec<ScoredText<'a>> {
        let middle = middle(candidate, self.space);
        let events = libm::log1p(f64::from(candidate.events).max(1.0));
        let own = candidate.keywords.iter().map(|(keyword, _)| *keyword);
        let shared = candidate.interests.iter().map(|(keyword, _)| *keyword);
        let mut indices: Vec<u32> = own.chain(shared).collect();
        indices.sort_unstable();
        indices.dedup();
        let events_of_interest: HashMap<u32, u32> = candidate.interests.iter().copied().collect();
        let score = |index: u32| {
            let keyword = &self.person.keywords[index as usize];
            let carried = events_of_interest
                .get(&index)
                .copied()
                .unwrap_or(keyword.count);
            let (source, prior) = self.source(keyword);
            let length = words(&keyword.text).count();
            let centrality = product(self.space.keyword(index), &middle);
            ScoredText {
                text: &keyword.text,
                typed: keyword.sources.contains(Source::Query),
                source,
                score: self.config.centrality * f64::from(centrality)
                    + self.config.support * libm::log1p(f64::from(carried)) / events
                    + self.config.rarity * f64::from(self.facts.rarity(index))
                    + prior
                    - self.config.long * length.saturating_sub(4) as f64
                    - self.config.navigational
                        * f64::from(u8::from(self.facts.is_navigational(index))),
            }
        };
        indices.into_iter().map(score).collect()
    }

    fn source(&self, keyword: &Keyword) -> (NameSource, f64) {
        if keyword.sources.contains(Source::Interest) {
            (NameSource::Interest, self.config.interest)
        } else if keyword.sources.contains(Source::Query) {
            (NameSource::Keyword, self.config.query)
        } else {
            (NameSource::Keyword, self.config.annotation)
        }
    }

    fn first_free(
        &self,
        scored: &[ScoredText<'_>],
        taken: &HashSet<String>,
        candidate: &Candidate,
    ) -> Name {
        let mut free = scored
            .iter()
            .map(|scored| (scored, title_case(scored.text)))
            .filter(|(_, text)| !taken.contains(&text.to_lowercase()));
        if let Some((best, text)) = free.next() {
            return Name {
                text,
                source: best.source,
                score: best.score,
                runner_up: free.next().map(|(_, text)| text),
            };
        }
        // Every text is taken (two journeys with one keyword each): tell it apart by a number.
        let strongest = candidate
            .keywords
            .first()
            .map_or("journey", |(keyword, _)| {
                self.person.keywords[*keyword as usize].text.as_str()
            });
        let base = title_case(strongest);
        let text = (2..)
            .map(|number| format!("{base} {number}"))
            .find(|text| !taken.contains(&text.to_lowercase()))
            .unwrap_or(base);
        Name {
            text,
            source: NameSource::Composed,
            score: 0.0,
            runner_up: None,
        }
    }
}

/// So many well-spelt texts are enough to find one that no other journey of the person has.
const GOOD_NAMES: usize = 8;

struct ScoredText<'a> {
    text: &'a str,
    /// Whether the person typed it, rather than content understanding.
    typed: bool,
    source: NameSource,
    score: f64,
}

/// Mean direction of the units.
fn middle(candidate: &Candidate, space: &UnitSpace) -> Vec<f32> {
    let mut sums = vec![0_i32; space.dimensions()];
    for unit in &candidate.units {
        add(&mut sums, space.vector(*unit as usize));
    }
    let mut middle: Vec<f32> = sums.iter().map(|sum| *sum as f32).collect();
    let length = product(&middle, &middle).sqrt();
    if length > 0.0 {
        middle.iter_mut().for_each(|value| *value /= length);
    }
    middle
}

vectorised! {
    fn add(sums: &mut [i32], vector: &[i16]) {
        for (sum, value) in sums.iter_mut().zip(vector) {
            *sum += i32::from(*value);
        }
    }
}

#[cfg(test)]
mod tests;
