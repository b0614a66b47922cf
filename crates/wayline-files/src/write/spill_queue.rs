//! A queue whose content goes to disk beyond a memory budget, and whose order means nothing.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::blocks::{
    BLOCK, BlockReader, BlockWriter, PackedBlock, Packer, Record, Unpacker, damaged, encode_record,
};
use super::spill::{SpillDirectory, lock};
use super::{SpillError, SpillSettings};

/// Takes records from several threads and gives them to several threads later, in any order.
///
/// Records are kept as they are in memory up to the budget, then compressed in one temporary file a
/// thread.
#[derive(Debug)]
pub struct SpillQueue<T> {
    memory_bytes: usize,
    used: AtomicUsize,
    open_parts: AtomicUsize,
    directory: SpillDirectory,
    stored: Mutex<Stored>,
    of: PhantomData<fn(T) -> T>,
}

#[derive(Debug, Default)]
struct Stored {
    blocks: Vec<Vec<u8>>,
    files: Vec<PathBuf>,
}

impl<T: Serialize + DeserializeOwned> SpillQueue<T> {
    /// An empty queue. Of the settings, `threads` does not matter here.
    #[must_use]
    pub fn new(settings: SpillSettings) -> Self {
        Self {
            memory_bytes: settings.memory_bytes,
            used: AtomicUsize::new(0),
            open_parts: AtomicUsize::new(0),
            directory: SpillDirectory::new(settings.directory),
            stored: Mutex::default(),
            of: PhantomData,
        }
    }

    /// The part of one thread, which must end with [`SpillPart::finish`].
    ///
    /// # Errors
    /// No compressor can be made.
    pub fn part(&self) -> Result<SpillPart<'_, T>, SpillError> {
        self.open_parts.fetch_add(1, Ordering::Relaxed);
        Ok(SpillPart {
            queue: self,
            record: Vec::new(),
            block: Vec::with_capacity(BLOCK),
            packer: Packer::new()?,
            file: None,
        })
    }

    /// Ends the filling, so that the records can be read.
    ///
    /// # Errors
    /// A part was dropped unfinished, or a temporary file cannot be opened.
    pub fn into_reader(self) -> Result<SpillReader<T>, SpillError> {
        let open = self.open_parts.into_inner();
        if open > 0 {
            return Err(SpillError::NotFinished(open));
        }
        let Stored { blocks, files } = std::mem::take(&mut *lock(&self.stored));
        let files: Result<Vec<_>, _> = files.into_iter().map(BlockReader::open).collect();
        Ok(SpillReader {
            left: Mutex::new((blocks, files?)),
            _directory: self.directory,
            of: PhantomData,
        })
    }
}

/// What one thread adds to a [`SpillQueue`].
pub struct SpillPart<'a, T> {
    queue: &'a SpillQueue<T>,
    record: Vec<u8>,
    block: Vec<u8>,
    packer: Packer,
    file: Option<BlockWriter>,
}

impl<T: Serialize> SpillPart<'_, T> {
    /// Adds a record.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn push(&mut self, value: &T) -> Result<(), SpillError> {
        encode_record("", value, &mut self.record)?;
        if !self.block.is_empty() && self.block.len() + self.record.len() > BLOCK {
            self.flush()?;
        }
        self.block.extend_from_slice(&self.record);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SpillError> {
        let queue = self.queue;
        // A thread that has begun a file goes on with it: the memory is used up then.
        if self.file.is_none() {
            let bytes = self.block.capacity();
            let before = queue.used.fetch_add(bytes, Ordering::Relaxed);
            if before.saturating_add(bytes) <= queue.memory_bytes {
                let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
                lock(&queue.stored).blocks.push(block);
                return Ok(());
            }
        }
        let block = self.packer.pack(&self.block)?;
        self.block.clear();
        let file = match &mut self.file {
            Some(file) => file,
            None => self
                .file
                .insert(BlockWriter::create(queue.directory.next_path()?)?),
        };
        file.write(&block)
    }

    /// Hands the last records over.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn finish(mut self) -> Result<(), SpillError> {
        if !self.block.is_empty() {
            self.flush()?;
        }
        if let Some(file) = self.file {
            lock(&self.queue.stored).files.push(file.finish());
        }
        self.queue.open_parts.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Gives the records of a [`SpillQueue`] to several threads, block by block, so that all of them
/// end at about the same time.
#[derive(Debug)]
pub struct SpillReader<T> {
    left: Mutex<(Vec<Vec<u8>>, Vec<BlockReader>)>,
    /// Deletes the files in the end.
    _directory: SpillDirectory,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> SpillReader<T> {
    /// The records that one thread gets: whatever no other thread has taken yet.
    ///
    /// # Errors
    /// No decompressor can be made.
    pub fn records(&self) -> Result<SpillRecords<'_, T>, SpillError> {
        Ok(SpillRecords {
            reader: self,
            unpacker: Unpacker::new()?,
            packed: PackedBlock::default(),
            block: Vec::new(),
            next: 0,
            path: PathBuf::new(),
        })
    }

