//! Who is active, and when it is time to look at them: after a quiet while, or when they have waited
//! long enough.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// When a person was first and last heard of since the last look.
#[derive(Clone, Copy, Debug)]
struct Heard {
    first: Instant,
    last: Instant,
}

/// People who are active.
pub(super) struct Active {
    /// So long nothing may come of a person until they are looked at.
    quiet: Duration,
    /// So long they may wait in all.
    latest: Duration,
    /// More than so many aren't remembered: those who wait longest are looked at earlier then.
    most: usize,
    heard: HashMap<String, Heard>,
    /// Each of them once, with when they were last heard of when they came in here.
    queue: VecDeque<(Instant, String)>,
}

impl Active {
    pub(super) fn new(quiet: Duration, latest: Duration, most: usize) -> Self {
        Self {
            quiet,
            latest,
            most,
            heard: HashMap::new(),
            queue: VecDeque::new(),
        }
    }

    pub(super) fn hear(&mut self, user_id: &str, now: Instant) {
        if let Some(heard) = self.heard.get_mut(user_id) {
            heard.last = now;
            return;
        }
        let heard = Heard {
            first: now,
            last: now,
        };
        self.heard.insert(user_id.to_owned(), heard);
        self.queue.push_back((now, user_id.to_owned()));
    }

    pub(super) fn knows(&self, user_id: &str) -> bool {
        self.heard.contains_key(user_id)
    }

    pub(super) fn count(&self) -> usize {
        self.heard.len()
    }

    /// At most so many of those whose time has come; they are no longer active then.
    pub(super) fn due(&mut self, now: Instant, at_most: usize) -> Vec<String> {
        let mut due = Vec::new();
        while due.len() < at_most {
            let is_crowded = self.queue.len() > self.most;
            let Some((since, _)) = self.queue.front() else {
                break;
            };
            if now.duration_since(*since) < self.quiet.min(self.latest) && !is_crowded {
                break;
            }
            let Some((_, user_id)) = self.queue.pop_front() else {
                break;
            };
            let Some(heard) = self.heard.get(&user_id).copied() else {
                continue;
            };
            let is_quiet = now.duration_since(heard.last) >= self.quiet;
            let is_late = now.duration_since(heard.first) >= self.latest;
            if is_quiet || is_late || is_crowded {
                self.heard.remove(&user_id);
                due.push(user_id);
            } else {
                self.queue.push_back((heard.last, user_id));
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn people_are_due_when_they_are_quiet_or_have_waited_long() {
        let start = Instant::now();
        let mut active = Active::new(MINUTE, 10 * MINUTE, 100);
        active.hear("quiet", start);
        active.hear("busy", start);
        assert_eq!(active.due(start + MINUTE / 2, 9), [""; 0]);
        for half in 1..=30 {
            let now = start + half * MINUTE / 2;
            active.hear("busy", now);
            let due = active.due(now, 9);
            match half {
                2 => assert_eq!(due, ["quiet"]),
                // After ten minutes, and again ten minutes after that.
                20 => assert_eq!(due, ["busy"]),
                _ => assert_eq!(due, [""; 0], "{half}"),
            }
        }
        assert!(active.knows("busy") && !active.knows("quiet"));
        assert_eq!(active.due(start + 16 * MINUTE, 9), ["busy"]);
        assert_eq!(active.count(), 0);
    }

    #[test]
    fn of_too_many_those_who_wait_longest_are_due() {
        let start = Instant::now();
        let mut active = Active::new(MINUTE, 10 * MINUTE, 2);
        for user_id in ["a", "b", "c", "d"] {
            active.hear(user_id, start);
        }
        assert_eq!(active.due(start, 1), ["a"]);
        assert_eq!(active.due(start, 9), ["b"]);
        assert_eq!(active.count(), 2);
    }
}
