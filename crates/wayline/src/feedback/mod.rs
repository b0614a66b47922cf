//! What people did with journeys that were shown to them: which journeys they don't want to see, and
//! what their reactions say for and against a journey.

mod config;
mod hidden;
mod impressions;

pub use config::FeedbackConfig;
pub use hidden::{Stance, Stances, hidden};
pub use impressions::{Impression, LAST_POSITION, Says, impressions};

#[cfg(test)]
mod tests;
