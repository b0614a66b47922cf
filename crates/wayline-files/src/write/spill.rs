//! What is common to all that goes to disk for a while because memory is bounded.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use super::problem::is_full;

/// How much stays in memory, and where the rest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpillSettings {
    /// Bytes that all threads together keep before they spill.
    pub memory_bytes: usize,
    /// How many threads add results; each gets its share of the memory.
    pub threads: usize,
    /// Where a temporary directory is made once something spills; without one, the system's
    /// place for temporary files, which may itself lie in memory.
    pub directory: Option<PathBuf>,
}

impl Default for SpillSettings {
    fn default() -> Self {
        Self {
            memory_bytes: 64 * 1024 * 1024,
            threads: 1,
            directory: None,
        }
    }
}

/// Why spilling failed. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum SpillError {
    /// No temporary directory can be made.
    #[error(
        "{directory}: no temporary directory can be made there ({source}); \
         name another place for temporary files"
    )]
    NoDirectory {
        /// Where it was to be made.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No space is left for temporary files.
    #[error(
        "{path}: no space is left for temporary files; \
         free some, name another place for them, or allow more memory"
    )]
    DiskFull {
        /// The temporary file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Any other refusal of the system.
    #[error("{path}: this temporary file fails ({source}); check the disk, then run again")]
    System {
        /// The temporary file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is read is not what was written.
    #[error(
        "{path}: this temporary file is damaged ({reason}); \
         check the disk, keep other programs away from it, then run again"
    )]
    Damaged {
        /// The temporary file.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// A record cannot be brought into the form of temporary files.
    #[error("a result cannot be written to a temporary file ({0}); report this")]
    Encode(String),
    /// A part was dropped without [`finish`](super::SpillPart::finish), so records are missing.
    #[error("{0} threads did not finish adding records, so some are missing; run again")]
    NotFinished(usize),
}

impl SpillError {
    pub(crate) fn from_system(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) {
            Self::DiskFull { path, source }
        } else {
            Self::System { path, source }
        }
    }
}

/// A temporary directory that is made when the first file is asked for, and deleted at the end.
#[derive(Debug)]
pub(crate) struct SpillDirectory {
    place: Option<PathBuf>,
    made: Mutex<(Option<TempDir>, u64)>,
}

impl SpillDirectory {
    pub(crate) fn new(place: Option<PathBuf>) -> Self {
        Self {
            place,
            made: Mutex::new((None, 0)),
        }
    }

    /// A name that no other file of this directory has.
    pub(crate) fn next_path(&self) -> Result<PathBuf, SpillError> {
        let mut made = lock(&self.made);
        let (directory, number) = &mut *made;
        let directory = match directory {
            Some(directory) => directory,
            None => directory.insert(self.make()?),
        };
        *number += 1;
        Ok(directory.path().join(format!("{number}.spill")))
    }

    fn make(&self) -> Result<TempDir, SpillError> {
        let place = self.place.clone().unwrap_or_else(std::env::temp_dir);
        tempfile::Builder::new()
            .prefix(".wayline-spill-")
            .tempdir_in(&place)
            .map_err(|source| SpillError::NoDirectory {
                directory: place,
                source,
            })
    }
}

/// A thread that panicked leaves whole values behind in all the places where this is used.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
