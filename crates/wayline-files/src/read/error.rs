//! Why an input can't be read.

use std::io;
use std::path::PathBuf;

use super::Column;

/// Why reading stops. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// An input names nothing that can be read.
    #[error(
        "{input}: nothing to read there; give files that end in {extensions}, a directory or \
         glob with such files, or - for JSONL on standard input",
        extensions = super::input::EXTENSIONS
    )]
    NothingFound {
        /// The input as given.
        input: String,
    },
    /// A file whose name doesn't say what format it has.
    #[error(
        "{file}: can't tell the format by the name; rename it to end in {extensions}",
        extensions = super::input::EXTENSIONS
    )]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// A malformed glob.
    #[error("{pattern}: not a glob: {detail}; quote brackets that are part of a name as [[]")]
    BadGlob {
        /// The glob as given.
        pattern: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A file or directory can't be opened.
    #[error("{file}: {source}; check the name and the permissions")]
    Open {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file can't be read as its format, or not to its end.
    #[error("{file}: broken or cut off {place}: {detail}; fetch or write the file again")]
    Broken {
        /// The file.
        file: String,
        /// How far it could be read.
        place: String,
        /// What the decoder says.
        detail: String,
    },
    /// A `.json` file that is one JSON array.
    #[error(
        "{file}: line 1 starts a JSON array, but one object a line is read; \
         convert it, for example with: jq -c '.[]'"
    )]
    JsonArray {
        /// The file.
        file: String,
    },
    /// A column that is needed is missing.
    #[error(
        "{file}: no column `{column}`; it has {found}; \
         name the one to read with --map {column}=COLUMN",
        column = column.name()
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: Column,
        /// The columns that the file has.
        found: String,
    },
    /// Two columns of the header would be the same column.
    #[error("{file}: two columns are called `{name}`; rename one of them")]
    ColumnTwice {
        /// The file.
        file: String,
        /// Their name.
        name: String,
    },
    /// A Parquet column has a type that can't be read.
    #[error("{file}: column `{column}` has type {found}; write it as {wanted}")]
    ColumnType {
        /// The file.
        file: String,
        /// Its column.
        column: String,
        /// The type it has.
        found: String,
        /// The types that can be read.
        wanted: &'static str,
    },
    /// More rows were rejected than was allowed.
    #[error("{rejected} rows were rejected, more than the {allowed} of --max-rejects:{reasons}")]
    TooManyRejects {
        /// Rows rejected so far.
        rejected: u64,
        /// How many may be.
        allowed: u64,
        /// The reasons with an example each.
        reasons: String,
    },
    /// No row of any input is an event.
    #[error("no events in {files}: {rows} rows, none of which is an event{reasons}{advice}")]
    NoEvents {
        /// The inputs.
        files: String,
        /// Rows read.
        rows: u64,
        /// The reasons with an example each.
        reasons: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// No row of the file of items is an item.
    #[error("no items in {files}: {rows} rows, none of which is an item{reasons}")]
    NoItems {
        /// The inputs.
        files: String,
        /// Rows read.
        rows: u64,
        /// The reasons with an example each.
        reasons: String,
    },
    /// Standard input can be read only once.
    #[error("standard input was read already; write it to a file first")]
    StdinTwice,
    /// The file for rejected rows can't be written.
    #[error("{}: can't write the rejected rows: {source}; check the place and free space", path.display())]
    Rejects {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
