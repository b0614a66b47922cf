//! The corpus snapshot as a file, and its counting in bounded memory.
//!
//! The file is Parquet (any tool opens it) with the columns `kind`, `text`, `people`, `visits`,
//! `events`, `clicks`, `home_clicks`, in the order of kind and text. Its metadata hold the version
//! of the format, the number of people, and the hash of the content.

mod counter;
mod file;
mod runs;

pub use counter::{CorpusCounter, CorpusPart};
pub use file::{CorpusFileError, FORMAT_VERSION, general_corpus, read_corpus, write_corpus};
