//! What a simulation is to be like.

use std::ops::RangeInclusive;

use super::catalogue::Catalogue;
use super::dice::{Dice, Stream};
use super::log_kind::LogKind;

/// The most journeys that one person may be on.
pub const MOST_JOURNEYS: usize = 40;
/// 2025-06-30T23:59:59Z in milliseconds: when simulations end by default.
pub const DEFAULT_AS_OF_MS: i64 = 1_751_327_999_000;

/// What a simulation is to be like. [`SimulationConfig::check`] says whether it can be done;
/// [`super::person`] takes the nearest possible value for one that can't.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationConfig {
    /// How many people there are; at least 1. A person never depends on it, unless
    /// `people_per_journey` is given.
    pub people: u64,
    /// Another seed gives other people and other items.
    pub seed: u64,
    /// What the items of the log say about themselves.
    pub kind: LogKind,
    /// How many journeys a person is on, each number as likely as the next: within 1 to
    /// [`MOST_JOURNEYS`] and not more than the catalogue holds.
    pub journeys_per_person: RangeInclusive<usize>,
    /// How many people share a journey on average: a simulation with few people and a large number
    /// here uses few journeys of the catalogue, drawn by the seed. None: all journeys are used.
    pub people_per_journey: Option<f64>,
    /// How many days before the end a person's log begins, each number as likely as the next:
    /// within 14 to 1,500.
    pub history_days: RangeInclusive<u32>,
    /// The end of the simulation, in milliseconds since 1970 (UTC): no event is later, and gold
    /// says what is true then. Between the years 1980 and 2200.
    pub as_of_ms: i64,
}

impl Default for SimulationConfig {
    /// 1,000 people on 1 to 12 journeys over 3 to 12 months, seed 1, items as they come.
    fn default() -> Self {
        Self {
            people: 1_000,
            seed: 1,
            kind: LogKind::default(),
            journeys_per_person: 1..=12,
            people_per_journey: None,
            history_days: 90..=365,
            as_of_ms: DEFAULT_AS_OF_MS,
        }
    }
}

/// A simulation that can't be done as it was asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SimulationConfigError {
    /// Ask for at least one person.
    #[error("people must be at least 1")]
    NoPeople,
    /// Give another range of journeys.
    #[error("journeys_per_person {low}-{high} must lie within 1-{most}, the lower number first")]
    Journeys {
        /// The range's start.
        low: usize,
        /// The range's end.
        high: usize,
        /// The most that is possible with this catalogue.
        most: usize,
    },
    /// Give another number, or other numbers of people or journeys.
    #[error(
        "people_per_journey {asked} must lie within {least:.2}-{most:.2} for {people} people of {mean:.1} journeys and a catalogue of {journeys}"
    )]
    PeoplePerJourney {
        /// What was asked for.
        asked: f64,
        /// The least that is possible: all of the catalogue is used.
        least: f64,
        /// The most that is possible: only as many journeys as one person may need are used.
        most: f64,
        /// How many people there are.
        people: u64,
        /// How many journeys a person has on average.
        mean: f64,
        /// How many journeys the catalogue holds.
        journeys: usize,
    },
    /// Give another range of days.
    #[error("history_days {low}-{high} must lie within 14-1500, the lower number first")]
    History {
        /// The range's start.
        low: u32,
        /// The range's end.
        high: u32,
    },
    /// Give another time.
    #[error("as_of {0} ms must lie between the years 1980 and 2200")]
    AsOf(i64),
}

const AS_OF_RANGE: RangeInclusive<i64> = 315_532_800_000..=7_258_118_400_000;

impl SimulationConfig {
    /// Says whether this simulation can be done with this catalogue.
    ///
    /// # Errors
    /// The first value out of its range, with the range.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), SimulationConfigError> {
        if self.people == 0 {
            return Err(SimulationConfigError::NoPeople);
        }
        let (low, high) = (
            *self.journeys_per_person.start(),
            *self.journeys_per_person.end(),
        );
        let most = MOST_JOURNEYS.min(catalogue.journeys().len());
        if low < 1 || high < low || high > most {
            return Err(SimulationConfigError::Journeys { low, high, most });
        }
        if let Some(asked) = self.people_per_journey {
            let journeys = catalogue.journeys().len();
            let each = self.people as f64 * self.mean_journeys();
            let (least, most) = (each / journeys as f64, each / high as f64);
            if !(asked >= least * 0.999 && asked <= most * 1.001) {
                let (people, mean) = (self.people, self.mean_journeys());
                return Err(SimulationConfigError::PeoplePerJourney {
                    asked,
                    least,
                    most,
                    people,
                    mean,
                    journeys,
                });
            }
        }
        let (low, high) = (*self.history_days.start(), *self.history_days.end());
        if low < 14 || high < low || high > 1_500 {
            return Err(SimulationConfigError::History { low, high });
        }
        if !AS_OF_RANGE.contains(&self.as_of_ms) {
            return Err(SimulationConfigError::AsOf(self.as_of_ms));
        }
        Ok(())
    }

    fn mean_journeys(&self) -> f64 {
        (*self.journeys_per_person.start() + *self.journeys_per_person.end()) as f64 / 2.0
    }

    /// The end, brought into the range that can be written.
    pub(super) fn end_ms(&self) -> i64 {
        self.as_of_ms
            .clamp(*AS_OF_RANGE.start(), *AS_OF_RANGE.end())
    }

    /// The journeys of the catalogue that this simulation uses, ascending.
    pub(super) fn journeys_used(&self, catalogue: &Catalogue) -> Vec<usize> {
        let mut all: Vec<usize> = (0..catalogue.journeys().len()).collect();
        if let Some(share) = self
            .people_per_journey
            .filter(|s| s.is_finite() && *s > 0.0)
        {
            let wanted = (self.people as f64 * self.mean_journeys() / share + 0.5) as usize;
            Dice::new(self.seed, Stream::Subset, 0, 0).shuffle(&mut all);
            all.truncate(wanted.max(*self.journeys_per_person.end()).max(1));
            all.sort_unstable();
        }
        all
    }
}
