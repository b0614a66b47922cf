//! The crate from outside: files in, events and people out.

mod bad_rows;
mod broken_files;
mod common;
mod formats;
mod grouping;
mod inputs;
mod parsers;
mod tables;
