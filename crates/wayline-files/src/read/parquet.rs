//! Parquet: only the columns of an event are read, whatever type a writer gave them.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StringArray};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, UInt64Type};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::columns::list_type;
use super::header::check_needed;
use super::input::InputFile;
use super::raw::{Raw, RawList, RawRow};
use super::{Column, ColumnNames, ReadError};

const BATCH_ROWS: u64 = 8_192;
/// About how many bytes a batch may have, so that rows with long texts come in smaller batches.
const BATCH_BYTES: u64 = 4 << 20;

/// The batches of one Parquet file.
pub(crate) struct ParquetBatches {
    reader: ParquetRecordBatchReader,
    name: Arc<str>,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) unknown: Vec<String>,
    next_row: u64,
    total_rows: u64,
    file_bytes: u64,
}

impl ParquetBatches {
    pub(crate) fn open(
        file: &InputFile,
        names: &ColumnNames,
        needed: &[Column],
    ) -> Result<Self, ReadError> {
        let handle: File = file.open()?;
        let file_bytes = handle.metadata().map_or(0, |data| data.len());
        let broken = |detail: String| ReadError::Broken {
            file: file.name.to_string(),
            place: "at its footer".to_owned(),
            detail,
        };
        let builder = ParquetRecordBatchReaderBuilder::try_new(handle)
            .map_err(|error| broken(error.to_string()))?;
        let mut columns = Vec::new();
        let mut roots = Vec::new();
        let mut unknown = Vec::new();
        for (index, field) in builder.schema().fields().iter().enumerate() {
            let Some(column) = names.find(field.name()) else {
                unknown.push(field.name().clone());
                continue;
            };
            if columns.contains(&column) {
                return Err(ReadError::ColumnTwice {
                    file: file.name.to_string(),
                    name: field.name().clone(),
                });
            }
            check_type(&file.name, field.name(), column, field.data_type())?;
            columns.push(column);
            roots.push(index);
        }
        let found: Vec<&String> = builder
            .schema()
            .fields()
            .iter()
            .map(|field| field.name())
            .collect();
        check_needed(&file.name, &found, names, needed, |column| {
            columns.contains(&column)
        })?;
        let total_rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let row_groups = builder.metadata().row_groups();
        let unpacked: i64 = row_groups.iter().map(|group| group.total_byte_size()).sum();
        let row_bytes = u64::try_from(unpacked).unwrap_or(0) / total_rows.max(1) + 1;
        let batch_rows = (BATCH_BYTES / row_bytes).clamp(64, BATCH_ROWS) as usize;
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader = builder
            .with_projection(mask)
            .with_batch_size(batch_rows)
            .build()
            .map_err(|error| broken(error.to_string()))?;
        Ok(Self {
            reader,
            name: Arc::clone(&file.name),
            columns: columns.into(),
            unknown,
            next_row: 1,
            total_rows,
            file_bytes,
        })
    }

    /// The next batch and the number of its first row, from 1; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, RecordBatch)>, ReadError> {
        let Some(batch) = self.reader.next() else {
            return Ok(None);
        };
        let batch = batch.map_err(|error| ReadError::Broken {
            file: self.name.to_string(),
            place: format!("after row {}", self.next_row - 1),
            detail: error.to_string(),
        })?;
        let first_row = self.next_row;
        self.next_row += batch.num_rows() as u64;
        Ok(Some((first_row, batch)))
    }

    /// Bytes of the file read so far, by the share of its rows.
    pub(crate) fn bytes(&self) -> u64 {
        let share = (self.next_row - 1) as f64 / self.total_rows.max(1) as f64;
        (self.file_bytes as f64 * share.min(1.0)) as u64
    }

    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }
}

fn check_type(file: &str, name: &str, column: Column, found: &DataType) -> Result<(), ReadError> {
    let (good, wanted) = match column {
        Column::Timestamp => (
            is_text(found)
                || found.is_numeric()
                || matches!(
                    found,
                    DataType::Timestamp(..) | DataType::Date32 | DataType::Date64
                ),
            "a timestamp, an integer or a text",
        ),
        Column::UserId | Column::EventId | Column::ItemId => {
            (is_text(found) || found.is_integer(), "a text or an integer")
        }
        Column::Annotations | Column::Interests => (
            is_text(found) || is_text_list(found),
            "a list of texts, or a text with | between",
        ),
        _ => (is_text(found), "a text"),
    };
    if good || *found == DataType::Null {
        return Ok(());
    }
    Err(ReadError::ColumnType {
        file: file.to_owned(),
        column: name.to_owned(),
        found: found.to_string(),
        wanted,
    })
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_text(values),
        kind => kind.is_string() || kind.is_binary(),
    }
}

fn is_text_list(kind: &DataType) -> bool {
    let item = match kind {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => item.data_type(),
        _ => return false,
    };
    (is_text(item) || *item == DataType::Null) && can_cast_types(kind, &list_type())
}

/// A batch whose columns are brought to few types.
pub(crate) struct ParquetRows {
    columns: Vec<(Column, Values)>,
    rows: usize,
}

/// A column, brought to one of few types.
pub(crate) enum Values {
    Absent,
    /// Texts, with the bytes they came from where those may be no UTF-8.
    Texts(StringArray, Option<ArrayRef>),
    Ints(ArrayRef),
    Uints(ArrayRef),
    Floats(ArrayRef),
    Moments(ArrayRef),
    Lists(ListArray, StringArray, Option<ArrayRef>),
}

