//! Why a table can't be read.

use crate::read::ReadError;
use crate::write::ReadBackError;

/// Why a table can't be read. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file can't be found, opened or read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is no Parquet file, or holds a type that no table has.
    #[error(transparent)]
    Parquet(#[from] ReadBackError),
    /// A column that is needed is missing.
    #[error("{file}: no column `{column}`; it has {found}; rename the one that is meant")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
        /// The columns that the file has.
        found: String,
    },
    /// No row can be used.
    #[error("no row of {files} can be used: {rows} rows{reasons}")]
    NoRows {
        /// The inputs.
        files: String,
        /// Rows read.
        rows: u64,
        /// The reasons with an example each.
        reasons: String,
    },
}
