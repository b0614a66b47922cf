//! What is changed in the database: a commit is one transaction, in few round trips.

use std::collections::{BTreeMap, BTreeSet};

use postgres::types::{ToSql, Type};
use postgres::{Client, Transaction};
use wayline::keep::{Change, Changes, ERASED};

use super::connections::{Failed, is_refusal};
use super::notes;
use crate::packing::packed;
use crate::versions::{after_erasing, is_of_erased};

/// Groups of people whose batches are numbered one transaction after the other.
const GROUPS: u64 = 64;
/// So that these locks are nobody else's.
pub(super) const LOCKS: i32 = 0x5741_594c;

/// The records as they rest, in the order of the people.
pub(super) fn packed_records(changes: &Changes) -> Result<Vec<Vec<u8>>, Failed> {
    let records = changes.people.iter().map(|it| match &it.change {
        Change::Put { stored, .. } => packed(&stored.record),
        Change::Erase { .. } => Ok(Vec::new()),
    });
    records.collect::<Result<_, _>>().map_err(|error| {
        Failed::Record(format!(
            "a record can't be compressed ({error}); check the memory"
        ))
    })
}

/// Every commit takes its locks in one order, so that none waits for one that waits for it: notes that
/// must stand, the note of erasures, rows of people by their ids, new ones likewise, numbers of batches
/// by groups, notes by their names.
pub(super) fn commit(
    client: &mut Client,
    changes: &Changes,
    records: &[Vec<u8>],
) -> Result<(), Failed> {
    let mut transaction = client.transaction()?;
    notes::check(&mut transaction, changes)?;
    check_erased(&mut transaction, changes)?;
    check_versions(&mut transaction, changes)?;
    put_people(&mut transaction, changes, records)?;
    erase_people(&mut transaction, changes)?;
    append(&mut transaction, changes)?;
    notes::set(&mut transaction, changes)?;
    transaction.commit().map_err(|error| {
        if is_refusal(&error) {
            Failed::Database(error)
        } else {
            Failed::Unknown(error)
        }
    })
}

/// Nobody makes a record that began before an erasure, and while one goes on nobody makes any.
fn check_erased(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    let erased = changes
        .people
        .iter()
        .filter(|it| matches!(it.change, Change::Erase { .. }));
    let highest = erased.map(|it| it.expected).max();
    if highest.is_none() && changes.people.iter().all(|it| it.expected > 0) {
        return Ok(());
    }
    let until = notes::number(transaction, ERASED, highest.is_some())?;
    if let Some(change) = changes.people.iter().find(|it| is_of_erased(it, until)) {
        let user_id = change.user_id.clone();
        return Err(Failed::Conflict { user_id });
    }
    match highest {
        Some(version) => notes::put_number(transaction, ERASED, after_erasing(until, version)),
        None => Ok(()),
    }
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
    let rows = transaction.query_typed(lock, &[(&ids, Type::BYTEA_ARRAY)])?;
    let there: BTreeMap<&[u8], i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for change in &changes.people {
        let version = there.get(change.user_id.as_bytes()).copied().unwrap_or(0);
        if version as u64 != change.expected {
            let user_id = change.user_id.clone();
            return Err(Failed::Conflict { user_id });
        }
    }
    Ok(())
}

pub(super) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Ids, versions and records.
type Rows<'a> = (Vec<&'a [u8]>, Vec<i64>, Vec<&'a [u8]>);

fn arrays<'a>(rows: &'a Rows<'_>) -> [Parameter<'a>; 3] {
    [
        (&rows.0, Type::BYTEA_ARRAY),
        (&rows.1, Type::INT8_ARRAY),
        (&rows.2, Type::BYTEA_ARRAY),
    ]
}

