//! Which of a person's journeys matter: features for two point-wise models (each journey by itself,
//! unlike pair-wise rankers): whether the person comes back to it, and how relevant it is now.
//! [`RankModel`](crate::model::RankModel) holds their weights.

mod features;
mod rhythm;

pub use features::{FEATURES, Features, features};
pub use rhythm::Rhythm;

#[cfg(test)]
mod tests;
