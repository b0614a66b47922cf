//! How near in time two units were seen.

use crate::extract::{Extracted, Unit};
use crate::vectorised::vectorised;

use super::math::ln;

/// The times at which all units were seen, in seconds since the person's first event.
pub(super) struct Gaps {
    times: Eights,
    /// What stands for nearness that the log can't tell.
    least: i32,
    /// Of the row at hand, seconds between the nearest occurrences.
    row: Vec<i32>,
}

impl Gaps {
    pub(super) fn of(person: &Extracted) -> Self {
        let units = &person.units;
        let starts = units.iter().map(|unit| unit.first_seen.millis());
        let start = starts.min().unwrap_or_default();
        let seconds = |millis: i64| ((millis - start) / 1_000).clamp(0, i64::from(NONE - 1)) as i32;
        let times_of = |unit: &Unit, times: &mut Vec<i32>| {
            let occurrences = unit.occurrences.iter();
            times.extend(occurrences.map(|of| seconds(of.time.millis())));
        };
        let times = Eights::of(units, times_of);
        Self {
            least: mean_gap_within(times.coarseness()),
            times,
            row: Vec::new(),
        }
    }

    /// Fills the feature `log_gap` of a unit with each after it, by index of the other unit.
    pub(super) fn fill(&mut self, left: usize, out: &mut [f32]) {
        let least = self.least;
        to_features(least, self.row(left), &mut out[left + 1..]);
    }

    /// First and last occurrences are enough for most pairs, and a whole row of them is reckoned
    /// at once. Where spans overlap, all occurrences are looked at.
    fn row(&mut self, left: usize) -> &[i32] {
        let times = &self.times;
        self.row.resize(times.first.len() - left - 1, 0);
        let span = (times.first[left], times.last[left]);
        let (firsts, lasts) = (&times.first[left + 1..], &times.last[left + 1..]);
        apart(span, firsts, lasts, &mut self.row);
        let starts = &times.starts[left + 1..];
        interleaved(times.own(left), &times.values, starts, lasts, &mut self.row);
        &self.row
    }
}

/// The visits in which all units were seen.
pub(super) struct SharedVisits {
    visits: Eights,
    /// How many each unit has, and the person.
    counts: Vec<f32>,
    all: f32,
    /// Of the row at hand, visits in which both were seen.
    row: Vec<u32>,
}

impl SharedVisits {
    pub(super) fn of(person: &Extracted) -> Self {
        let units = &person.units;
        let visits_of = |unit: &Unit, visits: &mut Vec<i32>| {
            visits.extend(unit.occurrences.iter().map(|of| of.visit as i32));
            visits.dedup();
        };
        Self {
            visits: Eights::of(units, visits_of),
            counts: units.iter().map(|unit| unit.visits as f32).collect(),
            all: person.visits.max(1) as f32,
            row: Vec::new(),
        }
    }

    /// Fills the feature `visits_above_chance` of a unit with each after it, by index of the other
    /// unit.
    pub(super) fn fill(&mut self, left: usize, out: &mut [f32]) {
        let own_share = self.counts[left] / self.all;
        self.row(left);
        let counts = &self.counts[left + 1..];
        above_expected(own_share, counts, &self.row, &mut out[left + 1..]);
    }

    fn row(&mut self, left: usize) -> &[u32] {
        let visits = &self.visits;
        self.row.resize(visits.first.len() - left - 1, 0);
        let span = (visits.first[left], visits.last[left]);
        let (firsts, lasts) = (&visits.first[left + 1..], &visits.last[left + 1..]);
        overlapping(span, firsts, lasts, &mut self.row);
        let others = &visits.starts[left + 1..];
        shared(visits.own(left), &visits.values, others, &mut self.row);
        &self.row
    }
}

/// Two moments of one day, hour or minute are a third of it apart on average. A log that counts
/// whole seconds tells them apart well enough.
fn mean_gap_within(coarseness: i32) -> i32 {
    if coarseness == 1 { 0 } else { coarseness / 3 }
}

/// Seconds in which whole logs are stamped, at once or one row after the other.
const MOMENT: i32 = 600;

/// Stands for no time and for no visit.
const NONE: i32 = i32::MAX;

/// Ascending numbers of all units, eight by eight.
#[derive(Default)]
struct Eights {
    /// Each unit's filled up with [`NONE`].
    values: Vec<[i32; 8]>,
    /// Where each unit's begin, and where all end.
    starts: Vec<u32>,
    /// How many each unit really has.
    counts: Vec<u32>,
    /// The first and the last of each unit.
    first: Vec<i32>,
    last: Vec<i32>,
}

