//! TSV: fields between tabs, without quoting.

use memchr::memchr_iter;

use super::RowError;
use super::header::Header;
use super::raw::RawRow;

/// The fields of a header line, as text.
pub(crate) fn header_fields(line: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(line)
        .split('\t')
        .map(str::to_owned)
        .collect()
}

pub(crate) fn row<'r>(line: &'r [u8], header: &Header) -> Result<RawRow<'r>, RowError> {
    let text = std::str::from_utf8(line).map_err(|_| RowError::not_utf8(None))?;
    let count = memchr_iter(b'\t', line).count() + 1;
    if count != header.fields.len() {
        return Err(RowError::field_count(count, header.fields.len(), 1));
    }
    let mut row = RawRow::default();
    for (field, column) in text.split('\t').zip(&header.fields) {
        if let Some(column) = column {
            row.set_text(*column, field);
        }
    }
    Ok(row)
}
