//! The port to where records are kept. Adapters stand outside the library and know bytes, texts and
//! versions alone.

/// Keeps people's records, events that wait to be added to them, and notes.
///
/// What [`Store::commit`] has taken is there after a crash, all of it or nothing; several threads, and
/// with some adapters several processes, may use one store at once. People come in the byte order of
/// their ids.
pub trait Store: Send + Sync {
    /// A person's record.
    ///
    /// # Errors
    /// The store can't be reached or read.
    fn get(&self, user_id: &str) -> Result<Option<Stored>, StoreError>;

    /// What tells whether anything of a person has changed, at little cost; none where the store has
    /// nothing of them.
    ///
    /// # Errors
    /// Likewise.
    fn mark(&self, user_id: &str) -> Result<Option<Mark>, StoreError>;

    /// The same of many people, in their order.
    ///
    /// # Errors
    /// Likewise.
    fn marks(&self, user_ids: &[&str]) -> Result<Vec<Option<Mark>>, StoreError> {
        user_ids.iter().map(|user_id| self.mark(user_id)).collect()
    }

    /// Batches that wait for a person, in the order in which they came.
    ///
    /// # Errors
    /// Likewise.
    fn waiting(&self, user_id: &str) -> Result<Vec<Waiting>, StoreError>;

    /// The records of the next `most` people after a person, or from the first on.
    ///
    /// # Errors
    /// Likewise.
    fn people(&self, after: Option<&str>, most: usize)
    -> Result<Vec<(String, Stored)>, StoreError>;

    /// The next `most` people for whom something waits, after a person or from the first on.
    ///
    /// # Errors
    /// Likewise.
    fn people_waiting(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError>;

    /// The note of this name.
    ///
    /// # Errors
    /// Likewise.
    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// All notes whose names begin so, by their names.
    ///
    /// # Errors
    /// Likewise.
    fn notes(&self, beginning: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Takes all changes or none; they are durable when it returns.
    ///
    /// # Errors
    /// A person's record or a note is another than was expected, and nothing was changed; or the store
    /// can't be reached or written.
    fn commit(&self, changes: &Changes) -> Result<(), StoreError>;

    /// Versions up to this one may have been those of people who were erased, so new records begin
    /// above it: nobody takes a person who comes back for the one who was erased.
    ///
    /// # Errors
    /// The store can't be reached or read.
    fn erased_until(&self) -> Result<u64, StoreError> {
        let note = self.note(ERASED)?;
        Ok(note
            .map_or(0, |value| number_of(&value))
            .max(0)
            .unsigned_abs())
    }

    /// Overwrites what was erased where it still stands beside the records, such as in a log of changes,
    /// and waits a while for those who read there. Returns whether nothing is left that this can reach.
    ///
    /// # Errors
    /// The store can't be reached or written.
    fn overwrite_erased(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// How much there is.
    ///
    /// # Errors
    /// The store can't be reached or read.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// Gives room that is free back to the system, and removes what was erased from the disk as far as
    /// that goes while others use the store.
    ///
    /// # Errors
    /// The store can't be reached or written.
    fn compact(&self) -> Result<(), StoreError>;
}

/// The note that keeps [`Store::erased_until`]; commits that erase raise it.
pub const ERASED: &str = "erased";

/// The number that a note holds, 0 where it holds none.
#[must_use]
pub fn number_of(value: &[u8]) -> i64 {
    value.try_into().map_or(0, i64::from_le_bytes)
}

/// What a person's record and batches are, without either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The version of the record, 0 where there is none.
    pub version: u64,
    /// The number of the last batch that waits, 0 where none does.
    pub waiting_until: u64,
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its version, from 1.
    pub version: u64,
    /// What [`Kept::to_bytes`](super::Kept::to_bytes) gave; empty where what rests of it is damaged, which
    /// [`Kept::from_bytes`](super::Kept::from_bytes) tells of that person alone.
    pub record: Vec<u8>,
}

/// A batch of events that waits to be added to a person's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number; of one person a later batch has a higher one.
    pub number: u64,
    /// What was given.
    pub batch: Vec<u8>,
}

/// What one commit changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// People's records.
    pub people: Vec<PersonChange>,
    /// Batches of events that are to wait, each with its person.
    pub waiting: Vec<(String, Vec<u8>)>,
    /// Notes with their names; none erases one.
    pub notes: Vec<(String, Option<Vec<u8>>)>,
    /// Notes that hold numbers, of which the higher one stays: the one that is there, or this one.
    pub highest: Vec<(String, i64)>,
    /// How notes must stand before the commit, none where there must be none; else nothing is changed.
    pub expects: Vec<(String, Option<Vec<u8>>)>,
}

/// The change of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonChange {
    /// Who.
    pub user_id: String,
    /// The version that the record has, 0 where there is none.
    pub expected: u64,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is replaced, and batches that wait up to this number are gone, since they are in it. It
    /// conflicts where there was none and the version isn't above [`Store::erased_until`].
    Put {
        /// The new record; its version is higher than the expected one.
        stored: Stored,
        /// 0 where none waited.
        added_until: u64,
    },
    /// It is erased, with all that waits. It conflicts where something waits of a higher number than
    /// this, which whoever erases hasn't seen; [`EVERYTHING`] erases whatever waits.
    Erase {
        /// 0 where none waited.
        waiting_until: u64,
    },
}

/// Any number of a batch is at most this.
pub const EVERYTHING: u64 = i64::MAX as u64;

/// How much a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People with a record.
    pub people: u64,
    /// Bytes of their records, as stored.
    pub record_bytes: u64,
    /// Batches that wait.
    pub waiting: u64,
    /// Bytes of the whole store on disk; none where it has no disk.
    pub disk_bytes: Option<u64>,
}

/// Why a store couldn't do it. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has changed the person's record.
    #[error("the record of `{user_id}` was changed by another process meanwhile; look at it anew")]
    Conflict {
        /// Whose.
        user_id: String,
    },
    /// Somebody else has changed the note.
    #[error("the store's note `{note}` was changed by another process meanwhile; look at it anew")]
    Moved {
        /// Which.
        note: String,
    },
    /// The store is of another version.
    #[error("{store}: {reason}")]
    Unusable {
        /// Which.
        store: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The connection broke while changes were being taken: all of them may be in, or none.
    #[error("{store}: {reason}")]
    Unknown {
        /// Which.
        store: String,
        /// What it said, and what to do.
        reason: String,
    },
    /// The system or the database refuses.
    #[error("{store}: {reason}")]
    System {
        /// Which.
        store: String,
        /// What it said, and what to do.
        reason: String,
    },
}
