//! A batch of Parquet without a fault becomes events column by column, without a copy of its texts.
//!
//! The rules are those of [`check`](super::check); a batch with a row that breaks one, that is left
//! out or that needs cleaning is none of this, and goes row by row.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListArray, RecordBatch, StringArray, UInt8Array,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use wayline::nouns::Timestamp;

use super::check::{action, time};
use super::columns::{event_schema, list_type};
use super::parquet::{ParquetRows, Values};
use super::{Column, ReadOptions};

/// A batch whose every row is an event.
pub(crate) struct WholeBatch {
    pub(crate) events: RecordBatch,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
}

impl WholeBatch {
    /// Of rows that are all events as they stand.
    pub(crate) fn of(rows: &ParquetRows, options: &ReadOptions<'_>) -> Option<Self> {
        if options.users.is_some() || rows.len() == 0 {
            return None;
        }
        let times = times(rows, options)?;
        let text = |column| text_column(rows, column, options.max_text_bytes);
        let list = |column| list_column(rows, column, options);
        let user_id = text(Column::UserId)?;
        if user_id.null_count() > 0 {
            return None;
        }
        let (event_id, query, item_id) = (
            text(Column::EventId)?,
            text(Column::Query)?,
            text(Column::ItemId)?,
        );
        let (title, board, url) = (
            text(Column::Title)?,
            text(Column::Board)?,
            text(Column::Url)?,
        );
        let (annotations, interests) = (list(Column::Annotations)?, list(Column::Interests)?);
        let actions = actions(&text(Column::Action)?, &query, options)?;
        let search = options.actions.search().index() as u8;
        let says_something = |row: usize| {
            query.is_valid(row)
                || actions.value(row) != search
                    && ([&item_id, &title, &url].iter().any(|it| it.is_valid(row))
                        || [&annotations, &interests]
                            .iter()
                            .any(|it| it.value_length(row) > 0))
        };
        if !(0..rows.len()).all(says_something) {
            return None;
        }
        let oldest = Timestamp::from_millis(*times.values().iter().min()?);
        let newest = Timestamp::from_millis(*times.values().iter().max()?);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(user_id),
            Arc::new(times),
            Arc::new(event_id),
            Arc::new(actions),
            Arc::new(query),
            Arc::new(item_id),
            Arc::new(title),
            Arc::new(annotations),
            Arc::new(interests),
            Arc::new(board),
            Arc::new(url),
        ];
        Some(Self {
            events: RecordBatch::try_new(event_schema(), columns).ok()?,
            oldest,
            newest,
        })
    }
}

fn times(rows: &ParquetRows, options: &ReadOptions<'_>) -> Option<Int64Array> {
    let values = rows.column(Column::Timestamp)?;
    let newest = [options.until, options.newest_allowed];
    let newest = newest.into_iter().flatten().min();
    let times: Option<Vec<i64>> = (0..rows.len())
        .map(|row| {
            let time = time(values.value(row)).ok()?;
            let is_good = newest.is_none_or(|newest| time <= newest);
            is_good.then_some(time.millis())
        })
        .collect();
    times.map(Int64Array::from)
}

fn actions(
    names: &StringArray,
    queries: &StringArray,
    options: &ReadOptions<'_>,
) -> Option<UInt8Array> {
    let ids: Option<Vec<u8>> = (0..names.len())
        .map(|row| {
            let name = names.is_valid(row).then(|| names.value(row));
            let query = queries.is_valid(row).then(|| queries.value(row));
            let action = action(name, query, options.actions).ok()?;
            Some(action.index() as u8)
        })
        .collect();
    ids.map(UInt8Array::from)
}

/// A column of texts or names, blank ones absent.
fn text_column(rows: &ParquetRows, column: Column, most_bytes: usize) -> Option<StringArray> {
    let is_id = matches!(column, Column::UserId | Column::EventId | Column::ItemId);
    match rows.column(column) {
        None | Some(Values::Absent) => Some(
            new_null_array(&DataType::Utf8, rows.len())
                .as_string()
                .clone(),
        ),
        Some(Values::Texts(texts, None)) => without_blanks(texts, most_bytes),
        Some(Values::Ints(values)) if is_id => {
            Some(cast(values, &DataType::Utf8).ok()?.as_string().clone())
        }
        Some(_) => None,
    }
}

fn without_blanks(texts: &StringArray, most_bytes: usize) -> Option<StringArray> {
    let offsets = texts.value_offsets();
    if offsets
        .windows(2)
        .any(|ends| (ends[1] - ends[0]) as usize > most_bytes)
    {
        return None;
    }
    let starts_a_word = |row: usize| {
        let bytes = texts.value(row).as_bytes();
        bytes.first().is_some_and(u8::is_ascii_graphic)
    };
    let is_said = |row: usize| starts_a_word(row) || !texts.value(row).trim().is_empty();
    if (0..texts.len()).all(|row| texts.is_null(row) || is_said(row)) {
        return Some(texts.clone());
    }
    let said = BooleanBuffer::collect_bool(texts.len(), |row| texts.is_valid(row) && is_said(row));
    let (offsets, values, _) = texts.clone().into_parts();
    StringArray::try_new(offsets, values, Some(NullBuffer::new(said))).ok()
}

/// A column of lists of texts that need no trimming.
fn list_column(rows: &ParquetRows, column: Column, options: &ReadOptions<'_>) -> Option<ListArray> {
    let (lists, texts) = match rows.column(column) {
        None | Some(Values::Absent) => {
            return Some(new_null_array(&list_type(), rows.len()).as_list().clone());
        }
        Some(Values::Lists(lists, texts, None)) if *lists.data_type() == list_type() => {
            (lists, texts)
        }
        Some(_) => return None,
    };
    let ends = lists.value_offsets();
    let lengths_are_good = ends.windows(2).enumerate().all(|(row, ends)| {
        let entries = (ends[1] - ends[0]) as usize;
        entries <= options.max_list_entries && (entries == 0 || lists.is_valid(row))
    });
    let used = *ends.first()? as usize..*ends.last()? as usize;
    let is_clean = |at: usize| {
        let text = texts.value(at);
        let is_trimmed = match text.as_bytes() {
            [] => false,
            [only] => only.is_ascii_graphic(),
            [first, .., last] => {
                first.is_ascii_graphic() && last.is_ascii_graphic() || text.trim() == text
            }
        };
        is_trimmed && text.len() <= options.max_text_bytes
    };
    let is_good = lengths_are_good && texts.null_count() == 0 && used.into_iter().all(is_clean);
    is_good.then(|| lists.clone())
}
