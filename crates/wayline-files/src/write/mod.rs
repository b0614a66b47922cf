//! Writers of files.

pub mod events;
