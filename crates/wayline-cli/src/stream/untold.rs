//! What was left untold: by a member that died, by other commands, and while the brokers were away.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::keep::KeptError;
use wayline::nouns::Timestamp;

use super::tell::Teller;
use crate::live::{
    Live, PARTS, Told, Untold, result_of, stored, tell_from_now_on, untold, were_told,
};

/// People who are told of between two polls: about a second's work.
const PEOPLE_AT_ONCE: usize = 512;

/// Tells what nobody else seems to tell: one part of the outbox a turn, over and over.
pub(super) struct Leftovers {
    every: Duration,
    /// When the outbox was begun from its first part.
    begun: Instant,
    part: u8,
    /// What was untold the last time, by part; it may only have been under way.
    seen: Vec<HashSet<Untold>>,
    /// How many are remembered of one part.
    most: usize,
    /// Vectors of texts.
    embeddings: EmbeddingCache<'static>,
}

impl Leftovers {
    pub(super) fn new(every: Duration, most: usize) -> Self {
        Self {
            every,
            begun: Instant::now(),
            // Members begin at different parts, so that they tell different people.
            part: (std::process::id() % (u32::from(PARTS) + 1)) as u8,
            seen: vec![HashSet::new(); usize::from(PARTS) + 1],
            most: most / usize::from(PARTS),
            embeddings: EmbeddingCache::new(Embedder::builtin(), 4_096),
        }
    }

    /// Tells what was untold the last time already of one part, if it is its turn. Returns of how many
    /// people.
    pub(super) fn tell(&mut self, live: &Live<'_>, teller: &Teller, now: Timestamp) -> Result<u64> {
        let parts = u32::from(PARTS) + 1;
        // Spread over the time that all of them have.
        if self.begun.elapsed() < self.every / parts {
            return Ok(0);
        }
        if self.part == 0 {
            // Somebody may have said that nobody tells any more.
            tell_from_now_on(live.store)?;
        }
        let seen = &mut self.seen[usize::from(self.part)];
        let (mut left, new): (Vec<Untold>, Vec<Untold>) = untold(live.store, self.part)?
            .into_iter()
            .partition(|it| seen.contains(it));
        // Of more the rest is told the next time.
        let is_whole = left.len() <= PEOPLE_AT_ONCE;
        left.truncate(PEOPLE_AT_ONCE);
        let told = tell_all(live, teller, &left, now, &mut self.embeddings)?;
        if is_whole {
            *seen = new.into_iter().take(self.most.max(1_024)).collect();
            self.part = self.part.wrapping_add(1);
            self.begun = Instant::now();
        }
        Ok(told)
    }

    /// Tells all that is untold, whoever may be about to.
    pub(super) fn tell_everything(
        &mut self,
        live: &Live<'_>,
        teller: &Teller,
        now: Timestamp,
    ) -> Result<u64> {
        let mut told = 0;
        for part in 0..=PARTS {
            for some in untold(live.store, part)?.chunks(PEOPLE_AT_ONCE) {
                told += tell_all(live, teller, some, now, &mut self.embeddings)?;
            }
        }
        Ok(told)
    }
}

/// Tells of people as their records are now.
fn tell_all(
    live: &Live<'_>,
    teller: &Teller,
    all: &[Untold],
    now: Timestamp,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<u64> {
    let mut of_people: BTreeMap<&str, Vec<&Untold>> = BTreeMap::new();
    for it in all {
        of_people.entry(&it.user_id).or_default().push(it);
    }
    let mut told = Vec::new();
    let mut people = 0;
    for (user_id, untold) in &of_people {
        let version = match tell_of(live, teller, user_id, untold, now, embeddings) {
            Ok(version) => version,
            // It stays untold until the record can be read again.
            Err(error) if error.is::<KeptError>() => {
                tracing::error!("a record can't be read; `wayline doctor` says why");
                continue;
            }
            Err(error) => return Err(error),
        };
        people += 1;
        told.extend(untold.iter().map(|it| Told {
            what: (*it).clone(),
            version,
        }));
    }
    if people > 0 {
        teller.arrived()?;
        were_told(live.store, &told)?;
    }
    Ok(people)
}

/// Tells what a person is. Returns the version of their record; none where there is none.
fn tell_of(
    live: &Live<'_>,
    teller: &Teller,
    user_id: &str,
    untold: &[&Untold],
    now: Timestamp,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<Option<u64>> {
    let kept = stored(live.store, user_id, live.config)?;
    // Also of one who came back: what was told before the erasure is to be forgotten.
    if kept.is_none() || untold.iter().any(|it| it.is_erased) {
        teller.erased(user_id)?;
    }
    let Some(kept) = kept else { return Ok(None) };
    let last = kept.log.events.last().map(|event| event.time);
    let rooms = live.rooms_at(last.map_or(now, |last| last.max(now)));
    let result = result_of(&kept, &rooms, embeddings);
    let run = rooms.run_info(Embedder::builtin().hash());
    let at = (kept.version, rooms.as_of);
    teller.journeys(user_id, at, &result.journeys, &run)?;
    let is_told = |version: u64| {
        untold
            .iter()
            .any(|it| !it.is_erased && it.version == version)
    };
    let mut events = kept.lineage;
    events.retain(|event| is_told(event.version));
    teller.lineage(&events)?;
    Ok(Some(kept.version))
}