    /// Takes a block that nobody has; none when there is none left.
    fn take(
        &self,
        packed: &mut PackedBlock,
        path: &mut PathBuf,
    ) -> Result<Option<Taken>, SpillError> {
        let mut left = lock(&self.left);
        let (blocks, files) = &mut *left;
        if let Some(block) = blocks.pop() {
            return Ok(Some(Taken::Plain(block)));
        }
        while let Some(file) = files.last_mut() {
            if file.read(packed)? {
                file.path().clone_into(path);
                return Ok(Some(Taken::Packed));
            }
            if let Some(done) = files.pop() {
                // Frees the disk early; the directory goes at the end anyway.
                std::fs::remove_file(done.path()).ok();
            }
        }
        Ok(None)
    }
}

/// A block of a [`SpillReader`].
enum Taken {
    Plain(Vec<u8>),
    /// It is where the caller wanted compressed ones.
    Packed,
}

/// The records that one thread gets from a [`SpillReader`].
pub struct SpillRecords<'a, T> {
    reader: &'a SpillReader<T>,
    unpacker: Unpacker,
    packed: PackedBlock,
    block: Vec<u8>,
    next: usize,
    path: PathBuf,
}

impl<T: DeserializeOwned> SpillRecords<'_, T> {
    fn read(&mut self) -> Result<Option<T>, SpillError> {
        if self.next == self.block.len() {
            self.next = 0;
            self.block.clear();
            match self.reader.take(&mut self.packed, &mut self.path)? {
                None => return Ok(None),
                Some(Taken::Plain(block)) => self.block = block,
                Some(Taken::Packed) => {
                    let (packed, path) = (&self.packed, &self.path);
                    self.unpacker.unpack(packed, path, &mut self.block)?;
                }
            }
        }
        let Some(record) = Record::at_start_of(&self.block[self.next..]) else {
            self.next = self.block.len();
            return Err(damaged(&self.path, "a record is cut off"));
        };
        self.next += record.whole.len();
        record.decode(&self.path).map(Some)
    }
}

impl<T: DeserializeOwned> Iterator for SpillRecords<'_, T> {
    type Item = Result<T, SpillError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn through(records: usize, writers: usize, readers: usize, memory_bytes: usize) -> Vec<String> {
        let queue = SpillQueue::<String>::new(SpillSettings {
            memory_bytes,
            ..SpillSettings::default()
        });
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let mut part = queue.part().expect("a part");
                scope.spawn(move || {
                    for number in (writer..records).step_by(writers) {
                        let text = format!("{number:08}").repeat(1 + number % 4_000);
                        part.push(&text).expect("taken");
                    }
                    part.finish().expect("finished");
                });
            }
        });
        let reader = queue.into_reader().expect("readable");
        let mut all: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..readers)
                .map(|_| {
                    let records = reader.records().expect("records");
                    scope.spawn(|| records.map(|it| it.expect("read")).collect::<Vec<_>>())
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("joined"))
                .collect()
        });
        all.iter_mut().for_each(|text| text.truncate(8));
        all.sort_unstable();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn everything_comes_back_once(
            records in 0_usize..600,
            writers in 1_usize..4,
            readers in 1_usize..4,
            memory_bytes in prop_oneof![Just(0), 0_usize..50_000, Just(usize::MAX)],
        ) {
            let expected: Vec<String> = (0..records).map(|number| format!("{number:08}")).collect();
            prop_assert_eq!(through(records, writers, readers, memory_bytes), expected);
        }
    }

    #[test]
    fn a_part_that_is_not_finished_is_noticed() {
        let queue = SpillQueue::<u32>::new(SpillSettings::default());
        let mut part = queue.part().expect("a part");
        part.push(&7).expect("taken");
        drop(part);
        let error = queue.into_reader().expect_err("records are missing");
        assert!(matches!(error, SpillError::NotFinished(1)), "{error}");
    }

    #[test]
    fn a_damaged_file_is_noticed() {
        let queue = SpillQueue::<Vec<u8>>::new(SpillSettings {
            memory_bytes: 0,
            ..SpillSettings::default()
        });
        let mut part = queue.part().expect("a part");
        (0..=255_u8).for_each(|byte| part.push(&vec![byte; 999]).expect("taken"));
        part.finish().expect("finished");
        let path = lock(&queue.stored).files[0].clone();
        let mut bytes = std::fs::read(&path).expect("read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        let reader = queue.into_reader().expect("opened");
        let error = reader.records().expect("records").find_map(Result::err);
        let damaged = matches!(error, Some(SpillError::Damaged { .. }));
        assert!(damaged, "{error:?}");
    }
}
