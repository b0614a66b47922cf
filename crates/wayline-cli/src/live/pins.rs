//! What a store remembers beside people: the corpus that it goes by, its newest event, and which inputs
//! are in it.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, Result, bail};
use wayline::corpus::{CorpusCounts, Snapshot};
use wayline::keep::{Changes, ERASED, Store, StoreError, number_of};
use wayline::nouns::Timestamp;
use wayline_files::corpus::{corpus_from_bytes, read_corpus, write_corpus};

/// Notes by their names.
pub(crate) struct Pins<'a>(pub(crate) &'a dyn Store);

const CORPUS: &str = "corpus";
const NEWEST: &str = "newest";
const INPUTS: &str = "inputs/";
/// How far streams have read.
pub(crate) const POSITIONS: &str = "stream/";

/// What tells an input from others: its events, whatever files and order they came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) u64);

impl Fingerprint {
    /// With one more person's events, in any order of people.
    pub(crate) fn add(&mut self, user_id: &str, events: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(user_id.len() as u64).to_le_bytes());
        hasher.update(user_id.as_bytes());
        hasher.update(events);
        let hash = *hasher.finalize().as_bytes();
        let (first, _) = hash.split_at(8);
        let first = first.try_into().map_or(0, u64::from_le_bytes);
        self.0 = self.0.wrapping_add(first);
    }

    /// That of the same input when it is added once more on purpose.
    pub(crate) fn again(self, times: u64) -> Self {
        if times == 0 {
            return self;
        }
        let mut again = Self::default();
        again.add(&times.to_string(), &self.0.to_le_bytes());
        again
    }

    /// The note that says how often it was added to its end.
    pub(crate) fn note(self) -> String {
        format!("{INPUTS}{:016x}", self.0)
    }
}

/// The newest event, for a commit; a newer one that is there stays.
pub(crate) fn newest_number(newest: Timestamp) -> (String, i64) {
    (NEWEST.to_owned(), newest.millis())
}

