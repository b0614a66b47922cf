//! What was left untold: by a member that died, by other commands, and while the brokers were away.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::keep::KeptError;
use wayline::nouns::Timestamp;

use super::tell::Teller;
use crate::live::{Live, PARTS, Untold, result_of, stored, untold, were_told};

/// Tells what nobody else seems to tell.
pub(super) struct Leftovers {
    every: Duration,
    last: Option<Instant>,
    /// What was untold the last time; it may only have been under way.
    seen: HashSet<Untold>,
    /// How many are remembered from one time to the next.
    most: usize,
}

impl Leftovers {
    pub(super) fn new(every: Duration, most: usize) -> Self {
        Self {
            every,
            last: None,
            seen: HashSet::new(),
            most,
        }
    }

    /// Tells what was untold the last time already, from time to time. Returns of how many people.
    pub(super) fn tell(&mut self, live: &Live<'_>, teller: &Teller, now: Timestamp) -> Result<u64> {
        if self.last.is_some_and(|last| last.elapsed() < self.every) {
            return Ok(0);
        }
        let before = std::mem::take(&mut self.seen);
        let mut told = 0;
        for part in 0..=PARTS {
            let (left, new): (Vec<Untold>, Vec<Untold>) = untold(live.store, part)?
                .into_iter()
                .partition(|it| before.contains(it));
            let room = self.most.saturating_sub(self.seen.len());
            self.seen.extend(new.into_iter().take(room));
            told += tell_all(live, teller, &left, now)?;
        }
        self.last = Some(Instant::now());
        Ok(told)
    }

    /// Tells all that is untold, whoever may be about to.
    pub(super) fn tell_everything(live: &Live<'_>, teller: &Teller, now: Timestamp) -> Result<u64> {
        let mut told = 0;
        for part in 0..=PARTS {
            told += tell_all(live, teller, &untold(live.store, part)?, now)?;
        }
        Ok(told)
    }
}

/// Tells of people as their records are now.
fn tell_all(live: &Live<'_>, teller: &Teller, all: &[Untold], now: Timestamp) -> Result<u64> {
    let mut versions: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for it in all {
        versions.entry(&it.user_id).or_default().push(it.version);
    }
    if versions.is_empty() {
        return Ok(0);
    }
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let mut told = Vec::new();
    let mut people = 0;
    for (user_id, versions) in &versions {
        match tell_of(live, teller, user_id, versions, now, &mut embeddings) {
            Ok(()) => {}
            // It stays untold until the record can be read again.
            Err(error) if error.is::<KeptError>() => {
                tracing::error!("a record can't be read; `wayline doctor` says why");
                continue;
            }
            Err(error) => return Err(error),
        }
        people += 1;
        told.extend(versions.iter().map(|version| Untold {
            user_id: (*user_id).to_owned(),
            version: *version,
        }));
    }
    teller.arrived()?;
    were_told(live.store, &told)?;
    Ok(people)
}

fn tell_of(
    live: &Live<'_>,
    teller: &Teller,
    user_id: &str,
    versions: &[u64],
    now: Timestamp,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<()> {
    let Some(kept) = stored(live.store, user_id, live.config)? else {
        return teller.erased(user_id);
    };
    let last = kept.log.events.last().map(|event| event.time);
    let rooms = live.rooms_at(last.map_or(now, |last| last.max(now)));
    let result = result_of(&kept, &rooms, embeddings);
    let run = rooms.run_info(Embedder::builtin().hash());
    let at = (kept.version, rooms.as_of);
    teller.journeys(user_id, at, &result.journeys, &run)?;
    let mut events = kept.lineage;
    events.retain(|event| versions.contains(&event.version));
    teller.lineage(&events)
}
