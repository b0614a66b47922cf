//! Arrow columns that are filled row by row, with as little work a value as possible.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, Int32Array, ListArray, StringBuilder, StructArray,
    TimestampMillisecondArray,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};
use arrow::error::ArrowError;
use wayline::nouns::{Sources, Timestamp};

/// A required text column.
pub(crate) fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

/// A text column with gaps.
pub(crate) fn text_or_null(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// A required column of counts.
pub(crate) fn count(name: &str) -> Field {
    Field::new(name, DataType::Int32, false)
}

/// A required column of yes and no.
pub(crate) fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

/// A required column of fractions.
pub(crate) fn float(name: &str) -> Field {
    Field::new(name, DataType::Float64, false)
}

/// A required column of points in time, in UTC.
pub(crate) fn time(name: &str) -> Field {
    Field::new(
        name,
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        false,
    )
}

/// A required column of lists without gaps; Parquet wants their items called `element`.
pub(crate) fn list(name: &str, element: DataType) -> Field {
    Field::new(name, DataType::List(element_field(element)), false)
}

/// A required column of structs.
pub(crate) fn group(name: &str, fields: impl Into<Fields>) -> Field {
    Field::new(name, DataType::Struct(fields.into()), false)
}

fn element_field(element: DataType) -> FieldRef {
    Arc::new(Field::new("element", element, false))
}

/// Parquet readers without unsigned integers are common; no count comes near the limit.
pub(crate) fn as_count(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

pub(crate) fn counts(values: &mut Vec<i32>) -> ArrayRef {
    Arc::new(Int32Array::from(std::mem::take(values)))
}

pub(crate) fn floats(values: &mut Vec<f64>) -> ArrayRef {
    Arc::new(Float64Array::from(std::mem::take(values)))
}

/// Points in time, filled by [`Times::push`].
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<i64>);

impl Times {
    pub(crate) fn push(&mut self, time: Timestamp) {
        self.0.push(time.millis());
    }

    pub(crate) fn take(&mut self) -> ArrayRef {
        let times = TimestampMillisecondArray::from(std::mem::take(&mut self.0));
        Arc::new(times.with_timezone("UTC"))
    }
}

/// Where the lists of a column end in the column of their items.
#[derive(Debug)]
pub(crate) struct Lists {
    ends: Vec<i32>,
    items: i32,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            ends: vec![0],
            items: 0,
        }
    }
}

impl Lists {
    /// Closes a list of `len` items.
    pub(crate) fn push(&mut self, len: usize) {
        // A batch is cut long before it holds 2³¹ items.
        self.items = self.items.saturating_add(len as i32);
        self.ends.push(self.items);
    }

    pub(crate) fn take(&mut self, items: ArrayRef) -> Result<ArrayRef, ArrowError> {
        let Self { ends, .. } = std::mem::take(self);
        let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
        let field = element_field(items.data_type().clone());
        Ok(Arc::new(ListArray::try_new(field, ends, items, None)?))
    }
}

/// A column of lists of texts.
#[derive(Debug, Default)]
pub(crate) struct TextLists {
    lists: Lists,
    texts: StringBuilder,
}

impl TextLists {
    pub(crate) fn push(&mut self, texts: &[String]) {
        for text in texts {
            self.texts.append_value(text);
        }
        self.lists.push(texts.len());
    }

    pub(crate) fn push_sources(&mut self, sources: Sources) {
        let mut len = 0;
        for source in sources.iter() {
            self.texts.append_value(source.as_str());
            len += 1;
        }
        self.lists.push(len);
    }

    pub(crate) fn take(&mut self) -> Result<ArrayRef, ArrowError> {
        let texts = Arc::new(self.texts.finish());
        self.lists.take(texts)
    }
}

/// A struct column of columns of equal length.
pub(crate) fn structs(fields: Fields, columns: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
}

/// The fields inside a struct column, or the columns of a list of structs.
pub(crate) fn fields_of(data_type: &DataType) -> Fields {
    match data_type {
        DataType::Struct(fields) => fields.clone(),
        DataType::List(element) => fields_of(element.data_type()),
        _ => Fields::empty(),
    }
}
