//! Sorted runs of records in files, and their merging.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use wayline::corpus::{CorpusEntry, PairSeen};

use crate::write::WriteError;

/// What can wait in a run. Runs are in the order of keys.
pub(super) trait Record: Sized {
    /// What records are ordered by.
    type Key<'a>: Ord
    where
        Self: 'a;

    fn key(&self) -> Self::Key<'_>;

    fn write(&self, file: &mut impl Write) -> std::io::Result<()>;

    /// The next record, or none at the end of the file.
    fn read(file: &mut impl Read, scratch: &mut Vec<u8>) -> std::io::Result<Option<Self>>;
}

/// Postcard behind its length.
impl Record for CorpusEntry {
    type Key<'a> = (wayline::corpus::EntryKind, &'a str);

    fn key(&self) -> Self::Key<'_> {
        self.key()
    }

    fn write(&self, file: &mut impl Write) -> std::io::Result<()> {
        let record = postcard::to_stdvec(self).map_err(std::io::Error::other)?;
        file.write_all(&(record.len() as u32).to_le_bytes())?;
        file.write_all(&record)
    }

    fn read(file: &mut impl Read, scratch: &mut Vec<u8>) -> std::io::Result<Option<Self>> {
        let mut length = [0; 4];
        if !filled(file, &mut length)? {
            return Ok(None);
        }
        scratch.resize(u32::from_le_bytes(length) as usize, 0);
        file.read_exact(scratch)?;
        postcard::from_bytes(scratch)
            .map(Some)
            .map_err(std::io::Error::other)
    }
}

impl Record for PairSeen {
    type Key<'a> = Self;

    fn key(&self) -> Self {
        *self
    }

    fn write(&self, file: &mut impl Write) -> std::io::Result<()> {
        file.write_all(&self.to_bytes())
    }

    fn read(file: &mut impl Read, _: &mut Vec<u8>) -> std::io::Result<Option<Self>> {
        let mut bytes = [0; Self::BYTES];
        Ok(filled(file, &mut bytes)?.then(|| Self::from_bytes(bytes)))
    }
}

/// False at the end of the file.
fn filled(file: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    match file.read_exact(bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        other => other.map(|()| true),
    }
}

pub(super) fn write_run<T: Record>(path: &Path, records: &[T]) -> Result<(), WriteError> {
    let mut writer = RunWriter::create(path)?;
    for record in records {
        writer.write(record)?;
    }
    writer.finish()
}

struct RunWriter<'a> {
    path: &'a Path,
    file: BufWriter<File>,
}

impl<'a> RunWriter<'a> {
    fn create(path: &'a Path) -> Result<Self, WriteError> {
        let file = File::create(path).map_err(|source| WriteError::from_system(path, source))?;
        Ok(Self {
            path,
            file: BufWriter::with_capacity(1 << 16, file),
        })
    }

    fn write(&mut self, record: &impl Record) -> Result<(), WriteError> {
        let written = record.write(&mut self.file);
        written.map_err(|source| WriteError::from_system(self.path, source))
    }

    fn finish(mut self) -> Result<(), WriteError> {
        let flushed = self.file.flush();
        flushed.map_err(|source| WriteError::from_system(self.path, source))
    }
}

/// Records in order, from a file or from memory.
pub(super) enum Run<T> {
    File {
        path: PathBuf,
        file: BufReader<File>,
        scratch: Vec<u8>,
    },
    Memory(std::vec::IntoIter<T>),
}

impl<T: Record> Run<T> {
    pub(super) fn open(path: PathBuf) -> Result<Self, WriteError> {
        let file = File::open(&path).map_err(|source| WriteError::from_system(&path, source))?;
        Ok(Self::File {
            file: BufReader::with_capacity(1 << 16, file),
            path,
            scratch: Vec::new(),
        })
    }

    fn next(&mut self) -> Result<Option<T>, WriteError> {
        match self {
            Self::Memory(records) => Ok(records.next()),
            Self::File {
                path,
                file,
                scratch,
            } => T::read(file, scratch).map_err(|source| WriteError::from_system(path, source)),
        }
    }
}

/// Runs that are merged at once; each takes a file handle and a buffer.
const FAN_IN: usize = 64;

/// Merges runs until few enough are left to be merged at once.
pub(super) fn merge_down<T: Record>(
    mut runs: Vec<PathBuf>,
    folder: &Path,
    same: impl Fn(&mut T, &T) -> bool,
) -> Result<Vec<Run<T>>, WriteError> {
    let mut number = 0;
    while runs.len() > FAN_IN {
        let first: Vec<PathBuf> = runs.drain(..FAN_IN).collect();
        let sources = first.iter().cloned().map(Run::open);
        let sources: Vec<Run<T>> = sources.collect::<Result<_, _>>()?;
        let path = folder.join(format!("merged-{number}"));
        number += 1;
        let mut writer = RunWriter::create(&path)?;
        merge(sources, &same, |record| writer.write(&record))?;
        writer.finish()?;
        for run in first {
            // Frees the disk early; the folder goes at the end anyway.
            std::fs::remove_file(run).ok();
        }
        runs.push(path);
    }
    runs.into_iter().map(Run::open).collect()
}

/// Hands out records in order. `same` takes the second of two neighbours into the first, or says
/// that they are to stay apart.
pub(super) fn merge<T: Record>(
    mut sources: Vec<Run<T>>,
    same: impl Fn(&mut T, &T) -> bool,
    mut sink: impl FnMut(T) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let mut heads: BinaryHeap<Reverse<Head<T>>> = BinaryHeap::with_capacity(sources.len());
    for (source, records) in sources.iter_mut().enumerate() {
        if let Some(record) = records.next()? {
            heads.push(Reverse(Head { record, source }));
        }
    }
    let mut current: Option<T> = None;
    while let Some(mut least) = heads.peek_mut() {
        let record = match sources[least.0.source].next()? {
            Some(next) => std::mem::replace(&mut least.0.record, next),
            None => PeekMut::pop(least).0.record,
        };
        if current.as_mut().is_some_and(|before| same(before, &record)) {
            continue;
        }
        if let Some(complete) = current.replace(record) {
            sink(complete)?;
        }
    }
    current.map_or(Ok(()), sink)
}

struct Head<T> {
    record: T,
    source: usize,
}

impl<T: Record> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_key = self.record.key().cmp(&other.record.key());
        by_key.then(self.source.cmp(&other.source))
    }
}

impl<T: Record> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Record> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Record> Eq for Head<T> {}
