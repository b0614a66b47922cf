//! From groups of units to journey candidates: each keyword goes to the group that holds most of
//! its occurrences if it belongs there, or to none for a named reason; a group with enough that
//! belongs to it, and that is likely enough one real goal, is a candidate.

mod belonging;
mod candidate;
mod carriers;
mod confidence;
mod config;
mod middles;
mod model;
mod nearest;
mod standings;

pub use belonging::{
    FEATURES as BELONGING_FEATURES, Nominee, RARITY as BELONGING_RARITY, nominees,
};
pub use candidate::Candidate;
pub use confidence::{FEATURES as CONFIDENCE_FEATURES, SIGNS as CONFIDENCE_SIGNS};
pub use config::{AssignConfig, Thresholds};
pub use model::AssignModel;
pub use standings::Standings;

use crate::affinity::{Affinities, UnitSpace};
use crate::cluster::Clustering;
use crate::corpus::KeywordFacts;
use crate::extract::{Evidence, Extracted};
use crate::nouns::LeftOver;

/// Where a keyword went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Into the candidate of that index.
    Candidate(u32),
    /// Into none.
    LeftOver(LeftOver),
}

/// All journey candidates of a person, and where each keyword went (by keyword index).
#[derive(Clone, Debug, Default)]
pub struct Assigned {
    /// Groups with enough evidence, in the order of their first unit.
    pub candidates: Vec<Candidate>,
    /// For each keyword of [`Extracted::keywords`].
    pub placements: Vec<Placement>,
}

/// What assignment looks at.
#[derive(Clone, Copy)]
pub struct Assignment<'a> {
    /// The person.
    pub person: &'a Extracted,
    /// What the corpus says of the person's keywords.
    pub facts: &'a KeywordFacts,
    /// Where keywords stand in meaning.
    pub space: &'a UnitSpace,
    /// The groups of units.
    pub clustering: &'a Clustering,
    /// The affinities that they were made of.
    pub affinities: &'a Affinities,
    /// The learned parts, for the person's kind of evidence.
    pub model: &'a AssignModel,
    /// Settings.
    pub config: &'a AssignConfig,
}

