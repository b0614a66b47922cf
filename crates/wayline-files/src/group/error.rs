//! Why grouping stops.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;

use crate::read::ReadError;

/// Why an input can't be cut into parts.
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    /// The input can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The disk is full.
    #[error(
        "the disk of {} is full; free about the size of the unpacked input there, give another \
         folder for temporary files, or allow more memory",
        folder.display()
    )]
    DiskFull {
        /// The folder for temporary files.
        folder: PathBuf,
    },
    /// Temporary files can't be written or read back.
    #[error("can't keep temporary files in {}: {detail}; give another folder for them", folder.display())]
    Spill {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system says.
        detail: String,
    },
}

impl PartitionError {
    pub(crate) fn io(folder: impl Into<PathBuf>, error: &io::Error) -> Self {
        let folder = folder.into();
        if matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            Self::DiskFull { folder }
        } else {
            Self::Spill {
                folder,
                detail: error.to_string(),
            }
        }
    }

    pub(crate) fn arrow(folder: impl Into<PathBuf>, error: &ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::io(folder, error),
            other => Self::Spill {
                folder: folder.into(),
                detail: other.to_string(),
            },
        }
    }
}

/// Why grouping stops; `E` is the error of the work on one person.
#[derive(Debug, thiserror::Error)]
pub enum GroupError<E> {
    /// The input can't be cut into parts.
    #[error(transparent)]
    Input(#[from] PartitionError),
    /// The rows of one person don't stand together.
    #[error(
        "the input isn't grouped by person: `{user_id}` comes up again after other people; \
         group it with partitioning instead"
    )]
    NotGrouped {
        /// The person.
        user_id: String,
    },
    /// The work on one person failed.
    #[error("{0}")]
    Person(E),
}
