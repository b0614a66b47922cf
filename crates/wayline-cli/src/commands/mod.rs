//! One module a command.

pub(crate) mod evaluate_texts;
