//! Counting over more people than memory holds: counts spill as sorted runs and are merged.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use wayline::corpus::{
    CorpusBuilder, CorpusConfig, CorpusCounts, CorpusEntry, PairBuilder, PairSeen, SupportCut,
    TogetherCounts,
};
use wayline::extract::Extracted;

use super::runs::{Record, Run, merge, merge_down, write_run};
use crate::write::WriteError;

/// Counts words, keywords and pairs of keywords from several threads in bounded memory; exact.
pub struct CorpusCounter<'a> {
    config: &'a CorpusConfig,
    /// Of each thread, for texts and for pairs.
    memory_bytes: usize,
    people: AtomicU64,
    texts: Store<CorpusEntry>,
    pairs: Store<PairSeen>,
}

impl<'a> CorpusCounter<'a> {
    /// Counts with `memory_bytes` over all `threads`; what is beyond goes to a temporary folder in
    /// `spill_folder`.
    ///
    /// # Errors
    /// No folder can be made there.
    pub fn new(
        config: &'a CorpusConfig,
        memory_bytes: usize,
        threads: usize,
        spill_folder: &Path,
    ) -> Result<Self, WriteError> {
        Ok(Self {
            config,
            memory_bytes: memory_bytes / 2 / threads.max(1),
            people: AtomicU64::new(0),
            texts: Store::new(spill_folder)?,
            pairs: Store::new(spill_folder)?,
        })
    }

    /// What one thread counts with. When it is [finished](CorpusPart::finish), its counts belong
    /// to the whole.
    #[must_use]
    pub fn part(&self) -> CorpusPart<'_> {
        CorpusPart {
            whole: self,
            texts: CorpusBuilder::default(),
            pairs: PairBuilder::new(self.config),
        }
    }

    /// All counts, cut by support.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn finish(self) -> Result<CorpusCounts, WriteError> {
        let people = self.people.into_inner();
        let mut cut = SupportCut::new(self.config.min_people, self.config.max_texts);
        let same_text = |entry: &mut CorpusEntry, next: &CorpusEntry| {
            let same = entry.key() == next.key();
            if same {
                entry.absorb(&next.counts);
            }
            same
        };
        self.texts.merge(same_text, |entry| cut.push(entry))?;
        let entries = cut.finish();
        let mut together = TogetherCounts::new(people, &entries, self.config);
        self.pairs.merge(|_, _| false, |seen| together.push(seen))?;
        Ok(CorpusCounts {
            people,
            together: together.finish(),
            entries,
        })
    }
}

/// Counts of one thread.
pub struct CorpusPart<'a> {
    whole: &'a CorpusCounter<'a>,
    texts: CorpusBuilder,
    pairs: PairBuilder,
}

impl CorpusPart<'_> {
    /// Counts a person.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn add(&mut self, person: &Extracted) -> Result<(), WriteError> {
        let whole = self.whole;
        let people = whole.people.fetch_add(1, Ordering::Relaxed) + 1;
        self.texts.add(person);
        if self.texts.bytes() > whole.memory_bytes {
            whole.texts.spill(&self.texts.drain())?;
        }
        // Before they are too many: the buffer would be copied to twice its size for a few more.
        if self.pairs.is_full(whole.memory_bytes) {
            self.pairs.drain_to(|seen| whole.pairs.spill(seen))?;
        }
        self.pairs.add(person, people);
        Ok(())
    }

    /// Hands the counts to the whole.
    pub fn finish(mut self) {
        self.whole.texts.keep(self.texts.drain());
        self.whole.pairs.keep(self.pairs.finish());
    }
}

/// Sorted records of all threads, in files and in memory.
struct Store<T> {
    folder: TempDir,
    held: Mutex<Held<T>>,
}

struct Held<T> {
    files: Vec<PathBuf>,
    in_memory: Vec<Vec<T>>,
}

impl<T: Record> Store<T> {
    fn new(spill_folder: &Path) -> Result<Self, WriteError> {
        let folder = tempfile::Builder::new()
            .prefix("wayline-corpus-")
            .tempdir_in(spill_folder)
            .map_err(|source| WriteError::from_system(spill_folder, source))?;
        let held = Mutex::new(Held {
            files: Vec::new(),
            in_memory: Vec::new(),
        });
        Ok(Self { folder, held })
    }

    fn spill(&self, records: &[T]) -> Result<(), WriteError> {
        let path = {
            let files = &mut self.lock().files;
            let path = self.folder.path().join(format!("run-{}", files.len()));
            files.push(path.clone());
            path
        };
        write_run(&path, records)
    }

    fn keep(&self, records: Vec<T>) {
        self.lock().in_memory.push(records);
    }

    fn merge(
        self,
        same: impl Fn(&mut T, &T) -> bool,
        mut sink: impl FnMut(T),
    ) -> Result<(), WriteError> {
        let held = self
            .held
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut sources = merge_down(held.files, self.folder.path(), &same)?;
        let in_memory = held.in_memory.into_iter();
        sources.extend(in_memory.map(|records| Run::Memory(records.into_iter())));
        merge(sources, same, |record| {
            sink(record);
            Ok(())
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wayline::config::Config;
    use wayline::extract::{Keyword, Unit, UnitKind};

    fn person(texts: &[String]) -> Extracted {
        let keyword = |text: &String| Keyword {
            text: text.clone(),
            count: 1,
            visits: 1,
            ..Keyword::default()
        };
        let item = Unit {
            kind: UnitKind::Item,
            annotations: (0..texts.len() as u32).map(|label| (label, 1)).collect(),
            visits: 1,
            events: 1,
            weight: 1.0,
            ..Unit::default()
        };
        Extracted {
            keywords: texts.iter().map(keyword).collect(),
            units: vec![item],
            ..Extracted::default()
        }
    }

    #[test]
    fn spilling_changes_nothing() {
        let people: Vec<Extracted> = (0..200_usize)
            .map(|i| person(&[format!("text {}", i % 7), format!("other {}", i % 14)]))
            .collect();
        let count = |memory: usize| {
            let config = Config::builtin().corpus;
            let folder = std::env::temp_dir();
            let counter = CorpusCounter::new(&config, memory, 2, &folder).expect("a folder");
            let mut parts = [counter.part(), counter.part()];
            for (i, person) in people.iter().enumerate() {
                parts[i % 2].add(person).expect("counted");
            }
            parts.into_iter().for_each(CorpusPart::finish);
            counter.finish().expect("merged")
        };
        let whole = count(1 << 30);
        assert_eq!(whole.people, 200);
        assert!(
            whole
                .entries
                .iter()
                .any(|entry| entry.text == "text" && entry.counts.people == 200)
        );
        assert_eq!(whole.together.all_moments(), 400);
        assert_eq!(
            whole.together.partner_count(),
            28,
            "each other with one text"
        );
        // Every person a run: more runs than are merged at once.
        assert_eq!(count(0), whole);
        assert_eq!(count(2_000), whole);
    }
}
