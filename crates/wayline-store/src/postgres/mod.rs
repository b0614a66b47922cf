//! A store in PostgreSQL, for several processes on several machines.
//!
//! Ids and names are `bytea`: they may hold any character, and come in the order of their bytes.

mod advice;
mod connections;
mod notes;
mod reading;
mod schema;
mod tls;
mod writing;

use wayline::keep::{Changes, Counts, Mark, Store, StoreError, Stored, Waiting};

use connections::Connections;

/// Host and database of a name.
pub(crate) fn shown(name: &str) -> String {
    connections::shown_name(name)
}

/// Keeps everything in a PostgreSQL database, in tables of the schema `wayline`.
pub struct Postgres {
    connections: Connections,
}

impl Postgres {
    /// Opens the store behind a `postgres://` name; `creates` says whether its tables are made where
    /// they aren't there.
    ///
    /// # Errors
    /// The database can't be reached or is of another version, or there is no store.
    pub fn open(name: &str, creates: bool) -> Result<Self, StoreError> {
        let connections = Connections::open(name)?;
        connections.using(|client| schema::prepare(client, creates))?;
        Ok(Self { connections })
    }
}

impl Store for Postgres {
    fn get(&self, user_id: &str) -> Result<Option<Stored>, StoreError> {
        self.connections
            .using(|client| reading::get(client, user_id))
    }

    fn mark(&self, user_id: &str) -> Result<Option<Mark>, StoreError> {
        self.connections
            .using(|client| reading::mark(client, user_id))
    }

    fn marks(&self, user_ids: &[&str]) -> Result<Vec<Option<Mark>>, StoreError> {
        self.connections
            .using(|client| reading::marks(client, user_ids))
    }

    fn waiting(&self, user_id: &str) -> Result<Vec<Waiting>, StoreError> {
        self.connections
            .using(|client| reading::waiting(client, user_id))
    }

    fn people(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Stored)>, StoreError> {
        self.connections
            .using(|client| reading::people(client, after, most))
    }

    fn people_waiting(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        self.connections
            .using(|client| reading::people_waiting(client, after, most))
    }

    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.connections.using(|client| reading::note(client, name))
    }

    fn notes(&self, beginning: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.connections
            .using(|client| reading::notes(client, beginning))
    }

    fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        // Before anybody waits for the people's rows.
        let records = writing::packed_records(changes).map_err(|it| self.connections.told(it))?;
        self.connections
            .using(|client| writing::commit(client, changes, &records))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.connections.using(reading::counts)
    }

    fn compact(&self) -> Result<(), StoreError> {
        // Not FULL, which would lock everybody out while it writes the tables anew, in as much room again.
        // So the room of what was erased is used anew, but its bytes stay until something is there.
        self.connections.using(|client| {
            let tables = "wayline.people, wayline.waiting, wayline.notes";
            Ok(client.batch_execute(&format!("VACUUM (ANALYZE) {tables}"))?)
        })
    }
}
