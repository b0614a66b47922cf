//! How near in time two units were seen.

use std::ops::Range;

use multiversion::multiversion;

use crate::extract::{Extracted, Unit};

use super::math::ln;

/// When all units were seen. First and last occurrences stand side by side: most pairs need no
/// more than these, and a whole row of them is reckoned at once.
pub(super) struct Timelines {
    spans: Spans,
    moments: Moments,
    /// Visits of each unit, and of the person.
    visits: Vec<f32>,
    all_visits: f32,
    near: Nearness,
}

/// First and last occurrence of each unit: seconds since the person's first event, and visits.
#[derive(Default)]
struct Spans {
    first: Vec<i32>,
    last: Vec<i32>,
    first_visit: Vec<u32>,
    last_visit: Vec<u32>,
}

/// How near a unit came to each after it.
#[derive(Default)]
struct Nearness {
    /// Seconds between the nearest occurrences; at first negative where spans overlap.
    gaps: Vec<i32>,
    /// Visits in which both were seen.
    visits: Vec<u32>,
    overlaps: Overlaps,
}

/// Stands for no visit.
const NONE: u32 = u32::MAX;

impl Timelines {
    pub(super) fn of(person: &Extracted) -> Self {
        let units = &person.units;
        let starts = units.iter().map(|unit| unit.first_seen.millis());
        let start = starts.min().unwrap_or_default();
        let seconds = |millis: i64| ((millis - start) / 1_000).clamp(0, i64::from(i32::MAX)) as i32;
        let mut spans = Spans::default();
        let mut moments = Moments::default();
        for unit in units {
            let (first, last) = (unit.occurrences.first(), unit.occurrences.last());
            let time = first.map_or(unit.first_seen, |first| first.time);
            spans.first.push(seconds(time.millis()));
            spans.last.push(seconds(unit.last_seen().millis()));
            spans.first_visit.push(first.map_or(NONE, |of| of.visit));
            spans.last_visit.push(last.map_or(NONE, |of| of.visit));
            moments.push(unit, seconds);
        }
        Self {
            spans,
            moments,
            visits: units.iter().map(|unit| unit.visits as f32).collect(),
            all_visits: person.visits.max(1) as f32,
            near: Nearness::default(),
        }
    }

    /// Fills the features `log_gap` and `visits_above_chance` of a unit with each after it, by
    /// index of the other unit.
    pub(super) fn fill(&mut self, left: usize, gap: &mut [f32], above_chance: &mut [f32]) {
        let own_share = self.visits[left] / self.all_visits;
        let near = self.nearness(left);
        to_gaps(&near.gaps, &mut gap[left + 1..]);
        let visits = &self.visits[left + 1..];
        let above_chance = &mut above_chance[left + 1..];
        above_expected(own_share, visits, &self.near.visits, above_chance);
    }

    fn nearness(&mut self, left: usize) -> &Nearness {
        let near = &mut self.near;
        let others = self.visits.len() - left - 1;
        near.gaps.resize(others, 0);
        near.visits.resize(others, 0);
        apart(&self.spans, left, &mut near.gaps, &mut near.visits);
        interleaved(&self.moments, left, near);
        near
    }
}

/// Nearness of spans that don't overlap; the gap of spans that do is negative.
fn apart(spans: &Spans, left: usize, gaps: &mut [i32], visits: &mut [u32]) {
    let (first, last) = (spans.first[left], spans.last[left]);
    gaps_apart(
        (first, last),
        &spans.first[left + 1..],
        &spans.last[left + 1..],
        gaps,
    );
    visits_apart(
        (spans.first_visit[left], spans.last_visit[left]),
        &spans.first_visit[left + 1..],
        &spans.last_visit[left + 1..],
        visits,
    );
}