impl Assignment<'_> {
    /// Assigns every keyword.
    #[must_use]
    pub fn assign(&self) -> Assigned {
        let standings = Standings::of(self.affinities, self.clustering);
        let Self { person, facts, .. } = *self;
        let nominees = nominees(person, facts, self.space, self.clustering, &standings);
        let unsupported = |keyword: &crate::extract::Keyword| {
            Placement::LeftOver(keyword.unsupported.unwrap_or(LeftOver::OverCap))
        };
        let mut placements: Vec<Placement> = person.keywords.iter().map(unsupported).collect();
        let thresholds = self.config.thresholds(Evidence::of(person));
        let mut gathered: Vec<Gathered> = vec![Gathered::default(); self.clustering.len()];
        for nominee in &nominees {
            let belonging = self.model.belonging(nominee);
            let group = &mut gathered[nominee.group as usize];
            group.nominated += 1;
            if self.says_nothing(nominee) {
                placements[nominee.keyword as usize] = Placement::LeftOver(LeftOver::Generic);
            } else if f64::from(belonging) >= thresholds.min_belonging {
                group.keywords.push((nominee.keyword, belonging));
                group.together += nominee.together_share();
            } else {
                group.beside.push(nominee.keyword);
            }
        }
        let mut candidates = Vec::new();
        for (group, (units, gathered)) in self
            .clustering
            .members()
            .into_iter()
            .zip(gathered)
            .enumerate()
        {
            // A way to get to a site is no evidence of a goal, though it may belong to one.
            let evidence = gathered
                .keywords
                .iter()
                .filter(|(keyword, _)| !facts.is_navigational(*keyword))
                .count();
            let candidate = (evidence >= thresholds.min_keywords)
                .then(|| Candidate::new(self, &standings, group as u32, &units, &gathered))
                .filter(|candidate| candidate.confidence.value >= thresholds.min_confidence);
            let place = candidates.len() as u32;
            for (keyword, _) in &gathered.keywords {
                placements[*keyword as usize] = match candidate {
                    Some(_) => Placement::Candidate(place),
                    None => Placement::LeftOver(self.why_too_little(*keyword, &units)),
                };
            }
            for keyword in &gathered.beside {
                placements[*keyword as usize] = Placement::LeftOver(match candidate {
                    Some(_) if facts.is_navigational(*keyword) => LeftOver::Navigational,
                    Some(_) => LeftOver::OffTopic,
                    None => self.why_too_little(*keyword, &units),
                });
            }
            candidates.extend(candidate);
        }
        Assigned {
            candidates,
            placements,
        }
    }

    /// Assigns keywords to the groups that somebody else has put them into; `told` holds the group of each
    /// keyword, or none. What is left over was so for the reason that the rooms would give.
    #[must_use]
    pub fn assign_as_told(&self, told: &[Option<u32>]) -> Assigned {
        let standings = Standings::of(self.affinities, self.clustering);
        let Self { person, facts, .. } = *self;
        let nominees = nominees(person, facts, self.space, self.clustering, &standings);
        let mut nominee_of: Vec<Option<&Nominee>> = vec![None; person.keywords.len()];
        for nominee in &nominees {
            nominee_of[nominee.keyword as usize] = Some(nominee);
        }
        let mut gathered: Vec<Gathered> = vec![Gathered::default(); self.clustering.len()];
        let mut placements = Vec::with_capacity(person.keywords.len());
        for (keyword, told) in (0_u32..).zip(told) {
            placements.push(Placement::LeftOver(self.why_not_told(keyword)));
            let Some(group) = told else { continue };
            let group_of = &mut gathered[*group as usize];
            let its = nominee_of[keyword as usize].filter(|it| it.group == *group);
            // One that the rooms would put elsewhere counts as doubtful.
            let belonging = its.map_or(0.5, |it| self.model.belonging(it));
            group_of.nominated += 1;
            group_of.together += its.map_or(0.0, Nominee::together_share);
            group_of.keywords.push((keyword, belonging));
        }
        let mut candidates = Vec::new();
        let members = self.clustering.members();
        for (group, (units, gathered)) in (0_u32..).zip(members.into_iter().zip(gathered)) {
            if gathered.keywords.is_empty() {
                continue;
            }
            for (keyword, _) in &gathered.keywords {
                placements[*keyword as usize] = Placement::Candidate(candidates.len() as u32);
            }
            candidates.push(Candidate::new(self, &standings, group, &units, &gathered));
        }
        Assigned {
            candidates,
            placements,
        }
    }

    fn why_not_told(&self, keyword: u32) -> LeftOver {
        let its = &self.person.keywords[keyword as usize];
        match its.unsupported {
            Some(reason) => reason,
            None if self.facts.is_navigational(keyword) => LeftOver::Navigational,
            None if self.facts.is_generic(keyword) => LeftOver::Generic,
            None if its.visits <= 1 => LeftOver::OneOff,
            None => LeftOver::WeakEvidence,
        }
    }

    /// Whether a keyword goes with everything.
    fn says_nothing(&self, nominee: &Nominee) -> bool {
        let spread = nominee.share < self.config.min_share && !nominee.typed;
        self.facts.is_generic(nominee.keyword) || spread
    }

    /// Why the keyword of a group without enough evidence is in no journey.
    fn why_too_little(&self, keyword: u32, units: &[u32]) -> LeftOver {
        let searches = units
            .iter()
            .filter(|unit| self.person.units[**unit as usize].query.is_some())
            .count();
        if self.facts.is_navigational(keyword) {
            LeftOver::Navigational
        } else if searches <= 1 && self.person.keywords[keyword as usize].visits <= 1 {
            LeftOver::OneOff
        } else {
            LeftOver::WeakEvidence
        }
    }
}

/// What a group gathered.
#[derive(Clone, Debug, Default)]
struct Gathered {
    /// Keywords that belong, with the probability, in the order of keywords.
    keywords: Vec<(u32, f32)>,
    /// Keywords that don't.
    beside: Vec<u32>,
    /// All of them, and those that say nothing.
    nominated: u32,
    /// Sum of the shares of those that belong.
    together: f32,
}

#[cfg(test)]
mod tests;
