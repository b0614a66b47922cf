//! The outputs of a run: journeys, and keywords where wanted.

use std::io::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use crossbeam_channel::Receiver;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::errors::ParquetError;
use wayline::nouns::{PersonResult, RunInfo};

use super::background::Background;
use super::rows_json::JsonRows;
use super::rows_parquet::TableRows;
use super::table_journeys::JourneyTable;
use super::table_keywords::KeywordTable;
use super::{AsideFile, CompleteFile, OutputFormat, Packing, WriteError, put_in_place};

/// Text that is handed to the writing thread at once.
const TEXT_PIECE: usize = 256 * 1024;

/// Writes people to one or two files, whose names appear together on [`ResultsWriter::finish`];
/// dropped before, it leaves no trace.
///
/// Rows are formed on the calling thread; each file is compressed and written on its own one.
/// The bytes depend on the people and their order alone.
pub struct ResultsWriter {
    journeys: RowsFile,
    keywords: Option<RowsFile>,
}

impl ResultsWriter {
    /// Starts the outputs, in the format that each name asks for.
    ///
    /// # Errors
    /// A name says no format, both are the same, or a file cannot be made.
    pub fn create(
        journeys: &Path,
        keywords: Option<&Path>,
        run: &RunInfo,
    ) -> Result<Self, WriteError> {
        if keywords.is_some_and(|keywords| same_file(journeys, keywords)) {
            return Err(WriteError::SameFileTwice {
                path: journeys.to_owned(),
            });
        }
        // Both names are checked before either file is started.
        let format = OutputFormat::of(journeys)?;
        let keywords = keywords
            .map(|path| OutputFormat::of(path).map(|format| (path, format)))
            .transpose()?;
        let rows = JsonRows::new(run);
        Ok(Self {
            keywords: match keywords {
                None => None,
                Some((path, OutputFormat::Parquet)) => {
                    Some(RowsFile::table(path, Box::new(KeywordTable::new()))?)
                }
                Some((path, OutputFormat::Jsonl(packing))) => Some(RowsFile::text(
                    path,
                    packing,
                    rows.clone(),
                    JsonRows::push_keywords,
                )?),
            },
            journeys: match format {
                OutputFormat::Parquet => {
                    RowsFile::table(journeys, Box::new(JourneyTable::new(run)))?
                }
                OutputFormat::Jsonl(packing) => {
                    RowsFile::text(journeys, packing, rows, JsonRows::push_journeys)?
                }
            },
        })
    }

    /// Adds a person, after those before them in the outputs.
    ///
    /// # Errors
    /// The disk is full, or the system refuses; possibly told only at a later person.
    pub fn write(&mut self, person: &PersonResult) -> Result<(), WriteError> {
        self.journeys.write(person)?;
        match &mut self.keywords {
            Some(keywords) => keywords.write(person),
            None => Ok(()),
        }
    }

    /// Completes all outputs, then gives them their names.
    ///
    /// # Errors
    /// The disk is full, or the system refuses; then no output has changed.
    pub fn finish(self) -> Result<(), WriteError> {
        let mut files = Vec::new();
        if let Some(keywords) = self.keywords {
            files.push(keywords.complete()?);
        }
        files.push(self.journeys.complete()?);
        put_in_place(files)
    }
}

/// Whether two names, spelled differently perhaps, mean one file.
/// Whether two paths, which need not exist yet, name one file.
#[must_use]
pub fn same_file(left: &Path, right: &Path) -> bool {
    let place = |path: &Path| {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        let place = directory.join(path.file_name().unwrap_or_default());
        std::fs::canonicalize(&place).unwrap_or(place)
    };
    place(left) == place(right)
}

type PushText = fn(&JsonRows, &PersonResult, &mut Vec<u8>);

/// One output.
enum RowsFile {
    Text {
        rows: JsonRows,
        push: PushText,
        text: Vec<u8>,
        writing: Background<Vec<u8>>,
    },
    Table {
        rows: Box<dyn TableRows>,
        path: std::path::PathBuf,
        writing: Background<RecordBatch>,
    },
}

