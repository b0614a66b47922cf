//! Parses a piece of the input into rows.

use std::borrow::Cow;

use super::csv::row_too_long;
use super::json::JsonRow;
use super::lines::lines;
use super::parquet::ParquetRows;
use super::raw::RawRow;
use super::units::{Body, Unit};
use super::{ColumnNames, MAX_ROW_BYTES, ReadError, RowError, tsv};

/// Takes the rows of a piece, one after the other.
pub(crate) trait RowSink {
    /// Takes all rows of a batch at once; `false` when they must be taken one by one.
    fn batch(&mut self, _: &ParquetRows) -> bool {
        false
    }
    /// Takes a row as its format gave it.
    fn row(&mut self, row: &RawRow<'_>) -> Result<(), RowError>;
    /// Takes a row that can't be read, with its text for the file of rejects.
    fn reject(&mut self, line: u64, error: RowError, text: &dyn Fn() -> String);
    /// Takes the name of a key that is no column.
    fn unknown(&mut self, name: &str);
}

/// Parses a piece.
pub(crate) fn parse(
    unit: &Unit,
    names: &ColumnNames,
    sink: &mut impl RowSink,
) -> Result<(), ReadError> {
    match &unit.body {
        Body::Json(block) => {
            reject_long_lines(&block.too_long, sink);
            let mut json = JsonRow::default();
            for (number, line) in lines(block) {
                let row = if line.len() > MAX_ROW_BYTES {
                    Err(row_too_long(1))
                } else {
                    json.parse(line, names, &mut |name| sink.unknown(name))
                };
                if let Err(error) = row.and_then(|row| sink.row(&row)) {
                    sink.reject(number, error, &|| lossy(line));
                }
            }
        }
        Body::Tsv(header, block) => {
            reject_long_lines(&block.too_long, sink);
            for (number, line) in lines(block) {
                let row = if line.len() > MAX_ROW_BYTES {
                    Err(row_too_long(1))
                } else {
                    tsv::row(line, header)
                };
                if let Err(error) = row.and_then(|row| sink.row(&row)) {
                    sink.reject(number, error, &|| lossy(line));
                }
            }
        }
        Body::Csv(header, records) => {
            for record in records.iter() {
                if let Err(error) = record.row(header).and_then(|row| sink.row(&row)) {
                    sink.reject(record.line, error, &|| record.texts().join(","));
                }
            }
        }
        Body::Parquet(columns, first_row, batch) => {
            let rows = ParquetRows::new(batch, columns).map_err(|error| ReadError::Broken {
                file: unit.file.to_string(),
                place: format!("at row {first_row}"),
                detail: error.to_string(),
            })?;
            if sink.batch(&rows) {
                return Ok(());
            }
            for index in 0..rows.len() {
                let row = rows.row(index);
                if let Err(error) = sink.row(&row) {
                    sink.reject(first_row + index as u64, error, &|| format!("{row:?}"));
                }
            }
        }
    }
    Ok(())
}

fn reject_long_lines(numbers: &[u64], sink: &mut impl RowSink) {
    for number in numbers {
        sink.reject(*number, row_too_long(1), &String::new);
    }
}

/// The beginning of a line as text, enough for the file of rejects.
fn lossy(line: &[u8]) -> String {
    let start = &line[..line.len().min(4_096)];
    match String::from_utf8_lossy(start) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}
