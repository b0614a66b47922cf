//! Merges sorted runs of records into one order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::blocks::{
    BLOCK, BlockReader, BlockWriter, PackedBlock, Packer, Record, Unpacker, damaged,
};
use super::{OrderError, SpillError};

/// Bytes of an [`Arena`] that are asked for at once: it never moves what it holds.
const CHUNK: usize = 1 << 20;

/// Records that are still in memory.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    chunks: Vec<Vec<u8>>,
    /// The chunk that is being filled; those after it are empty.
    filling: usize,
    bytes: usize,
    /// Chunk and place in it of each record.
    starts: Vec<(u32, u32)>,
}

impl Arena {
    /// Bytes in use.
    pub(crate) fn len(&self) -> usize {
        self.bytes + self.starts.len() * size_of::<(u32, u32)>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Forgets all records and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.chunks.iter_mut().for_each(Vec::clear);
        self.filling = 0;
        self.bytes = 0;
        self.starts.clear();
    }

    /// Adds a record; `budget` is what the arena may grow to, unless a record is larger by itself.
    pub(crate) fn push(&mut self, record: &[u8], budget: usize) {
        let fits = |chunk: &Vec<u8>| chunk.capacity() - chunk.len() >= record.len();
        while self.chunks.get(self.filling).is_some_and(|it| !fits(it)) {
            self.filling += 1;
        }
        if self.filling == self.chunks.len() {
            let bytes = CHUNK.min(budget).max(record.len());
            self.chunks.push(Vec::with_capacity(bytes));
        }
        let chunk = &mut self.chunks[self.filling];
        self.starts.push((self.filling as u32, chunk.len() as u32));
        self.bytes += record.len();
        chunk.extend_from_slice(record);
    }

    /// Brings the records into the byte order of their keys.
    pub(crate) fn sort(&mut self) {
        let Self { chunks, starts, .. } = self;
        let key = |start: &(u32, u32)| record_at(chunks, *start).map_or(&[][..], |it| it.key);
        starts.sort_unstable_by(|left, right| key(left).cmp(key(right)));
    }

    fn get(&self, place: usize) -> Option<Record<'_>> {
        record_at(&self.chunks, *self.starts.get(place)?)
    }

    /// Writes the records, in their present order, to a file.
    pub(crate) fn write(&self, path: PathBuf, packer: &mut Packer) -> Result<PathBuf, SpillError> {
        let mut run = RunWriter::create(path)?;
        let records = (0..self.starts.len()).filter_map(|place| self.get(place));
        for record in records {
            run.push(record.whole, packer)?;
        }
        run.finish(packer)
    }
}

fn record_at(chunks: &[Vec<u8>], (chunk, start): (u32, u32)) -> Option<Record<'_>> {
    Record::at_start_of(&chunks[chunk as usize][start as usize..])
}

/// Writes records to a new run.
struct RunWriter {
    file: BlockWriter,
    block: Vec<u8>,
}

impl RunWriter {
    fn create(path: PathBuf) -> Result<Self, SpillError> {
        Ok(Self {
            file: BlockWriter::create(path)?,
            block: Vec::with_capacity(BLOCK),
        })
    }

    fn push(&mut self, record: &[u8], packer: &mut Packer) -> Result<(), SpillError> {
        if !self.block.is_empty() && self.block.len() + record.len() > BLOCK {
            self.flush(packer)?;
        }
        self.block.extend_from_slice(record);
        Ok(())
    }

    fn flush(&mut self, packer: &mut Packer) -> Result<(), SpillError> {
        self.file.write(&packer.pack(&self.block)?)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self, packer: &mut Packer) -> Result<PathBuf, SpillError> {
        if !self.block.is_empty() {
            self.flush(packer)?;
        }
        Ok(self.file.finish())
    }
}

/// One of the runs that are merged.
enum Run {
    Memory {
        arena: Arena,
        next: usize,
    },
    File {
        reader: BlockReader,
        block: Vec<u8>,
        next: usize,
    },
}

