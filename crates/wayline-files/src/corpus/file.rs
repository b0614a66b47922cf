//! Reading and writing the snapshot.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::ChunkReader;
use wayline::corpus::{CorpusCounts, CorpusEntry, EntryKind, Snapshot, TextCounts};

use crate::write::{AsideFile, WriteError};

/// Version of the file's form.
pub const FORMAT_VERSION: &str = "1";

const VERSION_KEY: &str = "wayline.corpus.version";
const PEOPLE_KEY: &str = "wayline.corpus.people";
const HASH_KEY: &str = "wayline.corpus.hash";
const COUNTS: [&str; 5] = ["people", "visits", "events", "clicks", "home_clicks"];
const ROWS_AT_ONCE: usize = 16_384;

/// Why a corpus file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CorpusFileError {
    /// The file can't be opened.
    #[error("{path}: can't be opened ({source}); is the path right?")]
    Open {
        /// Which.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a Parquet file, or not all of one.
    #[error(
        "{path}: not a whole Parquet file ({source}); \
         it may be truncated: remake it with `wayline corpus build`"
    )]
    Damaged {
        /// Which.
        path: String,
        /// What the reader said.
        source: ParquetError,
    },
    /// A Parquet file of something else.
    #[error("{path}: no corpus of Wayline ({what}); make one with `wayline corpus build`")]
    NoCorpus {
        /// Which.
        path: String,
        /// What is missing.
        what: &'static str,
    },
    /// A corpus of another version.
    #[error(
        "{path}: a corpus of format version {found}, this Wayline reads {FORMAT_VERSION}; \
         remake it with `wayline corpus build`"
    )]
    Version {
        /// Which.
        path: String,
        /// What it says.
        found: String,
    },
    /// The content isn't what the hash in the file says.
    #[error("{path}: the content doesn't match its hash; remake it with `wayline corpus build`")]
    Hash {
        /// Which.
        path: String,
    },
    /// Rows that can't be decoded.
    #[error("{path}: rows can't be decoded ({source}); remake it with `wayline corpus build`")]
    Rows {
        /// Which.
        path: String,
        /// What the reader said.
        source: ArrowError,
    },
    /// The file can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The general corpus inside the binary, made from simulated people (`scripts/remake-general-corpus`).
///
/// # Errors
/// Never in a release: a test reads it.
pub fn general_corpus() -> Result<Snapshot, CorpusFileError> {
    read(
        "the general corpus inside Wayline",
        Bytes::from_static(GENERAL),
    )
}

const GENERAL: &[u8] = include_bytes!("../../models/general-corpus.parquet");

/// Reads a snapshot and checks its hash.
///
/// # Errors
/// Missing, truncated, something else, of another version, or changed.
pub fn read_corpus(path: &Path) -> Result<Snapshot, CorpusFileError> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|source| CorpusFileError::Open {
        path: name.clone(),
        source,
    })?;
    read(&name, file)
}

fn read<R: ChunkReader + 'static>(path: &str, source: R) -> Result<Snapshot, CorpusFileError> {
    let damaged = |source: ParquetError| CorpusFileError::Damaged {
        path: path.to_owned(),
        source,
    };
    let none = |what: &'static str| CorpusFileError::NoCorpus {
        path: path.to_owned(),
        what,
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(source).map_err(damaged)?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let value = |key: &str| {
        let pair = metadata?.iter().find(|pair| pair.key == key)?;
        pair.value.clone()
    };
    let version = value(VERSION_KEY).ok_or_else(|| none("it names no version"))?;
    if version != FORMAT_VERSION {
        return Err(CorpusFileError::Version {
            path: path.to_owned(),
            found: version,
        });
    }
    let people = value(PEOPLE_KEY).and_then(|people| people.parse().ok());
    let people: u64 = people.ok_or_else(|| none("it doesn't say of how many people"))?;
    let hash = value(HASH_KEY).ok_or_else(|| none("it has no hash"))?;
    let mut entries = Vec::new();
    for batch in builder.build().map_err(damaged)? {
        let batch = batch.map_err(|source| CorpusFileError::Rows {
            path: path.to_owned(),
            source,
        })?;
        append(&batch, &mut entries).ok_or_else(|| none("its columns are others"))?;
    }
    let snapshot = Snapshot::new(&CorpusCounts {
        people,
        entries,
        ..CorpusCounts::default()
    });
    if snapshot.hash() != hash {
        return Err(CorpusFileError::Hash {
            path: path.to_owned(),
        });
    }
    Ok(snapshot)
}

