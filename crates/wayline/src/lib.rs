//! Wayline infers the journeys that people are on from what they search, open,
//! save and click.

pub mod embed;
pub mod evaluate;
