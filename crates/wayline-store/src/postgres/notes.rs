//! Notes: how they must stand, and what becomes of them. There are few in a commit.

use std::collections::{BTreeMap, BTreeSet};

use postgres::Transaction;
use postgres::types::Type;
use wayline::keep::{Changes, number_of};

use super::connections::Failed;
use super::writing::{LOCKS, Parameter, hash};

/// So that locks of notes aren't those of groups of people.
const NOTES: i32 = LOCKS + 1;

/// Compares notes with how they must stand. Whoever else expects something of one of them waits until
/// this transaction is over, also where there is no note yet whose row could be locked.
pub(super) fn check(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    if changes.expects.is_empty() {
        return Ok(());
    }
    let locks = changes.expects.iter().map(|(name, _)| hash(name) as i32);
    let locks: Vec<i32> = locks.collect::<BTreeSet<i32>>().into_iter().collect();
    let lock = "SELECT pg_advisory_xact_lock($1, it) FROM unnest($2::int[]) AS it";
    transaction.execute_typed(lock, &[(&NOTES, Type::INT4), (&locks, Type::INT4_ARRAY)])?;
    for (name, expected) in &changes.expects {
        let get = "SELECT value FROM wayline.notes WHERE name = $1 FOR UPDATE";
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

enum Becomes<'a> {
    Value(&'a [u8]),
    Nothing,
    AtLeast(i64),
}

/// Changes notes in the order of their names. Of two changes of one name the later counts.
pub(super) fn set(transaction: &mut Transaction<'_>, changes: &Changes) -> Result<(), Failed> {
    let mut notes: BTreeMap<&str, Becomes<'_>> = BTreeMap::new();
    for (name, value) in &changes.notes {
        let becomes = value.as_deref().map_or(Becomes::Nothing, Becomes::Value);
        notes.insert(name, becomes);
    }
    for (name, number) in &changes.highest {
        notes.insert(name, Becomes::AtLeast(*number));
    }
    for (name, becomes) in notes {
        match becomes {
            Becomes::Value(value) => put(transaction, name, value)?,
            Becomes::Nothing => {
                let erase = "DELETE FROM wayline.notes WHERE name = $1";
                transaction.execute_typed(erase, &[(&name.as_bytes(), Type::BYTEA)])?;
            }
            Becomes::AtLeast(given) => raise(transaction, name, given)?,
        }
    }
    Ok(())
}

/// Puts the higher number: the one that is there, or this one. Most are lower and change nothing.
fn raise(transaction: &mut Transaction<'_>, name: &str, given: i64) -> Result<(), Failed> {
    let value: &[u8] = &given.to_le_bytes();
    let make = "INSERT INTO wayline.notes (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let note: [Parameter<'_>; 2] = [(&name.as_bytes(), Type::BYTEA), (&value, Type::BYTEA)];
    if transaction.execute_typed(make, &note)? == 0 && number(transaction, name, true)? < given {
        put_number(transaction, name, given)?;
    }
    Ok(())
}
