//! Tables beside the log: what people did with journeys that were shown ([`read_feedback`]), journeys
//! for people to judge ([`SampleWriter`]), what they said ([`read_judgements`]), and the labels made
//! of it ([`read_labels`]).
//!
//! CSV, TSV, JSONL and Parquet, plain or compressed. A row that can't be used is counted by its reason
//! and stops a run only where no other can be.

mod error;
mod feedback;
mod guard;
mod judgements;
mod labels;
mod rows;
mod sample;
mod summary;

pub use error::TableError;
pub use feedback::{feedback_from_json, read_feedback};
pub use judgements::{Judgement, Judgements, SCORES, read_judgements};
pub use labels::{JourneyLabel, read_labels, write_labels};
pub use sample::{SampleRow, SampleWriter};
pub use summary::TableSummary;
