//! How near in time two units were seen.

use crate::extract::{Extracted, Occurrence, Unit};

/// First and last occurrences of all units side by side: most pairs need no more than these.
pub(super) struct Timelines<'a> {
    units: &'a [Unit],
    ends: Vec<Ends>,
}

#[derive(Clone, Copy)]
struct Ends {
    first: Occurrence,
    last: Occurrence,
}

/// How near two units came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nearness {
    /// Milliseconds between the nearest occurrences.
    pub(super) gap: i64,
    /// Visits in which both were seen.
    pub(super) visits: u32,
}

impl<'a> Timelines<'a> {
    pub(super) fn of(person: &'a Extracted) -> Self {
        let ends = |unit: &Unit| {
            let none = Occurrence {
                time: unit.first_seen,
                visit: u32::MAX,
            };
            Ends {
                first: unit.occurrences.first().copied().unwrap_or(none),
                last: unit.occurrences.last().copied().unwrap_or(none),
            }
        };
        Self {
            ends: person.units.iter().map(ends).collect(),
            units: &person.units,
        }
    }

    pub(super) fn nearness(&self, left: usize, right: usize) -> Nearness {
        let (a, b) = (&self.ends[left], &self.ends[right]);
        if a.last.time <= b.first.time {
            return apart(&a.last, &b.first);
        }
        if b.last.time <= a.first.time {
            return apart(&b.last, &a.first);
        }
        interleaved(
            &self.units[left].occurrences,
            &self.units[right].occurrences,
        )
    }
}

fn apart(earlier: &Occurrence, later: &Occurrence) -> Nearness {
    Nearness {
        gap: later.time.millis() - earlier.time.millis(),
        visits: u32::from(earlier.visit == later.visit),
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
        let timelines = Timelines::of(&person);
        assert_eq!(timelines.nearness(0, 1), Nearness { gap: 10, visits: 2 });
        assert_eq!(timelines.nearness(1, 0), timelines.nearness(0, 1));
        assert_eq!(
            timelines.nearness(0, 2),
            Nearness {
                gap: 1_100,
                visits: 0
            }
        );
    }
}
