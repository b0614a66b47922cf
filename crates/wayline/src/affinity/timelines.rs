//! How near in time two units were seen.

use multiversion::multiversion;

use crate::extract::{Extracted, Occurrence, Unit};

/// First and last occurrences of all units side by side: most pairs need no more than these, and a
/// whole row of them is reckoned at once.
pub(super) struct Timelines<'a> {
    units: &'a [Unit],
    first: Vec<i64>,
    last: Vec<i64>,
    first_visit: Vec<u32>,
    last_visit: Vec<u32>,
}

/// How near two units came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nearness {
    /// Milliseconds between the nearest occurrences.
    pub(super) gap: i64,
    /// Visits in which both were seen.
    pub(super) visits: u32,
}

impl<'a> Timelines<'a> {
    pub(super) fn of(person: &'a Extracted) -> Self {
        let units = &person.units;
        let first = |unit: &Unit| unit.occurrences.first().copied();
        let last = |unit: &Unit| unit.occurrences.last().copied();
        let time =
            |of: Option<Occurrence>, unit: &Unit| of.map_or(unit.first_seen, |of| of.time).millis();
        let visit = |of: Option<Occurrence>| of.map_or(u32::MAX, |of| of.visit);
        Self {
            units,
            first: units.iter().map(|unit| time(first(unit), unit)).collect(),
            last: units.iter().map(|unit| time(last(unit), unit)).collect(),
            first_visit: units.iter().map(|unit| visit(first(unit))).collect(),
            last_visit: units.iter().map(|unit| visit(last(unit))).collect(),
        }
    }

    /// How near a unit came to each unit after it.
    pub(super) fn nearness_of_row(&self, left: usize, out: &mut Vec<Nearness>) {
        out.clear();
        out.resize(self.units.len() - left - 1, Nearness::default());
        let after = left + 1..;
        apart(
            (self.first[left], self.last[left]),
            (self.first_visit[left], self.last_visit[left]),
            (&self.first[after.clone()], &self.last[after.clone()]),
            (&self.first_visit[after.clone()], &self.last_visit[after]),
            out,
        );
        // Where spans overlap the gap came out negative: look at all occurrences.
        for (offset, near) in out.iter_mut().enumerate() {
            if near.gap < 0 {
                let right = left + 1 + offset;
                *near = interleaved(
                    &self.units[left].occurrences,
                    &self.units[right].occurrences,
                );
            }
        }
    }
}

/// Nearness of spans that don't overlap; the gap of spans that do is negative.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2"))]
fn apart(
    (first, last): (i64, i64),
    (first_visit, last_visit): (u32, u32),
    (firsts, lasts): (&[i64], &[i64]),
    (first_visits, last_visits): (&[u32], &[u32]),
    out: &mut [Nearness],
) {
    let times = firsts.iter().zip(lasts);
    let visits = first_visits.iter().zip(last_visits);
    for ((out, times), visits) in out.iter_mut().zip(times).zip(visits) {
        out.gap = (times.0 - last).max(first - times.1);
        out.visits = u32::from((*visits.0 == last_visit) | (*visits.1 == first_visit));
    }
}

fn interleaved(left: &[Occurrence], right: &[Occurrence]) -> Nearness {
    let (mut i, mut j) = (0, 0);
    let mut gap = i64::MAX;
    let mut visits = 0;
    let mut last_shared = u32::MAX;
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        gap = gap.min((a.time.millis() - b.time.millis()).abs());
        if a.visit == b.visit && a.visit != last_shared {
            visits += 1;
            last_shared = a.visit;
        }
        if a.time <= b.time {
            i += 1;
        } else {
            j += 1;
        }
    }
    Nearness { gap, visits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::UnitKind;
    use crate::nouns::Timestamp;

    fn unit(occurrences: &[(i64, u32)]) -> Unit {
        let occurrence = |(millis, visit): &(i64, u32)| Occurrence {
            time: Timestamp::from_millis(*millis),
            visit: *visit,
        };
        Unit {
            kind: UnitKind::Search,
            key: String::new(),
            title: None,
            query: None,
            annotations: Vec::new(),
            interests: Vec::new(),
            boards: Vec::new(),
            hosts: Vec::new(),
            occurrences: occurrences.iter().map(occurrence).collect(),
            first_seen: Timestamp::default(),
            visits: 1,
            events: 1,
            weight: 1.0,
            context: Vec::new(),
        }
    }

    #[test]
    fn gaps_and_shared_visits() {
        let person = Extracted {
            units: vec![
                unit(&[(0, 0), (100, 1), (900, 2)]),
                unit(&[(110, 1), (950, 2)]),
                unit(&[(2_000, 3)]),
            ],
            ..Extracted::default()
        };
        let mut row = Vec::new();
        Timelines::of(&person).nearness_of_row(0, &mut row);
        let near = |gap, visits| Nearness { gap, visits };
        assert_eq!(row, [near(10, 2), near(1_100, 0)]);
        Timelines::of(&person).nearness_of_row(1, &mut row);
        assert_eq!(row, [near(1_050, 0)]);
    }
}
