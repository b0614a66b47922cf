//! Pieces of the input that can be parsed on their own, in the order of the input.

use std::sync::Arc;

use arrow::array::RecordBatch;

use super::csv::{CsvRows, Records};
use super::header::{Header, check_needed};
use super::input::{Format, InputFile, Inputs};
use super::lines::{Block, LineBlocks};
use super::parquet::ParquetBatches;
use super::source::Source;
use super::{Column, ColumnNames, ReadError, tsv};

/// A piece of one file.
pub(crate) struct Unit {
    pub(crate) file: Arc<str>,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Json(Block),
    Tsv(Arc<Header>, Block),
    Csv(Arc<Header>, Records),
    Parquet(Arc<[Column]>, u64, RecordBatch),
}

/// The pieces of one file.
pub(crate) struct Units {
    file: Arc<str>,
    cutter: Cutter,
    /// Names of the file's columns that are not read, known once the first piece is.
    pub(crate) unknown: Vec<String>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, for a whole file"
)]
enum Cutter {
    Json(LineBlocks),
    Tsv(LineBlocks, Option<Arc<Header>>),
    Csv(CsvRows, Option<Arc<Header>>),
    Parquet(ParquetBatches),
}

impl Units {
    pub(crate) fn open(
        file: &InputFile,
        inputs: &Inputs,
        names: &ColumnNames,
        needed: &[Column],
    ) -> Result<Self, ReadError> {
        let mut unknown = Vec::new();
        let cutter = if file.format == Format::Parquet {
            let batches = ParquetBatches::open(file, names, needed)?;
            unknown.clone_from(&batches.unknown);
            Cutter::Parquet(batches)
        } else {
            let source = Source::open(file, inputs)?;
            match file.format {
                Format::Csv => Cutter::Csv(CsvRows::new(source), None),
                Format::Tsv => Cutter::Tsv(LineBlocks::new(source), None),
                _ => Cutter::Json(LineBlocks::new(source)),
            }
        };
        Ok(Self {
            file: Arc::clone(&file.name),
            cutter,
            unknown,
        })
    }

    /// Bytes of the file read so far, before unpacking.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.cutter {
            Cutter::Json(blocks) | Cutter::Tsv(blocks, _) => blocks.source.bytes(),
            Cutter::Csv(rows, _) => rows.source.bytes(),
            Cutter::Parquet(batches) => batches.bytes(),
        }
    }

    /// Bytes of the whole file, once it has been read to its end.
    pub(crate) fn final_bytes(&self) -> u64 {
        match &self.cutter {
            Cutter::Parquet(batches) => batches.file_bytes(),
            _ => self.bytes(),
        }
    }

    /// The next piece; none at the end.
    pub(crate) fn next(
        &mut self,
        names: &ColumnNames,
        needed: &[Column],
    ) -> Result<Option<Unit>, ReadError> {
        let file = &self.file;
        let unknown = &mut self.unknown;
        let body = match &mut self.cutter {
            Cutter::Json(blocks) => match blocks.next()? {
                None => return Ok(None),
                Some(block) => {
                    let first = block.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
                    if block.first_line == 1 && first == Some(&b'[') {
                        return Err(ReadError::JsonArray {
                            file: file.to_string(),
                        });
                    }
                    Body::Json(block)
                }
            },
            Cutter::Tsv(blocks, header) => {
                let Some(mut block) = blocks.next()? else {
                    return Ok(None);
                };
                let header = match header {
                    Some(header) => Arc::clone(header),
                    None => {
                        let fields = tsv::header_fields(take_line(&mut block).as_slice());
                        let read = Header::new(file, &fields, names, needed)?;
                        unknown.clone_from(&read.unknown);
                        Arc::clone(header.insert(Arc::new(read)))
                    }
                };
                Body::Tsv(header, block)
            }
            Cutter::Csv(rows, header) => {
                let header = match header {
                    Some(header) => Arc::clone(header),
                    None => {
                        let Some(first) = rows.next(1)? else {
                            return Ok(None);
                        };
                        let fields = first.iter().next().map(|row| row.texts());
                        let read = Header::new(file, &fields.unwrap_or_default(), names, needed)?;
                        unknown.clone_from(&read.unknown);
                        Arc::clone(header.insert(Arc::new(read)))
                    }
                };
                match rows.next(usize::MAX)? {
                    None => return Ok(None),
                    Some(records) => Body::Csv(header, records),
                }
            }
            Cutter::Parquet(batches) => match batches.next()? {
                None => return Ok(None),
                Some((row, batch)) => Body::Parquet(Arc::clone(&batches.columns), row, batch),
            },
        };
        Ok(Some(Unit {
            file: Arc::clone(file),
            body,
        }))
    }
}

/// Takes the first line that isn't blank off a block.
fn take_line(block: &mut Block) -> Vec<u8> {
    while !block.bytes.is_empty() {
        let end = memchr::memchr(b'\n', &block.bytes).map_or(block.bytes.len(), |end| end + 1);
        let line: Vec<u8> = block.bytes.drain(..end).collect();
        block.first_line += 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            return text.strip_suffix(b"\r").unwrap_or(text).to_vec();
        }
    }
    Vec::new()
}

/// Refuses a JSON file whose first piece shows that its columns have other names. One row without
/// `user_id` is a bad row; a file of rows that all lack it and have other names is another log.
pub(crate) fn check_json_columns<'n>(
    file: &str,
    seen: impl Fn(Column) -> bool,
    unknown: impl Iterator<Item = &'n String>,
    names: &ColumnNames,
    needed: &[Column],
) -> Result<(), ReadError> {
    let unknown: Vec<&String> = unknown.collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let known = Column::ALL
        .iter()
        .filter(|column| seen(**column))
        .map(|column| names.input_name(*column).to_owned());
    let found: Vec<String> = known.chain(unknown.into_iter().cloned()).collect();
    check_needed(file, &found, names, needed, seen)
}