impl Run {
    fn record(&self) -> Option<Record<'_>> {
        match self {
            Self::Memory { arena, next } => arena.get(*next),
            Self::File { block, next, .. } => Record::at_start_of(&block[*next..]),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Memory { .. } => Path::new("memory"),
            Self::File { reader, .. } => reader.path(),
        }
    }
}

/// What a merge needs besides its runs, shared by all of them to save memory.
struct Tools {
    unpacker: Unpacker,
    packed: PackedBlock,
}

impl Tools {
    /// Goes on to the next record; `false` at the end of the run.
    fn advance(&mut self, run: &mut Run) -> Result<bool, SpillError> {
        match run {
            Run::Memory { arena, next } => {
                *next += 1;
                Ok(*next < arena.starts.len())
            }
            Run::File {
                reader,
                block,
                next,
            } => {
                *next += Record::at_start_of(&block[*next..]).map_or(0, |it| it.whole.len());
                if *next == block.len() {
                    *next = 0;
                    block.clear();
                    return self.load(reader, block);
                }
                Ok(true)
            }
        }
    }

    fn load(&mut self, reader: &mut BlockReader, block: &mut Vec<u8>) -> Result<bool, SpillError> {
        if !reader.read(&mut self.packed)? {
            return Ok(false);
        }
        self.unpacker.unpack(&self.packed, reader.path(), block)?;
        Ok(true)
    }
}

/// Hands out the records of sorted runs and arenas in the byte order of their keys.
pub(crate) fn merge<E: From<OrderError>>(
    files: &[PathBuf],
    arenas: Vec<Arena>,
    mut take: impl FnMut(Record<'_>, &Path) -> Result<(), E>,
) -> Result<(), E> {
    let mut tools = Tools {
        unpacker: Unpacker::new().map_err(OrderError::from)?,
        packed: PackedBlock::default(),
    };
    let mut runs = Vec::with_capacity(files.len() + arenas.len());
    for arena in arenas.into_iter().filter(|arena| !arena.is_empty()) {
        runs.push(Run::Memory { arena, next: 0 });
    }
    for path in files {
        let mut reader = BlockReader::open(path.clone()).map_err(OrderError::from)?;
        let mut block = Vec::new();
        if tools
            .load(&mut reader, &mut block)
            .map_err(OrderError::from)?
        {
            let next = 0;
            runs.push(Run::File {
                reader,
                block,
                next,
            });
        }
    }
    let mut heap = BinaryHeap::with_capacity(runs.len());
    for (place, run) in runs.iter().enumerate() {
        let record = run.record().ok_or_else(|| broken(run))?;
        heap.push(Reverse((record.key.to_vec(), place)));
    }
    let mut previous: Option<Vec<u8>> = None;
    while let Some(Reverse((mut key, place))) = heap.pop() {
        if previous.as_deref() == Some(&*key) {
            let user_id = String::from_utf8_lossy(&key).into_owned();
            return Err(OrderError::SamePersonTwice { user_id }.into());
        }
        let run = &mut runs[place];
        take(run.record().ok_or_else(|| broken(run))?, run.path())?;
        previous.get_or_insert_default().clone_from(&key);
        if tools.advance(run).map_err(OrderError::from)? {
            let record = run.record().ok_or_else(|| broken(run))?;
            key.clear();
            key.extend_from_slice(record.key);
            heap.push(Reverse((key, place)));
        }
    }
    Ok(())
}

fn broken(run: &Run) -> OrderError {
    damaged(run.path(), "a record is cut off").into()
}

/// Merges sorted runs into one new run.
pub(crate) fn merge_to_file(files: &[PathBuf], path: PathBuf) -> Result<PathBuf, OrderError> {
    let mut packer = Packer::new()?;
    let mut run = RunWriter::create(path)?;
    merge(files, Vec::new(), |record, _| {
        run.push(record.whole, &mut packer)
            .map_err(OrderError::from)
    })?;
    Ok(run.finish(&mut packer)?)
}
