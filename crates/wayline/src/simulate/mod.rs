//! People made up from a catalogue of journeys, hard on purpose, with gold that says which keyword
//! belongs to which journey.
//!
//! In: a [`Catalogue`] and a [`SimulationConfig`]. Out: [`person`] by number, with events as a log
//! would hold them and a [`GoldPerson`]. Nothing else counts: no file, no clock, no other person.
//!
//! A person is on several journeys at once, siblings among them, over months. Visits mix journeys
//! and interrupt them with errands; searches go from inspiration to what comes after, are repeated,
//! reworded and mistyped; the item opened sometimes belongs to an earlier search; items carry
//! generic and wrong annotations; boards mix; journeys pause, come back and end.

mod catalogue;
mod config;
mod dice;
mod event;
mod folds;
mod gold;
mod items;
mod log;
mod log_kind;
mod noise;
mod person;
mod schedule;
mod text;

#[cfg(test)]
mod tests;

pub use catalogue::{
    Catalogue, CatalogueError, CatalogueJourney, CatalogueQuery, JourneyKind, Phase,
};
pub use config::{DEFAULT_AS_OF_MS, MOST_JOURNEYS, SimulationConfig, SimulationConfigError};
pub use event::SimulatedEvent;
pub use folds::catalogue_folds;
pub use gold::{GoldJourney, GoldPerson, GoldStatus};
pub use log_kind::{LogKind, UnknownLogKind};
pub use person::{SimulatedPerson, people, person};
