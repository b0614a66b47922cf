//! Wayline infers people's journeys from what they search, open, save and click.

pub mod simulate;
