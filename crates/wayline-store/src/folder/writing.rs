//! What is changed in the database.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use wayline::keep::{Change, Changes, PersonChange, StoreError};

use super::connections::Failed;
use crate::packing::packed;

pub(super) fn commit(connection: &mut Connection, changes: &Changes) -> Result<(), Failed> {
    // Compressed before anybody has to wait for the database.
    let records: Vec<Vec<u8>> = changes
        .people
        .iter()
        .map(|it| match &it.change {
            Change::Put { stored, .. } => packed(&stored.record),
            Change::Erase => Ok(Vec::new()),
        })
        .collect::<Result<_, _>>()?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (change, record) in changes.people.iter().zip(&records) {
        change_person(&transaction, change, record)?;
    }
    for (user_id, batch) in &changes.waiting {
        let add = "INSERT INTO waiting (user_id, batch) VALUES (?1, ?2)";
        transaction
            .prepare_cached(add)?
            .execute(params![user_id, batch])?;
    }
    for (name, value) in &changes.notes {
        let mut statement = transaction.prepare_cached(match value {
            Some(_) => "INSERT OR REPLACE INTO notes (name, value) VALUES (?1, ?2)",
            None => "DELETE FROM notes WHERE name = ?1 AND ?2 IS NULL",
        })?;
        statement.execute(params![name, value])?;
    }
    transaction.commit()?;
    if changes.people.iter().any(|it| it.change == Change::Erase) {
        // What was erased is also gone from the log.
        truncate_log(connection)?;
    }
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
        Change::Erase => {
            for table in ["people", "waiting"] {
                let erase = format!("DELETE FROM {table} WHERE user_id = ?1");
                transaction.execute(&erase, [user_id])?;
            }
        }
    }
    Ok(())
}

pub(super) fn compact(connection: &mut Connection) -> Result<(), Failed> {
    connection.execute_batch("VACUUM")?;
    truncate_log(connection)
}

/// Brings the write-ahead log into the database and cuts it to nothing; where somebody reads just now,
/// as far as that goes.
fn truncate_log(connection: &Connection) -> Result<(), Failed> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}
