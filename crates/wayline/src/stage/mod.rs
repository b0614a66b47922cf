//! Where in its life a journey is, by rules over its times.
//!
//! *Evergreen* is what goes on over a long time and fills it; everything else is *situational*.
//! *Ended* is what has been silent for several times its own typical gap, within bounds, since a
//! fixed number of days doesn't carry over from one log to another.

use serde::Deserialize;

use crate::assign::Candidate;
use crate::config::{ConfigError, within};
use crate::nouns::{Lifecycle, Stage, Status, Timestamp};

/// Settings of the rules; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in default.toml, once")]
pub struct StageConfig {
    pub evergreen_days: f64,
    pub evergreen_share_of_weeks: f64,
    pub ended_gaps: f64,
    pub ended_min_days: f64,
    pub ended_max_days: f64,
}

impl StageConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let days = "between 0 and 10000";
        within("stage.evergreen_days", self.evergreen_days, 0.0, 1e4, days)?;
        within(
            "stage.evergreen_share_of_weeks",
            self.evergreen_share_of_weeks,
            0.0,
            1.0,
            "between 0 and 1",
        )?;
        within(
            "stage.ended_gaps",
            self.ended_gaps,
            0.0,
            1e4,
            "between 0 and 10000",
        )?;
        within("stage.ended_min_days", self.ended_min_days, 0.0, 1e4, days)?;
        within(
            "stage.ended_max_days",
            self.ended_max_days,
            self.ended_min_days,
            1e4,
            "between ended_min_days and 10000",
        )
    }
}

/// The stage of a candidate at `as_of`.
#[must_use]
pub fn stage(candidate: &Candidate, as_of: Timestamp, config: &StageConfig) -> Stage {
    let rhythm = Rhythm::of(&candidate.times);
    let evergreen = rhythm.span_days >= config.evergreen_days
        && rhythm.share_of_weeks >= config.evergreen_share_of_weeks;
    let silence = as_of.days_since(candidate.last_active_at());
    let patience = (config.ended_gaps * rhythm.typical_gap_days)
        .clamp(config.ended_min_days, config.ended_max_days);
    Stage {
        lifecycle: if evergreen {
            Lifecycle::Evergreen
        } else {
            Lifecycle::Situational
        },
        status: if silence > patience {
            Status::Ended
        } else {
            Status::Ongoing
        },
        phase: None,
    }
}

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
