//! Reads event logs from files.
#![deny(missing_docs)]

pub mod group;
pub mod read;
