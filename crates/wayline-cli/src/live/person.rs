//! One person's record, out of the store and back.

use anyhow::{Result, anyhow};
use wayline::config::Config;
use wayline::keep::{Change, Changes, Kept, KeptError, PersonChange, Store, StoreError, Stored};
use wayline::nouns::Timestamp;

/// A record with all that waited for it, as it stands in no store yet.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) kept: Kept,
    /// The version in the store.
    expected: u64,
    /// The last batch that waited.
    added_until: u64,
}

/// Times that a person is read until nobody changes them meanwhile; after that a commit finds out.
const READS: usize = 5;

/// A person's record, or an empty one, with what waits for it added.
pub(crate) fn load(store: &dyn Store, user_id: &str, config: &Config) -> Result<Loaded> {
    let mut before = store.mark(user_id)?;
    for _ in 1..READS {
        let loaded = load_once(store, user_id, config)?;
        let after = store.mark(user_id)?;
        if after == before {
            return Ok(loaded);
        }
        before = after;
    }
    load_once(store, user_id, config)
}

/// A person's record for a log that holds all until a moment: what is there until then is let go of,
/// also what waited, which the log holds too; what came later stays.
pub(crate) fn load_to_replace(
    store: &dyn Store,
    user_id: &str,
    until: Option<Timestamp>,
    config: &Config,
) -> Result<Loaded> {
    let mut loaded = load(store, user_id, config)?;
    if let Some(until) = until {
        loaded.kept.forget_events(until);
    }
    Ok(loaded)
}

/// The record first: a batch that another process adds to it meanwhile is missing then, and the version
/// tells; the other way round it would be there twice. Where a new record's versions begin comes before
/// what waits: whoever is erased in between is not brought back.
fn load_once(store: &dyn Store, user_id: &str, config: &Config) -> Result<Loaded> {
    let mut loaded = load_stored(store, user_id, config)?;
    // Together first, so that the record is sorted once.
    let mut all = Kept::new(user_id);
    for waiting in store.waiting(user_id)? {
        let more = Kept::from_bytes(user_id, &waiting.batch, &config.actions)?;
        all.gather(&more);
        loaded.added_until = waiting.number;
    }
    if loaded.added_until > 0 {
        loaded.kept.absorb(&all, &config.keep);
    }
    Ok(loaded)
}

/// A person's record as it stands in the store, without what waits.
pub(crate) fn stored(store: &dyn Store, user_id: &str, config: &Config) -> Result<Option<Kept>> {
    let stored = store.get(user_id)?;
    let kept = stored.map(|stored| unpacked(user_id, Some(stored), config));
    Ok(kept.transpose()?.map(|loaded| loaded.kept))
}

/// Likewise, or an empty one, to be put back; what waits goes on waiting.
fn load_stored(store: &dyn Store, user_id: &str, config: &Config) -> Result<Loaded> {
    let stored = store.get(user_id)?;
    let is_new = stored.is_none();
    let mut loaded = unpacked(user_id, stored, config)?;
    if is_new {
        loaded.kept.version = store.erased_until()?;
    }
    Ok(loaded)
}

/// An empty record in the place of the one that is there and of what waits; neither need be readable.
fn load_place(store: &dyn Store, user_id: &str) -> Result<Loaded> {
    let mark = store.mark(user_id)?;
    let version = mark.map_or(0, |it| it.version);
    let mut kept = Kept::new(user_id);
    kept.version = if version > 0 {
        version
    } else {
        store.erased_until()?
    };
    Ok(Loaded {
        kept,
        expected: version,
        added_until: mark.map_or(0, |it| it.waiting_until),
    })
}

/// Likewise, in the place of the record alone; what waits goes on waiting.
pub(crate) fn load_place_of_record(store: &dyn Store, user_id: &str) -> Result<Loaded> {
    let place = load_place(store, user_id)?;
    Ok(Loaded {
        added_until: 0,
        ..place
    })
}

/// A person's record out of what the store has of it.
pub(crate) fn unpacked(user_id: &str, stored: Option<Stored>, config: &Config) -> Result<Loaded> {
    Ok(match stored {
        None => Loaded {
            kept: Kept::new(user_id),
            expected: 0,
            added_until: 0,
        },
        Some(Stored { version, record }) => {
            let mut kept = Kept::from_bytes(user_id, &record, &config.actions)?;
            // A record that was imported may have fewer looks than its place had versions.
            kept.version = kept.version.max(version);
            Loaded {
                kept,
                expected: version,
                added_until: 0,
            }
        }
    })
}

impl Loaded {
    /// Whether the store has a record of the person, or something that waits for one.
    pub(crate) fn is_there(&self) -> bool {
        self.expected > 0 || self.added_until > 0
    }

    /// Another record of the person, to be put in the place of this one.
    pub(crate) fn replaced_by(self, mut kept: Kept) -> Self {
        kept.version = kept.version.max(self.kept.version + 1);
        Self { kept, ..self }
    }

    /// Whether something waited that is in the record now.
    pub(crate) fn has_news(&self) -> bool {
        self.added_until > 0
    }

    /// Puts the record back, after a look at it.
    pub(crate) fn put(&self, config: &Config) -> PersonChange {
        let version = self.kept.version.max(self.expected + 1);
        PersonChange {
            user_id: self.kept.user_id().to_owned(),
            expected: self.expected,
            change: Change::Put {
                stored: Stored {
                    version,
                    record: self.kept.to_bytes(&config.actions),
                },
                added_until: self.added_until,
            },
        }
    }

    /// Erases the record and what waited for it; what came meanwhile is looked at anew.
    pub(crate) fn erase(&self) -> PersonChange {
        PersonChange {
            user_id: self.kept.user_id().to_owned(),
            expected: self.expected,
            change: Change::Erase {
                waiting_until: self.added_until,
            },
        }
    }
}

/// What erasing a person takes away.
pub(crate) struct Erasure {
    pub(crate) change: PersonChange,
    /// Events and journeys; none where the record can't be read.
    pub(crate) held: Option<(usize, usize)>,
}

/// What there is to erase of a person, if the store has anything. A record or a batch that can't be read
/// is erased like any other.
pub(crate) fn load_to_erase(
    store: &dyn Store,
    user_id: &str,
    config: &Config,
) -> Result<Option<Erasure>> {
    let (loaded, held) = match load(store, user_id, config) {
        Ok(loaded) => {
            let held = (loaded.kept.log.events.len(), loaded.kept.live().count());
            (loaded, Some(held))
        }
        Err(error) if error.is::<KeptError>() => (load_place(store, user_id)?, None),
        Err(error) => return Err(error),
    };
    Ok(loaded.is_there().then(|| Erasure {
        change: loaded.erase(),
        held,
    }))
}

/// Times that a change is tried when others change the same people.
pub(crate) const TRIES: usize = 20;

/// Commits what `make` makes of the present state, anew where another process was faster.
pub(crate) fn commit_anew(
    store: &dyn Store,
    mut make: impl FnMut() -> Result<Option<Changes>>,
) -> Result<()> {
    for _ in 0..TRIES {
        let Some(changes) = make()? else {
            return Ok(());
        };
        match store.commit(&changes) {
            Err(StoreError::Conflict { .. } | StoreError::Moved { .. }) => {}
            other => return Ok(other?),
        }
    }
    Err(too_busy())
}

pub(crate) fn too_busy() -> anyhow::Error {
    anyhow!(
        "other processes change the same people again and again; run it anew when they are done"
    )
}
