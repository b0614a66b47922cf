//! What a journey is called: the best of its keywords and interests by a small scoring.
//!
//! No two journeys of a person share a name, no typo stands where a well-spelt sibling exists,
//! and the case is natural.

mod case;
mod config;
mod spelling;

pub use case::title_case;
pub use config::NameConfig;

use foldhash::{HashSet, HashSetExt};

use crate::affinity::UnitSpace;
use crate::assign::Candidate;
use crate::corpus::{Corpus, words};
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;
use crate::nouns::{NameSource, Source};

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

/// Names all candidates of a person; the one with the most evidence chooses first.
pub fn name_all(
    person: &Extracted,
    candidates: &[Candidate],
    corpus: &Corpus,
    space: &UnitSpace,
    embeddings: &mut EmbeddingCache<'_>,
    config: &NameConfig,
) -> Vec<Name> {
    let spelling = Spelling::of(person, corpus);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|left, right| {
        let (left, right) = (&candidates[*left], &candidates[*right]);
        right.weight.total_cmp(&left.weight)
    });
    let mut taken: HashSet<String> = HashSet::new();
    let mut names: Vec<Option<Name>> = vec![None; candidates.len()];
    for index in order {
        let candidate = &candidates[index];
        let mut scored = score_all(
            person, candidate, corpus, space, embeddings, &spelling, config,
        );
        scored.sort_by(|left, right| {
            right
                .score
                .total_cmp(&left.score)
                .then_with(|| left.text.cmp(right.text))
        });
        let name = first_free(&scored, &taken, person, candidate);
        taken.insert(name.text.to_lowercase());
        names[index] = Some(name);
    }
    names.into_iter().flatten().collect()
}

struct ScoredText<'a> {
    text: &'a str,
    source: NameSource,
    score: f64,
}

fn score_all<'a>(
    person: &'a Extracted,
    candidate: &Candidate,
    corpus: &Corpus,
    space: &UnitSpace,
    embeddings: &mut EmbeddingCache<'_>,
    spelling: &Spelling,
    config: &NameConfig,
) -> Vec<ScoredText<'a>> {
    let middle = middle(candidate, space);
    let mut vector = vec![0.0; space.dimensions()];
    let events = f64::from(candidate.events).max(1.0);
    let own = candidate.keywords.iter().map(|(keyword, _)| *keyword);
    let shared = candidate.interests.iter().map(|(keyword, _)| *keyword);
    let mut indices: Vec<u32> = own.chain(shared).collect();
    indices.sort_unstable();
    indices.dedup();
    indices
        .into_iter()
        .map(|index| {
            let keyword = &person.keywords[index as usize];
            embeddings.embed(&keyword.text, &mut vector);
            let centrality: f32 = vector.iter().zip(&middle).map(|(a, b)| a * b).sum();
            let carried = candidate
                .interests
                .iter()
                .find(|(interest, _)| *interest == index)
                .map_or(keyword.count, |(_, events)| *events);
            let support = libm::log1p(f64::from(carried)) / libm::log1p(events);
            let (source, prior) = if keyword.sources.contains(Source::Interest) {
                (NameSource::Interest, config.interest)
            } else if keyword.sources.contains(Source::Query) {
                (NameSource::Keyword, config.query)
            } else {
                (NameSource::Keyword, config.annotation)
            };
            let length = words(&keyword.text).count();
            let score = config.centrality * f64::from(centrality)
                + config.support * support
                + config.rarity * f64::from(corpus.rarity(&keyword.text))
                + prior
                - config.long * length.saturating_sub(4) as f64
                - config.typo * f64::from(u8::from(spelling.looks_misspelt(&keyword.text)));
            ScoredText {
                text: &keyword.text,
                source,
                score,
            }
        })
        .collect()
}

/// Mean direction of the units' own texts.
fn middle(candidate: &Candidate, space: &UnitSpace) -> Vec<f32> {
    let mut sum = vec![0.0_f32; space.dimensions()];
    for unit in &candidate.units {
        for (sum, value) in sum.iter_mut().zip(space.own(*unit as usize)) {
            *sum += f32::from(*value);
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|value| *value /= length);
    }
    sum
}

fn first_free(
    scored: &[ScoredText<'_>],
    taken: &HashSet<String>,
    person: &Extracted,
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
            person.keywords[*keyword as usize].text.as_str()
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

#[cfg(test)]
mod tests;