fn put_people(
    transaction: &mut Transaction<'_>,
    changes: &Changes,
    records: &[Vec<u8>],
) -> Result<(), Failed> {
    let (mut new, mut known) = (Rows::default(), Rows::default());
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
                   ORDER BY user_id ON CONFLICT (user_id) DO NOTHING RETURNING user_id";
        let made = transaction.query_typed(put, &arrays(&new))?;
        let made: BTreeSet<&[u8]> = made.iter().map(|row| row.get(0)).collect();
        if let Some(other) = new.0.iter().find(|it| !made.contains(**it)) {
            let user_id = String::from_utf8_lossy(other).into_owned();
            return Err(Failed::Conflict { user_id });
        }
    }
    if !known.0.is_empty() {
        let put = "UPDATE wayline.people AS old SET version = new.v, record = new.r \
                   FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS new (user_id, v, r) \
                   WHERE old.user_id = new.user_id";
        transaction.execute_typed(put, &arrays(&known))?;
    }
    if !added.0.is_empty() {
        let gone = "DELETE FROM wayline.waiting AS old \
                    USING unnest($1::bytea[], $2::bigint[]) AS new (user_id, until) \
                    WHERE old.user_id = new.user_id AND old.number <= new.until";
        let added: [Parameter<'_>; 2] =
            [(&added.0, Type::BYTEA_ARRAY), (&added.1, Type::INT8_ARRAY)];
        transaction.execute_typed(gone, &added)?;
    }
    Ok(())
}

fn erase_people(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    let (mut ids, mut versions, mut seen): (Vec<&[u8]>, Vec<i64>, Vec<i64>) = Default::default();
    let mut groups = Vec::new();
    for change in &changes.people {
        if let Change::Erase { waiting_until } = change.change {
            ids.push(change.user_id.as_bytes());
            versions.push(change.expected as i64);
            seen.push(waiting_until as i64);
            groups.push(group(&change.user_id));
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    // Nobody lets anything wait for them meanwhile.
    lock_groups(transaction, groups)?;
    let unseen = "SELECT old.user_id FROM wayline.waiting AS old \
                  JOIN unnest($1::bytea[], $2::bigint[]) AS erased (user_id, seen) \
                  ON old.user_id = erased.user_id WHERE old.number > erased.seen LIMIT 1";
    let erased: [Parameter<'_>; 2] = [(&ids, Type::BYTEA_ARRAY), (&seen, Type::INT8_ARRAY)];
    if let Some(row) = transaction.query_typed_opt(unseen, &erased)? {
        let user_id = String::from_utf8_lossy(row.get(0)).into_owned();
        return Err(Failed::Conflict { user_id });
    }
    // Where no record was expected none was there to lock, and one may have come since: it isn't meant.
    let record = "DELETE FROM wayline.people AS old \
                  USING unnest($1::bytea[], $2::bigint[]) AS erased (user_id, v) \
                  WHERE old.user_id = erased.user_id AND old.version = erased.v";
    let erased: [Parameter<'_>; 2] = [(&ids, Type::BYTEA_ARRAY), (&versions, Type::INT8_ARRAY)];
    transaction.execute_typed(record, &erased)?;
    let waiting = "DELETE FROM wayline.waiting WHERE user_id = ANY($1)";
    transaction.execute_typed(waiting, &[(&ids, Type::BYTEA_ARRAY)])?;
    Ok(())
}

fn lock_groups(transaction: &mut Transaction<'_>, mut groups: Vec<i32>) -> Result<(), Failed> {
    groups.sort_unstable();
    groups.dedup();
    let lock = "SELECT pg_advisory_xact_lock($1, it) FROM unnest($2::int[]) AS it";
    transaction.execute_typed(lock, &[(&LOCKS, Type::INT4), (&groups, Type::INT4_ARRAY)])?;
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
    let groups = changes.waiting.iter().map(|(user_id, _)| group(user_id));
    lock_groups(transaction, groups.collect())?;
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
    let new: [Parameter<'_>; 2] = [(&ids, Type::BYTEA_ARRAY), (&batches, Type::BYTEA_ARRAY)];
    transaction.execute_typed(add, &new)?;
    Ok(())
}

fn group(user_id: &str) -> i32 {
    (hash(user_id) % GROUPS) as i32
}

/// The same in every process (FNV-1a).
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
