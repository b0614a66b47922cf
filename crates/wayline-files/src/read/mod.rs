//! From files, directories, globs and standard input to batches of events.
//!
//! [`Inputs::find`] says which files a list of inputs stands for; [`read_events`] reads them, in
//! their order, into Arrow batches of one schema ([`event_schema`]), whatever their format. A row
//! that is no event is counted by its [`Reason`] and never stops a run; a file that can't be read
//! to its end does ([`ReadError`]).

mod builder;
mod check;
mod columns;
mod csv;
mod error;
mod event_sink;
mod events;
mod header;
mod input;
mod items;
mod json;
mod lines;
mod one_row;
mod options;
mod parquet;
mod parse;
mod raw;
mod reject;
mod reject_file;
mod source;
mod summary;
mod tsv;
mod units;
mod whole_batch;

pub(crate) use check::time_from_text;
pub(crate) use csv::CsvRows;
pub(crate) use input::{Format, InputFile};
pub(crate) use lines::{LineBlocks, lines};
pub(crate) use reject::cut;
pub(crate) use source::Source;

pub use columns::{Column, ColumnNames, MapError, event_schema};
pub use error::ReadError;
pub use events::read_events;
pub use input::Inputs;
pub use items::{Item, Items};
pub use one_row::{EventRow, RowHeader, csv_row, json_row, tsv_row};
pub use options::{MAX_ROW_BYTES, ReadOptions};
pub use reject::{Reason, RowError};
pub use summary::{EXAMPLES, ReadSummary, RejectExample};
