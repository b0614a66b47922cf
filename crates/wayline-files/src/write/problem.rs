//! Why a result could not be written.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// Why a file could not be written. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The name says nothing about the format.
    #[error(
        "{path}: the name must end in .jsonl, .jsonl.gz, .jsonl.zst or .parquet, \
         so that the format is clear"
    )]
    UnknownFormat {
        /// The output as it was named.
        path: PathBuf,
    },
    /// The name of a table for people says nothing about the format.
    #[error("{path}: the name must end in .csv or .jsonl, so that the format is clear")]
    UnknownTable {
        /// The output as it was named.
        path: PathBuf,
    },
    /// Something that is not a plain file has that name.
    #[error("{path}: is not a plain file but {what}; give the name of a file")]
    NotAFile {
        /// The output as it was named.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Two outputs have one name.
    #[error("{path}: named for two outputs; give each its own file")]
    SameFileTwice {
        /// The output as it was named.
        path: PathBuf,
    },
    /// The directory is missing.
    #[error("{path}: the directory {directory} does not exist; create it or name another")]
    NoDirectory {
        /// The output as it was named.
        path: PathBuf,
        /// The directory in which it would stand.
        directory: PathBuf,
    },
    /// No file can be made in the directory.
    #[error(
        "{path}: no file can be made in {directory} ({source}); \
         allow it or name another directory"
    )]
    DirectoryRefuses {
        /// The output as it was named.
        path: PathBuf,
        /// The directory in which it would stand.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No space or quota is left.
    #[error(
        "{path}: no space is left on its disk; free some or name another directory \
         (nothing was left behind)"
    )]
    DiskFull {
        /// The output as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Any other refusal of the system.
    #[error("{path}: cannot be written ({source}); check the disk and the rights, then run again")]
    System {
        /// The output as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The Parquet encoder refuses the rows.
    #[error(
        "{path}: the rows cannot be written as Parquet ({source}); \
         write .jsonl instead and report this"
    )]
    Parquet {
        /// The output as it was named.
        path: PathBuf,
        /// What the encoder said.
        source: ParquetError,
    },
}

impl WriteError {
    /// From what the system said about `path`.
    #[must_use]
    pub fn from_system(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) {
            Self::DiskFull { path, source }
        } else {
            Self::System { path, source }
        }
    }

    /// From what the Parquet encoder said, which may only pass on what the system said.
    pub(crate) fn from_parquet(path: &Path, source: ParquetError) -> Self {
        match source {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(system) => Self::from_system(path, *system),
                Err(inner) => Self::Parquet {
                    path: path.to_owned(),
                    source: ParquetError::External(inner),
                },
            },
            source => Self::Parquet {
                path: path.to_owned(),
                source,
            },
        }
    }
}

/// Whether the system ran out of space or quota.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
