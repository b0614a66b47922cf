//! From labels to the pairs that the affinity is fitted on.
//!
//! Features come from the same [`PairRows`] that inference uses. The solver is the caller's.

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use crate::affinity::{AffinityConfig, FEATURES, PairRows, UnitSpace};
use crate::corpus::{Corpus, KeywordFacts};
use crate::embed::EmbeddingCache;
use crate::extract::Extracted;

/// Which goal a unit serves, as far as labels say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The goal of that number, within the person.
    Known(u32),
    /// None that it shares with another unit.
    Alone,
    /// Labels don't say, or say two things.
    Unknown,
}

/// A person whose units are labelled.
pub struct LabelledPerson {
    /// The person.
    pub person: Extracted,
    /// The goal of each unit.
    pub goals: Vec<Goal>,
}

impl LabelledPerson {
    /// Labels units by their keywords: a search by its query, an item by the goal that most of its
    /// annotations name. `goals_of` gives the goals of a keyword, an empty list for noise and
    /// nothing where labels don't say.
    #[must_use]
    pub fn by_keywords(person: Extracted, goals_of: impl Fn(&str) -> Option<Vec<u32>>) -> Self {
        let goals = person
            .units
            .iter()
            .map(|unit| match unit.query {
                Some(query) => match goals_of(&person.keywords[query as usize].text).as_deref() {
                    Some([goal]) => Goal::Known(*goal),
                    Some([]) => Goal::Alone,
                    _ => Goal::Unknown,
                },
                None => {
                    let mut votes: Vec<u32> = unit
                        .annotations
                        .iter()
                        .filter_map(|(keyword, _)| {
                            goals_of(&person.keywords[*keyword as usize].text)
                        })
                        .filter_map(|goals| match goals.as_slice() {
                            [goal] => Some(*goal),
                            _ => None,
                        })
                        .collect();
                    votes.sort_unstable();
                    let winner = votes
                        .chunk_by(|left, right| left == right)
                        .max_by_key(|same| same.len())
                        .filter(|same| 2 * same.len() > votes.len());
                    winner.map_or(Goal::Unknown, |same| Goal::Known(same[0]))
                }
            })
            .collect();
        Self { person, goals }
    }
}

/// Pairs with features and labels: a row of [`FEATURES`] each.
#[derive(Clone, Debug, Default)]
pub struct PairTable {
    /// Row by row, `FEATURES.len()` values each.
    pub features: Vec<f32>,
    /// Whether both units serve one goal.
    pub same: Vec<bool>,
}

impl PairTable {
    /// Adds the labelled pairs of a person, at most `most` of them, drawn by `seed`: so that a
    /// person with many units doesn't outweigh the others.
    pub fn add(
        &mut self,
        labelled: &LabelledPerson,
        corpus: &Corpus,
        embeddings: &mut EmbeddingCache<'_>,
        config: &AffinityConfig,
        most: usize,
        seed: u64,
    ) {
        let person = &labelled.person;
        let facts = KeywordFacts::of(person, corpus);
        let space = UnitSpace::of(person, &facts, embeddings, config);
        let mut rows = PairRows::new(person, corpus, &facts, &space);
        let mut features: Vec<f32> = Vec::new();
        let mut same = Vec::new();
        let mut left = 0;
        while let Some(row) = rows.next_row() {
            for pair in 0..row.pairs() {
                if let Some(label) = label(labelled.goals[left], labelled.goals[left + 1 + pair]) {
                    features.extend((0..FEATURES.len()).map(|feature| row.column(feature)[pair]));
                    same.push(label);
                }
            }
            left += 1;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut chosen = sample(&mut random, same.len(), most.min(same.len())).into_vec();
        chosen.sort_unstable();
        for index in chosen {
            let width = FEATURES.len();
            self.features
                .extend_from_slice(&features[index * width..][..width]);
            self.same.push(same[index]);
        }
    }

    /// Adds all rows of another table.
    pub fn append(&mut self, other: &Self) {
        self.features.extend_from_slice(&other.features);
        self.same.extend_from_slice(&other.same);
    }
}

fn label(left: Goal, right: Goal) -> Option<bool> {
    match (left, right) {
        (Goal::Unknown, _) | (_, Goal::Unknown) => None,
        (Goal::Known(left), Goal::Known(right)) => Some(left == right),
        (Goal::Alone, _) | (_, Goal::Alone) => Some(false),
    }
}
