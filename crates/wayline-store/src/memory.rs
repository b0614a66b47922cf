//! A store that lives as long as its process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wayline::keep::{
    Change, Changes, Counts, ERASED, Mark, PersonChange, Store, StoreError, Stored, Waiting,
    number_of,
};

use crate::versions::{after_erasing, is_of_erased};

/// Keeps everything in memory.
#[derive(Default)]
pub struct Memory {
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    people: BTreeMap<String, Stored>,
    waiting: BTreeMap<String, Vec<Waiting>>,
    notes: BTreeMap<String, Vec<u8>>,
    last_number: u64,
}

impl Memory {
    fn all(&self) -> MutexGuard<'_, All> {
        // Nobody leaves it half changed: changes are checked before any is made.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn number(&self, note: &str) -> i64 {
        self.notes.get(note).map_or(0, |value| number_of(value))
    }

    fn put_number(&mut self, note: &str, number: i64) {
        let value = number.to_le_bytes().to_vec();
        self.notes.insert(note.to_owned(), value);
    }

    fn check(&self, changes: &Changes) -> Result<(), StoreError> {
        let erased_until = self.number(ERASED);
        for change in &changes.people {
            let user_id = &change.user_id;
            let is_expected =
                self.people.get(user_id).map_or(0, |it| it.version) == change.expected;
            let last = self.waiting.get(user_id).and_then(|it| it.last());
            let is_unseen = match change.change {
                Change::Erase { waiting_until } => last.is_some_and(|it| it.number > waiting_until),
                Change::Put { .. } => false,
            };
            if !is_expected || is_unseen || is_of_erased(change, erased_until) {
                let user_id = user_id.clone();
                return Err(StoreError::Conflict { user_id });
            }
        }
        match changes
            .expects
            .iter()
            .find(|(note, value)| self.notes.get(note) != value.as_ref())
        {
            None => Ok(()),
            Some((note, _)) => Err(StoreError::Moved { note: note.clone() }),
        }
    }
}

fn later_than(after: Option<&str>) -> (Bound<&str>, Bound<&str>) {
    (
        after.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    )
}

impl Store for Memory {
    fn get(&self, user_id: &str) -> Result<Option<Stored>, StoreError> {
        Ok(self.all().people.get(user_id).cloned())
    }

    fn mark(&self, user_id: &str) -> Result<Option<Mark>, StoreError> {
        let all = self.all();
        let mark = Mark {
            version: all.people.get(user_id).map_or(0, |it| it.version),
            waiting_until: all
                .waiting
                .get(user_id)
                .and_then(|it| it.last())
                .map_or(0, |it| it.number),
        };
        Ok((mark.version > 0 || mark.waiting_until > 0).then_some(mark))
    }

    fn waiting(&self, user_id: &str) -> Result<Vec<Waiting>, StoreError> {
        Ok(self.all().waiting.get(user_id).cloned().unwrap_or_default())
    }

    fn people(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Stored)>, StoreError> {
        let all = self.all();
        let people = all.people.range::<str, _>(later_than(after)).take(most);
        Ok(people
            .map(|(user_id, stored)| (user_id.clone(), stored.clone()))
            .collect())
    }

    fn people_waiting(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        let all = self.all();
        let people = all.waiting.range::<str, _>(later_than(after)).take(most);
        Ok(people.map(|(user_id, _)| user_id.clone()).collect())
    }

    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.all().notes.get(name).cloned())
    }

    fn notes(&self, beginning: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let all = self.all();
        let from = (Bound::Included(beginning), Bound::Unbounded);
        let notes = all.notes.range::<str, _>(from);
        let notes = notes.take_while(|(name, _)| name.starts_with(beginning));
        Ok(notes
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect())
    }

    fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        let mut all = self.all();
        all.check(changes)?;
        for PersonChange {
            user_id,
            expected,
            change,
        } in &changes.people
        {
            match change {
                Change::Put {
                    stored,
                    added_until,
                } => {
                    all.people.insert(user_id.clone(), stored.clone());
                    if let Some(waiting) = all.waiting.get_mut(user_id) {
                        waiting.retain(|it| it.number > *added_until);
                        if waiting.is_empty() {
                            all.waiting.remove(user_id);
                        }
                    }
                }
                Change::Erase { .. } => {
                    all.people.remove(user_id);
                    all.waiting.remove(user_id);
                    let until = after_erasing(all.number(ERASED), *expected);
                    all.put_number(ERASED, until);
                }
            }
        }
        for (user_id, batch) in &changes.waiting {
            all.last_number += 1;
            let waiting = Waiting {
                number: all.last_number,
                batch: batch.clone(),
            };
            all.waiting
                .entry(user_id.clone())
                .or_default()
                .push(waiting);
        }
        for (name, value) in &changes.notes {
            match value {
                Some(value) => all.notes.insert(name.clone(), value.clone()),
                None => all.notes.remove(name),
            };
        }
        for (name, number) in &changes.highest {
            let highest = all.notes.contains_key(name).then(|| all.number(name));
            all.put_number(name, highest.map_or(*number, |it| it.max(*number)));
        }
        Ok(())
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let all = self.all();
        Ok(Counts {
            people: all.people.len() as u64,
            record_bytes: all.people.values().map(|it| it.record.len() as u64).sum(),
            waiting: all.waiting.values().map(|it| it.len() as u64).sum(),
            disk_bytes: None,
        })
    }

    fn compact(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
