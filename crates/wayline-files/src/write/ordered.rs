//! Brings what several threads finish in any order into the byte order of the people's ids.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wayline::nouns::PersonResult;

use super::blocks::{Packer, encode_record};
use super::merge::{Arena, merge, merge_to_file};
use super::spill::{SpillDirectory, lock};
use super::{SpillError, SpillSettings};

/// Runs that are merged at once; each takes a file handle and a block of memory.
const FAN_IN: usize = 256;

/// Something of one person.
pub trait Keyed {
    /// Whose it is.
    fn user_id(&self) -> &str;
}

impl Keyed for PersonResult {
    fn user_id(&self) -> &str {
        &self.user_id
    }
}

/// Why people cannot be brought into order.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Two results have one person, so the person's events were not together in the input.
    #[error(
        "the person {user_id} was finished twice: the input is not grouped by person; \
         run again without taking it as grouped"
    )]
    SamePersonTwice {
        /// Who.
        user_id: String,
    },
    /// Temporary files failed.
    #[error(transparent)]
    Spill(#[from] SpillError),
}

/// Takes a `T` for each person, in any order and from several threads, and hands all of them out
/// in the byte order of the people's ids.
///
/// Memory stays bounded: what is beyond the budget goes to temporary files as sorted runs. A
/// merge takes up to 16 MiB for its runs in addition. The order shows nothing of threads, budget
/// or arrival.
#[derive(Debug)]
pub struct OrderedResults<T> {
    part_bytes: usize,
    fan_in: usize,
    directory: SpillDirectory,
    runs: Mutex<Runs>,
    of: PhantomData<fn(T) -> T>,
}

#[derive(Debug, Default)]
struct Runs {
    files: Vec<PathBuf>,
    arenas: Vec<Arena>,
}

impl<T: Serialize + DeserializeOwned + Keyed> OrderedResults<T> {
    /// Without any person yet.
    #[must_use]
    pub fn new(settings: SpillSettings) -> Self {
        Self {
            part_bytes: settings.memory_bytes / settings.threads.max(1),
            fan_in: FAN_IN,
            directory: SpillDirectory::new(settings.directory),
            runs: Mutex::default(),
            of: PhantomData,
        }
    }

    /// The part of one thread. When it is dropped, all that it took belongs to the whole, and the
    /// next part goes on in its memory: only parts that live together count against the budget.
    #[must_use]
    pub fn part(&self) -> ResultsPart<'_, T> {
        ResultsPart {
            whole: self,
            arena: lock(&self.runs).arenas.pop().unwrap_or_default(),
            record: Vec::new(),
            packer: None,
        }
    }

    /// Hands out everyone to `sink` in order and returns how many there were.
    ///
    /// # Errors
    /// A person came twice, temporary files fail, or `sink` fails; `sink` may have taken people
    /// already.
    pub fn merge<E: From<OrderError>>(
        self,
        mut sink: impl FnMut(&T) -> Result<(), E>,
    ) -> Result<u64, E> {
        let Runs {
            mut files,
            mut arenas,
        } = std::mem::take(&mut *lock(&self.runs));
        while files.len() > self.fan_in.max(2) {
            // The oldest runs first, so that every record is copied about equally often.
            let first: Vec<PathBuf> = files.drain(..self.fan_in.max(2)).collect();
            let path = self.directory.next_path().map_err(OrderError::from)?;
            files.push(merge_to_file(&first, path)?);
            for path in first {
                // Frees the disk early; the directory goes at the end anyway.
                std::fs::remove_file(path).ok();
            }
        }
        arenas.iter_mut().for_each(Arena::sort);
        let mut people = 0;
        merge(&files, arenas, |record, path| {
            people += 1;
            sink(&record.decode(path).map_err(OrderError::from)?)
        })?;
        Ok(people)
    }
}

/// What one thread adds to [`OrderedResults`].
pub struct ResultsPart<'a, T> {
    whole: &'a OrderedResults<T>,
    arena: Arena,
    record: Vec<u8>,
    packer: Option<Packer>,
}

impl<T: Serialize + Keyed> ResultsPart<'_, T> {
    /// Adds a person.
    ///
    /// # Errors
    /// Temporary files fail.
    pub fn push(&mut self, person: &T) -> Result<(), OrderError> {
        encode_record(person.user_id(), person, &mut self.record)?;
        let budget = self.whole.part_bytes;
        if !self.arena.is_empty() && self.arena.len() + self.record.len() > budget {
            self.spill()?;
        }
        self.arena.push(&self.record, budget);
        Ok(())
    }

    fn spill(&mut self) -> Result<(), OrderError> {
        self.arena.sort();
        let path = self.whole.directory.next_path()?;
        let packer = match &mut self.packer {
            Some(packer) => packer,
            None => self.packer.insert(Packer::new()?),
        };
        let path = self.arena.write(path, packer)?;
        lock(&self.whole.runs).files.push(path);
        self.arena.clear();
        Ok(())
    }
}

