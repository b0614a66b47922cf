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

use wayline::keep::{Changes, Counts, Mark, Store, StoreError, Stored, Waiting};

use crate::Open;
use connections::Connections;

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
        self.connections
            .write(|connection| writing::commit(connection, changes))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let counts = self.connections.read(reading::counts)?;
        Ok(Counts {
            disk_bytes: Some(self.connections.disk_bytes()?),
            ..counts
        })
    }

    fn compact(&self) -> Result<(), StoreError> {
        self.connections.write(writing::compact)
    }
}