impl RowsFile {
    fn text(
        path: &Path,
        packing: Packing,
        rows: JsonRows,
        push: PushText,
    ) -> Result<Self, WriteError> {
        let file = AsideFile::create(path)?;
        Ok(Self::Text {
            rows,
            push,
            text: Vec::with_capacity(TEXT_PIECE),
            writing: Background::start(path, move |pieces| write_text(file, packing, &pieces))?,
        })
    }

    fn table(path: &Path, rows: Box<dyn TableRows>) -> Result<Self, WriteError> {
        let file = AsideFile::create(path)?;
        // Without the copy of the Arrow schema, readers go by the types of Parquet itself, the
        // same for all of them.
        let options = ArrowWriterOptions::new()
            .with_properties(rows.properties())
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, rows.schema(), options)
            .map_err(|error| WriteError::from_parquet(path, error))?;
        let target = path.to_owned();
        let work = move |pieces| {
            write_table(writer, pieces).map_err(|error| match error {
                TableError::File(error) => error,
                TableError::Parquet(error) => WriteError::from_parquet(&target, error),
            })
        };
        Ok(Self::Table {
            rows,
            path: path.to_owned(),
            writing: Background::start(path, work)?,
        })
    }

    fn write(&mut self, person: &PersonResult) -> Result<(), WriteError> {
        match self {
            Self::Text {
                rows,
                push,
                text,
                writing,
            } => {
                push(rows, person, text);
                if text.len() >= TEXT_PIECE {
                    let next = Vec::with_capacity(text.capacity());
                    writing.send(std::mem::replace(text, next))?;
                }
                Ok(())
            }
            Self::Table { rows, .. } => {
                rows.push(person);
                if rows.is_full() {
                    self.send_table()
                } else {
                    Ok(())
                }
            }
        }
    }

    fn send_table(&mut self) -> Result<(), WriteError> {
        let Self::Table {
            rows,
            path,
            writing,
        } = self
        else {
            return Ok(());
        };
        let batch = rows
            .take()
            .map_err(|error| WriteError::from_parquet(path, error.into()))?;
        writing.send(batch)
    }

    fn complete(mut self) -> Result<CompleteFile, WriteError> {
        self.send_table()?;
        match self {
            Self::Text {
                text, mut writing, ..
            } => {
                writing.send(text)?;
                writing.finish()
            }
            Self::Table { writing, .. } => writing.finish(),
        }
    }
}

fn write_text(
    file: AsideFile,
    packing: Packing,
    pieces: &Receiver<Vec<u8>>,
) -> Result<CompleteFile, WriteError> {
    fn copy(pieces: &Receiver<Vec<u8>>, out: &mut impl Write) -> std::io::Result<()> {
        pieces.iter().try_for_each(|piece| out.write_all(&piece))
    }
    let target = file.target().to_owned();
    let packed = match packing {
        Packing::Plain => {
            let mut file = file;
            copy(pieces, &mut file).map(|()| file)
        }
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(file, flate2::Compression::new(4));
            copy(pieces, &mut encoder).and_then(|()| encoder.finish())
        }
        Packing::Zstd => zstd::Encoder::new(file, 1).and_then(|mut encoder| {
            encoder.include_checksum(true)?;
            copy(pieces, &mut encoder)?;
            encoder.finish()
        }),
    };
    packed
        .map_err(|error| WriteError::from_system(&target, error))?
        .complete()
}

enum TableError {
    Parquet(ParquetError),
    File(WriteError),
}

