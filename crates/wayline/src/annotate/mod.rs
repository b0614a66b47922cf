//! A sample of journeys for people to judge: of every stage and every confidence, drawn by a seed,
//! the same whatever the order of the rows.

mod sample;

pub use sample::{Drawn, Sampler, Sampling, Stratum, Thirds};

#[cfg(test)]
mod tests;
