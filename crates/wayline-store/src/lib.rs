//! Where people's records are kept: adapters of [`wayline::keep::Store`].
//!
//! - [`Memory`] keeps them as long as the process lives, for tests and trials.
//! - [`Folder`] keeps them in one SQLite database in a folder; several processes of one machine may
//!   use it at once, one of them writing at a time.
//!
//! All of them do the same, which one suite of tests says (`tests/it/conformance.rs`). Records are
//! compressed where they rest ([zstd](https://facebook.github.io/zstd/)).
#![deny(missing_docs)]

mod folder;
mod memory;
mod packing;

pub use folder::{Folder, STORE_VERSION};
pub use memory::Memory;

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

/// Opens a store by its name: `memory:`, or a folder.
///
/// # Errors
/// It isn't there, can't be opened, or is of another version.
pub fn open(name: &str, open: Open) -> Result<Box<dyn Store>, StoreError> {
    if name == "memory:" {
        return Ok(Box::new(Memory::default()));
    }
    if let Some((scheme, _)) = name.split_once("://") {
        return Err(StoreError::Unusable {
            store: format!("{scheme}://…"),
            reason: "no kind of store that this Wayline knows; give a folder, or memory:"
                .to_owned(),
        });
    }
    Ok(Box::new(Folder::open(Path::new(name), open)?))
}
