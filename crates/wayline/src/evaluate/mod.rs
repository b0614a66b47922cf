//! Measures of quality. Reads results, never writes into the path from events
//! to journeys.

pub mod short_texts;
