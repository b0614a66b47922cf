//! The outside world in files: reads event logs, brings each person's events together, keeps the
//! corpus, reads tables beside the log, writes results.
//!
//! Everything larger than memory goes through temporary files; everything that is written takes
//! its name only once it is complete.
#![deny(missing_docs)]

pub mod corpus;
pub mod group;
pub mod read;
pub mod tables;
pub mod write;
