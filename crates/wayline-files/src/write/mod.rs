//! Writes what a run found: journeys and keywords, as JSONL or Parquet, in the order of people.
//!
//! People are finished in any order by several threads. [`OrderedResults`] brings them into the
//! byte order of their ids in bounded memory; [`ResultsWriter`] turns them into rows. Every file
//! is an [`AsideFile`]: it takes its name only once it is complete.

mod aside;
mod background;
mod blocks;
pub mod events;
mod format;
mod json_text;
mod merge;
mod ordered;
mod problem;
mod read_back;
mod results;
mod rows_json;
mod rows_parquet;
mod spill;
mod spill_queue;
mod table_columns;
mod table_journeys;
mod table_json;
mod table_keywords;

pub use aside::{AsideFile, CompleteFile, put_in_place};
pub use format::{OutputFormat, Packing};
pub use ordered::{Keyed, OrderError, OrderedResults, ResultsPart};
pub use problem::WriteError;
pub use read_back::{ReadBackError, ResultRows, rows_as_jsonl};
pub use results::{ResultsWriter, same_file};
pub use spill::{SpillError, SpillSettings};
pub use spill_queue::{SpillPart, SpillQueue, SpillReader, SpillRecords};

#[cfg(test)]
pub(crate) mod samples;
