//! Bad input: a clear error or a counted reject each, never a panic, never half a result.

mod config;
mod corpus;
mod files;
mod outputs;
mod people;
mod rows;
mod sizes;
