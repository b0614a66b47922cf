//! People for whom something waits and nobody looks: those of a member that died, and of events that
//! came another way.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use wayline::keep::Store;

use super::quiet::Active;

/// People who are looked up at once.
const PAGE: usize = 1_000;

/// Looks for people whom this member doesn't know of, from time to time.
pub(super) struct Strangers {
    every: Duration,
    last: Option<Instant>,
    /// What waited last of those who were found, by a hash of their ids.
    seen: HashMap<u64, u64>,
    /// How many are remembered from one time to the next.
    most: usize,
}

impl Strangers {
    pub(super) fn new(every: Duration, most: usize) -> Self {
        Self {
            every,
            last: None,
            seen: HashMap::new(),
            most,
        }
    }

    /// Those for whom the same has waited since the last time, so that nobody seems to look at them.
    pub(super) fn found(
        &mut self,
        store: &dyn Store,
        active: &Active,
        now: Instant,
    ) -> Result<Vec<String>> {
        let is_time = self
            .last
            .is_none_or(|last| now.duration_since(last) >= self.every);
        if !is_time {
            return Ok(Vec::new());
        }
        let before = std::mem::take(&mut self.seen);
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = store.people_waiting(after.as_deref(), PAGE)?;
            for user_id in page.iter().filter(|it| !active.knows(it)) {
                let Some(mark) = store.mark(user_id)? else {
                    continue;
                };
                let key = hash(user_id);
                if before.get(&key) == Some(&mark.waiting_until) {
                    found.push(user_id.clone());
                } else if self.seen.len() < self.most {
                    self.seen.insert(key, mark.waiting_until);
                }
            }
            match page.into_iter().last() {
                Some(last) if found.len() < self.most => after = Some(last),
                _ => break,
            }
        }
        self.last = Some(Instant::now());
        Ok(found)
    }
}

fn hash(user_id: &str) -> u64 {
    let hash = *blake3::hash(user_id.as_bytes()).as_bytes();
    let (first, _) = hash.split_at(8);
    first.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wayline::keep::Changes;
    use wayline_store::Memory;

    fn waits(store: &Memory, user_id: &str) {
        let waiting = vec![(user_id.to_owned(), vec![1])];
        let changes = Changes {
            waiting,
            ..Changes::default()
        };
        store.commit(&changes).expect("taken");
    }

    #[test]
    fn whoever_waits_twice_with_nothing_new_is_found() {
        let minute = Duration::from_secs(60);
        let (store, start) = (Memory::default(), Instant::now());
        let mut active = Active::new(minute, minute, 10);
        active.hear("ours", start);
        for user_id in ["ours", "busy", "left"] {
            waits(&store, user_id);
        }
        let mut strangers = Strangers::new(minute, 10);
        let mut found = |minutes: u32| {
            let now = start + minutes * minute * 2;
            strangers.found(&store, &active, now).expect("read")
        };
        assert_eq!(found(0), [""; 0]);
        waits(&store, "busy");
        assert_eq!(found(1), ["left"]);
        assert_eq!(found(2), ["busy"]);
    }
}
