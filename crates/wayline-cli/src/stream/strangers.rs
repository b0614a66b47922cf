//! People for whom something waits and nobody looks: those of a member that died, and of events that
//! came another way.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use wayline::keep::Store;

use super::quiet::Active;

/// People who are looked up at once.
const PAGE: usize = 1_000;

/// Looks for people whom this member doesn't know of, from time to time, a page a turn.
pub(super) struct Strangers {
    every: Duration,
    /// When the last time over all of them began.
    begun: Option<Instant>,
    /// How far this time is; none where it is through.
    after: Option<String>,
    /// What waited last of those who were found the last time, by a hash of their ids, and this time.
    before: HashMap<u64, u64>,
    seen: HashMap<u64, u64>,
    /// How many are remembered from one time to the next.
    most: usize,
}

impl Strangers {
    pub(super) fn new(every: Duration, most: usize) -> Self {
        Self {
            every,
            begun: None,
            after: None,
            before: HashMap::new(),
            seen: HashMap::new(),
            most,
        }
    }

    /// Those of the next page for whom the same has waited since the last time, so that nobody seems to
    /// look at them.
    pub(super) fn found(
        &mut self,
        store: &dyn Store,
        active: &Active,
        now: Instant,
    ) -> Result<Vec<String>> {
        if self.after.is_none() {
            let since = self.begun.map(|begun| now.duration_since(begun));
            if since.is_some_and(|since| since < self.every) {
                return Ok(Vec::new());
            }
            self.begun = Some(now);
            self.before = std::mem::take(&mut self.seen);
        }
        let page = store.people_waiting(self.after.as_deref(), PAGE)?;
        let unknown: Vec<&str> = page
            .iter()
            .map(String::as_str)
            .filter(|it| !active.knows(it))
            .collect();
        let marks = store.marks(&unknown)?;
        let mut found = Vec::new();
        for (user_id, mark) in unknown.into_iter().zip(marks) {
            let Some(mark) = mark else { continue };
            let key = hash(user_id);
            if self.before.get(&key) == Some(&mark.waiting_until) {
                found.push(user_id.to_owned());
            } else if self.seen.len() < self.most {
                self.seen.insert(key, mark.waiting_until);
            }
        }
        self.after = page.into_iter().last();
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
            let mut all = strangers.found(&store, &active, now).expect("read");
            // The page after the last one.
            all.extend(strangers.found(&store, &active, now).expect("read"));
            all
        };
        assert_eq!(found(0), [""; 0]);
        waits(&store, "busy");
        assert_eq!(found(1), ["left"]);
        assert_eq!(found(2), ["busy"]);
    }
}
