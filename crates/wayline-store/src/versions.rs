//! Versions across erasures: they never begin anew.

use wayline::keep::{Change, PersonChange};

/// Whether a change would put a new record that began before somebody was erased: it may be theirs.
pub(crate) fn is_of_erased(change: &PersonChange, erased_until: i64) -> bool {
    match &change.change {
        Change::Put { stored, .. } => {
            change.expected == 0 && stored.version <= erased_until.max(0).unsigned_abs()
        }
        Change::Erase { .. } => false,
    }
}

/// What [`wayline::keep::ERASED`] says after a record of this version is erased; higher than before, also
/// where only batches waited, which somebody may be about to make a record of.
pub(crate) fn after_erasing(before: i64, version: u64) -> i64 {
    before
        .saturating_add(1)
        .max(i64::try_from(version).unwrap_or(i64::MAX))
}
