//! The rules that make a row an event. Every format goes through here.

use std::borrow::Cow;

use wayline::nouns::{ActionId, Actions, Timestamp, TimestampError};

use super::options::ReadOptions;
use super::raw::{Raw, RawList, RawRow};
use super::reject::cut;
use super::{Column, Reason, RowError};

/// An event whose every field has been checked.
#[derive(Clone, Debug)]
pub(crate) struct CheckedEvent<'r> {
    pub(crate) user_id: Cow<'r, str>,
    pub(crate) time: Timestamp,
    pub(crate) action: ActionId,
    pub(crate) event_id: Option<Cow<'r, str>>,
    pub(crate) query: Option<&'r str>,
    pub(crate) item_id: Option<Cow<'r, str>>,
    pub(crate) title: Option<&'r str>,
    pub(crate) annotations: RawList<'r>,
    pub(crate) interests: RawList<'r>,
    pub(crate) board: Option<&'r str>,
    pub(crate) url: Option<&'r str>,
}

/// What a row without fault is.
#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, and a box would cost an allocation a row"
)]
pub(crate) enum Outcome<'r> {
    Event(CheckedEvent<'r>),
    OtherUser,
    AfterAsOf,
}

/// Checks a row in a fixed order of rules, so that a row with several faults has one reason.
pub(crate) fn check<'r>(
    row: &RawRow<'r>,
    options: &ReadOptions<'_>,
) -> Result<Outcome<'r>, RowError> {
    let user_id = id(row, Column::UserId, options)?
        .ok_or_else(|| RowError::new(Reason::UserIdMissing, "no `user_id`, or an empty one"))?;
    if options
        .users
        .as_ref()
        .is_some_and(|users| !users.contains(&*user_id))
    {
        return Ok(Outcome::OtherUser);
    }
    let time = time(row.get(Column::Timestamp))?;
    if options.newest_allowed.is_some_and(|newest| time > newest) {
        return Err(RowError::new(
            Reason::TimestampInFuture,
            format!("`timestamp` {time} lies in the future"),
        ));
    }
    let query = text(row, Column::Query, options)?;
    let action = action(text(row, Column::Action, options)?, query, options.actions)?;
    let event = CheckedEvent {
        user_id,
        time,
        action,
        event_id: id(row, Column::EventId, options)?,
        query,
        item_id: id(row, Column::ItemId, options)?,
        title: text(row, Column::Title, options)?,
        annotations: list(row, Column::Annotations, options)?,
        interests: list(row, Column::Interests, options)?,
        board: text(row, Column::Board, options)?,
        url: text(row, Column::Url, options)?,
    };
    if action == options.actions.search() {
        if query.is_none() {
            return Err(RowError::new(
                Reason::NothingToRead,
                "a search without `query`",
            ));
        }
    } else if query.is_none()
        && event.item_id.is_none()
        && event.title.is_none()
        && event.url.is_none()
        && event.annotations.texts().next().is_none()
        && event.interests.texts().next().is_none()
    {
        return Err(RowError::new(
            Reason::NothingToRead,
            "an item action without `item_id`, `title`, `annotations`, `interests`, `url` or `query`",
        ));
    }
    if options.until.is_some_and(|until| time > until) {
        return Ok(Outcome::AfterAsOf);
    }
    Ok(Outcome::Event(event))
}

/// A text, absent when blank.
pub(crate) fn text<'r>(
    row: &RawRow<'r>,
    column: Column,
    options: &ReadOptions<'_>,
) -> Result<Option<&'r str>, RowError> {
    match row.get(column) {
        Raw::Absent => Ok(None),
        Raw::Text(text) => checked_text(text, column, options),
        Raw::Int(_) | Raw::Uint(_) | Raw::Float(_) => Err(RowError::wrong_type(column, "a number")),
        Raw::Millis(_) => Err(RowError::wrong_type(column, "a moment")),
        Raw::Wrong(found) => Err(RowError::wrong_type(column, found)),
        Raw::NotUtf8 => Err(RowError::not_utf8(Some(column))),
    }
}

fn checked_text<'r>(
    text: &'r str,
    column: Column,
    options: &ReadOptions<'_>,
) -> Result<Option<&'r str>, RowError> {
    if text.len() > options.max_text_bytes {
        return Err(too_long(column, text, options));
    }
    let blank = match text.as_bytes().first() {
        None => true,
        Some(first) if first.is_ascii_graphic() => false,
        Some(_) => text.trim().is_empty(),
    };
    Ok((!blank).then_some(text))
}

fn too_long(column: Column, text: &str, options: &ReadOptions<'_>) -> RowError {
    RowError::new(
        Reason::TextTooLong,
        format!(
            "`{}` has {} bytes, more than {}",
            column.name(),
            text.len(),
            options.max_text_bytes
        ),
    )
}

