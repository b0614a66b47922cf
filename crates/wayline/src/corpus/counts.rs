//! Everything counted over all people.

use crate::extract::Extracted;

use super::{
    CorpusBuilder, CorpusConfig, CorpusEntry, PairBuilder, SupportCut, Together, TogetherCounts,
};

/// What a [`Snapshot`](super::Snapshot) is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusCounts {
    /// People counted.
    pub people: u64,
    /// Keywords and words in the order of [`CorpusEntry::key`], without repeats.
    pub entries: Vec<CorpusEntry>,
    /// Which of the keywords go together.
    pub together: Together,
}

/// Counts people of whom memory holds all counts.
pub struct InMemoryCounter<'a> {
    config: &'a CorpusConfig,
    texts: CorpusBuilder,
    pairs: PairBuilder,
}

impl<'a> InMemoryCounter<'a> {
    /// Nobody counted yet.
    #[must_use]
    pub fn new(config: &'a CorpusConfig) -> Self {
        Self {
            config,
            texts: CorpusBuilder::default(),
            pairs: PairBuilder::new(config),
        }
    }

    /// Counts a person.
    pub fn add(&mut self, person: &Extracted) {
        self.texts.add(person);
        self.pairs.add(person, self.texts.people());
    }

    /// What is kept of all counts.
    #[must_use]
    pub fn finish(mut self) -> CorpusCounts {
        let people = self.texts.people();
        let mut cut = SupportCut::new(self.config.min_people, self.config.max_texts);
        for entry in self.texts.drain() {
            cut.push(entry);
        }
        let entries = cut.finish();
        let mut together = TogetherCounts::new(people, &entries, self.config);
        for seen in self.pairs.finish() {
            together.push(seen);
        }
        CorpusCounts {
            people,
            together: together.finish(),
            entries,
        }
    }
}
