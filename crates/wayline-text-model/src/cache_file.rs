//! The database of a cache: what was paid for once, in a folder.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Error, ErrorCode};

/// How long another process may keep a cache.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the database `file` of a cache in a folder; both are made where they aren't there, with `tables`.
/// `version` is that of the cache's form: raise it when that changes.
///
/// # Errors
/// The folder can't be used, or its cache is of another version; the text says what helps, but not where.
pub fn open_cache_file(
    folder: &Path,
    file: &str,
    version: i64,
    tables: &str,
) -> Result<Connection, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let in_words = |error: Error| cache_error(&error);
    let connection = connect(&folder.join(file), version, tables).map_err(in_words)?;
    let found: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(in_words)?;
    if found != version {
        return Err(format!(
            "a cache of version {found}, where {version} is needed: give another folder, or delete it"
        ));
    }
    Ok(connection)
}

fn connect(place: &Path, version: i64, tables: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(place)?;
    connection.busy_timeout(PATIENCE)?;
    // What was written is the system's at once, so it outlives this process; it is on the disk a little
    // later, and a machine that loses power may lose what came last, but not the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let there: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if there == 0 {
        connection.execute_batch(tables)?;
        connection.pragma_update(None, "user_version", version)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(connection)
}

/// What a database says, and what helps.
#[must_use]
pub fn cache_error(error: &Error) -> String {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "; make room on the disk",
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => "; delete the folder",
        Some(ErrorCode::DatabaseBusy) => "; another process keeps it",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "; give a folder that may be written"
        }
        _ => "",
    };
    format!("{error}{help}")
}
