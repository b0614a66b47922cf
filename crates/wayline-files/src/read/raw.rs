//! A row as its format holds it, before any check.

use std::borrow::Cow;
use std::ops::Range;

use arrow::array::{Array, StringArray};

use super::Column;

/// A value that is no list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Raw<'r> {
    #[default]
    Absent,
    Text(&'r str),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A moment in milliseconds, from a format that has a type for it.
    Millis(i64),
    Wrong(&'static str),
    NotUtf8,
}

/// A list of texts.
#[derive(Clone, Debug, Default)]
pub(crate) enum RawList<'r> {
    #[default]
    Absent,
    Texts(&'r [Cow<'r, str>]),
    /// With `|` between.
    Piped(&'r str),
    Array(&'r StringArray, Range<usize>),
    Wrong(&'static str),
    NotUtf8,
}

impl<'r> RawList<'r> {
    /// Its texts, trimmed, without blank ones.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'r str> {
        let (texts, piped, array) = match self {
            Self::Texts(texts) => (Some(texts.iter()), None, None),
            Self::Piped(text) => (None, Some(text.split('|')), None),
            Self::Array(array, range) => (None, None, Some((*array, range.clone()))),
            Self::Absent | Self::Wrong(_) | Self::NotUtf8 => (None, None, None),
        };
        let texts = texts.into_iter().flatten().map(|text| &**text);
        let array = array.into_iter().flat_map(|(array, range)| {
            range
                .filter(|index| !array.is_null(*index))
                .map(|index| array.value(index))
        });
        texts
            .chain(piped.into_iter().flatten())
            .chain(array)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }
}

/// A row, its values by column.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawRow<'r> {
    values: [Raw<'r>; 11],
    pub(crate) annotations: RawList<'r>,
    pub(crate) interests: RawList<'r>,
}

impl<'r> RawRow<'r> {
    pub(crate) fn get(&self, column: Column) -> Raw<'r> {
        self.values[column as usize]
    }

    pub(crate) fn set(&mut self, column: Column, value: Raw<'r>) {
        self.values[column as usize] = value;
    }

    /// Sets a value that a text format gave, whatever the column.
    pub(crate) fn set_text(&mut self, column: Column, text: &'r str) {
        match column {
            Column::Annotations => self.annotations = RawList::Piped(text),
            Column::Interests => self.interests = RawList::Piped(text),
            _ => self.set(column, Raw::Text(text)),
        }
    }
}
