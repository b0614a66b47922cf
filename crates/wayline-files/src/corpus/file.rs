//! Reading and writing the snapshot.

use std::path::Path;

use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::ChunkReader;
use wayline::corpus::{CorpusCounts, Snapshot, Together};

use super::columns;
use crate::write::{AsideFile, WriteError};

/// Version of the file's form.
pub const FORMAT_VERSION: &str = "2";
/// The form of a file without pairs, as it was before there were any.
const WITHOUT_PAIRS: &str = "1";

const VERSION_KEY: &str = "wayline.corpus.version";
const PEOPLE_KEY: &str = "wayline.corpus.people";
const HASH_KEY: &str = "wayline.corpus.hash";
const MOMENTS_KEY: &str = "wayline.corpus.moments";
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
    let open = || {
        std::fs::File::open(path).map_err(|source| CorpusFileError::Open {
            path: name.clone(),
            source,
        })
    };
    read(&name, open()?, open()?)
}

/// Likewise from the bytes of such a file; `name` is for messages.
///
/// # Errors
/// Truncated, something else, of another version, or changed.
pub fn corpus_from_bytes(name: &str, bytes: Vec<u8>) -> Result<Snapshot, CorpusFileError> {
    let bytes = Bytes::from(bytes);
    read(name, bytes.clone(), bytes)
}

/// From two handles on the same content: texts are read first, since pairs name them.
fn read<R: ChunkReader + 'static>(
    path: &str,
    texts: R,
    pairs: R,
) -> Result<Snapshot, CorpusFileError> {
    let damaged = |source: ParquetError| CorpusFileError::Damaged {
        path: path.to_owned(),
        source,
    };
    let rows = |source: ArrowError| CorpusFileError::Rows {
        path: path.to_owned(),
        source,
    };
    let none = |what: &'static str| CorpusFileError::NoCorpus {
        path: path.to_owned(),
        what,
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(texts).map_err(damaged)?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let value = |key: &str| {
        let pair = metadata?.iter().find(|pair| pair.key == key)?;
        pair.value.clone()
    };
    let version = value(VERSION_KEY).ok_or_else(|| none("it names no version"))?;
    if version != FORMAT_VERSION && version != WITHOUT_PAIRS {
        return Err(CorpusFileError::Version {
            path: path.to_owned(),
            found: version,
        });
    }
    let people = value(PEOPLE_KEY).and_then(|people| people.parse().ok());
    let people: u64 = people.ok_or_else(|| none("it doesn't say of how many people"))?;
    let hash = value(HASH_KEY).ok_or_else(|| none("it has no hash"))?;
    let moments = value(MOMENTS_KEY).and_then(|moments| moments.parse().ok());
    let mut entries = Vec::new();
    let text_columns = columns::TEXTS.into_iter().chain(columns::COUNTS);
    let mask = ProjectionMask::columns(builder.parquet_schema(), text_columns);
    for batch in builder.with_projection(mask).build().map_err(damaged)? {
        columns::append_texts(&batch.map_err(rows)?, &mut entries)
            .ok_or_else(|| none(columns::OTHER_COLUMNS))?;
    }
    let mut together = Together::default();
    if version == FORMAT_VERSION {
        together = Together::new(moments.ok_or_else(|| none("it doesn't count its moments"))?);
        let numbers = columns::numbers(&entries);
        let builder = ParquetRecordBatchReaderBuilder::try_new(pairs).map_err(damaged)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns::PAIRS);
        for batch in builder.with_projection(mask).build().map_err(damaged)? {
            columns::append_pairs(&batch.map_err(rows)?, &numbers, &mut together).map_err(none)?;
        }
    }
    let snapshot = Snapshot::new(&CorpusCounts {
        people,
        entries,
        together,
    });
    if snapshot.hash() != hash {
        return Err(CorpusFileError::Hash {
            path: path.to_owned(),
        });
    }
    Ok(snapshot)
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
    let with_pairs = !counts.together.is_empty();
    let schema = columns::schema(with_pairs);
    let version = if with_pairs {
        FORMAT_VERSION
    } else {
        WITHOUT_PAIRS
    };
    let mut metadata = vec![
        (VERSION_KEY, version.to_owned()),
        (PEOPLE_KEY, counts.people.to_string()),
        (HASH_KEY, hash.clone()),
    ];
    if with_pairs {
        metadata.push((MOMENTS_KEY, counts.together.all_moments().to_string()));
    }
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
    for start in (0..counts.entries.len()).step_by(ROWS_AT_ONCE) {
        let batch = columns::batch(&schema, counts, start, ROWS_AT_ONCE);
        writer
            .write(&batch.map_err(|error| failed(error.into()))?)
            .map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    file.finish()?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use wayline::corpus::{CorpusEntry, EntryKind, PartnerCount, TextCounts};

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

    /// Counts with a keyword more, and how many people have both keywords.
    fn counts_with_pairs() -> CorpusCounts {
        let mut counts = counts();
        let shed = CorpusEntry {
            text: "shed".to_owned(),
            ..counts.entries[0].clone()
        };
        counts.entries.insert(1, shed);
        counts.together = Together::new(20);
        for (moments, keyword) in [(8, 1), (5, 0)] {
            let partner = PartnerCount { keyword, people: 4 };
            counts.together.push(moments, [partner]);
        }
        counts
    }

    #[test]
    fn pairs_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.parquet");
        let counts = counts_with_pairs();
        let hash = write_corpus(&path, &counts).expect("written");
        let snapshot = read_corpus(&path).expect("read");
        assert_eq!(snapshot.hash(), hash);
        let made = Snapshot::new(&counts);
        for keyword in [0, 1] {
            assert_eq!(snapshot.partners(keyword).len(), 1);
            assert_eq!(snapshot.partners(keyword), made.partners(keyword));
        }
        let mut without = counts;
        without.together = Together::default();
        assert_ne!(Snapshot::new(&without).hash(), hash);
    }

    #[test]
    fn a_pair_of_nothing_known_is_refused() {
        let mut counts = counts_with_pairs();
        counts.together = Together::new(20);
        // The third entry is a word.
        let partner = PartnerCount {
            keyword: 2,
            people: 4,
        };
        counts.together.push(8, [partner]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.parquet");
        write_corpus(&path, &counts).expect("written");
        let message = read_corpus(&path).expect_err("refused").to_string();
        assert!(message.contains("a pair names a keyword"), "{message}");
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
        // What goes together is learnt from real people only.
        assert_eq!(snapshot.partner_count(), 0);
        assert!(snapshot.people() > 100 && snapshot.len() > 1_000);
    }
}
