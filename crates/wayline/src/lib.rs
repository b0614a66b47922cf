//! Wayline reads what people search, open, save and click and says which *journeys* each of them
//! is on: goals pursued over days to years.
//!
//! The library is a house of rooms. Each room is a station of the data's way, is pure (no input or
//! output, no clock, no async) and gives the same output for the same input in any order:
//!
//! events → [`extract`] → [`embed`] → [`affinity`] → [`cluster`] → [`assign`] → [`identify`] →
//! [`name`] → [`rank`] → [`stage`] → [`diversify`] → journeys.
//!
//! [`walk`] is the one function that shows the whole way. Beside the way stand [`corpus`] (what
//! everybody's log says about words and keywords), [`simulate`] (people to try things on),
//! [`evaluate`] (how good results are), [`compare`] (what changed from one run to another),
//! [`annotate`] (journeys for people to judge), [`judge`] (a language model that judges), [`feedback`]
//! (what people did with journeys that they were shown) and [`explain`] (why a result is what it is).
//! [`text_model`] is the port to language models, which know nothing of journeys; [`asking`] says which
//! steps ask one. [`safety`] says what may be shown. The things that are handed from room to room are
//! [`nouns`]; every default is in [`config`], every learned part in [`model`].
#![deny(missing_docs)]

pub mod affinity;
pub mod annotate;
pub mod asking;
pub mod assign;
pub mod at_once;
pub mod cluster;
pub mod compare;
pub mod config;
pub mod corpus;
pub mod distil;
pub mod diversify;
pub mod embed;
pub mod evaluate;
pub mod expand;
pub mod explain;
pub mod extract;
pub mod feedback;
pub mod identify;
pub mod judge;
pub mod keep;
pub mod lineage;
pub mod logistic;
pub mod model;
pub mod name;
pub mod nouns;
pub mod profile;
pub mod rank;
pub mod safety;
#[cfg(test)]
mod samples;
pub mod simulate;
pub mod stage;
pub mod text_model;
pub mod train;
mod vectorised;
mod walk;

pub use walk::{Fate, Remembered, Rooms, SCHEMA_VERSION, Walked, walk, walk_with};
