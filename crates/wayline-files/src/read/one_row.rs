//! One row at a time, as text: for streams, tests and fuzzing.

use wayline::nouns::{ActionId, Timestamp};

use super::check::{Outcome, check};
use super::csv::one_record;
use super::header::Header;
use super::json::JsonRow;
use super::raw::RawRow;
use super::tsv;
use super::{ReadError, ReadOptions, RowError};

/// An event that owns its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the event contract")]
pub struct EventRow {
    pub user_id: String,
    pub time: Timestamp,
    pub action: ActionId,
    pub event_id: Option<String>,
    pub query: Option<String>,
    pub item_id: Option<String>,
    pub title: Option<String>,
    pub annotations: Vec<String>,
    pub interests: Vec<String>,
    pub board: Option<String>,
    pub url: Option<String>,
}

/// The header of a CSV or TSV file, for [`csv_row`] and [`tsv_row`].
pub struct RowHeader(Header);

impl RowHeader {
    /// From the names of the fields.
    ///
    /// # Errors
    /// `user_id` or `timestamp` is missing, or a name comes twice.
    pub fn new(fields: &[String], options: &ReadOptions<'_>) -> Result<Self, ReadError> {
        let needed = [super::Column::UserId, super::Column::Timestamp];
        Header::new("header", fields, &options.columns, &needed).map(Self)
    }
}

/// Reads one line of JSON. None for an event that the options leave out.
///
/// # Errors
/// The line is no event; the error says why.
pub fn json_row(line: &[u8], options: &ReadOptions<'_>) -> Result<Option<EventRow>, RowError> {
    let mut json = JsonRow::default();
    let row = json.parse(line, &options.columns, &mut |_| {})?;
    event(&row, options)
}

/// Reads one row of CSV. None for an event that the options leave out.
///
/// # Errors
/// The row is no event; the error says why.
pub fn csv_row(
    row: &[u8],
    header: &RowHeader,
    options: &ReadOptions<'_>,
) -> Result<Option<EventRow>, RowError> {
    let records = one_record(row);
    match records.iter().next() {
        Some(record) => event(&record.row(&header.0)?, options),
        None => Err(RowError::field_count(0, header.0.fields.len(), 1)),
    }
}

/// Reads one row of TSV. None for an event that the options leave out.
///
/// # Errors
/// The row is no event; the error says why.
pub fn tsv_row(
    line: &[u8],
    header: &RowHeader,
    options: &ReadOptions<'_>,
) -> Result<Option<EventRow>, RowError> {
    event(&tsv::row(line, &header.0)?, options)
}

fn event(row: &RawRow<'_>, options: &ReadOptions<'_>) -> Result<Option<EventRow>, RowError> {
    let Outcome::Event(event) = check(row, options)? else {
        return Ok(None);
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(Some(EventRow {
        user_id: event.user_id.into_owned(),
        time: event.time,
        action: event.action,
        event_id: event.event_id.map(|id| id.into_owned()),
        query: owned(event.query),
        item_id: event.item_id.map(|id| id.into_owned()),
        title: owned(event.title),
        annotations: event.annotations.texts().map(str::to_owned).collect(),
        interests: event.interests.texts().map(str::to_owned).collect(),
        board: owned(event.board),
        url: owned(event.url),
    }))
}
