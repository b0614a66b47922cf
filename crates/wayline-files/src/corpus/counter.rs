//! Counting over more people than memory holds: counts spill as sorted runs and are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;
use wayline::corpus::{CorpusBuilder, CorpusConfig, CorpusEntry, SupportCut};
use wayline::extract::Extracted;

use crate::write::WriteError;

/// Counts words and keywords from several threads in bounded memory; exact.
pub struct CorpusCounter {
    memory_per_thread: usize,
    folder: TempDir,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    people: u64,
    runs: Vec<PathBuf>,
    in_memory: Vec<Vec<CorpusEntry>>,
}

impl CorpusCounter {
    /// Counts with `memory_bytes` over all `threads`; what is beyond goes to a temporary folder in
    /// `spill_folder`.
    ///
    /// # Errors
    /// No folder can be made there.
    pub fn new(
        memory_bytes: usize,
        threads: usize,
        spill_folder: &Path,
    ) -> Result<Self, WriteError> {
        let folder = tempfile::Builder::new()
            .prefix("wayline-corpus-")
            .tempdir_in(spill_folder)
            .map_err(|source| WriteError::from_system(spill_folder, source))?;
        Ok(Self {
            memory_per_thread: memory_bytes / threads.max(1),
            folder,
            done: Mutex::default(),
        })
    }

    /// What one thread counts with. When it is [finished](CorpusPart::finish), its counts belong
    /// to the whole.
    #[must_use]
    pub fn part(&self) -> CorpusPart<'_> {
        CorpusPart {
            whole: self,
            builder: CorpusBuilder::default(),
        }
    }

    /// All counts, cut by support: the number of people and the entries in order.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn finish(self, config: &CorpusConfig) -> Result<(u64, Vec<CorpusEntry>), WriteError> {
        let done = self
            .done
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut sources: Vec<Box<dyn Iterator<Item = Result<CorpusEntry, WriteError>>>> =
            Vec::new();
        for run in merge_down(done.runs, self.folder.path())? {
            sources.push(Box::new(Run::open(run)?));
        }
        for entries in done.in_memory {
            sources.push(Box::new(entries.into_iter().map(Ok)));
        }
        let mut cut = SupportCut::new(config.min_people, config.max_texts);
        merge(sources, |entry| cut.push(entry))?;
        Ok((done.people, cut.finish()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Done> {
        self.done
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Counts of one thread.
pub struct CorpusPart<'a> {
    whole: &'a CorpusCounter,
    builder: CorpusBuilder,
}

impl CorpusPart<'_> {
    /// Counts a person.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn add(&mut self, person: &Extracted) -> Result<(), WriteError> {
        self.builder.add(person);
        if self.builder.bytes() > self.whole.memory_per_thread {
            let entries = self.builder.drain();
            let number = {
                let mut done = self.whole.lock();
                let number = done.runs.len();
                let path = self.whole.folder.path().join(format!("run-{number}"));
                done.runs.push(path);
                number
            };
            let path = self.whole.folder.path().join(format!("run-{number}"));
            write_run(&path, &entries)?;
        }
        Ok(())
    }

    /// Hands the counts to the whole.
    pub fn finish(mut self) {
        let mut done = self.whole.lock();
        done.people += self.builder.people();
        done.in_memory.push(self.builder.drain());
    }
}

/// Runs that are merged at once; each takes a file handle and a buffer.
const FAN_IN: usize = 64;

/// Merges runs until few enough are left to be merged at once.
fn merge_down(mut runs: Vec<PathBuf>, folder: &Path) -> Result<Vec<PathBuf>, WriteError> {
    let mut number = 0;
    while runs.len() > FAN_IN {
        let first: Vec<PathBuf> = runs.drain(..FAN_IN).collect();
        let mut sources: Vec<Box<dyn Iterator<Item = Result<CorpusEntry, WriteError>>>> =
            Vec::new();
        for run in &first {
            sources.push(Box::new(Run::open(run.clone())?));
        }
        let path = folder.join(format!("merged-{number}"));
        number += 1;
        let mut writer = RunWriter::create(&path)?;
        let mut failed = None;
        merge(sources, |entry| {
            if failed.is_none() {
                failed = writer.write(&entry).err();
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        writer.finish()?;
        for run in first {
            // Frees the disk early; the folder goes at the end anyway.
            std::fs::remove_file(run).ok();
        }
        runs.push(path);
    }
    Ok(runs)
}

fn write_run(path: &Path, entries: &[CorpusEntry]) -> Result<(), WriteError> {
    let mut writer = RunWriter::create(path)?;
    for entry in entries {
        writer.write(entry)?;
    }
    writer.finish()
}

/// A run is a sequence of postcard records, each behind its length.
struct RunWriter<'a> {
    path: &'a Path,
    file: BufWriter<File>,
}

impl<'a> RunWriter<'a> {
    fn create(path: &'a Path) -> Result<Self, WriteError> {
        let file = File::create(path).map_err(|source| WriteError::from_system(path, source))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
        })
    }

    fn write(&mut self, entry: &CorpusEntry) -> Result<(), WriteError> {
        let failed = |source| WriteError::from_system(self.path, source);
        let record =
            postcard::to_stdvec(entry).map_err(|error| failed(std::io::Error::other(error)))?;
        self.file
            .write_all(&(record.len() as u32).to_le_bytes())
            .map_err(failed)?;
        self.file.write_all(&record).map_err(failed)
    }

    fn finish(mut self) -> Result<(), WriteError> {
        let path = self.path;
        self.file
            .flush()
            .map_err(|source| WriteError::from_system(path, source))
    }
}