impl Pins<'_> {
    /// The corpus that the store has pinned: none where it has none yet; an empty one where it goes by
    /// the general corpus alone.
    pub(crate) fn corpus(&self) -> Result<Option<Snapshot>> {
        let Some(bytes) = self.0.note(CORPUS)? else {
            return Ok(None);
        };
        if bytes.is_empty() {
            return Ok(Some(Snapshot::default()));
        }
        let snapshot = corpus_from_bytes("the store's corpus", bytes);
        Ok(Some(snapshot.context("the store's corpus can't be read")?))
    }

    /// The corpus to go by: the pinned one, else the one given or the general one, which is pinned then.
    pub(crate) fn corpus_or(&self, path: Option<&std::path::Path>) -> Result<Snapshot> {
        let given = path.map(|path| -> Result<(Snapshot, Vec<u8>)> {
            let bytes =
                std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
            Ok((read_corpus(path)?, bytes))
        });
        let given = given.transpose()?;
        match (self.corpus()?, given) {
            (Some(pinned), Some((given, _))) if pinned.hash() != given.hash() => bail!(
                "the store goes by the corpus {}, --corpus gives {}; journeys of one store go by one \
                 corpus: leave --corpus out, or make all of them anew with `wayline infer INPUT --store`",
                pinned.hash(),
                given.hash()
            ),
            (Some(pinned), _) => Ok(pinned),
            (None, given) => {
                let (snapshot, bytes) = given.unwrap_or_default();
                let pinned = self.0.commit(&Changes {
                    expects: vec![(CORPUS.to_owned(), None)],
                    notes: vec![(CORPUS.to_owned(), Some(bytes))],
                    ..Changes::default()
                });
                match pinned {
                    Ok(()) => Ok(snapshot),
                    // Another process was faster, maybe with another one.
                    Err(StoreError::Moved { .. }) => self.corpus_or(path),
                    Err(other) => Err(other.into()),
                }
            }
        }
    }

    /// Pins a corpus in place of any other.
    pub(crate) fn pin_corpus(&self, counts: &CorpusCounts) -> Result<Snapshot> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("corpus.parquet");
        write_corpus(&path, counts)?;
        self.pin_corpus_file(&path)
    }

    /// Likewise one that stands in a file.
    pub(crate) fn pin_corpus_file(&self, path: &std::path::Path) -> Result<Snapshot> {
        let snapshot = read_corpus(path)?;
        self.put(CORPUS, std::fs::read(path)?)?;
        Ok(snapshot)
    }

    /// The newest event of anybody.
    pub(crate) fn newest(&self) -> Result<Option<Timestamp>> {
        let Some(bytes) = self.0.note(NEWEST)? else {
            return Ok(None);
        };
        let millis = bytes.as_slice().try_into().map(i64::from_le_bytes);
        let millis = millis.context("the store's newest moment can't be read")?;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    /// Notes an event of anybody that may be newer than all others.
    pub(crate) fn has_newest(&self, newest: Option<Timestamp>) -> Result<()> {
        self.0.commit(&Changes {
            highest: newest.map(newest_number).into_iter().collect(),
            ..Changes::default()
        })?;
        Ok(())
    }

    /// The file of the corpus that is pinned; none where it is the general one, or none yet.
    pub(crate) fn corpus_file(&self) -> Result<Option<Vec<u8>>> {
        Ok(self.0.note(CORPUS)?.filter(|bytes| !bytes.is_empty()))
    }

    /// How often an input was added to its end, and the note that says so.
    pub(crate) fn times(&self, input: Fingerprint) -> Result<(u64, Option<Vec<u8>>)> {
        let Some(bytes) = self.0.note(&input.note())? else {
            return Ok((0, None));
        };
        let times = bytes.as_slice().try_into().map(u64::from_le_bytes);
        let times = times.context("the store's note of an input can't be read")?;
        Ok((times, Some(bytes)))
    }

    /// Notes that an input is in the store to its end, once more than `before`; another run of the same
    /// one may have noted so already.
    pub(crate) fn finished(&self, input: Fingerprint, before: u64) -> Result<()> {
        self.0.commit(&Changes {
            highest: vec![(input.note(), (before + 1) as i64)],
            ..Changes::default()
        })?;
        Ok(())
    }

    /// How often each input was added to its end, by the fingerprints as texts.
    pub(crate) fn all_inputs(&self) -> Result<BTreeMap<String, i64>> {
        self.numbers(INPUTS)
    }

    /// Notes of inputs that another store has.
    pub(crate) fn have_inputs(&self, inputs: &BTreeMap<String, i64>) -> Result<()> {
        self.raise(INPUTS, inputs)
    }

    /// How far each partition of streams was read, by group, topic and partition.
    pub(crate) fn all_positions(&self) -> Result<BTreeMap<String, i64>> {
        self.numbers(POSITIONS)
    }

    /// Positions of streams that another store has.
    pub(crate) fn have_positions(&self, positions: &BTreeMap<String, i64>) -> Result<()> {
        self.raise(POSITIONS, positions)
    }

    /// Versions that another store gave to people who were erased there.
    pub(crate) fn have_erased(&self, until: u64) -> Result<()> {
        let until = i64::try_from(until).unwrap_or(i64::MAX);
        let highest = (until > 0).then(|| (ERASED.to_owned(), until));
        self.0.commit(&Changes {
            highest: highest.into_iter().collect(),
            ..Changes::default()
        })?;
        Ok(())
    }

    /// Notes that hold numbers, by the rest of their names.
    fn numbers(&self, beginning: &str) -> Result<BTreeMap<String, i64>> {
        let notes = self.0.notes(beginning)?;
        let all = notes
            .iter()
            .map(|(name, value)| (name[beginning.len()..].to_owned(), number_of(value)));
        Ok(all.collect())
    }

    /// Raises them to what another store has.
    fn raise(&self, beginning: &str, numbers: &BTreeMap<String, i64>) -> Result<()> {
        let numbers = numbers.iter();
        let highest = numbers.map(|(name, number)| (format!("{beginning}{name}"), *number));
        self.0.commit(&Changes {
            highest: highest.collect(),
            ..Changes::default()
        })?;
        Ok(())
    }

    /// The inputs that were added to their ends.
    pub(crate) fn finished_inputs(&self) -> Result<HashSet<u64>> {
        let notes = self.0.notes(INPUTS)?;
        let numbers = notes
            .iter()
            .map(|(name, _)| u64::from_str_radix(&name[INPUTS.len()..], 16));
        numbers
            .collect::<Result<_, _>>()
            .context("the store's note of an input can't be read")
    }

    /// How many inputs were added.
    pub(crate) fn inputs(&self) -> Result<u64> {
        Ok(self.0.notes(INPUTS)?.len() as u64)
    }

    fn put(&self, name: &str, value: Vec<u8>) -> Result<()> {
        let notes = vec![(name.to_owned(), Some(value))];
        self.0.commit(&Changes {
            notes,
            ..Changes::default()
        })?;
        Ok(())
    }
}
