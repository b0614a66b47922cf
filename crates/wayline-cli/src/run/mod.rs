//! A run over a log: what the commands that read one have in common.
//!
//! A run goes twice over people. [`gather`] reads the log, extracts each person and counts the
//! corpus; what was extracted waits in memory, on disk beyond a budget. [`walk_everybody`] walks
//! each person through the rooms with the finished corpus and hands results out in the order of
//! the people's ids.

mod args;
mod asked;
mod embedder;
mod ended;
mod gather;
mod progress;
mod said;
mod summary;
mod walk;

pub(crate) use args::{InputArgs, Models, RunArgs, parse_time, read_config, read_model};
pub(crate) use asked::{Answers, AskedModel, text_model_settings};
pub(crate) use embedder::{Embedding, not_embedded};
pub(crate) use ended::ended;
pub(crate) use gather::{
    Counts, Gathered, Job, count_corpus, gather, no_event, refuse_overwriting,
};
pub(crate) use progress::Progress;
pub(crate) use said::{Said, SaidArgs};
pub(crate) use summary::{Summary, grouped, line, line_unless_zero};
pub(crate) use walk::{Tally, cached_texts, walk_everybody};
