//! One connection that writes, and some that read beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use wayline::keep::StoreError;

use super::schema::{Found, STORE_VERSION, found, make};
use crate::Open;

/// The database's name in its folder.
const FILE: &str = "wayline.db";
/// So long a writer waits for another process that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Readers that wait for their next use.
const MOST_IDLE: usize = 16;

pub(super) struct Connections {
    path: PathBuf,
    writer: Mutex<Writer>,
    idle: Mutex<Vec<Connection>>,
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    /// Whether the write-ahead log may hold what was erased since.
    pub(super) log_holds_erased: bool,
}

/// Why something inside a connection's use failed.
pub(super) enum Failed {
    Database(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        let reason = format!("a record can't be compressed ({error}); run it again");
        Self::Store(StoreError::System {
            store: FILE.to_owned(),
            reason,
        })
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Connections {
    pub(super) fn open(folder: &Path, open: Open) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        if !path.exists() {
            make_room(folder, &path, open)?;
        }
        let told = |error| told(&path, &error);
        let (writer, found) = patiently(|| first_connection(&path, open)).map_err(told)?;
        match found {
            Found::Store(version) if version == STORE_VERSION => {}
            Found::Store(version) => {
                return Err(unusable(
                    &path,
                    format!(
                        "a store of version {version}, this Wayline uses {STORE_VERSION}; move the people over \
                 with `wayline store export --people` of the Wayline that wrote it and `wayline store \
                 import` of this one"
                    ),
                ));
            }
            _ => {
                return Err(unusable(
                    &path,
                    "a database, but no store of Wayline; name another folder".to_owned(),
                ));
            }
        }
        Ok(Self {
            writer: Mutex::new(Writer {
                connection: writer,
                // Whoever erased may have died before the log was cut.
                log_holds_erased: true,
            }),
            idle: Mutex::new(Vec::new()),
            path,
        })
    }

    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => patiently(|| connect(&self.path, Open::Existing))
                .map_err(|error| told(&self.path, &error))?,
        };
        let result = read(&connection);
        let mut idle = idle();
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
        drop(idle);
        result.map_err(|failed| self.failed(failed))
    }

    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&mut Writer) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        // A transaction that panics is rolled back when it is dropped.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut writer).map_err(|failed| self.failed(failed))
    }

    /// The database with its write-ahead log.
    pub(super) fn disk_bytes(&self) -> Result<u64, StoreError> {
        let mut bytes = 0;
        for ending in ["", "-wal"] {
            let mut path = self.path.clone().into_os_string();
            path.push(ending);
            match fs::metadata(path) {
                Ok(file) => bytes += file.len(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(unusable(&self.path, error.to_string())),
            }
        }
        Ok(bytes)
    }

    pub(super) fn failed(&self, failed: Failed) -> StoreError {
        match failed {
            Failed::Database(error) => told(&self.path, &error),
            Failed::Store(error) => error,
        }
    }
}

fn connect(path: &Path, open: Open) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if open == Open::OrCreate {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A connection that writes, and what it found; where that is nothing, the tables are made.
fn first_connection(path: &Path, open: Open) -> rusqlite::Result<(Connection, Found)> {
    let mut connection = connect(path, open)?;
    let mut is = found(&mut connection)?;
    if is == Found::Nothing && open == Open::OrCreate {
        make(&mut connection)?;
        is = found(&mut connection)?;
    }
    Ok((connection, is))
}

/// Tries again while another process makes the same database: whoever meets it while it changes over to a
/// write-ahead log is refused at once, without the wait that SQLite has for locks.
fn patiently<T>(mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

fn make_room(folder: &Path, path: &Path, open: Open) -> Result<(), StoreError> {
    if open == Open::Existing {
        let reason =
            "there is no store; `wayline update` or `wayline infer` with --store makes one";
        return Err(unusable(folder, reason.to_owned()));
    }
    let refused = |error: std::io::Error| unusable(folder, format!("can't be made ({error})"));
    fs::create_dir_all(folder).map_err(refused)?;
    let is_used = fs::read_dir(folder).map_err(refused)?.next().is_some();
    // Another process may be making the same store.
    if is_used && !path.exists() {
        let reason = "a folder with other things in it, and no store; name an empty or a new one";
        return Err(unusable(folder, reason.to_owned()));
    }
    make_private(folder, path).map_err(refused)
}

/// What people search for is nobody else's business.
#[cfg(unix)]
fn make_private(folder: &Path, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    let mut options = fs::OpenOptions::new();
    options
        .create(true)
        .write(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

fn unusable(path: &Path, reason: String) -> StoreError {
    StoreError::Unusable {
        store: path.display().to_string(),
        reason,
    }
}

fn told(path: &Path, error: &rusqlite::Error) -> StoreError {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "make room on the disk and run it again; nothing was lost",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process writes to it for long; wait for it or stop it"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "it is damaged, or no store; restore it from a backup"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "check that its folder may be written"
        }
        _ => "check the disk",
    };
    StoreError::System {
        store: path.display().to_string(),
        reason: format!("{error}; {advice}"),
    }
}
