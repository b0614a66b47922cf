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
use arrow::datatypes::{DataType, Int64Type};
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
    if let Values::Moments(moments) = values
        && moments.null_count() == 0
    {
        let moments = moments.as_primitive::<Int64Type>().values();
        let is_good = |millis: &i64| {
            let time = Timestamp::from_millis(*millis).checked();
            time.is_ok_and(|time| newest.is_none_or(|newest| time <= newest))
        };
        let all_good = moments.iter().all(is_good);
        return all_good.then(|| Int64Array::new(moments.clone(), None));
    }
    let times: Option<Vec<i64>> = (0..rows.len())
        .map(|row| {
            let time = time(values.value(row)).ok()?;
            let is_good = newest.is_none_or(|newest| time <= newest);
            is_good.then_some(time.millis())
        })
        .collect();
    times.map(Int64Array::from)
}

/// Names of actions that are looked for among those seen before.
const MOST_SEEN: usize = 16;

fn actions(
    names: &StringArray,
    queries: &StringArray,
    options: &ReadOptions<'_>,
) -> Option<UInt8Array> {
    // The names that rows repeat are few.
    let mut seen: Vec<(&str, u8)> = Vec::with_capacity(MOST_SEEN);
    let ids: Option<Vec<u8>> = (0..names.len())
        .map(|row| {
            let name = names.is_valid(row).then(|| names.value(row));
            if let Some(name) = name
                && let Some((_, id)) = seen.iter().find(|(known, _)| *known == name)
            {
                return Some(*id);
            }
            let query = queries.is_valid(row).then(|| queries.value(row));
            let id = action(name, query, options.actions).ok()?.index() as u8;
            if let Some(name) = name
                && seen.len() < MOST_SEEN
            {
                seen.push((name, id));
            }
            Some(id)
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
    let bytes = texts.value_data();
    let starts_a_word =
        |start: i32, end: i32| start < end && bytes[start as usize].is_ascii_graphic();
    let is_said = |row: usize| !texts.value(row).trim().is_empty();
    let is_good = |(row, ends): (usize, &[i32])| {
        starts_a_word(ends[0], ends[1]) || texts.is_null(row) || is_said(row)
    };
    if offsets.windows(2).enumerate().all(is_good) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::builder::EventBuilder;
    use crate::read::check::{Outcome, check};
    use arrow::array::{ListBuilder, StringBuilder};
    use proptest::prelude::*;
    use wayline::config::Config;

    const COLUMNS: [Column; 11] = Column::ALL;

    /// A row: a text or none for each column that isn't a list, and two lists.
    type Row = ([Option<&'static str>; 9], [Option<Vec<&'static str>>; 2]);

    fn row() -> impl Strategy<Value = Row> {
        // Mostly without a fault, so that many batches are whole.
        let text = || {
            prop_oneof![
                12 => prop_oneof![Just(None), Just(Some("barn wedding")), Just(Some("i7"))],
                1 => prop_oneof![Just(Some("")), Just(Some(" \u{a0}")), Just(Some(" x"))],
                1 => prop_oneof![Just(Some("é")), Just(Some("far too long a text"))],
            ]
        };
        let user_id = prop_oneof![20 => Just(Some("u")), 1 => Just(None), 1 => Just(Some(" "))];
        let time = prop_oneof![
            20 => Just(Some("2024-05-01 12:00:00")),
            9 => Just(Some("2024-05-02 12:00:00")),
            1 => prop_oneof![Just(None), Just(Some("yesterday")), Just(Some("2099-01-01"))],
        ];
        let action = prop_oneof![
            9 => Just(Some("search")),
            9 => Just(Some("save")),
            4 => Just(None),
            1 => Just(Some("fly")),
        ];
        let entry = prop_oneof![
            20 => Just("lace"),
            9 => Just("é"),
            1 => prop_oneof![Just(""), Just("lace "), Just("\u{a0}lace"), Just("a very long entry")],
        ];
        let list = || proptest::option::of(prop::collection::vec(entry.clone(), 0..4));
        let texts = (
            user_id,
            time,
            text(),
            action,
            text(),
            text(),
            text(),
            text(),
            text(),
        );
        (texts, [list(), list()]).prop_map(|(it, lists)| {
            let texts = [it.0, it.1, it.2, it.3, it.4, it.5, it.6, it.7, it.8];
            (texts, lists)
        })
    }

    fn batch(rows: &[Row]) -> ParquetRows {
        let mut texts = (0..9).rev().collect::<Vec<usize>>();
        let mut lists = vec![1, 0];
        let columns = COLUMNS.map(|column| -> ArrayRef {
            if column.is_list() {
                let place = lists.pop().expect("two lists");
                let mut builder = ListBuilder::new(StringBuilder::new());
                for (_, lists) in rows {
                    let list = lists[place].as_ref();
                    let list = list.map(|list| list.iter().map(|text| Some(*text)));
                    builder.append_option(list);
                }
                Arc::new(builder.finish())
            } else {
                let place = texts.pop().expect("nine texts");
                let column = rows.iter().map(|(texts, _)| texts[place]);
                Arc::new(column.collect::<StringArray>())
            }
        });
        let named = COLUMNS.map(Column::name).into_iter().zip(columns);
        let named = named.map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(named).expect("a batch");
        ParquetRows::new(&batch, &COLUMNS).expect("columns")
    }

    /// The events of a batch row by row, if all of its rows are events.
    fn row_by_row(rows: &ParquetRows, options: &ReadOptions<'_>) -> Option<RecordBatch> {
        let mut builder = EventBuilder::default();
        for row in 0..rows.len() {
            match check(&rows.row(row), options) {
                Ok(Outcome::Event(event)) => builder.push(&event),
                Ok(Outcome::OtherUser | Outcome::AfterAsOf) | Err(_) => return None,
            }
        }
        builder.finish().ok()
    }

    fn shown(events: &RecordBatch) -> Vec<String> {
        let list = |column: usize, row: usize| {
            let entries = events.column(column).as_list::<i32>().value(row);
            format!(
                "{:?}",
                entries.as_string::<i32>().iter().collect::<Vec<_>>()
            )
        };
        let value = |column: usize, row: usize| match COLUMNS[column] {
            Column::Annotations | Column::Interests => list(column, row),
            _ => format!("{:?}", events.column(column).slice(row, 1)),
        };
        (0..events.num_rows())
            .map(|row| (0..COLUMNS.len()).map(|it| value(it, row)).collect())
            .collect()
    }

    proptest! {
        #[test]
        fn whole_or_row_by_row_the_events_are_the_same(
            rows in prop::collection::vec(row(), 1..6),
            as_of in any::<bool>(),
        ) {
            let config = Config::builtin();
            let until = Timestamp::from_millis(1_714_564_800_000);
            let options = ReadOptions {
                max_text_bytes: 16,
                max_list_entries: 2,
                until: as_of.then_some(until),
                newest_allowed: "2030-01-01T00:00:00Z".parse().ok(),
                ..ReadOptions::new(&config.actions)
            };
            let rows = batch(&rows);
            if let Some(whole) = WholeBatch::of(&rows, &options) {
                let expected = row_by_row(&rows, &options).expect("only events are whole");
                prop_assert_eq!(shown(&whole.events), shown(&expected));
            }
        }

        #[test]
        fn rows_without_a_fault_are_whole(days in 1_usize..9) {
            let config = Config::builtin();
            let options = ReadOptions::new(&config.actions);
            let texts = [
                Some("u"), Some("2024-05-01 12:00:00"), None, Some("save"), None, Some("i"),
                Some("A title"), None, Some(""),
            ];
            let row: Row = (texts, [Some(vec!["lace", "é"]), None]);
            let rows = batch(&vec![row; days]);
            let whole = WholeBatch::of(&rows, &options).expect("whole");
            let expected = row_by_row(&rows, &options).expect("events");
            prop_assert_eq!(shown(&whole.events), shown(&expected));
        }
    }
}
