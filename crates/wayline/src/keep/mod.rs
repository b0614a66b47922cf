//! What is kept of each person from one run to the next, so that journeys stay current and stay
//! themselves.
//!
//! A [`Kept`] holds a person's newest events in canonical order, the journeys that they were known to
//! be on, what became of them, and what the person said of them. Nothing that can be reckoned from
//! these is kept: groups, keywords and scores follow from the events, so they are those of one run
//! over all of the log, whatever updates it came in.
//!
//! [`Kept::fold`] adds events, [`look_at`] walks the person and brings what is remembered up to date,
//! [`Kept::to_bytes`] and [`Kept::from_bytes`] are its form in a [`Store`]. A store knows bytes, texts
//! and versions alone; several kinds of them stand outside the library.

mod bytes;
mod config;
mod fold;
mod look;
mod store;
#[cfg(test)]
mod tests;

pub use bytes::{FORMAT_VERSION, KeptError};
pub use config::KeepConfig;
pub use fold::{Folded, Kept};
pub use look::{Look, extracted, look_at, walk_remembering};
pub use store::{
    Change, Changes, Counts, ERASED, EVERYTHING, Mark, PersonChange, Store, StoreError, Stored,
    Waiting, number_of,
};