struct Run {
    path: PathBuf,
    file: BufReader<File>,
    record: Vec<u8>,
}

impl Run {
    fn open(path: PathBuf) -> Result<Self, WriteError> {
        let file = File::open(&path).map_err(|source| WriteError::from_system(&path, source))?;
        Ok(Self {
            file: BufReader::with_capacity(1 << 16, file),
            path,
            record: Vec::new(),
        })
    }

    fn read(&mut self) -> std::io::Result<Option<CorpusEntry>> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        self.record.resize(u32::from_le_bytes(length) as usize, 0);
        self.file.read_exact(&mut self.record)?;
        postcard::from_bytes(&self.record)
            .map(Some)
            .map_err(std::io::Error::other)
    }
}

impl Iterator for Run {
    type Item = Result<CorpusEntry, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read();
        read.map_err(|source| WriteError::from_system(&self.path, source))
            .transpose()
    }
}

/// Hands out entries in order; those of equal kind and text are added up.
fn merge(
    mut sources: Vec<Box<dyn Iterator<Item = Result<CorpusEntry, WriteError>>>>,
    mut sink: impl FnMut(CorpusEntry),
) -> Result<(), WriteError> {
    let mut heads: BinaryHeap<Reverse<Head>> = BinaryHeap::new();
    for (source, entries) in sources.iter_mut().enumerate() {
        if let Some(entry) = entries.next() {
            heads.push(Reverse(Head {
                entry: entry?,
                source,
            }));
        }
    }
    let mut current: Option<CorpusEntry> = None;
    while let Some(Reverse(Head { entry, source })) = heads.pop() {
        if let Some(next) = sources[source].next() {
            heads.push(Reverse(Head {
                entry: next?,
                source,
            }));
        }
        match &mut current {
            Some(same) if same.key() == entry.key() => same.absorb(&entry.counts),
            _ => {
                if let Some(complete) = current.replace(entry) {
                    sink(complete);
                }
            }
        }
    }
    current.into_iter().for_each(sink);
    Ok(())
}

struct Head {
    entry: CorpusEntry,
    source: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.entry
            .key()
            .cmp(&other.entry.key())
            .then(self.source.cmp(&other.source))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests {
    use super::*;
    use wayline::config::Config;
    use wayline::extract::Keyword;
    use wayline::nouns::{Sources, Timestamp};

    fn person(texts: &[String]) -> Extracted {
        let keyword = |text: &String| Keyword {
            text: text.clone(),
            sources: Sources::default(),
            count: 1,
            visits: 1,
            first_seen: Timestamp::default(),
            last_seen: Timestamp::default(),
            clicks: 0,
            home_clicks: 0,
            unsupported: None,
        };
        Extracted {
            keywords: texts.iter().map(keyword).collect(),
            ..Extracted::default()
        }
    }

    #[test]
    fn spilling_changes_nothing() {
        let people: Vec<Extracted> = (0..200_usize)
            .map(|i| person(&[format!("text {}", i % 7), format!("other {}", i % 31)]))
            .collect();
        let count = |memory: usize| {
            let counter = CorpusCounter::new(memory, 2, &std::env::temp_dir()).expect("a folder");
            let mut parts = [counter.part(), counter.part()];
            for (i, person) in people.iter().enumerate() {
                parts[i % 2].add(person).expect("counted");
            }
            parts.into_iter().for_each(CorpusPart::finish);
            counter.finish(&Config::builtin().corpus).expect("merged")
        };
        let whole = count(1 << 30);
        assert_eq!(whole.0, 200);
        assert!(
            whole
                .1
                .iter()
                .any(|entry| entry.text == "text" && entry.counts.people == 200)
        );
        // Every person a run: more runs than are merged at once.
        assert_eq!(count(0), whole);
        assert_eq!(count(2_000), whole);
    }
}