fn write_table(
    mut writer: ArrowWriter<AsideFile>,
    pieces: Receiver<RecordBatch>,
) -> Result<CompleteFile, TableError> {
    for batch in pieces {
        writer.write(&batch).map_err(TableError::Parquet)?;
    }
    let file = writer.into_inner().map_err(TableError::Parquet)?;
    file.complete().map_err(TableError::File)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{rows_as_jsonl, samples};
    use std::path::PathBuf;

    fn write(directory: &Path, ending: &str, people: &[PersonResult]) -> [PathBuf; 2] {
        let paths = ["journeys", "keywords"].map(|name| directory.join(format!("{name}.{ending}")));
        let [journeys, keywords] = &paths;
        let mut writer =
            ResultsWriter::create(journeys, Some(keywords), &samples::run()).expect("created");
        people
            .iter()
            .for_each(|person| writer.write(person).expect("written"));
        assert!(!journeys.exists() && !keywords.exists());
        writer.finish().expect("finished");
        paths
    }

    fn entries(directory: &Path) -> usize {
        std::fs::read_dir(directory).expect("readable").count()
    }

    #[test]
    fn all_formats_hold_the_same_values() {
        let directory = tempfile::tempdir().expect("a directory");
        for how_many in [0, 1, 500] {
            let mut people = samples::people(how_many, 3);
            // Someone without any journey, someone without anything.
            people.extend([samples::person("x", 1), samples::person("y", 2)]);
            people[how_many].journeys.clear();
            people[how_many + 1] = PersonResult::default();
            let read = |ending: &str| {
                write(directory.path(), ending, &people).map(|path| {
                    let text = rows_as_jsonl(&path).expect("read back");
                    std::fs::remove_file(&path).expect("removed");
                    text
                })
            };
            let [journeys, keywords] = read("jsonl");
            let rows: usize = people.iter().map(|person| person.journeys.len()).sum();
            assert_eq!(journeys.lines().count(), rows);
            let rows: usize = people.iter().map(|person| person.keywords.len()).sum();
            assert_eq!(keywords.lines().count(), rows);
            for ending in ["jsonl.gz", "jsonl.zst", "parquet"] {
                let [other_journeys, other_keywords] = read(ending);
                assert!(other_journeys == journeys, "{ending} journeys differ");
                assert!(other_keywords == keywords, "{ending} keywords differ");
            }
        }
    }

    #[test]
    fn the_same_people_give_the_same_bytes() {
        let people = samples::people(300, 5);
        for ending in ["jsonl.gz", "jsonl.zst", "parquet"] {
            let bytes = || {
                let directory = tempfile::tempdir().expect("a directory");
                write(directory.path(), ending, &people)
                    .map(|path| std::fs::read(path).expect("read"))
            };
            assert!(bytes() == bytes(), "{ending}");
        }
    }

    #[test]
    fn dropped_before_the_end_it_leaves_no_file() {
        let directory = tempfile::tempdir().expect("a directory");
        for ending in ["jsonl", "jsonl.gz", "parquet"] {
            let path = |name: &str| directory.path().join(format!("{name}.{ending}"));
            let (journeys, keywords) = (path("journeys"), path("keywords"));
            let mut writer =
                ResultsWriter::create(&journeys, Some(&keywords), &samples::run()).expect("made");
            for person in samples::people(100, 1) {
                writer.write(&person).expect("written");
            }
            drop(writer);
            assert_eq!(entries(directory.path()), 0, "{ending}");
        }
    }

    #[test]
    fn bad_names_are_refused_and_leave_no_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        let create = |journeys: &str, keywords: &str| {
            let result =
                ResultsWriter::create(&path(journeys), Some(&path(keywords)), &samples::run());
            result.err().expect("refused")
        };
        let error = create("a.jsonl", "b.csv");
        assert!(matches!(error, WriteError::UnknownFormat { .. }), "{error}");
        let error = create("a.jsonl", "a.jsonl");
        assert!(matches!(error, WriteError::SameFileTwice { .. }), "{error}");
        let error = create("a.jsonl", "none/b.jsonl");
        assert!(matches!(error, WriteError::NoDirectory { .. }), "{error}");
        assert_eq!(entries(directory.path()), 0);
    }
}
