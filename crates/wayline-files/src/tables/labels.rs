//! Labels: how relevant a journey was at a moment.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use wayline::nouns::Timestamp;

use super::feedback::{cut, time};
use super::rows::{Columns, TableRow, read_rows};
use super::{TableError, TableSummary};
use crate::read::{Inputs, Reason, RowError};
use crate::write::{AsideFile, WriteError};

const COLUMNS: Columns = Columns {
    all: &["user_id", "journey_id", "as_of", "relevance"],
    needed: &["user_id", "journey_id", "as_of", "relevance"],
};

/// How relevant a journey was at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JourneyLabel {
    /// Whose.
    pub user_id: String,
    /// Which.
    pub journey_id: String,
    /// When.
    pub as_of: Timestamp,
    /// From 1, not at all, to 5: the mean of the scores that it was given.
    pub relevance: f64,
    /// How many annotators gave one.
    pub annotators: u32,
}

/// Reads labels: `user_id`, `journey_id`, `as_of` and `relevance`.
///
/// # Errors
/// A file can't be read to its end or lacks a column, or there are rows and none can be used.
pub fn read_labels(inputs: &Inputs) -> Result<(Vec<JourneyLabel>, TableSummary), TableError> {
    let mut labels = Vec::new();
    let summary = read_rows(inputs, &COLUMNS, &mut |row| {
        labels.push(label(row)?);
        Ok(())
    })?;
    Ok((labels, summary))
}

fn label(row: &TableRow<'_>) -> Result<JourneyLabel, RowError> {
    let relevance = row.needed("relevance", Reason::ScoreOutOfRange)?;
    let number = relevance.parse().ok();
    let number = number.filter(|number| (1.0..=5.0).contains(number));
    Ok(JourneyLabel {
        user_id: row.needed("user_id", Reason::UserIdMissing)?.to_owned(),
        journey_id: row
            .needed("journey_id", Reason::JourneyIdMissing)?
            .to_owned(),
        as_of: time(row, "as_of")?,
        relevance: number.ok_or_else(|| {
            let detail = format!("`{}`; relevance is a number from 1 to 5", cut(relevance));
            RowError::new(Reason::ScoreOutOfRange, detail)
        })?,
        annotators: 1,
    })
}

/// Writes labels as JSON lines.
///
/// # Errors
/// The disk is full, or the system refuses; then no file is left.
pub fn write_labels(path: &Path, labels: &[JourneyLabel]) -> Result<(), WriteError> {
    let mut file = AsideFile::create(path)?;
    for label in labels {
        let written = serde_json::to_writer(&mut file, label).map_err(std::io::Error::from);
        written
            .and_then(|()| file.write_all(b"\n"))
            .map_err(|error| WriteError::from_system(path, error))?;
    }
    file.finish()
}
