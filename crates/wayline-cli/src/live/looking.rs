//! Looks at people for whom something waits, many in one commit.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rayon::prelude::*;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::keep::{Changes, KeptError, PersonChange, StoreError, look_at};
use wayline::nouns::{LineageEvent, PersonResult, Timestamp};

use super::Live;
use super::person::{commit_anew, load};

/// People in one commit: the disk is waited for once for all of them.
const PEOPLE_AT_ONCE: usize = 64;
/// Texts whose vectors each thread remembers, at 1 KiB each.
const CACHED_TEXTS: usize = 8_192;

/// A person who was looked at, as the store has them now.
pub(crate) struct Looked {
    pub(crate) user_id: String,
    pub(crate) version: u64,
    pub(crate) as_of: Timestamp,
    pub(crate) result: PersonResult,
    pub(crate) events: Vec<LineageEvent>,
}

/// Those who were looked at, and how many couldn't be, since their records can't be read.
#[derive(Default)]
pub(crate) struct LookedAt {
    pub(crate) people: Vec<Looked>,
    pub(crate) unreadable: u64,
}

/// What looks share.
pub(crate) struct Looking<'a> {
    live: &'a Live<'a>,
    embeddings: Mutex<Vec<EmbeddingCache<'static>>>,
}

struct Turn {
    change: PersonChange,
    looked: Looked,
}

impl<'a> Looking<'a> {
    pub(crate) fn new(live: &'a Live<'a>) -> Self {
        Self {
            live,
            embeddings: Mutex::default(),
        }
    }

    /// Looks at those of the people for whom something waits, as of a moment or of their last events,
    /// whichever is later. Each is durable when it returns.
    pub(crate) fn at(&self, people: &[String], now: Timestamp) -> Result<LookedAt> {
        let pieces = people.par_chunks(PEOPLE_AT_ONCE);
        let looked = pieces.map(|piece| self.with_embeddings(|them| self.piece(piece, now, them)));
        let mut all = LookedAt::default();
        for piece in looked.collect::<Result<Vec<LookedAt>>>()? {
            all.people.extend(piece.people);
            all.unreadable += piece.unreadable;
        }
        Ok(all)
    }

    fn with_embeddings<T>(&self, work: impl FnOnce(&mut EmbeddingCache<'static>) -> T) -> T {
        let pool = || {
            self.embeddings
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let waiting = pool().pop();
        let mut embeddings =
            waiting.unwrap_or_else(|| EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS));
        let done = work(&mut embeddings);
        pool().push(embeddings);
        done
    }

    fn piece(
        &self,
        people: &[String],
        now: Timestamp,
        embeddings: &mut EmbeddingCache<'static>,
    ) -> Result<LookedAt> {
        let mut turns = Vec::new();
        let mut all = LookedAt::default();
        for user_id in people {
            match self.turn(user_id, now, embeddings) {
                Ok(turn) => turns.extend(turn),
                Err(error) if error.is::<KeptError>() => all.unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        if turns.is_empty() {
            return Ok(all);
        }
        let changes = Changes {
            people: turns.iter().map(|turn| turn.change.clone()).collect(),
            ..Changes::default()
        };
        match self.live.store.commit(&changes) {
            Ok(()) => all.people.extend(turns.into_iter().map(|turn| turn.looked)),
            // Whoever else changed one of them, the others go through.
            Err(StoreError::Conflict { .. }) => {
                for turn in turns {
                    all.people.extend(self.alone(turn, now, embeddings)?);
                }
            }
            Err(other) => return Err(other.into()),
        }
        Ok(all)
    }

    /// None where nothing waits any more: another process was faster, or the person was erased.
    fn turn(
        &self,
        user_id: &str,
        now: Timestamp,
        embeddings: &mut EmbeddingCache<'static>,
    ) -> Result<Option<Turn>> {
        let live = self.live;
        let mut loaded = load(live.store, user_id, live.config)?;
        if !loaded.has_news() {
            return Ok(None);
        }
        let last = loaded.kept.log.events.last().map(|event| event.time);
        let as_of = last.map_or(now, |last| last.max(now));
        let look = look_at(&mut loaded.kept, &live.rooms_asking_at(as_of), embeddings);
        let change = loaded.put(live.config);
        Ok(Some(Turn {
            looked: Looked {
                user_id: user_id.to_owned(),
                version: loaded.kept.version,
                // Later than was asked for, where more was known of the person already.
                as_of: look.as_of,
                result: look.result,
                events: look.events,
            },
            change,
        }))
    }

    fn alone(
        &self,
        first: Turn,
        now: Timestamp,
        embeddings: &mut EmbeddingCache<'static>,
    ) -> Result<Option<Looked>> {
        let user_id = first.looked.user_id.clone();
        let mut turn = Some(first);
        let mut is_first = true;
        commit_anew(self.live.store, || {
            if !std::mem::take(&mut is_first) {
                turn = self.turn(&user_id, now, embeddings)?;
            }
            Ok(turn.as_ref().map(|turn| Changes {
                people: vec![turn.change.clone()],
                ..Changes::default()
            }))
        })?;
        Ok(turn.map(|turn| turn.looked))
    }
}
