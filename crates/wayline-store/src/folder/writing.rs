//! What is changed in the database.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use wayline::keep::{Change, Changes, ERASED, PersonChange, StoreError, number_of};

use super::connections::{Failed, PATIENCE};
use super::reading::note;
use crate::packing::packed;
use crate::versions::{after_erasing, is_of_erased};

/// The records as they rest, in the order of the people.
pub(super) fn packed_records(changes: &Changes) -> std::io::Result<Vec<Vec<u8>>> {
    let records = changes.people.iter().map(|it| match &it.change {
        Change::Put { stored, .. } => packed(&stored.record),
        Change::Erase { .. } => Ok(Vec::new()),
    });
    records.collect()
}

pub(super) fn commit(
    connection: &mut Connection,
    changes: &Changes,
    records: &[Vec<u8>],
) -> Result<(), Failed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (name, value) in &changes.expects {
        if note(&transaction, name)? != *value {
            let note = name.clone();
            return Err(StoreError::Moved { note }.into());
        }
    }
    let erased_until = note(&transaction, ERASED)?.map_or(0, |value| number_of(&value));
    for (change, record) in changes.people.iter().zip(records) {
        if is_of_erased(change, erased_until) {
            let user_id = change.user_id.clone();
            return Err(StoreError::Conflict { user_id }.into());
        }
        change_person(&transaction, change, record)?;
    }
    for (user_id, batch) in &changes.waiting {
        let add = "INSERT INTO waiting (user_id, batch) VALUES (?1, ?2)";
        transaction
            .prepare_cached(add)?
            .execute(params![user_id, batch])?;
    }
    for (name, value) in &changes.notes {
        set_note(&transaction, name, value.as_deref())?;
    }
    for (name, number) in &changes.highest {
        let there = note(&transaction, name)?.map(|value| number_of(&value));
        if there.is_none_or(|there| there < *number) {
            set_note(&transaction, name, Some(&number.to_le_bytes()))?;
        }
    }
    Ok(transaction.commit()?)
}

fn set_note(
    transaction: &Transaction<'_>,
    name: &str,
    value: Option<&[u8]>,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(match value {
        Some(_) => "INSERT OR REPLACE INTO notes (name, value) VALUES (?1, ?2)",
        None => "DELETE FROM notes WHERE name = ?1 AND ?2 IS NULL",
    })?;
    statement.execute(params![name, value])?;
    Ok(())
}

fn change_person(
    transaction: &Transaction<'_>,
    change: &PersonChange,
    record: &[u8],
) -> Result<(), Failed> {
    let PersonChange {
        user_id,
        expected,
        change,
    } = change;
    let mut version =
        transaction.prepare_cached("SELECT version FROM people WHERE user_id = ?1")?;
    let there: Option<u64> = version.query_row([user_id], |row| row.get(0)).optional()?;
    if there.unwrap_or(0) != *expected {
        let user_id = user_id.clone();
        return Err(StoreError::Conflict { user_id }.into());
    }
    match change {
        Change::Put {
            stored,
            added_until,
        } => {
            let put = "INSERT INTO people (user_id, version, record) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (user_id) DO UPDATE SET version = ?2, record = ?3";
            transaction
                .prepare_cached(put)?
                .execute(params![user_id, stored.version, record])?;
            if *added_until > 0 {
                let added = "DELETE FROM waiting WHERE user_id = ?1 AND number <= ?2";
                transaction
                    .prepare_cached(added)?
                    .execute(params![user_id, added_until])?;
            }
        }
        Change::Erase { waiting_until } => {
            let unseen = "SELECT 1 FROM waiting WHERE user_id = ?1 AND number > ?2";
            let mut unseen = transaction.prepare_cached(unseen)?;
            if unseen.exists(params![user_id, waiting_until])? {
                let user_id = user_id.clone();
                return Err(StoreError::Conflict { user_id }.into());
            }
            for table in ["people", "waiting"] {
                let erase = format!("DELETE FROM {table} WHERE user_id = ?1");
                transaction.execute(&erase, [user_id])?;
            }
            let before = note(transaction, ERASED)?.map_or(0, |value| number_of(&value));
            let until = after_erasing(before, *expected);
            set_note(transaction, ERASED, Some(&until.to_le_bytes()))?;
        }
    }
    Ok(())
}

pub(super) fn compact(connection: &mut Connection) -> Result<(), Failed> {
    Ok(connection.execute_batch("VACUUM")?)
}

/// Brings the write-ahead log into the database and cuts it to nothing, so that what was erased is also
/// gone from there. Returns whether that went: it doesn't while somebody reads what stands in the log.
pub(super) fn truncate_log(connection: &Connection, patience: Duration) -> Result<bool, Failed> {
    connection.busy_timeout(patience)?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(PATIENCE)?;
    Ok(!is_busy?)
}
