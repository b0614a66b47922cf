//! What is changed in the database: a commit is one transaction, in few round trips.

use std::collections::BTreeMap;

use postgres::error::SqlState;
use postgres::{Client, Transaction};
use wayline::keep::{Change, Changes, StoreError};

use super::connections::Failed;
use crate::packing::packed;

/// Groups of people whose batches are numbered one transaction after the other.
const GROUPS: u64 = 64;
/// So that these locks are nobody else's.
const LOCKS: i32 = 0x5741_594c;

/// The records as they rest, in the order of the people; compressed before anybody waits.
pub(super) fn packed_records(changes: &Changes) -> Result<Vec<Vec<u8>>, StoreError> {
    let records = changes.people.iter().map(|it| match &it.change {
        Change::Put { stored, .. } => packed(&stored.record),
        Change::Erase => Ok(Vec::new()),
    });
    records
        .collect::<Result<_, _>>()
        .map_err(|error| StoreError::System {
            store: "PostgreSQL".to_owned(),
            reason: format!("a record can't be compressed ({error})"),
        })
}

pub(super) fn commit(
    client: &mut Client,
    changes: &Changes,
    records: &[Vec<u8>],
) -> Result<(), Failed> {
    let done = commit_whole(client, changes, records);
    match done {
        // Others who change the same people were first.
        Err(Failed::Database(error))
            if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED)
                || error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) =>
        {
            let first = changes.people.first();
            let user_id = first.map_or(String::new(), |it| it.user_id.clone());
            Err(StoreError::Conflict { user_id }.into())
        }
        other => other,
    }
}

fn commit_whole(client: &mut Client, changes: &Changes, records: &[Vec<u8>]) -> Result<(), Failed> {
    let mut transaction = client.transaction()?;
    check_versions(&mut transaction, changes)?;
    put_people(&mut transaction, changes, records)?;
    erase_people(&mut transaction, changes)?;
    append(&mut transaction, changes)?;
    for (name, value) in &changes.notes {
        let name = name.as_bytes();
        match value {
            Some(value) => transaction.execute(
                "INSERT INTO wayline.notes (name, value) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET value = $2",
                &[&name, value],
            )?,
            None => transaction.execute("DELETE FROM wayline.notes WHERE name = $1", &[&name])?,
        };
    }
    transaction.commit().map_err(|error| match error.code() {
        Some(_) => Failed::Database(error),
        None => Failed::Unknown(error),
    })
}

/// Locks the people's rows, in the order of ids, and compares their versions.
fn check_versions(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    if changes.people.is_empty() {
        return Ok(());
    }
    let ids: Vec<&[u8]> = changes
        .people
        .iter()
        .map(|it| it.user_id.as_bytes())
        .collect();
    let lock = "SELECT user_id, version FROM wayline.people WHERE user_id = ANY($1) \
                ORDER BY user_id FOR UPDATE";
    let rows = transaction.query(lock, &[&ids])?;
    let there: BTreeMap<&[u8], i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for change in &changes.people {
        let version = there.get(change.user_id.as_bytes()).copied().unwrap_or(0);
        if version as u64 != change.expected {
            let user_id = change.user_id.clone();
            return Err(StoreError::Conflict { user_id }.into());
        }
    }
    Ok(())
}

fn put_people(
    transaction: &mut Transaction<'_>,
    changes: &Changes,
    records: &[Vec<u8>],
) -> Result<(), Failed> {
    let mut new: (Vec<&[u8]>, Vec<i64>, Vec<&[u8]>) = Default::default();
    let mut known = new.clone();
    let mut added: (Vec<&[u8]>, Vec<i64>) = Default::default();
    for (change, record) in changes.people.iter().zip(records) {
        let Change::Put {
            stored,
            added_until,
        } = &change.change
        else {
            continue;
        };
        let to = if change.expected == 0 {
            &mut new
        } else {
            &mut known
        };
        to.0.push(change.user_id.as_bytes());
        to.1.push(stored.version as i64);
        to.2.push(record);
        if *added_until > 0 {
            added.0.push(change.user_id.as_bytes());
            added.1.push(*added_until as i64);
        }
    }
    if !new.0.is_empty() {
        // Somebody may have made a record since versions were compared: no row was there to lock.
        let put = "INSERT INTO wayline.people (user_id, version, record) \
                   SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS new (user_id, v, r) \
                   ORDER BY user_id ON CONFLICT (user_id) DO NOTHING";
        let made = transaction.execute(put, &[&new.0, &new.1, &new.2])?;
        if made < new.0.len() as u64 {
            let user_id = String::from_utf8_lossy(new.0[0]).into_owned();
            return Err(StoreError::Conflict { user_id }.into());
        }
    }
    if !known.0.is_empty() {
        let put = "UPDATE wayline.people AS old SET version = new.v, record = new.r \
                   FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS new (user_id, v, r) \
                   WHERE old.user_id = new.user_id";
        transaction.execute(put, &[&known.0, &known.1, &known.2])?;
    }
    if !added.0.is_empty() {
        let gone = "DELETE FROM wayline.waiting AS old \
                    USING unnest($1::bytea[], $2::bigint[]) AS new (user_id, until) \
                    WHERE old.user_id = new.user_id AND old.number <= new.until";
        transaction.execute(gone, &[&added.0, &added.1])?;
    }
    Ok(())
}

fn erase_people(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    let erased = changes
        .people
        .iter()
        .filter(|it| it.change == Change::Erase);
    let ids: Vec<&[u8]> = erased.map(|it| it.user_id.as_bytes()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for table in ["people", "waiting"] {
        let erase = format!("DELETE FROM wayline.{table} WHERE user_id = ANY($1)");
        transaction.execute(&erase, &[&ids])?;
    }
    Ok(())
}

/// Lets batches wait. A number is given before its transaction commits, so of two transactions the
/// later one could give the lower number, and whoever had seen the higher one would remove up to it a
/// batch that they had not seen. So transactions that number batches of one group of people follow each
/// other, by locks that are taken in one order.
fn append(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    if changes.waiting.is_empty() {
        return Ok(());
    }
    let mut groups: Vec<i32> = changes
        .waiting
        .iter()
        .map(|(user_id, _)| group(user_id))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        transaction.execute("SELECT pg_advisory_xact_lock($1, $2)", &[&LOCKS, &group])?;
    }
    let ids: Vec<&[u8]> = changes
        .waiting
        .iter()
        .map(|(user_id, _)| user_id.as_bytes())
        .collect();
    let batches: Vec<&[u8]> = changes
        .waiting
        .iter()
        .map(|(_, batch)| batch.as_slice())
        .collect();
    let add = "INSERT INTO wayline.waiting (user_id, batch) \
               SELECT user_id, batch FROM unnest($1::bytea[], $2::bytea[]) \
               WITH ORDINALITY AS new (user_id, batch, place) ORDER BY place";
    transaction.execute(add, &[&ids, &batches])?;
    Ok(())
}

/// The group of a person, the same in every process (FNV-1a).
fn group(user_id: &str) -> i32 {
    let hash = user_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash % GROUPS) as i32
}
