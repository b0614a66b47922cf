//! Reads results back, whatever their format, for evaluation and for tests.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::table_json::{UnknownType, push_rows};
use super::{OutputFormat, Packing};

/// Why results cannot be read back. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ReadBackError {
    /// The name says nothing about the format.
    #[error(
        "{path}: the name must end in .jsonl, .jsonl.gz, .jsonl.zst or .parquet; \
         give a file that Wayline wrote"
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses, or the file is damaged.
    #[error("{path}: cannot be read ({source}); check that it is there and complete")]
    System {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no Parquet file, or a damaged one.
    #[error("{path}: cannot be read as Parquet ({reason}); check that it is complete")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// A column has a type that results do not have.
    #[error("{path}: {source}; give a file that Wayline wrote")]
    Type {
        /// The file.
        path: PathBuf,
        /// The column and its type.
        source: UnknownType,
    },
}

/// The rows of a file of journeys or keywords, as JSON lines with all its columns.
///
/// # Errors
/// The name says no format, or the file cannot be read as its format.
pub fn rows_as_jsonl(path: &Path) -> Result<String, ReadBackError> {
    let format = OutputFormat::of(path).map_err(|_| ReadBackError::UnknownFormat {
        path: path.to_owned(),
    })?;
    let system = |source| ReadBackError::System {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(system)?;
    let mut text = String::new();
    match format {
        OutputFormat::Parquet => text = parquet_as_jsonl(path, file)?,
        OutputFormat::Jsonl(packing) => {
            let read = match packing {
                Packing::Plain => io::BufReader::new(file).read_to_string(&mut text),
                Packing::Gzip => MultiGzDecoder::new(file).read_to_string(&mut text),
                Packing::Zstd => zstd::Decoder::new(file)
                    .and_then(|mut decoder| decoder.read_to_string(&mut text)),
            };
            read.map_err(system)?;
        }
    }
    Ok(text)
}

fn parquet_as_jsonl(path: &Path, file: File) -> Result<String, ReadBackError> {
    let parquet = |reason: String| ReadBackError::Parquet {
        path: path.to_owned(),
        reason,
    };
    let batches = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| parquet(error.to_string()))?;
    let mut out = Vec::new();
    for batch in batches {
        let batch = batch.map_err(|error| parquet(error.to_string()))?;
        push_rows(&batch, &mut out).map_err(|source| ReadBackError::Type {
            path: path.to_owned(),
            source,
        })?;
    }
    String::from_utf8(out).map_err(|error| parquet(error.to_string()))
}
