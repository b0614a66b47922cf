//! The corpus snapshot as a file, and its counting in bounded memory.
//!
//! The file is Parquet (any tool opens it) with the columns `kind`, `text`, `people`, `visits`,
//! `events`, `clicks`, `home_clicks`, in the order of kind and text. Where pairs of keywords were
//! counted, `moments` is the number of people summed over all pairs of a keyword, and `together`
//! lists the keywords that it goes together with: `keyword`, and in how many `people`'s moments.
//! The metadata hold the version of the format, the number of people, the sum of all moments, and
//! the hash of the content.

mod columns;
mod counter;
mod file;
mod runs;

pub use counter::{CorpusCounter, CorpusPart};
pub use file::{
    CorpusFileError, FORMAT_VERSION, corpus_from_bytes, general_corpus, read_corpus, write_corpus,
};
