//! Where people's records are kept: adapters of [`wayline::keep::Store`].
//!
//! - [`Memory`] keeps them as long as the process lives, for tests and trials.
//! - [`Folder`] keeps them in one SQLite database in a folder; several processes of one machine may
//!   use it at once, one of them writing at a time.
//! - `Postgres`, with the feature `postgres`, keeps them in a PostgreSQL database, for several machines.
//!
//! All of them do the same, which one suite of tests says (`tests/it/conformance.rs`). Records are
//! compressed where they rest ([zstd](https://facebook.github.io/zstd/)).
#![deny(missing_docs)]

mod folder;
mod memory;
mod packing;
#[cfg(feature = "postgres")]
mod postgres;
mod versions;

pub use folder::{Folder, STORE_VERSION};
pub use memory::Memory;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;

use std::path::Path;

use wayline::keep::{Store, StoreError};

/// Whether a store that isn't there is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It must be there.
    Existing,
    /// It is made where it isn't there.
    OrCreate,
}

/// A store's name without passwords, for messages.
#[must_use]
pub fn shown(name: &str) -> String {
    if name.starts_with("postgres://") || name.starts_with("postgresql://") {
        #[cfg(feature = "postgres")]
        return postgres::shown(name);
    }
    match name.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://…"),
        None => name.to_owned(),
    }
}

/// Opens a store by its name: `memory:`, a folder, or `postgres://…` where that was built in.
///
/// # Errors
/// It isn't there, can't be opened, or is of another version.
pub fn open(name: &str, open: Open) -> Result<Box<dyn Store>, StoreError> {
    if name == "memory:" {
        return Ok(Box::new(Memory::default()));
    }
    if name.starts_with("postgres://") || name.starts_with("postgresql://") {
        #[cfg(feature = "postgres")]
        return Ok(Box::new(Postgres::open(name, open == Open::OrCreate)?));
        #[cfg(not(feature = "postgres"))]
        return Err(StoreError::Unusable {
            store: shown(name),
            reason: "this Wayline was built without PostgreSQL; build it with \
                     `cargo build --release --features postgres`"
                .to_owned(),
        });
    }
    if name.contains("://") {
        return Err(StoreError::Unusable {
            store: shown(name),
            reason: "no kind of store that this Wayline knows; give a folder, or memory:"
                .to_owned(),
        });
    }
    Ok(Box::new(Folder::open(Path::new(name), open)?))
}