impl Eights {
    /// From what `of_unit` appends to nothing.
    fn of(units: &[Unit], of_unit: impl Fn(&Unit, &mut Vec<i32>)) -> Self {
        let mut eights = Self::default();
        let mut own = Vec::new();
        for unit in units {
            own.clear();
            of_unit(unit, &mut own);
            eights.starts.push(eights.values.len() as u32);
            eights.counts.push(own.len() as u32);
            eights.first.push(own.first().copied().unwrap_or(NONE));
            eights.last.push(own.last().copied().unwrap_or(NONE));
            let (whole, rest) = own.as_chunks();
            eights.values.extend_from_slice(whole);
            if !rest.is_empty() {
                let mut last = [NONE; 8];
                last[..rest.len()].copy_from_slice(rest);
                eights.values.push(last);
            }
        }
        eights.starts.push(eights.values.len() as u32);
        eights
    }

    /// The longest of a day, an hour, a minute and a second that the log tells times by. Times that
    /// are all of one moment, or of a few minutes, tell nothing: that counts as a day.
    fn coarseness(&self) -> i32 {
        let times = self.values.as_flattened().iter();
        let mut times: Vec<i32> = times.copied().filter(|it| *it != NONE).collect();
        times.sort_unstable();
        times.dedup();
        let span = times.last().map_or(0, |last| last - times[0]);
        // Midnights of a place whose clocks change are 23 to 25 hours apart.
        let is_dates = || times.windows(2).all(|pair| pair[1] - pair[0] >= 23 * 3_600);
        if span < MOMENT || is_dates() {
            return 86_400;
        }
        let divides = |length: &i32| times.iter().all(|time| time % length == 0);
        [3_600, 60].into_iter().find(divides).unwrap_or(1)
    }

    fn own(&self, unit: usize) -> &[i32] {
        let values = &self.values[self.starts[unit] as usize..];
        &values.as_flattened()[..self.counts[unit] as usize]
    }
}

vectorised! {
    /// Gaps between spans; negative where they overlap.
    fn apart(span: (i32, i32), firsts: &[i32], lasts: &[i32], out: &mut [i32]) {
        let (first, last) = span;
        for ((out, other_first), other_last) in out.iter_mut().zip(firsts).zip(lasts) {
            *out = (other_first - last).max(first - other_last);
        }
    }
}

vectorised! {
    /// Replaces negative gaps: each time with each, which is cheap eight at a time, as there are few.
    fn interleaved(own: &[i32], times: &[[i32; 8]], starts: &[u32], lasts: &[i32], gaps: &mut [i32]) {
        for ((gap, ends), last) in gaps.iter_mut().zip(starts.windows(2)).zip(lasts) {
            if *gap >= 0 {
                continue;
            }
            let mut least = [NONE; 8];
            for eight in &times[ends[0] as usize..ends[1] as usize] {
                for time in own {
                    for lane in 0..8 {
                        least[lane] = least[lane].min((time - eight[lane]).abs());
                    }
                    // Those after it are further away.
                    if time >= last {
                        break;
                    }
                }
            }
            let [a, b, c, d, e, f, g, h] = least;
            *gap = (a.min(e).min(c.min(g))).min(b.min(f).min(d.min(h)));
        }
    }
}

vectorised! {
    /// 1 where spans overlap, else 0.
    fn overlapping(span: (i32, i32), firsts: &[i32], lasts: &[i32], out: &mut [u32]) {
        let (first, last) = span;
        for ((out, other_first), other_last) in out.iter_mut().zip(firsts).zip(lasts) {
            *out = u32::from((*other_first <= last) & (first <= *other_last));
        }
    }
}

vectorised! {
    /// Replaces what isn't 0 by the number of visits that are in both.
    fn shared(own: &[i32], visits: &[[i32; 8]], starts: &[u32], shared: &mut [u32]) {
        for (shared, ends) in shared.iter_mut().zip(starts.windows(2)) {
            if *shared == 0 {
                continue;
            }
            let mut equal = [0_u32; 8];
            for eight in &visits[ends[0] as usize..ends[1] as usize] {
                for visit in own {
                    for lane in 0..8 {
                        equal[lane] += u32::from(*visit == eight[lane]);
                    }
                }
            }
            let [a, b, c, d, e, f, g, h] = equal;
            *shared = ((a + e) + (c + g)) + ((b + f) + (d + h));
        }
    }
}

