//! Reads results back, whatever their format, for evaluation and for tests.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

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
    /// A column has a type that is no text, number or moment.
    #[error("{path}: {source}")]
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
    let mut text = String::new();
    for row in ResultRows::open(path, None)? {
        text.push_str(&row?);
        text.push('\n');
    }
    Ok(text)
}

/// The rows of a file of journeys or keywords, one after the other, each as JSON without the end
/// of its line. Of the file no more is in memory than a batch.
pub struct ResultRows {
    path: PathBuf,
    rows: Rows,
}

enum Rows {
    Lines(Box<dyn BufRead>),
    Batches {
        batches: ParquetRecordBatchReader,
        /// The rows of a batch as lines, and where the next one begins.
        text: Vec<u8>,
        next: usize,
    },
}

impl ResultRows {
    /// Opens a file. Of a Parquet file only `columns` are read, where given; JSON lines come as
    /// they stand.
    ///
    /// # Errors
    /// The name says no format, or the file cannot be opened as its format.
    pub fn open(path: &Path, columns: Option<&[&str]>) -> Result<Self, ReadBackError> {
        let format = OutputFormat::of(path).map_err(|_| ReadBackError::UnknownFormat {
            path: path.to_owned(),
        })?;
        let system = |source| system(path, source);
        let file = File::open(path).map_err(system)?;
        let plain = |reader: Box<dyn Read>| Rows::Lines(Box::new(io::BufReader::new(reader)));
        let rows = match format {
            OutputFormat::Parquet => Rows::Batches {
                batches: batches(path, file, columns)?,
                text: Vec::new(),
                next: 0,
            },
            OutputFormat::Jsonl(Packing::Plain) => plain(Box::new(file)),
            OutputFormat::Jsonl(Packing::Gzip) => plain(Box::new(MultiGzDecoder::new(file))),
            OutputFormat::Jsonl(Packing::Zstd) => {
                plain(Box::new(zstd::Decoder::new(file).map_err(system)?))
            }
        };
        Ok(Self {
            path: path.to_owned(),
            rows,
        })
    }

    fn read(&mut self) -> Result<Option<String>, ReadBackError> {
        match &mut self.rows {
            Rows::Lines(reader) => {
                let mut line = String::new();
                let read = reader.read_line(&mut line);
                let length = read.map_err(|source| system(&self.path, source))?;
                if line.ends_with('\n') {
                    line.pop();
                }
                Ok((length > 0).then_some(line))
            }
            Rows::Batches {
                batches,
                text,
                next,
            } => loop {
                let rest = &text[*next..];
                if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let row = String::from_utf8(rest[..end].to_vec())
                        .map_err(|error| parquet(&self.path, &error))?;
                    *next += end + 1;
                    return Ok(Some(row));
                }
                let Some(batch) = batches.next() else {
                    return Ok(None);
                };
                let batch = batch.map_err(|error| parquet(&self.path, &error))?;
                text.clear();
                *next = 0;
                push_rows(&batch, text).map_err(|source| ReadBackError::Type {
                    path: self.path.clone(),
                    source,
                })?;
            },
        }
    }
}

impl Iterator for ResultRows {
    type Item = Result<String, ReadBackError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn batches(
    path: &Path,
    file: File,
    columns: Option<&[&str]>,
) -> Result<ParquetRecordBatchReader, ReadBackError> {
    let mut builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| parquet(path, &error))?;
    if let Some(columns) = columns {
        let schema = builder.parquet_schema();
        let roots = schema.root_schema().get_fields();
        let wanted = (0..roots.len()).filter(|root| columns.contains(&roots[*root].name()));
        let mask = ProjectionMask::roots(schema, wanted);
        builder = builder.with_projection(mask);
    }
    builder.build().map_err(|error| parquet(path, &error))
}

fn system(path: &Path, source: io::Error) -> ReadBackError {
    ReadBackError::System {
        path: path.to_owned(),
        source,
    }
}

fn parquet(path: &Path, reason: &dyn std::fmt::Display) -> ReadBackError {
    ReadBackError::Parquet {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
