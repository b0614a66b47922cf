//! Reads event logs from files and writes Wayline's results to files.

pub mod write;