vectorised! {
    /// ln of minutes, a week is 9.2: brought to about 0 to 1.
    fn to_features(least: i32, seconds: &[i32], out: &mut [f32]) {
        for (seconds, out) in seconds.iter().zip(out) {
            *out = ln(1.0 + (*seconds).max(least) as f32 * (1.0 / 60.0)) * 0.1;
        }
    }
}

vectorised! {
    /// Most pairs share no visit, and 0 comes out.
    fn above_expected(own_share: f32, visits: &[f32], shared: &[u32], out: &mut [f32]) {
        for ((visits, shared), out) in visits.iter().zip(shared).zip(out) {
            let above = (*shared as i32 as f32 + 0.3) / (own_share * visits + 0.3);
            *out = ln(above.max(1.0)) * 0.3;
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
            first_seen: occurrences[0].time,
            occurrences,
            visits: 1,
            events: 1,
            weight: 1.0,
            ..Unit::default()
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
        let (mut gaps, mut shared) = (Gaps::of(&person), SharedVisits::of(&person));
        assert_eq!(gaps.row(0), [10, 1_100, 0]);
        assert_eq!(shared.row(0), [2, 0, 3]);
        assert_eq!(gaps.row(1), [1_050, 10]);
        assert_eq!(shared.row(1), [0, 2]);
    }

    #[test]
    fn what_a_coarse_log_cannot_tell_is_not_near() {
        let gaps = |seconds: [i64; 3]| {
            let units = seconds.map(|it| unit(&[(it, 0)])).to_vec();
            let person = Extracted {
                units,
                ..Extracted::default()
            };
            let mut gaps = [9.0; 3];
            Gaps::of(&person).fill(0, &mut gaps);
            [gaps[1], gaps[2]].map(|it| (10.0 * it).exp_m1().round())
        };
        // Minutes: to the second, to the minute, dates alone, one moment for everything.
        assert_eq!(gaps([1, 1, 3_602]), [0.0, 60.0]);
        assert_eq!(gaps([60, 60, 3_720]), [0.0, 61.0]);
        assert_eq!(gaps([0, 0, 3_600]), [20.0, 60.0]);
        assert_eq!(gaps([86_400, 86_400, 3 * 86_400]), [480.0, 2_880.0]);
        assert_eq!(gaps([11, 11, 11]), [480.0, 480.0]);
    }

    #[test]
    fn features_are_logarithms() {
        let person = Extracted {
            units: vec![unit(&[(0, 0)]), unit(&[(540, 0)]), unit(&[(59_940, 1)])],
            visits: 2,
            ..Extracted::default()
        };
        let (mut gap, mut above) = ([9.0; 3], [9.0; 3]);
        Gaps::of(&person).fill(0, &mut gap);
        SharedVisits::of(&person).fill(0, &mut above);
        let close = |found: f32, wanted: f32| assert!((found - wanted).abs() < 1e-5, "{found}");
        close(gap[1], 0.1 * 10.0_f32.ln());
        close(gap[2], 0.1 * 1_000.0_f32.ln());
        close(above[1], 0.3 * (1.3_f32 / 0.8).ln());
        assert_eq!(above[2], 0.0);
    }

    #[test]
    fn what_a_log_does_not_tell_is_not_near() {
        const DAY: i64 = 86_400;
        let least = |times: &[i64]| {
            let units = times.iter().map(|time| unit(&[(*time, 0)])).collect();
            let person = Extracted {
                units,
                ..Extracted::default()
            };
            Gaps::of(&person).least
        };
        let third_of_a_day = 28_800;
        assert_eq!(least(&[0, 0, 0]), third_of_a_day, "one moment");
        assert_eq!(least(&[0, 1, 2, 3]), third_of_a_day, "row after row");
        assert_eq!(least(&[0, DAY, DAY, 5 * DAY]), third_of_a_day, "dates");
        // Midnights where clocks went forward and back between.
        assert_eq!(least(&[0, DAY - 3_600, 2 * DAY - 3_600]), third_of_a_day);
        assert_eq!(least(&[0, DAY + 3_600, 2 * DAY + 3_600]), third_of_a_day);
        assert_eq!(least(&[0, 7_200, 10_800]), 1_200, "hours");
        assert_eq!(least(&[0, 60, 7_200]), 20, "minutes");
        assert_eq!(least(&[0, 61, 7_200]), 0);
    }
}