fn append(batch: &RecordBatch, entries: &mut Vec<CorpusEntry>) -> Option<()> {
    let text = |name: &str| {
        batch
            .column_by_name(name)?
            .as_any()
            .downcast_ref::<StringArray>()
    };
    let (kinds, texts) = (text("kind")?, text("text")?);
    let counts: Option<Vec<&UInt32Array>> = COUNTS
        .iter()
        .map(|name| batch.column_by_name(name)?.as_any().downcast_ref())
        .collect();
    let counts = counts?;
    for row in 0..batch.num_rows() {
        let kind = match kinds.value(row) {
            "keyword" => EntryKind::Keyword,
            "word" => EntryKind::Word,
            _ => return None,
        };
        entries.push(CorpusEntry {
            kind,
            text: texts.value(row).to_owned(),
            counts: TextCounts {
                people: counts[0].value(row),
                visits: counts[1].value(row),
                events: counts[2].value(row),
                clicks: counts[3].value(row),
                home_clicks: counts[4].value(row),
            },
        });
    }
    Some(())
}

/// Writes a snapshot, aside first, and returns its hash.
///
/// # Errors
/// The file can't be written.
pub fn write_corpus(path: &Path, counts: &CorpusCounts) -> Result<String, CorpusFileError> {
    let hash = Snapshot::new(counts).hash().to_owned();
    let failed = |error: ParquetError| {
        let source = std::io::Error::other(error);
        CorpusFileError::Write(WriteError::from_system(path, source))
    };
    let schema = schema();
    let metadata = [
        (VERSION_KEY, FORMAT_VERSION.to_owned()),
        (PEOPLE_KEY, counts.people.to_string()),
        (HASH_KEY, hash.clone()),
    ];
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("wayline".to_owned())
        .set_key_value_metadata(Some(
            metadata
                .into_iter()
                .map(|(key, value)| KeyValue::new(key.to_owned(), value))
                .collect(),
        ))
        .build();
    let mut file = AsideFile::create(path)?;
    let mut writer =
        ArrowWriter::try_new(&mut file, schema.clone(), Some(properties)).map_err(failed)?;
    for rows in counts.entries.chunks(ROWS_AT_ONCE) {
        writer
            .write(&batch(&schema, rows).map_err(|e| failed(e.into()))?)
            .map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    file.finish()?;
    Ok(hash)
}

fn schema() -> Arc<Schema> {
    let text = ["kind", "text"].map(|name| Field::new(name, DataType::Utf8, false));
    let counts = COUNTS.map(|name| Field::new(name, DataType::UInt32, false));
    Arc::new(Schema::new([text.to_vec(), counts.to_vec()].concat()))
}

fn batch(schema: &Arc<Schema>, rows: &[CorpusEntry]) -> Result<RecordBatch, ArrowError> {
    let kind = |entry: &CorpusEntry| match entry.kind {
        EntryKind::Keyword => "keyword",
        EntryKind::Word => "word",
    };
    let count = |of: fn(&TextCounts) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(
            rows.iter().map(|entry| of(&entry.counts)),
        ))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(kind))),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|entry| &entry.text),
        )),
        count(|counts| counts.people),
        count(|counts| counts.visits),
        count(|counts| counts.events),
        count(|counts| counts.clicks),
        count(|counts| counts.home_clicks),
    ];
    RecordBatch::try_new(schema.clone(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> CorpusCounts {
        let entries = [("barn", EntryKind::Keyword, 7), ("red", EntryKind::Word, 3)]
            .map(|(text, kind, people)| CorpusEntry {
                kind,
                text: text.to_owned(),
                counts: TextCounts {
                    people,
                    ..TextCounts::default()
                },
            })
            .to_vec();
        CorpusCounts {
            people: 9,
            entries,
            ..CorpusCounts::default()
        }
    }

    #[test]
    fn a_snapshot_reads_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.parquet");
        let hash = write_corpus(&path, &counts()).expect("written");
        let snapshot = read_corpus(&path).expect("read");
        assert_eq!(
            (snapshot.hash(), snapshot.people(), snapshot.len()),
            (hash.as_str(), 9, 2)
        );
    }

    #[test]
    fn a_truncated_or_foreign_file_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.parquet");
        write_corpus(&path, &counts()).expect("written");
        let bytes = std::fs::read(&path).expect("bytes");
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).expect("written");
            let message = read_corpus(&path).expect_err("refused").to_string();
            assert!(message.contains("wayline corpus build"), "{message}");
        }
        let missing = read_corpus(&folder.path().join("none")).expect_err("refused");
        assert!(missing.to_string().contains("is the path right"));
    }

    #[test]
    fn the_general_corpus_is_whole() {
        let snapshot = general_corpus().expect("whole");
        assert!(snapshot.people() > 100 && snapshot.len() > 1_000);
    }
}