/// A name that logs write as a text or as an integer.
pub(crate) fn id<'r>(
    row: &RawRow<'r>,
    column: Column,
    options: &ReadOptions<'_>,
) -> Result<Option<Cow<'r, str>>, RowError> {
    match row.get(column) {
        Raw::Int(value) => Ok(Some(Cow::Owned(value.to_string()))),
        Raw::Uint(value) => Ok(Some(Cow::Owned(value.to_string()))),
        Raw::Float(_) => Err(RowError::wrong_type(column, "a number with a fraction")),
        _ => Ok(text(row, column, options)?.map(Cow::Borrowed)),
    }
}

/// A list of texts.
pub(crate) fn list<'r>(
    row: &RawRow<'r>,
    column: Column,
    options: &ReadOptions<'_>,
) -> Result<RawList<'r>, RowError> {
    let list = match column {
        Column::Annotations => &row.annotations,
        _ => &row.interests,
    };
    match list {
        RawList::Wrong(found) => return Err(RowError::wrong_type(column, found)),
        RawList::NotUtf8 => return Err(RowError::not_utf8(Some(column))),
        RawList::Absent => return Ok(RawList::Absent),
        RawList::Texts(_) | RawList::Piped(_) | RawList::Array(..) => {}
    }
    let mut entries = 0;
    for text in list.texts() {
        entries += 1;
        if text.len() > options.max_text_bytes {
            return Err(too_long(column, text, options));
        }
    }
    if entries > options.max_list_entries {
        return Err(RowError::new(
            Reason::ListTooLong,
            format!(
                "`{}` has {entries} entries, more than {}",
                column.name(),
                options.max_list_entries
            ),
        ));
    }
    Ok(list.clone())
}

/// A moment in any of the forms that logs write.
pub(crate) fn time(raw: Raw<'_>) -> Result<Timestamp, RowError> {
    let missing = || RowError::new(Reason::TimestampMissing, "no `timestamp`, or an empty one");
    let parsed = match raw {
        Raw::Absent => return Err(missing()),
        Raw::Text(text) if text.trim().is_empty() => return Err(missing()),
        Raw::Text(text) => time_from_text(text),
        Raw::Int(value) => Timestamp::from_unix(value),
        Raw::Uint(_) => Err(TimestampError::OutOfRange),
        Raw::Float(value) => time_from_float(value),
        Raw::Millis(value) => Timestamp::from_millis(value).checked(),
        Raw::Wrong(found) => return Err(RowError::wrong_type(Column::Timestamp, found)),
        Raw::NotUtf8 => return Err(RowError::not_utf8(Some(Column::Timestamp))),
    };
    parsed.map_err(|error| {
        let shown = match raw {
            Raw::Text(text) => cut(text, 60).to_owned(),
            Raw::Int(value) | Raw::Millis(value) => value.to_string(),
            Raw::Uint(value) => value.to_string(),
            Raw::Float(value) => value.to_string(),
            _ => String::new(),
        };
        RowError::new(error.into(), format!("`timestamp` {shown}: {error}"))
    })
}

/// A moment from a text that no program held as a number, or one did.
pub(crate) fn time_from_text(text: &str) -> Result<Timestamp, TimestampError> {
    match text.parse() {
        Err(TimestampError::Malformed) => {
            // Tools that hold a column with gaps as floating-point numbers write 1714564800.0.
            let number = text.trim();
            let is_number = number.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')
            });
            match number.parse::<f64>() {
                Ok(value) if is_number => time_from_float(value),
                _ => Err(TimestampError::Malformed),
            }
        }
        other => other,
    }
}

fn time_from_float(value: f64) -> Result<Timestamp, TimestampError> {
    if !value.is_finite() {
        return Err(TimestampError::Malformed);
    }
    // The same border between seconds and milliseconds as for integers.
    let millis = if value >= 1e11 { value } else { value * 1e3 };
    // A float-to-integer cast saturates, and both ends are out of range.
    Timestamp::from_millis(millis.round() as i64).checked()
}

/// What was done; a query without a word for it is a search.
pub(crate) fn action(
    name: Option<&str>,
    query: Option<&str>,
    actions: &Actions,
) -> Result<ActionId, RowError> {
    match name {
        Some(name) => actions
            .find(name)
            .ok_or_else(|| unknown_action(name, actions)),
        None if query.is_some() => Ok(actions.search()),
        None => Err(RowError::new(
            Reason::NoAction,
            "neither `action` nor `query`",
        )),
    }
}

fn unknown_action(name: &str, actions: &Actions) -> RowError {
    let name = cut(name, 60);
    let lower = name.to_lowercase();
    let mut known: Vec<(usize, &str)> = actions
        .names()
        .iter()
        .map(|known| (distance(&lower, known), known.as_str()))
        .collect();
    known.sort_unstable();
    let near: Vec<String> = known
        .iter()
        .take_while(|(distance, _)| *distance <= 2)
        .take(3)
        .map(|(_, known)| format!("`{known}`"))
        .collect();
    let hint = if near.is_empty() {
        format!("known are {}.", actions.names().join(", "))
    } else {
        format!("did the log mean {}?", near.join(" or "))
    };
    RowError::new(
        Reason::UnknownAction,
        format!(
            "unknown action `{name}`: {hint} To count it, give it a weight in the config, 0 to ignore it"
        ),
    )
}

/// How many letters to change, add or remove to get from one name to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
