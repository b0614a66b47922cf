//! What has changed and others are to be told: journeys and lineage, for those who listen.
//!
//! Where somebody tells others of a store's people (`wayline stream`), every commit that changes a person
//! leaves a note of it in the same transaction, whichever command it comes from. The note goes when the
//! person was told of, and is still what was told. So nothing is left untold, and of what is told twice the
//! last is what the store says.
//!
//! A note holds no text but the person's id: what is told is reckoned from the record, and of a person
//! who was erased nothing is left but that.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use wayline::keep::{
    Change, Changes, Counts, Mark, PersonChange, Store, StoreError, Stored, Waiting,
};
use wayline_store::Open;

/// The note that says that somebody tells others.
const TELLS: &str = "outbox";
const ENTRIES: &str = "outbox/";
/// Parts of the outbox, so that a long one is read piece by piece.
pub(crate) const PARTS: u8 = 255;

/// Opens a store so that what changes in it is told, where somebody tells.
pub(crate) fn open_store(name: &str, open: Open) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(Telling {
        store: wayline_store::open(name, open)?,
        tells: AtomicBool::new(false),
    }))
}

/// From now on what changes waits to be told.
pub(crate) fn tell_from_now_on(store: &dyn Store) -> Result<(), StoreError> {
    if store.note(TELLS)?.is_some() {
        return Ok(());
    }
    let told = Some(Vec::new());
    match set_tells(store, None, told) {
        // Another process was faster.
        Err(StoreError::Moved { .. }) => Ok(()),
        other => other,
    }
}

/// Expecting what is there, the change waits for commits under way that go by it.
fn set_tells(
    store: &dyn Store,
    before: Option<Vec<u8>>,
    now: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    store.commit(&Changes {
        expects: vec![(TELLS.to_owned(), before)],
        notes: vec![(TELLS.to_owned(), now)],
        ..Changes::default()
    })
}

/// From now on nothing waits to be told, and what waited doesn't any more.
pub(crate) fn tell_no_more(store: &dyn Store) -> Result<(), StoreError> {
    if let Some(there) = store.note(TELLS)? {
        match set_tells(store, Some(there), None) {
            // Another process was faster.
            Ok(()) | Err(StoreError::Moved { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    (0..=PARTS).try_for_each(|part| forget(store, untold(store, part)?.iter()))
}

/// How many changes wait to be told.
pub(crate) fn count_untold(store: &dyn Store) -> Result<u64, StoreError> {
    let parts = (0..=PARTS).map(|part| Ok(untold(store, part)?.len() as u64));
    parts.sum()
}

/// A change that others are to be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Untold {
    pub(crate) user_id: String,
    /// Of the record that was put, or of the one that was erased.
    pub(crate) version: u64,
    /// Whether the person was erased.
    pub(crate) is_erased: bool,
}

/// A change that others were told of, by what the person was then.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) what: Untold,
    /// The version of the record that they were told; none where there was no record.
    pub(crate) version: Option<u64>,
}

impl Untold {
    fn note(&self) -> String {
        let part = blake3::hash(self.user_id.as_bytes()).as_bytes()[0];
        let Self {
            user_id, version, ..
        } = self;
        let what = if self.is_erased { ERASED } else { PUT };
        format!("{ENTRIES}{part:02x}/{user_id}/{version}/{what}")
    }

    fn from_note(note: &str) -> Option<Self> {
        let (rest, what) = note[ENTRIES.len()..].get(3..)?.rsplit_once('/')?;
        let (user_id, version) = rest.rsplit_once('/')?;
        Some(Self {
            user_id: user_id.to_owned(),
            version: version.parse().ok()?,
            is_erased: what == ERASED,
        })
    }

    /// That a record was put.
    pub(crate) fn put(user_id: &str, version: u64) -> Self {
        Self {
            user_id: user_id.to_owned(),
            version,
            is_erased: false,
        }
    }

    fn of(change: &PersonChange) -> Self {
        match &change.change {
            Change::Put { stored, .. } => Self::put(&change.user_id, stored.version),
            Change::Erase { .. } => Self {
                is_erased: true,
                ..Self::put(&change.user_id, change.expected)
            },
        }
    }
}

const PUT: &str = "put";
const ERASED: &str = "erased";

/// A part of what is untold, person by person.
pub(crate) fn untold(store: &dyn Store, part: u8) -> Result<Vec<Untold>, StoreError> {
    let notes = store.notes(&format!("{ENTRIES}{part:02x}/"))?;
    let mut all: Vec<Untold> = notes
        .iter()
        .filter_map(|(note, _)| Untold::from_note(note))
        .collect();
    all.sort();
    Ok(all)
}

/// Whether somebody tells others of a store's people.
pub(crate) fn is_told(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.note(TELLS)?.is_some())
}

/// These were told, and have arrived. Of whoever is another by now others may have been told that before
/// this arrived: they stay untold, so that what they are now is told last.
pub(crate) fn were_told(store: &dyn Store, told: &[Told]) -> Result<(), StoreError> {
    let people: Vec<&str> = told.iter().map(|it| it.what.user_id.as_str()).collect();
    let marks = store.marks(&people)?;
    let is_it_still = |(told, mark): &(&Told, &Option<Mark>)| {
        let version = mark.map(|mark| mark.version).filter(|version| *version > 0);
        version == told.version
    };
    let both = told.iter().zip(&marks).filter(is_it_still);
    forget(store, both.map(|(told, _)| &told.what))
}

fn forget<'u>(
    store: &dyn Store,
    untold: impl Iterator<Item = &'u Untold>,
) -> Result<(), StoreError> {
    let notes: Vec<(String, Option<Vec<u8>>)> = untold.map(|it| (it.note(), None)).collect();
    if notes.is_empty() {
        return Ok(());
    }
    store.commit(&Changes {
        notes,
        ..Changes::default()
    })
}

