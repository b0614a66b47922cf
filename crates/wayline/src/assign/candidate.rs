//! A journey candidate: a group with enough evidence, and what can be counted of it.

use crate::corpus::KeywordFacts;
use crate::extract::{Extracted, UnitKind};
use crate::logistic::Scored;
use crate::nouns::{Source, Timestamp};

use super::belonging::is_typed;
use super::confidence::{FEATURES, confidence};
use super::standings::Standings;
use super::{Assignment, Gathered};

/// A group of units with the keywords that are its own, and the counts that later rooms read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// Its units, ascending.
    pub units: Vec<u32>,
    /// Its keywords with their share of the evidence (they sum to 1), strongest first.
    pub keywords: Vec<(u32, f64)>,
    /// Interests of its items with the events that carry them, best supported first; its own or
    /// shared with other groups.
    pub interests: Vec<(u32, u32)>,
    /// Boards likewise, by [`Extracted::boards`].
    pub boards: Vec<(u32, u32)>,
    /// Times at which its units were seen, ascending (the newest few of each unit).
    pub times: Vec<Timestamp>,
    /// Events of its units.
    pub events: u32,
    /// Visits in which its units were seen.
    pub visits: u32,
    /// Distinct searches.
    pub searches: u32,
    /// Distinct items.
    pub items: u32,
    /// Sum of the action weights of its events.
    pub weight: f64,
    /// The share of its keywords that are a way to get to a site, 0 to 1.
    pub navigational: f64,
    /// Mean rarity of its keywords over people, by weight: −ln of the share that has them.
    pub rarity: f64,
    /// Mean affinity of its pairs of units; 1 for a single unit.
    pub cohesion: f64,
    /// The highest mean affinity of its units to another group; 0 if there is none.
    pub nearest: f64,
    /// How likely it is one real goal.
    pub confidence: Scored,
}

impl Candidate {
    pub(super) fn new(
        assignment: &Assignment<'_>,
        standings: &Standings,
        group: u32,
        units: &[u32],
        gathered: &Gathered,
    ) -> Self {
        let Assignment { person, facts, .. } = *assignment;
        let members = || units.iter().map(|unit| &person.units[*unit as usize]);
        let mut times: Vec<(Timestamp, u32)> = members()
            .flat_map(|unit| &unit.occurrences)
            .map(|occurrence| (occurrence.time, occurrence.visit))
            .collect();
        times.sort_unstable();
        let mut visits: Vec<u32> = times.iter().map(|(_, visit)| *visit).collect();
        visits.dedup();
        let keywords: Vec<u32> = gathered.keywords.iter().map(|(it, _)| *it).collect();
        let count = keywords.len().max(1) as f64;
        let share = |which: &dyn Fn(u32) -> bool| {
            keywords.iter().filter(|keyword| which(**keyword)).count() as f64 / count
        };
        let mut candidate = Self {
            units: units.to_vec(),
            interests: summed(members().flat_map(|unit| &unit.interests)),
            boards: summed(members().flat_map(|unit| &unit.boards)),
            times: times.iter().map(|(time, _)| *time).collect(),
            events: members().map(|unit| unit.events).sum(),
            // Occurrences of a very frequent unit are thinned, its visits are not.
            visits: (visits.len() as u32).max(members().map(|unit| unit.visits).max().unwrap_or(0)),
            searches: members()
                .filter(|unit| unit.kind == UnitKind::Search)
                .count() as u32,
            items: members().filter(|unit| unit.kind == UnitKind::Item).count() as u32,
            weight: members().map(|unit| f64::from(unit.weight)).sum(),
            navigational: share(&|keyword| facts.is_navigational(keyword)),
            rarity: 0.0,
            cohesion: f64::from(standings.cohesion(group)),
            nearest: f64::from(standings.nearest_group(group)),
            confidence: Scored::default(),
            keywords: Vec::new(),
        };
        let typed = share(&|keyword| is_typed(person, keyword)) * count;
        let belonging: f32 = gathered
            .keywords
            .iter()
            .map(|(_, belonging)| belonging)
            .sum();
        let values: [f32; FEATURES.len()] = [
            libm::log1p(count) as f32,
            libm::log1p(typed) as f32,
            libm::log1p(f64::from(candidate.visits)) as f32,
            candidate.cohesion as f32,
            1.0 - candidate.nearest as f32,
            belonging / count as f32,
            count as f32 / gathered.nominated.max(1) as f32,
            gathered.together / count as f32,
        ];
        candidate.confidence = confidence(&values, &assignment.model.confidence);
        candidate.keywords = weighted(person, facts, keywords);
        let rarities = candidate.keywords.iter();
        let rarities = rarities.map(|(keyword, weight)| weight * f64::from(facts.rarity(*keyword)));
        candidate.rarity = rarities.sum();
        candidate
    }

    /// The first event.
    #[must_use]
    pub fn started_at(&self, person: &Extracted) -> Timestamp {
        let first = self
            .units
            .iter()
            .map(|unit| person.units[*unit as usize].first_seen);
        first.min().unwrap_or_default()
    }

    /// Mean action weight of its events above that of a plain look: how much was saved or clicked.
    #[must_use]
    pub fn intensity(&self) -> f64 {
        self.weight / f64::from(self.events.max(1)) - 1.0
    }

    /// The last event.
    #[must_use]
    pub fn last_active_at(&self) -> Timestamp {
        self.times.last().copied().unwrap_or_default()
    }
}

/// Each keyword's share of the evidence: events × rarity, a typed one counting double, since a
/// query is the person's own word.
fn weighted(person: &Extracted, facts: &KeywordFacts, keywords: Vec<u32>) -> Vec<(u32, f64)> {
    let mut weights: Vec<(u32, f64)> = keywords
        .into_iter()
        .map(|index| {
            let keyword = &person.keywords[index as usize];
            let typed = if keyword.sources.contains(Source::Query) {
                2.0
            } else {
                1.0
            };
            let rarity = f64::from(facts.rarity(index)).max(0.01);
            (index, typed * f64::from(keyword.count) * rarity)
        })
        .collect();
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in &mut weights {
        *weight /= sum;
    }
    // Keywords come in the order of their texts, and the sort is stable.
    weights.sort_by(|left, right| right.1.total_cmp(&left.1));
    weights
}

/// Counts summed by key, largest first, then by key.
fn summed<'a>(counts: impl Iterator<Item = &'a (u32, u32)>) -> Vec<(u32, u32)> {
    let mut counts: Vec<(u32, u32)> = counts.copied().collect();
    counts.sort_unstable();
    counts.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 += later.1;
        }
        same
    });
    counts.sort_by_key(|count| std::cmp::Reverse(count.1));
    counts
}