impl<T> Drop for ResultsPart<'_, T> {
    fn drop(&mut self) {
        let arena = std::mem::take(&mut self.arena);
        lock(&self.whole.runs).arenas.push(arena);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Person {
        id: String,
        note: String,
    }

    impl Keyed for Person {
        fn user_id(&self) -> &str {
            &self.id
        }
    }

    fn person(number: usize, size: usize) -> Person {
        Person {
            id: format!("{}", number * 7919 % 100_003),
            note: "x".repeat(size),
        }
    }

    fn ordered(
        people: &[Person],
        threads: usize,
        memory_bytes: usize,
        fan_in: usize,
    ) -> Result<Vec<Person>, OrderError> {
        let mut whole = OrderedResults::new(SpillSettings {
            memory_bytes,
            threads,
            directory: None,
        });
        whole.fan_in = fan_in;
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let mut part = whole.part();
                let mine = people.iter().skip(thread).step_by(threads);
                scope.spawn(move || mine.for_each(|it| part.push(it).expect("taken")));
            }
        });
        let mut out = Vec::new();
        let people = whole.merge(|person| -> Result<(), OrderError> {
            out.push(Person::clone(person));
            Ok(())
        })?;
        assert_eq!(people, out.len() as u64);
        Ok(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn everyone_comes_out_once_and_in_order(
            sizes in prop::collection::vec(0_usize..2_000, 0..120),
            threads in 1_usize..5,
            memory_bytes in prop_oneof![Just(0), 0_usize..20_000, Just(usize::MAX)],
            fan_in in 2_usize..8,
        ) {
            let people: Vec<Person> =
                sizes.iter().enumerate().map(|(number, size)| person(number, *size)).collect();
            let mut expected = people.clone();
            expected.sort_by(|left, right| left.id.as_bytes().cmp(right.id.as_bytes()));
            let out = ordered(&people, threads, memory_bytes, fan_in);
            prop_assert_eq!(out.expect("ordered"), expected);
        }

        #[test]
        fn a_person_who_comes_twice_is_noticed(
            number in 2_usize..60,
            again in 0_usize..60,
            threads in 1_usize..4,
            memory_bytes in 0_usize..5_000,
        ) {
            let mut people: Vec<Person> = (0..number).map(|number| person(number, 50)).collect();
            let twice = people[again % number].clone();
            people.push(twice.clone());
            match ordered(&people, threads, memory_bytes, 3) {
                Err(OrderError::SamePersonTwice { user_id }) => prop_assert_eq!(user_id, twice.id),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn more_runs_than_are_merged_at_once_and_records_beyond_a_block() {
        let people: Vec<Person> = (0..700).map(|number| person(number, 90)).collect();
        let out = ordered(&people, 2, 1, FAN_IN).expect("ordered");
        assert_eq!(out.len(), 700);
        let people: Vec<Person> = (0..5).map(|number| person(number, 300_000)).collect();
        assert_eq!(ordered(&people, 1, 1, 2).expect("ordered").len(), 5);
    }

    #[test]
    fn parts_after_one_another_share_their_memory() {
        let whole = OrderedResults::new(SpillSettings::default());
        for number in 0..50 {
            whole.part().push(&person(number, 9)).expect("taken");
        }
        assert_eq!(lock(&whole.runs).arenas.len(), 1);
        let people = whole.merge(|_| -> Result<(), OrderError> { Ok(()) });
        assert_eq!(people.expect("merged"), 50);
    }

    #[test]
    fn the_sink_can_stop_and_temporary_files_vanish() {
        let directory = tempfile::tempdir().expect("a directory");
        let whole = OrderedResults::new(SpillSettings {
            memory_bytes: 100,
            threads: 1,
            directory: Some(directory.path().to_owned()),
        });
        let mut part = whole.part();
        (0..20).for_each(|number| part.push(&person(number, 90)).expect("taken"));
        drop(part);
        let entries = || {
            std::fs::read_dir(directory.path())
                .expect("readable")
                .count()
        };
        assert_eq!(entries(), 1);
        let stop = || Err(SpillError::NotFinished(1).into());
        whole
            .merge(|_| -> Result<(), OrderError> { stop() })
            .expect_err("stopped");
        assert_eq!(entries(), 0);
    }

    #[test]
    fn a_missing_place_for_temporary_files_is_named() {
        let whole = OrderedResults::new(SpillSettings {
            memory_bytes: 1,
            threads: 1,
            directory: Some("/no/such/place".into()),
        });
        let mut part = whole.part();
        part.push(&person(1, 10)).expect("kept in memory");
        let error = part.push(&person(2, 10)).expect_err("no place");
        assert!(error.to_string().starts_with("/no/such/place"), "{error}");
    }
}
