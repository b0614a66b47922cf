//! A store in a folder: one SQLite database with a write-ahead log.
//!
//! A commit is durable when it returns (`synchronous = FULL`), and after a crash the database opens at
//! once and holds what was committed. What is erased is overwritten (`secure_delete`).

mod connections;
mod reading;
mod schema;
mod writing;

pub use schema::STORE_VERSION;

use std::path::Path;
use std::time::Duration;

use wayline::keep::{Change, Changes, Counts, Mark, Store, StoreError, Stored, Waiting};

use crate::Open;
use connections::{Connections, PATIENCE};

/// So long whoever erases waits for those who read, and others for them.
const READERS_PATIENCE: Duration = Duration::from_secs(5);

/// Keeps everything in a folder.
pub struct Folder {
    connections: Connections,
}

impl Folder {
    /// Opens the store in a folder.
    ///
    /// # Errors
    /// It isn't there, can't be opened, or is of another version.
    pub fn open(folder: &Path, open: Open) -> Result<Self, StoreError> {
        let connections = Connections::open(folder, open)?;
        Ok(Self { connections })
    }
}

impl Store for Folder {
    fn get(&self, user_id: &str) -> Result<Option<Stored>, StoreError> {
        self.connections
            .read(|connection| reading::get(connection, user_id))
    }

    fn mark(&self, user_id: &str) -> Result<Option<Mark>, StoreError> {
        self.connections
            .read(|connection| reading::mark(connection, user_id))
    }

    fn waiting(&self, user_id: &str) -> Result<Vec<Waiting>, StoreError> {
        self.connections
            .read(|connection| reading::waiting(connection, user_id))
    }

    fn people(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Stored)>, StoreError> {
        self.connections
            .read(|connection| reading::people(connection, after, most))
    }

    fn people_waiting(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        self.connections
            .read(|connection| reading::people_waiting(connection, after, most))
    }

    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.connections
            .read(|connection| reading::note(connection, name))
    }

    fn notes(&self, beginning: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.connections
            .read(|connection| reading::notes(connection, beginning))
    }

    fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        // Before anybody has to wait for the database.
        let records =
            writing::packed_records(changes).map_err(|it| self.connections.failed(it.into()))?;
        self.connections.write(|writer| {
            writing::commit(&mut writer.connection, changes, &records)?;
            writer.log_holds_erased |= changes
                .people
                .iter()
                .any(|it| matches!(it.change, Change::Erase { .. }));
            if writer.log_holds_erased {
                // Nobody waits for readers: the next commit tries again. What was committed is, also where
                // this fails.
                let is_cut = writing::truncate_log(&writer.connection, Duration::ZERO);
                writer.log_holds_erased = !is_cut.unwrap_or(false);
            }
            Ok(())
        })
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let counts = self.connections.read(reading::counts)?;
        Ok(Counts {
            disk_bytes: Some(self.connections.disk_bytes()?),
            ..counts
        })
    }

    fn overwrite_erased(&self) -> Result<bool, StoreError> {
        self.connections.write(|writer| {
            let is_cut = writing::truncate_log(&writer.connection, READERS_PATIENCE)?;
            writer.log_holds_erased &= !is_cut;
            Ok(is_cut)
        })
    }

    fn compact(&self) -> Result<(), StoreError> {
        self.connections.write(|writer| {
            writing::compact(&mut writer.connection)?;
            if !writing::truncate_log(&writer.connection, PATIENCE)? {
                let store = "the store".to_owned();
                let reason = "somebody has read in it for long, so what was erased may still stand in \
                              its write-ahead log; end the reader and compact again";
                return Err(StoreError::System { store, reason: reason.to_owned() }.into());
            }
            writer.log_holds_erased = false;
            Ok(())
        })
    }
}
