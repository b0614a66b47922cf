//! The tables, and what says that a database is a store.

use rusqlite::Connection;

/// Version of the tables.
pub const STORE_VERSION: i32 = 1;

/// "WAYL": says to whom the file belongs.
pub(super) const APPLICATION: i32 = 0x5741_594c;

const TABLES: &str = "
CREATE TABLE people (
    user_id TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE TABLE waiting (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    batch BLOB NOT NULL
) STRICT;
CREATE INDEX waiting_of_person ON waiting (user_id, number);
CREATE TABLE notes (
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT;
";

/// What a database says that it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Store(i32),
    SomethingElse,
}

/// All of it as it is at one moment, since another process may be making the tables.
pub(super) fn found(connection: &mut Connection) -> rusqlite::Result<Found> {
    found_within(&*connection.transaction()?)
}

fn found_within(connection: &Connection) -> rusqlite::Result<Found> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION {
        return Ok(Found::Store(version));
    }
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
    Ok(if tables == 0 {
        Found::Nothing
    } else {
        Found::SomethingElse
    })
}

/// Makes the tables, all or none.
pub(super) fn make(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if found_within(&transaction)? == Found::Nothing {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", STORE_VERSION)?;
    }
    transaction.commit()
}
