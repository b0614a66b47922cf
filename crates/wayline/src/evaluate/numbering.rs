use std::collections::HashMap;
use std::hash::Hash;

/// Small numbers for things, 0, 1, 2, … in the order in which they are first seen.
#[derive(Debug)]
pub(super) struct Numbering<T>(HashMap<T, u32>);

impl<T> Default for Numbering<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Hash + Eq> Numbering<T> {
    /// The number of `thing`, a new one if it wasn't seen before.
    pub(super) fn number(&mut self, thing: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(thing).or_insert(next)
    }

    /// The number of `thing` if it was seen before.
    pub(super) fn find(&self, thing: &T) -> Option<u32> {
        self.0.get(thing).copied()
    }
}
