//! What people did with journeys that were shown to them.

use wayline::nouns::{Channel, Feedback, Reaction, Timestamp};

use super::rows::{Columns, TableRow, json_row, read_rows};
use super::{TableError, TableSummary};
use crate::read::{Inputs, Reason, RowError, time_from_text};

const COLUMNS: Columns = Columns {
    all: &[
        "user_id",
        "journey_id",
        "timestamp",
        "channel",
        "event",
        "position",
    ],
    needed: &["user_id", "journey_id", "timestamp", "channel", "event"],
};

/// Reads rows of feedback: `user_id`, `journey_id`, `timestamp`, `channel` (email, push, app), `event`
/// (sent, open, click, dismiss, positive, negative) and `position` (from 1), which may be blank.
///
/// # Errors
/// A file can't be read to its end or lacks a column, or there are rows and none can be used.
pub fn read_feedback(
    inputs: &Inputs,
    mut take: impl FnMut(Feedback),
) -> Result<TableSummary, TableError> {
    read_rows(inputs, &COLUMNS, &mut |row| {
        take(feedback(row)?);
        Ok(())
    })
}

/// One row of feedback as a JSON object.
///
/// # Errors
/// It is none; the error says why.
pub fn feedback_from_json(row: &[u8]) -> Result<Feedback, RowError> {
    feedback(&json_row(row, &COLUMNS)?)
}

fn feedback(row: &TableRow<'_>) -> Result<Feedback, RowError> {
    let user_id = row.needed("user_id", Reason::UserIdMissing)?;
    let journey_id = row.needed("journey_id", Reason::JourneyIdMissing)?;
    let channel = row.needed("channel", Reason::UnknownChannel)?;
    let reaction = row.needed("event", Reason::UnknownReaction)?;
    Ok(Feedback {
        user_id: user_id.to_owned(),
        journey_id: journey_id.to_owned(),
        time: time(row, "timestamp")?,
        channel: Channel::from_name(&channel.to_ascii_lowercase()).ok_or_else(|| {
            let detail = format!("`{}`; known are email, push, app", cut(channel));
            RowError::new(Reason::UnknownChannel, detail)
        })?,
        reaction: Reaction::from_name(&reaction.to_ascii_lowercase()).ok_or_else(|| {
            let known = Reaction::ALL.map(Reaction::as_str).join(", ");
            let detail = format!("`{}`; known are {known}", cut(reaction));
            RowError::new(Reason::UnknownReaction, detail)
        })?,
        position: row.text("position").map(position).transpose()?,
    })
}

/// A moment that must stand in a column.
pub(super) fn time(row: &TableRow<'_>, column: &str) -> Result<Timestamp, RowError> {
    let text = row.needed(column, Reason::TimestampMissing)?;
    time_from_text(text)
        .map_err(|error| RowError::new(error.into(), format!("`{}`: {error}", cut(text))))
}

fn position(text: &str) -> Result<u32, RowError> {
    // Programs that know no gaps in columns of integers write 3.0, those that reckon in decimals 3.00.
    let whole = text
        .split_once('.')
        .filter(|(_, rest)| rest.bytes().all(|it| it == b'0'));
    let whole = whole.map_or(text, |(whole, _)| whole);
    let position = whole.parse().ok().filter(|position| *position >= 1);
    position.ok_or_else(|| {
        let detail = format!(
            "`{}`; positions are whole numbers from 1, or blank",
            cut(text)
        );
        RowError::new(Reason::PositionOutOfRange, detail)
    })
}

/// The beginning of a text, for messages.
pub(super) fn cut(text: &str) -> &str {
    crate::read::cut(text, 40)
}
