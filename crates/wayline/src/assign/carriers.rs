//! Which units carry each keyword, and which group holds most of its occurrences.

use crate::cluster::Clustering;
use crate::extract::Extracted;

/// For each keyword the units that carry it, with the events in which they do.
pub(super) struct Carriers {
    /// (unit, events), keyword by keyword.
    carriers: Vec<(u32, u32)>,
    ends: Vec<u32>,
}

impl Carriers {
    pub(super) fn of(person: &Extracted) -> Self {
        let mut counts = vec![0_u32; person.keywords.len() + 1];
        each(person, |keyword, _, _| counts[keyword as usize + 1] += 1);
        for keyword in 1..counts.len() {
            counts[keyword] += counts[keyword - 1];
        }
        let ends = counts[1..].to_vec();
        let mut carriers = vec![(0, 0); counts.last().map_or(0, |all| *all as usize)];
        each(person, |keyword, unit, events| {
            let next = &mut counts[keyword as usize];
            carriers[*next as usize] = (unit, events);
            *next += 1;
        });
        Self { carriers, ends }
    }

    pub(super) fn of_keyword(&self, keyword: u32) -> &[(u32, u32)] {
        let keyword = keyword as usize;
        let start = keyword.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.carriers[start as usize..self.ends[keyword] as usize]
    }

    /// The group with most of a keyword's occurrences and its share of them; of equals the one
    /// that comes first. None if no unit carries it.
    pub(super) fn main_group(&self, keyword: u32, clustering: &Clustering) -> Option<(u32, f64)> {
        let carriers = self.of_keyword(keyword);
        let mut counts: Vec<(u32, u32)> = Vec::new();
        let mut all = 0;
        for (unit, events) in carriers {
            let group = clustering.cluster_of()[*unit as usize];
            all += events;
            match counts.iter_mut().find(|(known, _)| *known == group) {
                Some((_, sum)) => *sum += events,
                None => counts.push((group, *events)),
            }
        }
        let (group, most) = counts
            .into_iter()
            .max_by_key(|(group, count)| (*count, std::cmp::Reverse(*group)))?;
        Some((group, f64::from(most) / f64::from(all)))
    }
}

/// Calls `found` with keyword, unit and events, unit by unit.
fn each(person: &Extracted, mut found: impl FnMut(u32, u32, u32)) {
    for (index, unit) in person.units.iter().enumerate() {
        if let Some(query) = unit.query {
            found(query, index as u32, unit.events.max(1));
        }
        for (keyword, events) in unit.annotations.iter().chain(&unit.interests) {
            found(*keyword, index as u32, *events);
        }
    }
}
