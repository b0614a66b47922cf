//! Deals rows out to parts by a hash of the person.

use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use foldhash::fast::FixedState;

use super::PartitionError;
use super::rows::EventColumns;
use super::spill::{SpillWriter, read_back};

/// About how large the batches of a part are.
const BATCH_BYTES: u64 = 2 << 20;

/// Some people with all their rows.
pub(crate) struct Part {
    /// About what its rows take in memory.
    pub(crate) bytes: u64,
    store: Store,
}

enum Store {
    Memory(Vec<RecordBatch>),
    Disk(PathBuf),
}

impl Part {
    /// Its rows, batch by batch.
    pub(crate) fn batches(
        &self,
    ) -> Result<Box<dyn Iterator<Item = Result<RecordBatch, PartitionError>> + '_>, PartitionError>
    {
        Ok(match &self.store {
            Store::Memory(batches) => Box::new(batches.iter().cloned().map(Ok)),
            Store::Disk(path) => Box::new(read_back(path)?),
        })
    }

    /// Removes its file.
    pub(crate) fn discard(self) {
        if let Store::Disk(path) = self.store {
            // The folder goes at the end in any case.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Deals rows out to parts. Rows wait in memory until they are worth writing; if all rows fit
/// there, no file is written.
pub(crate) struct Partitioner<'a> {
    folder: &'a Path,
    name: String,
    hasher: FixedState,
    waiting: Vec<RecordBatch>,
    waiting_bytes: usize,
    most_waiting: usize,
    parts: Vec<Dealt>,
}

#[derive(Default)]
struct Dealt {
    bytes: u64,
    rows: u64,
    /// Batch and row of those that wait.
    waiting: Vec<(usize, usize)>,
    waiting_bytes: u64,
    writer: Option<SpillWriter>,
}

impl<'a> Partitioner<'a> {
    /// `name` begins the names of the files; `seed` must differ from the one that made the part
    /// whose rows are dealt out.
    pub(crate) fn new(
        folder: &'a Path,
        name: String,
        seed: u64,
        parts: usize,
        most_waiting: u64,
    ) -> Self {
        Self {
            folder,
            name,
            hasher: FixedState::with_seed(seed),
            waiting: Vec::new(),
            waiting_bytes: 0,
            most_waiting: usize::try_from(most_waiting).unwrap_or(usize::MAX),
            parts: std::iter::repeat_with(Dealt::default)
                .take(parts.max(1))
                .collect(),
        }
    }

    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), PartitionError> {
        let columns = EventColumns::of(&batch);
        let index = self.waiting.len();
        let sizes = columns.row_bytes();
        for (row, bytes) in sizes.into_iter().enumerate() {
            let hash = self.hasher.hash_one(columns.user_id.value(row));
            let part = ((u128::from(hash) * self.parts.len() as u128) >> 64) as usize;
            let part = &mut self.parts[part];
            part.rows += 1;
            part.bytes += u64::from(bytes);
            part.waiting_bytes += u64::from(bytes);
            part.waiting.push((index, row));
        }
        self.waiting_bytes += batch.get_array_memory_size() + batch.num_rows() * 16;
        self.waiting.push(batch);
        if self.waiting_bytes > self.most_waiting {
            self.write_waiting()?;
        }
        Ok(())
    }

    fn write_waiting(&mut self) -> Result<(), PartitionError> {
        let folder = self.folder;
        let name = &self.name;
        let waiting: Vec<&RecordBatch> = self.waiting.iter().collect();
        for (index, part) in self.parts.iter_mut().enumerate() {
            if part.waiting.is_empty() {
                continue;
            }
            let writer = match &mut part.writer {
                Some(writer) => writer,
                None => {
                    let path = folder.join(format!("{name}-{index}.arrow"));
                    part.writer.insert(SpillWriter::create(path)?)
                }
            };
            for rows in pieces(&part.waiting, part.waiting_bytes) {
                writer.write(&gather(&waiting, rows, folder)?)?;
            }
            part.waiting.clear();
            part.waiting_bytes = 0;
        }
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Vec<Part>, PartitionError> {
        let on_disk = self.parts.iter().any(|part| part.writer.is_some());
        if on_disk {
            self.write_waiting()?;
        }
        let folder = self.folder;
        let waiting: Vec<&RecordBatch> = self.waiting.iter().collect();
        let mut parts = Vec::new();
        for dealt in self.parts {
            if dealt.rows == 0 {
                continue;
            }
            let store = match dealt.writer {
                Some(writer) => Store::Disk(writer.finish()?),
                None => Store::Memory(
                    pieces(&dealt.waiting, dealt.waiting_bytes)
                        .map(|rows| gather(&waiting, rows, folder))
                        .collect::<Result<_, _>>()?,
                ),
            };
            parts.push(Part {
                bytes: dealt.bytes,
                store,
            });
        }
        Ok(parts)
    }
}

/// Cuts rows into pieces that make batches of middle size.
fn pieces(rows: &[(usize, usize)], bytes: u64) -> impl Iterator<Item = &[(usize, usize)]> {
    let row_bytes = bytes / (rows.len() as u64).max(1) + 1;
    let at_once = (BATCH_BYTES / row_bytes).max(64) as usize;
    rows.chunks(at_once)
}

fn gather(
    batches: &[&RecordBatch],
    rows: &[(usize, usize)],
    folder: &Path,
) -> Result<RecordBatch, PartitionError> {
    interleave_record_batch(batches, rows).map_err(|error| PartitionError::arrow(folder, &error))
}
