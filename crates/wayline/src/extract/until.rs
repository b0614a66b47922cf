//! What was known of a person at an earlier moment.

use std::collections::BTreeSet;

use super::{Extracted, Keyword, Unit};
use crate::nouns::Timestamp;

impl Extracted {
    /// The person as of an earlier moment, from what was extracted later: units and keywords that
    /// weren't there yet are gone, and counts go down by the share of occurrences that came after.
    /// Near to what extraction of the events up to then gives, not the same: which event carried
    /// which annotation isn't known any more.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Self {
        let there = self.keywords.iter().map(|it| it.first_seen <= at);
        let new_keywords = new_places(there);
        let new_units = new_places(self.units.iter().map(|unit| unit.first_seen <= at));
        let moved = |places: &[Option<u32>], listed: &[(u32, u32)]| -> Vec<(u32, u32)> {
            let kept = listed.iter().filter_map(|(old, count)| {
                let new = places[*old as usize]?;
                Some((new, *count))
            });
            kept.collect()
        };
        let units = self.units.iter().filter(|unit| unit.first_seen <= at);
        let units = units.map(|unit| {
            let context = unit.context.iter();
            let context = context.filter_map(|(old, weight)| {
                let new = new_units[*old as usize]?;
                Some((new, *weight))
            });
            Unit {
                query: unit.query.and_then(|query| new_keywords[query as usize]),
                annotations: moved(&new_keywords, &unit.annotations),
                interests: moved(&new_keywords, &unit.interests),
                context: context.collect(),
                ..unit.before(at)
            }
        });
        let units: Vec<Unit> = units.collect();
        let keywords = self.keywords.iter().filter(|it| it.first_seen <= at);
        let keywords = keywords.map(|keyword| Keyword {
            last_seen: keyword.last_seen.min(at),
            ..keyword.clone()
        });
        let visits: BTreeSet<u32> = units
            .iter()
            .flat_map(|unit| unit.occurrences.iter().map(|it| it.visit))
            .collect();
        Self {
            user_id: self.user_id.clone(),
            keywords: keywords.collect(),
            boards: self.boards.clone(),
            hosts: self.hosts.clone(),
            visits: visits.len() as u32,
            events: units.iter().map(|unit| unit.events).sum(),
            ignored_events: self.ignored_events,
            units_over_cap: self.units_over_cap,
            first_event: self.first_event.min(at),
            last_event: self.last_event.min(at),
            units,
        }
    }
}

impl Unit {
    /// The unit without the occurrences after a moment.
    fn before(&self, at: Timestamp) -> Self {
        let kept = self.occurrences.iter().filter(|it| it.time <= at);
        let occurrences: Vec<_> = kept.copied().collect();
        let share = occurrences.len() as f32 / self.occurrences.len().max(1) as f32;
        let visits: BTreeSet<u32> = occurrences.iter().map(|it| it.visit).collect();
        let events = (self.events as f32 * share).round() as u32;
        Self {
            events: events.max(1),
            visits: visits.len() as u32,
            weight: self.weight * share,
            occurrences,
            ..self.clone()
        }
    }
}

/// The places of those that stay, among those that stay.
fn new_places(stay: impl Iterator<Item = bool>) -> Vec<Option<u32>> {
    let mut next = 0;
    stay.map(|stays| {
        stays.then(|| {
            next += 1;
            next - 1
        })
    })
    .collect()
}
