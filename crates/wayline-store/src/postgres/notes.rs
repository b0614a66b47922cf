//! Notes: how they must stand, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use postgres::Transaction;
use postgres::types::Type;
use wayline::keep::{Changes, number_of};

use super::connections::Failed;
use super::writing::{LOCKS, Parameter, hash};

/// So that locks of notes aren't those of groups of people.
const NOTES: i32 = LOCKS + 1;

/// Compares notes with how they must stand. Whoever else expects something of one of them, and changes
/// it, waits until this transaction is over, also where there is no note yet whose row could be locked;
/// those who change nothing of it don't wait for each other.
pub(super) fn check(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    if changes.expects.is_empty() {
        return Ok(());
    }
    let names = changes.notes.iter().map(|(name, _)| name);
    let changed: BTreeSet<&String> = names
        .chain(changes.highest.iter().map(|it| &it.0))
        .collect();
    let mut locks: BTreeMap<i32, bool> = BTreeMap::new();
    for (name, _) in &changes.expects {
        *locks.entry(hash(name) as i32).or_default() |= changed.contains(name);
    }
    let (locks, alone): (Vec<i32>, Vec<bool>) = locks.into_iter().unzip();
    let lock = "SELECT CASE WHEN alone THEN pg_advisory_xact_lock($1, it)::text \
                ELSE pg_advisory_xact_lock_shared($1, it)::text END \
                FROM unnest($2::int[], $3::bool[]) AS lock (it, alone)";
    let locks: [Parameter<'_>; 3] = [
        (&NOTES, Type::INT4),
        (&locks, Type::INT4_ARRAY),
        (&alone, Type::BOOL_ARRAY),
    ];
    transaction.execute_typed(lock, &locks)?;
    for (name, expected) in &changes.expects {
        let get = if changed.contains(name) {
            "SELECT value FROM wayline.notes WHERE name = $1 FOR UPDATE"
        } else {
            "SELECT value FROM wayline.notes WHERE name = $1 FOR SHARE"
        };
        let there = transaction.query_typed_opt(get, &[(&name.as_bytes(), Type::BYTEA)])?;
        let there: Option<Vec<u8>> = there.map(|row| row.get(0));
        if there != *expected {
            let note = name.clone();
            return Err(Failed::Moved { note });
        }
    }
    Ok(())
}

/// The number that a note holds, 0 where there is none; locked, so that it stays: to be changed, or only
/// to be read.
pub(super) fn number(
    transaction: &mut Transaction<'_>,
    name: &str,
    changes: bool,
) -> Result<i64, Failed> {
    let get = if changes {
        "SELECT value FROM wayline.notes WHERE name = $1 FOR UPDATE"
    } else {
        "SELECT value FROM wayline.notes WHERE name = $1 FOR SHARE"
    };
    let there = transaction.query_typed_opt(get, &[(&name.as_bytes(), Type::BYTEA)])?;
    Ok(there.map_or(0, |row| number_of(row.get(0))))
}

pub(super) fn put_number(
    transaction: &mut Transaction<'_>,
    name: &str,
    number: i64,
) -> Result<(), Failed> {
    put(transaction, name, &number.to_le_bytes())
}

fn put(transaction: &mut Transaction<'_>, name: &str, value: &[u8]) -> Result<(), Failed> {
    let put = "INSERT INTO wayline.notes (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = $2";
    let note: [Parameter<'_>; 2] = [(&name.as_bytes(), Type::BYTEA), (&value, Type::BYTEA)];
    transaction.execute_typed(put, &note)?;
    Ok(())
}

/// Changes notes in the order of their names, all that are put in one statement, and all that are erased
/// likewise. Of two changes of one name the later counts.
pub(super) fn set(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    let notes: BTreeMap<&[u8], Option<&[u8]>> = changes
        .notes
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_deref()))
        .collect();
    let (mut names, mut values): (Vec<&[u8]>, Vec<&[u8]>) = Default::default();
    let mut erased: Vec<&[u8]> = Vec::new();
    for (name, value) in notes {
        match value {
            Some(value) => {
                names.push(name);
                values.push(value);
            }
            None => erased.push(name),
        }
    }
    if !names.is_empty() {
        let put = "INSERT INTO wayline.notes (name, value) \
                   SELECT * FROM unnest($1::bytea[], $2::bytea[]) AS new (name, v) ORDER BY name \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let notes: [Parameter<'_>; 2] = [(&names, Type::BYTEA_ARRAY), (&values, Type::BYTEA_ARRAY)];
        transaction.execute_typed(put, &notes)?;
    }
    if !erased.is_empty() {
        let erase = "DELETE FROM wayline.notes WHERE name IN \
                     (SELECT name FROM wayline.notes WHERE name = ANY($1) ORDER BY name FOR UPDATE)";
        transaction.execute_typed(erase, &[(&erased, Type::BYTEA_ARRAY)])?;
    }
    let mut highest: Vec<&(String, i64)> = changes.highest.iter().collect();
    highest.sort();
    highest
        .into_iter()
        .try_for_each(|(name, given)| raise(transaction, name, *given))
}

/// Puts the higher number: the one that is there, or this one. Most are lower, change nothing and keep
/// nobody waiting.
fn raise(transaction: &mut Transaction<'_>, name: &str, given: i64) -> Result<(), Failed> {
    let get = "SELECT value FROM wayline.notes WHERE name = $1";
    let there = transaction.query_typed_opt(get, &[(&name.as_bytes(), Type::BYTEA)])?;
    if there.is_some_and(|row| number_of(row.get(0)) >= given) {
        return Ok(());
    }
    let value: &[u8] = &given.to_le_bytes();
    let make = "INSERT INTO wayline.notes (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let note: [Parameter<'_>; 2] = [(&name.as_bytes(), Type::BYTEA), (&value, Type::BYTEA)];
    if transaction.execute_typed(make, &note)? == 0 && number(transaction, name, true)? < given {
        put_number(transaction, name, given)?;
    }
    Ok(())
}
