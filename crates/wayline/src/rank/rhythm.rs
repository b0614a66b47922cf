//! How a journey's activity lies in time.

use crate::nouns::Timestamp;

/// How a journey's activity lies in time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rhythm {
    /// Days between the first and the last time.
    pub span_days: f64,
    /// Distinct days with activity.
    pub active_days: u32,
    /// Mean days between two active days; 0 for a single one.
    pub typical_gap_days: f64,
    /// Weeks with activity over weeks from first to last, 0 to 1.
    pub share_of_weeks: f64,
}

impl Rhythm {
    /// From ascending times.
    #[must_use]
    pub fn of(times: &[Timestamp]) -> Self {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Self::default();
        };
        let distinct = |unit: i64| {
            let mut units: Vec<i64> = times
                .iter()
                .map(|time| time.day().div_euclid(unit))
                .collect();
            units.dedup();
            units.len() as u32
        };
        let active_days = distinct(1);
        let weeks = last.day().div_euclid(7) - first.day().div_euclid(7) + 1;
        let days = (last.day() - first.day()) as f64;
        Self {
            span_days: last.days_since(*first),
            active_days,
            typical_gap_days: days / f64::from(active_days.saturating_sub(1).max(1)),
            share_of_weeks: f64::from(distinct(7)) / weeks as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_millis((20_000 + day) * 86_400_000 + 3_600_000)
    }

    #[test]
    fn rhythm_of_a_weekly_habit() {
        let times: Vec<Timestamp> = (0..10).map(|week| day(week * 7)).collect();
        let rhythm = Rhythm::of(&times);
        assert_eq!(rhythm.active_days, 10);
        assert_eq!(rhythm.typical_gap_days, 7.0);
        assert_eq!(rhythm.share_of_weeks, 1.0);
        assert_eq!(Rhythm::of(&[]), Rhythm::default());
        assert_eq!(Rhythm::of(&[day(0)]).typical_gap_days, 0.0);
    }
}
