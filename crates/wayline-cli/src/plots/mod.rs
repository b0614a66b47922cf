//! Figures as drawings: each function gives the text of an SVG file. Text in it is text, in the
//! reader's own sans-serif font, so nothing of fonts is needed here.

mod learning_curve;
mod ranking;
mod reliability;
mod scores;
mod style;
#[cfg(test)]
mod tests;

pub(crate) use learning_curve::{LearnedFrom, learning_curve};
pub(crate) use ranking::ranking;
pub(crate) use reliability::reliability;
pub(crate) use scores::scores;
