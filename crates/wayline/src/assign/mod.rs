//! From groups of units to journey candidates: each keyword goes to the group that holds most of
//! its occurrences, or to none for a named reason.

mod between;
mod candidate;
mod config;

pub use candidate::Candidate;
pub use config::AssignConfig;

use between::Between;

use crate::affinity::{Affinities, Evidence};
use crate::cluster::Clustering;
use crate::corpus::KeywordFacts;
use crate::extract::Extracted;
use crate::nouns::{LeftOver, Source};

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

/// Assigns every keyword.
#[must_use]
pub fn assign(
    person: &Extracted,
    facts: &KeywordFacts,
    clustering: &Clustering,
    affinities: &Affinities,
    config: &AssignConfig,
) -> Assigned {
    let members = clustering.members();
    let mut placements: Vec<Placement> = Vec::with_capacity(person.keywords.len());
    let mut kept = vec![0_usize; members.len()];
    for (keyword, occurrences) in occurrences(person, clustering).into_iter().enumerate() {
        let placement = place(person, facts, keyword as u32, &occurrences, config);
        if let Placement::Candidate(cluster) = placement {
            // A way to get to a site is no evidence of a goal, though it may belong to one.
            kept[cluster as usize] += usize::from(!facts.is_navigational(keyword as u32));
        }
        placements.push(placement);
    }
    let least = config.min_keywords(Evidence::of(person));
    let mut candidate_of_cluster = vec![None; members.len()];
    let mut next = 0;
    for (cluster, kept) in kept.iter().enumerate() {
        if *kept >= least {
            candidate_of_cluster[cluster] = Some(next);
            next += 1;
        }
    }
    for (keyword, placement) in placements.iter_mut().enumerate() {
        if let Placement::Candidate(cluster) = *placement {
            *placement = match candidate_of_cluster[cluster as usize] {
                Some(candidate) => Placement::Candidate(candidate),
                None => Placement::LeftOver(why_too_little(
                    person,
                    facts,
                    keyword as u32,
                    &members[cluster as usize],
                )),
            };
        }
    }
    let mut keywords_of: Vec<Vec<u32>> = vec![Vec::new(); next as usize];
    for (keyword, placement) in placements.iter().enumerate() {
        if let Placement::Candidate(candidate) = placement {
            keywords_of[*candidate as usize].push(keyword as u32);
        }
    }
    let between = Between::of(affinities, clustering);
    let candidates = members
        .into_iter()
        .zip(candidate_of_cluster)
        .filter_map(|(units, candidate)| {
            let keywords = std::mem::take(&mut keywords_of[candidate? as usize]);
            Some(Candidate::new(person, facts, &between, units, keywords))
        })
        .collect();
    Assigned {
        candidates,
        placements,
    }
}

/// For each keyword the groups that it occurs in, with the number of occurrences.
fn occurrences(person: &Extracted, clustering: &Clustering) -> Vec<Vec<(u32, u32)>> {
    let mut occurrences: Vec<Vec<(u32, u32)>> = vec![Vec::new(); person.keywords.len()];
    for (unit, cluster) in person.units.iter().zip(clustering.cluster_of()) {
        let query = unit.query.map(|query| (query, unit.events.max(1)));
        let labels = unit.annotations.iter().chain(&unit.interests).copied();
        for (keyword, count) in query.into_iter().chain(labels) {
            let counts = &mut occurrences[keyword as usize];
            match counts.iter_mut().find(|(known, _)| known == cluster) {
                Some((_, sum)) => *sum += count,
                None => counts.push((*cluster, count)),
            }
        }
    }
    occurrences
}

fn place(
    person: &Extracted,
    facts: &KeywordFacts,
    index: u32,
    occurrences: &[(u32, u32)],
    config: &AssignConfig,
) -> Placement {
    let keyword = &person.keywords[index as usize];
    let all: u32 = occurrences.iter().map(|(_, count)| count).sum();
    // The first of the largest: groups come in the order of their first unit.
    let most = occurrences
        .iter()
        .max_by_key(|(cluster, count)| (*count, std::cmp::Reverse(*cluster)));
    let Some((cluster, count)) = most else {
        return Placement::LeftOver(keyword.unsupported.unwrap_or(LeftOver::OverCap));
    };
    let share = f64::from(*count) / f64::from(all);
    let typed = keyword.sources.contains(Source::Query);
    if facts.is_generic(index) || (share < config.min_share && !typed) {
        return Placement::LeftOver(LeftOver::Generic);
    }
    Placement::Candidate(*cluster)
}

/// Why the keyword of a group without enough evidence is in no journey.
fn why_too_little(person: &Extracted, facts: &KeywordFacts, index: u32, units: &[u32]) -> LeftOver {
    let keyword = &person.keywords[index as usize];
    let searches = units
        .iter()
        .filter(|unit| person.units[**unit as usize].query.is_some())
        .count();
    if facts.is_navigational(index) {
        LeftOver::Navigational
    } else if searches <= 1 && keyword.visits <= 1 {
        LeftOver::OneOff
    } else {
        LeftOver::WeakEvidence
    }
}

#[cfg(test)]
mod tests;