impl ParquetRows {
    pub(crate) fn new(batch: &RecordBatch, columns: &[Column]) -> Result<Self, ArrowError> {
        let values = columns
            .iter()
            .zip(batch.columns())
            .map(|(column, array)| Ok((*column, Values::new(array)?)))
            .collect::<Result<_, ArrowError>>()?;
        Ok(Self {
            columns: values,
            rows: batch.num_rows(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn column(&self, column: Column) -> Option<&Values> {
        let mut columns = self.columns.iter();
        columns.find_map(|(other, values)| (*other == column).then_some(values))
    }

    pub(crate) fn row(&self, index: usize) -> RawRow<'_> {
        let mut row = RawRow::default();
        for (column, values) in &self.columns {
            match column {
                Column::Annotations => row.annotations = values.list(index),
                Column::Interests => row.interests = values.list(index),
                column => row.set(*column, values.value(index)),
            }
        }
        row
    }
}

/// Casts to texts. What is no UTF-8 becomes null there, and is told from a null by the original.
fn texts(array: &ArrayRef) -> Result<(StringArray, Option<ArrayRef>), ArrowError> {
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let cast = cast_with_options(array, &DataType::Utf8, &options)?;
    let may_be_invalid = cast.null_count() > array.logical_null_count();
    Ok((
        cast.as_string().clone(),
        may_be_invalid.then(|| Arc::clone(array)),
    ))
}

impl Values {
    fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        let cast = |kind| {
            let options = CastOptions {
                safe: true,
                ..CastOptions::default()
            };
            cast_with_options(array, &kind, &options)
        };
        let kind = array.data_type();
        Ok(match kind {
            DataType::Null => Self::Absent,
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => {
                Self::Moments(millis(array)?)
            }
            DataType::UInt64 => Self::Uints(Arc::clone(array)),
            kind if kind.is_integer() => Self::Ints(cast(DataType::Int64)?),
            kind if kind.is_numeric() => Self::Floats(cast(DataType::Float64)?),
            kind if is_text(kind) => {
                let (texts, bytes) = texts(array)?;
                Self::Texts(texts, bytes)
            }
            _ => {
                let item_is_bytes = |kind: &DataType| match kind {
                    DataType::List(item) => item.data_type().is_binary(),
                    _ => false,
                };
                if item_is_bytes(kind) {
                    let lists: &ListArray = array.as_list();
                    let (values, bytes) = texts(lists.values())?;
                    Self::Lists(lists.clone(), values, bytes)
                } else {
                    let cast = cast(list_type())?;
                    let lists: &ListArray = cast.as_list();
                    Self::Lists(lists.clone(), lists.values().as_string().clone(), None)
                }
            }
        })
    }

    pub(crate) fn value(&self, index: usize) -> Raw<'_> {
        match self {
            Self::Absent => Raw::Absent,
            Self::Texts(texts, _) if texts.is_valid(index) => Raw::Text(texts.value(index)),
            Self::Texts(_, Some(bytes)) if bytes.is_valid(index) => Raw::NotUtf8,
            Self::Texts(..) => Raw::Absent,
            Self::Ints(values) if values.is_valid(index) => {
                Raw::Int(values.as_primitive::<Int64Type>().value(index))
            }
            Self::Uints(values) if values.is_valid(index) => {
                let value = values.as_primitive::<UInt64Type>().value(index);
                i64::try_from(value).map_or(Raw::Uint(value), Raw::Int)
            }
            Self::Floats(values) if values.is_valid(index) => {
                Raw::Float(values.as_primitive::<Float64Type>().value(index))
            }
            Self::Moments(values) if values.is_valid(index) => {
                Raw::Millis(values.as_primitive::<Int64Type>().value(index))
            }
            Self::Ints(_) | Self::Uints(_) | Self::Floats(_) | Self::Moments(_) => Raw::Absent,
            Self::Lists(..) => Raw::Wrong("a list"),
        }
    }

    fn list(&self, index: usize) -> RawList<'_> {
        match self {
            Self::Lists(lists, values, bytes) => {
                if lists.is_null(index) {
                    return RawList::Absent;
                }
                let offsets = lists.value_offsets();
                let range = offsets[index] as usize..offsets[index + 1] as usize;
                let invalid = bytes.as_ref().is_some_and(|bytes| {
                    range
                        .clone()
                        .any(|index| values.is_null(index) && bytes.is_valid(index))
                });
                if invalid {
                    RawList::NotUtf8
                } else {
                    RawList::Array(values, range)
                }
            }
            other => match other.value(index) {
                Raw::Text(text) => RawList::Piped(text),
                Raw::NotUtf8 => RawList::NotUtf8,
                Raw::Absent => RawList::Absent,
                _ => RawList::Wrong("a number"),
            },
        }
    }
}

/// Milliseconds of moments of any unit, rounded down; a time zone says how to show them, not when
/// they are.
fn millis(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let ints =
        |array: &ArrayRef| cast_with_options(array, &DataType::Int64, &CastOptions::default());
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Millisecond, _) | DataType::Date64 => ints(array)?,
        DataType::Timestamp(unit, _) => {
            let raw = ints(array)?;
            let raw = raw.as_primitive::<Int64Type>();
            let scaled = match unit {
                TimeUnit::Second => raw.unary::<_, Int64Type>(|value| value.saturating_mul(1_000)),
                TimeUnit::Microsecond => raw.unary(|value: i64| value.div_euclid(1_000)),
                _ => raw.unary(|value: i64| value.div_euclid(1_000_000)),
            };
            Arc::new(scaled)
        }
        _ => {
            let days = cast_with_options(array, &DataType::Int64, &CastOptions::default())
                .or_else(|_| cast_with_options(array, &DataType::Int32, &CastOptions::default()))?;
            let days = cast_with_options(&days, &DataType::Int64, &CastOptions::default())?;
            let days = days.as_primitive::<Int64Type>();
            Arc::new(days.unary::<_, Int64Type>(|value| value.saturating_mul(86_400_000)))
        }
    })
}