#[multiversion(targets("x86_64+avx2"))]
fn gaps_apart((first, last): (i32, i32), firsts: &[i32], lasts: &[i32], out: &mut [i32]) {
    for ((out, other_first), other_last) in out.iter_mut().zip(firsts).zip(lasts) {
        *out = (other_first - last).max(first - other_last);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn visits_apart((first, last): (u32, u32), firsts: &[u32], lasts: &[u32], out: &mut [u32]) {
    for ((out, other_first), other_last) in out.iter_mut().zip(firsts).zip(lasts) {
        *out = u32::from((*other_first == last) | (*other_last == first));
    }
}

/// ln of minutes, a week is 9.2: brought to about 0 to 1.
#[multiversion(targets("x86_64+avx2"))]
fn to_gaps(seconds: &[i32], out: &mut [f32]) {
    for (seconds, out) in seconds.iter().zip(out) {
        *out = ln(1.0 + *seconds as f32 * (1.0 / 60.0)) * 0.1;
    }
}

/// Most pairs share no visit, and 0 comes out.
#[multiversion(targets("x86_64+avx2"))]
fn above_expected(own_share: f32, visits: &[f32], shared: &[u32], out: &mut [f32]) {
    for ((visits, shared), out) in visits.iter().zip(shared).zip(out) {
        let above = (*shared as i32 as f32 + 0.3) / (own_share * visits + 0.3);
        *out = ln(above.max(1.0)) * 0.3;
    }
}

/// Seconds and distinct visits of all units, eight by eight.
#[derive(Default)]
struct Moments {
    /// Filled up with the unit's last time.
    times: Vec<[i32; 8]>,
    /// Filled up with [`NONE`].
    visits: Vec<[u32; 8]>,
    /// Up to where each unit's are.
    ends: Vec<u32>,
    /// How many times and visits each unit really has.
    counts: Vec<(u32, u32)>,
}

impl Moments {
    fn push(&mut self, unit: &Unit, seconds: impl Fn(i64) -> i32) {
        let mut last = NONE;
        let mut visits = 0;
        let first = self.visits.len();
        for eight in unit.occurrences.chunks(8) {
            let time = |of: usize| seconds(eight[of.min(eight.len() - 1)].time.millis());
            self.times.push(std::array::from_fn(time));
            self.visits.push([NONE; 8]);
            for occurrence in eight {
                if occurrence.visit != last {
                    last = occurrence.visit;
                    self.visits[first + visits / 8][visits % 8] = last;
                    visits += 1;
                }
            }
        }
        self.ends.push(self.times.len() as u32);
        self.counts
            .push((unit.occurrences.len() as u32, visits as u32));
    }

    fn range(&self, unit: usize) -> Range<usize> {
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[unit] as usize
    }
}

/// The units of a row whose spans overlap with the first's, all their moments side by side.
#[derive(Default)]
struct Overlaps {
    /// Of each eight moments, their unit's place in the row.
    offsets: Vec<u32>,
    times: Vec<[i32; 8]>,
    visits: Vec<[u32; 8]>,
    /// Seconds from each of the times to the first unit's nearest.
    least: Vec<[i32; 8]>,
    /// 1 for each of the visits that is the first unit's too.
    equal: Vec<[u32; 8]>,
    /// The least, and the sum, of each eight.
    gaps: Vec<i32>,
    shared: Vec<u32>,
}

impl Overlaps {
    fn collect(&mut self, moments: &Moments, left: usize, gaps: &[i32]) {
        self.offsets.clear();
        self.times.clear();
        self.visits.clear();
        for (offset, gap) in gaps.iter().enumerate() {
            if *gap < 0 {
                for eight in moments.range(left + 1 + offset) {
                    self.offsets.push(offset as u32);
                    self.times.push(moments.times[eight]);
                    self.visits.push(moments.visits[eight]);
                }
            }
        }
        self.least.clear();
        self.least.resize(self.times.len(), [i32::MAX; 8]);
        self.equal.clear();
        self.equal.resize(self.times.len(), [0; 8]);
    }
}

/// Where spans overlap, looks at all occurrences: each with each, which is cheap eight at a time,
/// as there are few.
fn interleaved(moments: &Moments, left: usize, near: &mut Nearness) {
    let overlaps = &mut near.overlaps;
    overlaps.collect(moments, left, &near.gaps);
    let (times, visits) = moments.counts[left];
    let own = moments.range(left);
    least_gaps(
        &moments.times[own.clone()].as_flattened()[..times as usize],
        overlaps.times.as_flattened(),
        overlaps.least.as_flattened_mut(),
    );
    equal_visits(
        &moments.visits[own].as_flattened()[..visits as usize],
        overlaps.visits.as_flattened(),
        overlaps.equal.as_flattened_mut(),
    );
    overlaps.gaps.resize(overlaps.least.len(), 0);
    overlaps.shared.resize(overlaps.equal.len(), 0);
    least_of_each(&overlaps.least, &mut overlaps.gaps);
    sum_of_each(&overlaps.equal, &mut overlaps.shared);
    let found = overlaps.gaps.iter().zip(&overlaps.shared);
    for (offset, (gap, shared)) in overlaps.offsets.iter().zip(found) {
        let (near_gap, near_visits) = (
            &mut near.gaps[*offset as usize],
            &mut near.visits[*offset as usize],
        );
        // A unit's first eight replaces the negative gap, further ones add to it.
        if *near_gap < 0 {
            (*near_gap, *near_visits) = (*gap, *shared);
        } else {
            *near_gap = (*near_gap).min(*gap);
            *near_visits += shared;
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn least_of_each(eights: &[[i32; 8]], out: &mut [i32]) {
    for ([a, b, c, d, e, f, g, h], out) in eights.iter().zip(out) {
        let (evens, odds) = (a.min(e).min(c.min(g)), b.min(f).min(d.min(h)));
        *out = *evens.min(odds);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn sum_of_each(eights: &[[u32; 8]], out: &mut [u32]) {
    for ([a, b, c, d, e, f, g, h], out) in eights.iter().zip(out) {
        *out = ((a + e) + (c + g)) + ((b + f) + (d + h));
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn least_gaps(own: &[i32], others: &[i32], least: &mut [i32]) {
    for time in own {
        for (least, other) in least.iter_mut().zip(others) {
            *least = (*least).min((time - other).abs());
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn equal_visits(own: &[u32], others: &[u32], equal: &mut [u32]) {
    for visit in own {
        for (equal, other) in equal.iter_mut().zip(others) {
            *equal += u32::from(visit == other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Occurrence, UnitKind};
    use crate::nouns::Timestamp;

    fn unit(occurrences: &[(i64, u32)]) -> Unit {
        let occurrence = |(seconds, visit): &(i64, u32)| Occurrence {
            time: Timestamp::from_millis(*seconds * 1_000 + 7),
            visit: *visit,
        };
        let occurrences: Vec<Occurrence> = occurrences.iter().map(occurrence).collect();
        Unit {
            kind: UnitKind::Search,
            key: String::new(),
            title: None,
            query: None,
            annotations: Vec::new(),
            interests: Vec::new(),
            boards: Vec::new(),
            hosts: Vec::new(),
            first_seen: occurrences[0].time,
            occurrences,
            visits: 1,
            events: 1,
            weight: 1.0,
            context: Vec::new(),
        }
    }

    #[test]
    fn gaps_and_shared_visits() {
        let often: Vec<(i64, u32)> = (0..20).map(|i| (i * 100, i as u32 / 2)).collect();
        let person = Extracted {
            units: vec![
                unit(&[(0, 0), (100, 1), (900, 2)]),
                unit(&[(110, 1), (950, 2)]),
                unit(&[(2_000, 3)]),
                unit(&often),
            ],
            ..Extracted::default()
        };
        let mut timelines = Timelines::of(&person);
        let near = timelines.nearness(0);
        assert_eq!(near.gaps, [10, 1_100, 0]);
        assert_eq!(near.visits, [2, 0, 3]);
        let near = timelines.nearness(1);
        assert_eq!(near.gaps, [1_050, 10]);
        assert_eq!(near.visits, [0, 2]);
    }

    #[test]
    fn features_are_logarithms() {
        let person = Extracted {
            units: vec![unit(&[(0, 0)]), unit(&[(540, 0)]), unit(&[(59_940, 1)])],
            visits: 2,
            ..Extracted::default()
        };
        let (mut gap, mut above) = ([9.0; 3], [9.0; 3]);
        Timelines::of(&person).fill(0, &mut gap, &mut above);
        let close = |found: f32, wanted: f32| assert!((found - wanted).abs() < 1e-5, "{found}");
        close(gap[1], 0.1 * 10.0_f32.ln());
        close(gap[2], 0.1 * 1_000.0_f32.ln());
        close(above[1], 0.3 * (1.3_f32 / 0.8).ln());
        assert_eq!(above[2], 0.0);
    }
}
