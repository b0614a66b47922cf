//! Labels from a log itself: whether people came back to a journey after a moment.

use std::collections::HashMap;

use crate::assign::Candidate;
use crate::cluster::Clustering;
use crate::extract::{Extracted, Unit, UnitKind};
use crate::nouns::Timestamp;

/// For each journey that was found up to a moment, how often the person came back to it later.
///
/// `before` is the person up to the moment `since`, `candidates` the journeys found there; `later`
/// is the same person up to the end of the horizon, and `groups` what the same affinity makes of
/// all of it. What was seen after `since` counts for the journey that it was in before, and what is
/// new for the journey that its group continues: the one that shares most events with it. So each
/// later time counts once at most.
#[must_use]
pub fn returns(
    before: &Extracted,
    candidates: &[Candidate],
    later: &Extracted,
    groups: &Clustering,
    since: Timestamp,
) -> Vec<u32> {
    let mut journey_of: HashMap<(UnitKind, &str), usize> = HashMap::new();
    for (journey, candidate) in candidates.iter().enumerate() {
        for unit in &candidate.units {
            journey_of.insert(key(&before.units[*unit as usize]), journey);
        }
    }
    let known = |unit: &Unit| journey_of.get(&key(unit)).copied();
    let mut shared: Vec<HashMap<usize, u32>> = vec![HashMap::new(); groups.len()];
    for (unit, group) in later.units.iter().zip(groups.cluster_of()) {
        if let Some(journey) = known(unit) {
            *shared[*group as usize].entry(journey).or_default() += unit.events;
        }
    }
    let continued: Vec<Option<usize>> = shared
        .iter()
        .map(|shared| {
            let most = shared
                .iter()
                .max_by_key(|(journey, events)| (**events, std::cmp::Reverse(**journey)));
            most.map(|(journey, _)| *journey)
        })
        .collect();
    let mut returns = vec![0; candidates.len()];
    for (unit, group) in later.units.iter().zip(groups.cluster_of()) {
        let times = unit.occurrences.iter();
        let after = times.filter(|occurrence| occurrence.time > since).count();
        let journey = known(unit).or(continued[*group as usize]);
        if let Some(journey) = journey {
            returns[journey] += after as u32;
        }
    }
    returns
}

fn key(unit: &Unit) -> (UnitKind, &str) {
    (unit.kind, &unit.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::AssignModel;
    use crate::samples::{Act, DAY, assigned_by, at_least, corpus_of, person, search};

    /// The returns after day 10 of a person whose units, by key, have these groups before and later.
    fn returns_of(before: &[Act<'_>], later: &[Act<'_>], groups: [&[usize]; 2]) -> Vec<u32> {
        let (model, corpus) = (AssignModel::unknowing(), corpus_of(&[]));
        let early = person("p", before);
        let assigned = assigned_by(&model, &early, &corpus, groups[0], &at_least(1));
        let all = person("p", &[before, later].concat());
        let clustering = Clustering::from_labels(groups[1]);
        let start = early.first_event.millis();
        let since = Timestamp::from_millis(start + 10 * DAY * 1_000);
        returns(&early, &assigned.candidates, &all, &clustering, since)
    }

    #[test]
    fn what_is_known_counts_where_it_was_and_what_is_new_where_its_group_goes_on() {
        let before = [search(0, "barn wedding"), search(DAY, "engine oil")];
        let later = [
            search(11 * DAY, "engine oil"),
            search(12 * DAY, "veil"),
            search(13 * DAY, "weather"),
        ];
        // By key: barn wedding, engine oil, veil, weather.
        let counts = returns_of(&before, &later, [&[0, 1], &[0, 1, 0, 2]]);
        assert_eq!(counts, [1, 1]);
    }

    #[test]
    fn a_group_that_joins_two_journeys_goes_on_with_the_larger() {
        let before = [
            search(0, "barn wedding"),
            search(60, "barn wedding"),
            search(DAY, "engine oil"),
        ];
        let later = [search(12 * DAY, "veil")];
        let counts = returns_of(&before, &later, [&[0, 1], &[0, 0, 0]]);
        assert_eq!(counts, [1, 0]);
    }

    #[test]
    fn nobody_who_stays_away_returns() {
        let before = [search(0, "barn wedding"), search(DAY, "engine oil")];
        assert_eq!(returns_of(&before, &[], [&[0, 1], &[0, 1]]), [0, 0]);
    }
}
