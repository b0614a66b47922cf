//! Wayline.
pub mod evaluate;
