//! What is asked of the database.

use rusqlite::{Connection, OptionalExtension, params};
use wayline::keep::{Counts, Mark, Stored, Waiting};

use super::connections::Failed;
use crate::packing::unpacked;

pub(super) fn get(connection: &Connection, user_id: &str) -> Result<Option<Stored>, Failed> {
    let mut statement =
        connection.prepare_cached("SELECT version, record FROM people WHERE user_id = ?1")?;
    let row = statement.query_row([user_id], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(row.optional()?.map(stored))
}

fn stored((version, record): (u64, Vec<u8>)) -> Stored {
    let record = unpacked(&record);
    Stored { version, record }
}

pub(super) fn mark(connection: &Connection, user_id: &str) -> Result<Option<Mark>, Failed> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce((SELECT version FROM people WHERE user_id = ?1), 0), \
         coalesce((SELECT max(number) FROM waiting WHERE user_id = ?1), 0)",
    )?;
    let mark = statement.query_row([user_id], |row| {
        Ok(Mark {
            version: row.get(0)?,
            waiting_until: row.get(1)?,
        })
    })?;
    Ok((mark.version > 0 || mark.waiting_until > 0).then_some(mark))
}

pub(super) fn waiting(connection: &Connection, user_id: &str) -> Result<Vec<Waiting>, Failed> {
    let mut statement = connection
        .prepare_cached("SELECT number, batch FROM waiting WHERE user_id = ?1 ORDER BY number")?;
    let rows = statement.query_map([user_id], |row| {
        Ok(Waiting {
            number: row.get(0)?,
            batch: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn people(
    connection: &Connection,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, Stored)>, Failed> {
    let mut statement = connection.prepare_cached(
        "SELECT user_id, version, record FROM people WHERE user_id > ?1 \
         ORDER BY user_id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![after.unwrap_or_default(), most as i64], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
    })?;
    let mut people = Vec::new();
    for row in rows {
        let (user_id, its) = row?;
        people.push((user_id, stored(its)));
    }
    Ok(people)
}

pub(super) fn people_waiting(
    connection: &Connection,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<String>, Failed> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT user_id FROM waiting WHERE user_id > ?1 \
         ORDER BY user_id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![after.unwrap_or_default(), most as i64], |row| {
        row.get(0)
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn note(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, Failed> {
    let mut statement = connection.prepare_cached("SELECT value FROM notes WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn notes(
    connection: &Connection,
    beginning: &str,
) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    let mut statement = connection
        .prepare_cached("SELECT name, value FROM notes WHERE name >= ?1 ORDER BY name")?;
    let rows = statement.query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut notes: Vec<(String, Vec<u8>)> = Vec::new();
    for row in rows {
        let note: (String, Vec<u8>) = row?;
        if !note.0.starts_with(beginning) {
            break;
        }
        notes.push(note);
    }
    Ok(notes)
}

pub(super) fn counts(connection: &Connection) -> Result<Counts, Failed> {
    let people = "SELECT count(*), coalesce(sum(length(record)), 0) FROM people";
    let (people, record_bytes) =
        connection.query_row(people, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let waiting = "SELECT count(*) FROM waiting";
    Ok(Counts {
        people,
        record_bytes,
        waiting: connection.query_row(waiting, [], |row| row.get(0))?,
        disk_bytes: None,
    })
}
