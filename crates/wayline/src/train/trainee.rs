//! What one labelled person teaches.

use std::collections::BTreeMap;

use crate::affinity::{Affinities, FEATURES, PairRows, UnitSpace};
use crate::assign::{Assigned, Nominee, Standings, nominees};
use crate::cluster::{Clustering, Tree};
use crate::config::Config;
use crate::corpus::{Corpus, KeywordFacts};
use crate::embed::{EmbedError, EmbeddingCache};
use crate::extract::Extracted;
use crate::logistic::Logistic;

use super::{Examples, Goal, LabelledPerson};

/// A labelled person with everything that features are taken from, reckoned once.
pub struct Trainee<'a> {
    labelled: &'a LabelledPerson,
    facts: KeywordFacts,
    space: UnitSpace,
}

impl<'a> Trainee<'a> {
    /// Prepares a person.
    ///
    /// # Errors
    /// The embedder can't be asked.
    pub fn new(
        labelled: &'a LabelledPerson,
        corpus: &Corpus,
        embeddings: &mut EmbeddingCache<'_>,
        config: &Config,
    ) -> Result<Self, EmbedError> {
        let facts = KeywordFacts::of(&labelled.person, corpus);
        let space = UnitSpace::of(&labelled.person, &facts, embeddings, &config.affinity)?;
        Ok(Self {
            labelled,
            facts,
            space,
        })
    }

    /// The person.
    #[must_use]
    pub fn person(&self) -> &'a Extracted {
        &self.labelled.person
    }

    /// The affinities that a model gives.
    #[must_use]
    pub fn affinities(&self, model: &Logistic) -> Affinities {
        Affinities::of(self.person(), &self.facts, &self.space, model)
    }

    /// Pairs of units that labels know, and whether they serve one goal; at most `most`, drawn by
    /// `seed`.
    pub fn pairs(&self, most: usize, seed: u64, examples: &mut Examples) {
        let goals = &self.labelled.goals;
        let mut all = Examples::new(FEATURES.len());
        let mut rows = PairRows::new(self.person(), &self.facts, &self.space);
        let mut left = 0;
        while let Some(row) = rows.next_row() {
            for pair in 0..row.pairs() {
                if let Some(same) = same_goal(goals[left], goals[left + 1 + pair]) {
                    let features = 0..FEATURES.len();
                    all.push(features.map(|feature| row.column(feature)[pair]), same);
                }
            }
            left += 1;
        }
        examples.add_sample(&all, most, seed);
    }

    /// Joins of the person's tree, right if most pairs between the parts serve one goal. A join
    /// counts as often as the root of the size of its smaller part, since it moves that much.
    pub fn joins(&self, affinities: &Affinities, examples: &mut Examples) {
        let tree = Tree::of(affinities);
        for (index, join) in tree.joins().iter().enumerate() {
            let (left, right) = tree.parts(index);
            let (mut same, mut known) = (0_usize, 0_usize);
            for unit in left {
                for other in right {
                    let goals = &self.labelled.goals;
                    if let Some(one) = same_goal(goals[*unit as usize], goals[*other as usize]) {
                        known += 1;
                        same += usize::from(one);
                    }
                }
            }
            if known > 0 {
                let weight = (left.len().min(right.len()) as f64).sqrt().round() as usize;
                for _ in 0..weight {
                    examples.push(join.features, 2 * same > known);
                }
            }
        }
    }

    /// Keywords beside the group that they would go to: they belong if they serve the goal that
    /// most of the group's keywords serve, and do not do so alone.
    pub fn belonging(
        &self,
        affinities: &Affinities,
        clustering: &Clustering,
        queries: &mut Examples,
        labels: &mut Examples,
    ) {
        let standings = Standings::of(affinities, clustering);
        let (person, facts) = (self.person(), &self.facts);
        let nominees = nominees(person, facts, &self.space, clustering, &standings);
        let main_goals = self.main_goals(&nominees, clustering.len());
        for nominee in &nominees {
            let Some(goals) = &self.labelled.keyword_goals[nominee.keyword as usize] else {
                continue;
            };
            let belongs = match main_goals[nominee.group as usize] {
                Some((goal, votes)) => goals.contains(&goal) && votes > 1,
                None if goals.is_empty() => false,
                None => continue,
            };
            let examples = if nominee.typed {
                &mut *queries
            } else {
                &mut *labels
            };
            examples.push(nominee.features, belongs);
        }
    }

    /// The goal that most keywords of each group serve, with their number.
    fn main_goals(&self, nominees: &[Nominee], groups: usize) -> Vec<Option<(u32, u32)>> {
        let mut votes: Vec<BTreeMap<u32, u32>> = vec![BTreeMap::new(); groups];
        for nominee in nominees {
            if let Some(goal) = self.labelled.only_goal(nominee.keyword) {
                *votes[nominee.group as usize].entry(goal).or_default() += 1;
            }
        }
        votes
            .iter()
            .map(|votes| {
                let most = votes
                    .iter()
                    .max_by_key(|(goal, count)| (**count, std::cmp::Reverse(**goal)))?;
                Some((*most.0, *most.1))
            })
            .collect()
    }
}

/// Journey candidates of a labelled person, right if they are [one
/// goal](LabelledPerson::is_one_goal).
pub fn group_examples(labelled: &LabelledPerson, assigned: &Assigned, examples: &mut Examples) {
    for candidate in &assigned.candidates {
        let parts = candidate.confidence.contributions.iter();
        // The first is the constant.
        let features = parts.skip(1).map(|part| part.value as f32);
        let keywords = candidate.keywords.iter().map(|(keyword, _)| *keyword);
        examples.push(features, labelled.is_one_goal(keywords));
    }
}

fn same_goal(left: Goal, right: Goal) -> Option<bool> {
    match (left, right) {
        (Goal::Unknown, _) | (_, Goal::Unknown) => None,
        (Goal::Known(left), Goal::Known(right)) => Some(left == right),
        (Goal::Alone, _) | (_, Goal::Alone) => Some(false),
    }
}
