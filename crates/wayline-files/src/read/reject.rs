//! Rows that are left out because something is wrong with them.

use std::fmt;

use serde::Serialize;
use wayline::nouns::TimestampError;

use super::Column;

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The line is no JSON object.
    MalformedJson,
    /// The row has more or fewer fields than the header.
    WrongFieldCount,
    /// A quote is opened in the row and never closed.
    OpenQuote,
    /// The row is not UTF-8.
    NotUtf8,
    /// The row is longer than [`MAX_ROW_BYTES`](super::MAX_ROW_BYTES).
    RowTooLong,
    /// A column holds another type of value than it should.
    WrongType,
    /// No `user_id`, or an empty one.
    UserIdMissing,
    /// No `timestamp`, or an empty one.
    TimestampMissing,
    /// The `timestamp` has none of the forms that are read.
    TimestampMalformed,
    /// The `timestamp` lies before 1990 or after 2199.
    TimestampOutOfRange,
    /// The `timestamp` lies after the newest moment that was allowed.
    TimestampInFuture,
    /// Neither `action` nor `query`.
    NoAction,
    /// The config gives the `action` no weight.
    UnknownAction,
    /// A search without `query`, or an item action that says nothing about the item.
    NothingToRead,
    /// A text is longer than the limit.
    TextTooLong,
    /// A list has more entries than the limit.
    ListTooLong,
    /// An item without `item_id` in the file of items.
    ItemIdMissing,
    /// No `journey_id` in a table about journeys.
    JourneyIdMissing,
    /// The `event` of feedback is none that is known.
    UnknownReaction,
    /// The `channel` of feedback is none that is known.
    UnknownChannel,
    /// The `position` of feedback is no number from 1 on.
    PositionOutOfRange,
    /// The `score` of a judgement, or its `relevance`, is no number of the scale.
    ScoreOutOfRange,
    /// The annotator judged the journey in a row before.
    JudgedTwice,
}

impl Reason {
    /// Its name, as in the summary and in the file of rejects.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::WrongFieldCount => "wrong_field_count",
            Self::OpenQuote => "open_quote",
            Self::NotUtf8 => "not_utf8",
            Self::RowTooLong => "row_too_long",
            Self::WrongType => "wrong_type",
            Self::UserIdMissing => "user_id_missing",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampMalformed => "timestamp_malformed",
            Self::TimestampOutOfRange => "timestamp_out_of_range",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::NoAction => "no_action",
            Self::UnknownAction => "unknown_action",
            Self::NothingToRead => "nothing_to_read",
            Self::TextTooLong => "text_too_long",
            Self::ListTooLong => "list_too_long",
            Self::ItemIdMissing => "item_id_missing",
            Self::JourneyIdMissing => "journey_id_missing",
            Self::UnknownReaction => "unknown_event",
            Self::UnknownChannel => "unknown_channel",
            Self::PositionOutOfRange => "position_out_of_range",
            Self::ScoreOutOfRange => "score_out_of_range",
            Self::JudgedTwice => "judged_twice",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct RowError {
    /// The kind of trouble.
    pub reason: Reason,
    /// What exactly, and what to do about it.
    pub detail: String,
}

impl RowError {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    pub(crate) fn not_utf8(column: Option<Column>) -> Self {
        let detail = match column {
            Some(column) => format!("`{}` is not UTF-8", column.name()),
            None => "the row is not UTF-8; convert the file, for example with iconv".to_owned(),
        };
        Self::new(Reason::NotUtf8, detail)
    }

    pub(crate) fn wrong_type(column: Column, found: &str) -> Self {
        let wanted = match column {
            Column::Annotations | Column::Interests => "a list of texts",
            Column::UserId | Column::EventId | Column::ItemId => "a text or an integer",
            Column::Timestamp => "a text or a number",
            _ => "a text",
        };
        Self::new(
            Reason::WrongType,
            format!("`{}` is {found}, not {wanted}", column.name()),
        )
    }

    pub(crate) fn field_count(found: usize, wanted: usize, lines: u64) -> Self {
        let quote = if lines > 1 {
            format!("; the row goes over {lines} lines, a closing quote may be missing")
        } else {
            String::new()
        };
        Self::new(
            Reason::WrongFieldCount,
            format!("{found} fields where the header has {wanted}{quote}"),
        )
    }
}

impl From<TimestampError> for Reason {
    fn from(error: TimestampError) -> Self {
        match error {
            TimestampError::Malformed => Self::TimestampMalformed,
            TimestampError::OutOfRange => Self::TimestampOutOfRange,
        }
    }
}

/// The first `max` bytes of a text, cut between characters.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
