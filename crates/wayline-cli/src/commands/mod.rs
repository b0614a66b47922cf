//! One module a command.

pub mod evaluate_texts;
