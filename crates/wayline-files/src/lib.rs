//! Reads event logs from files and writes Wayline's results to files.
#![deny(missing_docs)]

pub mod write;
