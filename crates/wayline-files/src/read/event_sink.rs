//! Turns rows into checked events and counts what is left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use serde::Serialize;

use super::builder::EventBuilder;
use super::check::{Outcome, check};
use super::options::ReadOptions;
use super::parquet::ParquetRows;
use super::parse::{RowSink, parse};
use super::raw::{Raw, RawRow};
use super::reject::cut;
use super::summary::{EXAMPLES, RejectExample};
use super::units::Unit;
use super::whole_batch::WholeBatch;
use super::{Column, ReadError, ReadSummary, Reason, RowError};

/// How much of a rejected row is kept.
const KEPT_ROW_BYTES: usize = 2_048;

/// What one piece of the input gave.
pub(crate) struct Parsed {
    pub(crate) file: Arc<str>,
    pub(crate) batch: RecordBatch,
    pub(crate) summary: ReadSummary,
    /// Lines for the file of rejects.
    pub(crate) rejects: Vec<u8>,
    /// Columns that some row had.
    pub(crate) seen: BTreeSet<Column>,
}

struct EventSink<'a, 'o> {
    options: &'a ReadOptions<'o>,
    file: &'a str,
    builder: EventBuilder,
    /// All events, when they came at once.
    whole: Option<RecordBatch>,
    summary: ReadSummary,
    rejects: Vec<u8>,
    seen: [bool; 2],
}

#[derive(Serialize)]
struct RejectLine<'a> {
    file: &'a str,
    line: u64,
    reason: Reason,
    detail: &'a str,
    row: &'a str,
}

/// Parses one piece of the input into events.
pub(crate) fn parse_events(unit: &Unit, options: &ReadOptions<'_>) -> Result<Parsed, ReadError> {
    let mut sink = EventSink {
        options,
        file: &unit.file,
        builder: EventBuilder::default(),
        whole: None,
        summary: ReadSummary::default(),
        rejects: Vec::new(),
        seen: [false; 2],
    };
    parse(unit, &options.columns, &mut sink)?;
    let mut summary = sink.summary;
    let seen = [Column::UserId, Column::Timestamp]
        .into_iter()
        .zip(sink.seen)
        .filter_map(|(column, seen)| seen.then_some(column))
        .collect();
    let batch = match sink.whole {
        Some(events) => events,
        None => sink.builder.finish().map_err(|error| ReadError::Broken {
            file: unit.file.to_string(),
            place: "in one piece".to_owned(),
            detail: error.to_string(),
        })?,
    };
    summary.events = batch.num_rows() as u64;
    Ok(Parsed {
        file: Arc::clone(&unit.file),
        batch,
        summary,
        rejects: sink.rejects,
        seen,
    })
}

impl RowSink for EventSink<'_, '_> {
    fn batch(&mut self, rows: &ParquetRows) -> bool {
        let Some(whole) = WholeBatch::of(rows, self.options) else {
            return false;
        };
        self.seen = [true; 2];
        self.summary.note_time(whole.oldest);
        self.summary.note_time(whole.newest);
        self.summary.rows += rows.len() as u64;
        self.whole = Some(whole.events);
        true
    }

    fn row(&mut self, row: &RawRow<'_>) -> Result<(), RowError> {
        self.seen[0] |= !matches!(row.get(Column::UserId), Raw::Absent);
        self.seen[1] |= !matches!(row.get(Column::Timestamp), Raw::Absent);
        match check(row, self.options)? {
            Outcome::Event(event) => {
                self.summary.note_time(event.time);
                self.builder.push(&event);
            }
            Outcome::OtherUser => self.summary.other_users += 1,
            Outcome::AfterAsOf => self.summary.after_as_of += 1,
        }
        self.summary.rows += 1;
        Ok(())
    }

    fn reject(&mut self, line: u64, error: RowError, text: &dyn Fn() -> String) {
        self.summary.rows += 1;
        *self.summary.rejects.entry(error.reason).or_default() += 1;
        if self.options.rejects.is_some() {
            let row = text();
            let kept = RejectLine {
                file: self.file,
                line,
                reason: error.reason,
                detail: &error.detail,
                row: cut(&row, KEPT_ROW_BYTES),
            };
            if serde_json::to_writer(&mut self.rejects, &kept).is_ok() {
                self.rejects.push(b'\n');
            }
        }
        let examples = self.summary.examples.entry(error.reason).or_default();
        if examples.len() < EXAMPLES {
            examples.push(RejectExample {
                file: self.file.to_owned(),
                line,
                detail: error.detail,
            });
        }
    }

    fn unknown(&mut self, name: &str) {
        self.summary.note_unknown_column(name);
    }
}