/// A store that notes what is to be told.
struct Telling {
    store: Box<dyn Store>,
    /// Whether somebody tells, as it was last seen.
    tells: AtomicBool,
}

impl Telling {
    /// What is committed where somebody tells, or where nobody does; refused where it is otherwise.
    fn changes(changes: &Changes, tells: bool) -> Changes {
        let mut changes = changes.clone();
        if tells {
            let entries = changes.people.iter();
            let entries = entries.map(|it| (Untold::of(it).note(), Some(Vec::new())));
            changes.notes.extend(entries);
        }
        let expected = tells.then(Vec::new);
        changes.expects.push((TELLS.to_owned(), expected));
        changes
    }
}

impl Store for Telling {
    fn get(&self, user_id: &str) -> Result<Option<Stored>, StoreError> {
        self.store.get(user_id)
    }

    fn mark(&self, user_id: &str) -> Result<Option<Mark>, StoreError> {
        self.store.mark(user_id)
    }

    fn marks(&self, user_ids: &[&str]) -> Result<Vec<Option<Mark>>, StoreError> {
        self.store.marks(user_ids)
    }

    fn waiting(&self, user_id: &str) -> Result<Vec<Waiting>, StoreError> {
        self.store.waiting(user_id)
    }

    fn people(
        &self,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Stored)>, StoreError> {
        self.store.people(after, most)
    }

    fn people_waiting(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        self.store.people_waiting(after, most)
    }

    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.note(name)
    }

    fn notes(&self, beginning: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.notes(beginning)
    }

    fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        if changes.people.is_empty() {
            return self.store.commit(changes);
        }
        loop {
            let tells = self.tells.load(Ordering::Relaxed);
            match self.store.commit(&Self::changes(changes, tells)) {
                // Somebody began to tell, or nobody does any more.
                Err(StoreError::Moved { note }) if note == TELLS => {
                    self.tells.store(!tells, Ordering::Relaxed);
                }
                other => return other,
            }
        }
    }

    fn overwrite_erased(&self) -> Result<bool, StoreError> {
        self.store.overwrite_erased()
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.store.counts()
    }

    fn compact(&self) -> Result<(), StoreError> {
        self.store.compact()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(user_id: &str, expected: u64, change: Change) -> Changes {
        let user_id = user_id.to_owned();
        Changes {
            people: vec![PersonChange {
                user_id,
                expected,
                change,
            }],
            ..Changes::default()
        }
    }

    fn all_untold(store: &dyn Store) -> Vec<Untold> {
        let parts = (0..=PARTS).flat_map(|part| untold(store, part).expect("read"));
        let mut all: Vec<Untold> = parts.collect();
        all.sort();
        all
    }

    #[test]
    fn what_changes_waits_to_be_told_once_somebody_tells() {
        let store = open_store("memory:", Open::OrCreate).expect("a store");
        let put = |user_id: &str, expected: u64| {
            let stored = Stored {
                version: expected + 1,
                record: vec![1],
            };
            let put = Change::Put {
                stored,
                added_until: 0,
            };
            store
                .commit(&change(user_id, expected, put))
                .expect("taken");
        };
        put("before", 0);
        assert_eq!(all_untold(&*store), []);
        tell_from_now_on(&*store).expect("noted");
        tell_from_now_on(&*store).expect("noted already");
        // Ids may hold what notes are written with.
        put("a/1", 0);
        put("a/1", 1);
        put("é/", 0);
        store
            .commit(&change("a/1", 2, Change::Erase { waiting_until: 0 }))
            .expect("taken");
        let untold = Untold::put;
        let erased = Untold {
            is_erased: true,
            ..Untold::put("a/1", 2)
        };
        assert_eq!(
            all_untold(&*store),
            [
                untold("a/1", 1),
                untold("a/1", 2),
                erased.clone(),
                untold("é/", 1)
            ]
        );
        let told = |what: &Untold, version| Told {
            what: what.clone(),
            version,
        };
        // Somebody told what the person was before.
        were_told(&*store, &[told(&untold("a/1", 2), Some(2))]).expect("nothing to do");
        assert_eq!(all_untold(&*store).len(), 4);
        let gone = [told(&untold("a/1", 1), None), told(&untold("a/1", 2), None)];
        were_told(&*store, &gone).expect("noted");
        assert_eq!(all_untold(&*store), [erased.clone(), untold("é/", 1)]);
        were_told(&*store, &[told(&erased, None)]).expect("noted");
        assert_eq!(all_untold(&*store), [untold("é/", 1)]);
        assert_eq!(count_untold(&*store).expect("counted"), 1);
        // Nobody tells any more, and then somebody does again.
        tell_no_more(&*store).expect("noted");
        put("é/", 1);
        assert_eq!(all_untold(&*store), []);
        tell_from_now_on(&*store).expect("noted");
        put("é/", 2);
        assert_eq!(all_untold(&*store), [untold("é/", 3)]);
        // A conflict leaves no note.
        let put = Change::Put {
            stored: Stored {
                version: 9,
                record: Vec::new(),
            },
            added_until: 0,
        };
        store.commit(&change("é/", 7, put)).expect_err("a conflict");
        assert_eq!(all_untold(&*store), [untold("é/", 3)]);
    }
}
