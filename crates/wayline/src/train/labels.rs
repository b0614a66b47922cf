//! People whose keywords are labelled with goals.

use std::collections::{BTreeMap, HashMap};

use crate::extract::{Extracted, Unit};

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

/// A person whose keywords are labelled.
pub struct LabelledPerson {
    /// The person.
    pub person: Extracted,
    /// The goals of each keyword: none for noise; unknown where labels don't say.
    pub keyword_goals: Vec<Option<Vec<u32>>>,
    /// The goal of each unit.
    pub goals: Vec<Goal>,
}

impl LabelledPerson {
    /// Labels units by their keywords: a search by its query, an item by the goal that most of its
    /// annotations name. `goals_of` gives the goals of a keyword, an empty list for noise and
    /// nothing where labels don't say.
    #[must_use]
    pub fn by_keywords(person: Extracted, goals_of: impl Fn(&str) -> Option<Vec<u32>>) -> Self {
        let keywords = person.keywords.iter();
        let keyword_goals: Vec<_> = keywords.map(|keyword| goals_of(&keyword.text)).collect();
        let goals = person.units.iter();
        Self {
            goals: goals.map(|unit| goal_of(unit, &keyword_goals)).collect(),
            keyword_goals,
            person,
        }
    }

    /// The one goal of a keyword, if labels name exactly one.
    pub(super) fn only_goal(&self, keyword: u32) -> Option<u32> {
        match self.keyword_goals[keyword as usize].as_deref() {
            Some([goal]) => Some(*goal),
            _ => None,
        }
    }

    /// Whether a group of keywords is [one goal](Self::goal_of_group).
    #[must_use]
    pub fn is_one_goal(&self, keywords: impl Iterator<Item = u32>) -> bool {
        self.goal_of_group(keywords).is_some()
    }

    /// The goal that a group of keywords is: they and the keywords that serve only that goal, of
    /// which there must be at least two, overlap by half (Jaccard). Keywords of several goals and
    /// those that labels don't know don't count. Of two goals, each the half, the first.
    #[must_use]
    pub fn goal_of_group(&self, keywords: impl Iterator<Item = u32>) -> Option<u32> {
        let mut size = 0;
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        for keyword in keywords {
            match self.keyword_goals[keyword as usize].as_deref() {
                Some([goal]) => *shared.entry(*goal).or_default() += 1,
                Some([]) => (),
                _ => continue,
            }
            size += 1;
        }
        let mut sizes: HashMap<u32, usize> = HashMap::new();
        for keyword in 0..self.keyword_goals.len() as u32 {
            if let Some(goal) = self.only_goal(keyword) {
                *sizes.entry(goal).or_default() += 1;
            }
        }
        let is_it = |goal: &u32, both: usize| {
            let goal_size = sizes[goal];
            goal_size >= 2 && 2 * both >= size + goal_size - both
        };
        let mut goals = shared.into_iter();
        goals
            .find(|(goal, both)| is_it(goal, *both))
            .map(|(goal, _)| goal)
    }
}

fn goal_of(unit: &Unit, keyword_goals: &[Option<Vec<u32>>]) -> Goal {
    let goals_of = |keyword: u32| keyword_goals[keyword as usize].as_deref();
    if let Some(query) = unit.query {
        return match goals_of(query) {
            Some([goal]) => Goal::Known(*goal),
            Some([]) => Goal::Alone,
            _ => Goal::Unknown,
        };
    }
    let mut votes: Vec<u32> = unit
        .annotations
        .iter()
        .filter_map(|(keyword, _)| match goals_of(*keyword) {
            Some([goal]) => Some(*goal),
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
