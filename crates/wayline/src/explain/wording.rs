//! Numbers and texts as a person would say them.

use crate::extract::Unit;

/// The time between the nearest occurrences, in the unit that a person would use.
pub(super) fn apart(a: &Unit, b: &Unit) -> String {
    let gaps = a.occurrences.iter().flat_map(|left| {
        let others = b.occurrences.iter();
        others.map(|right| (left.time.millis() - right.time.millis()).abs())
    });
    let minutes = gaps.min().unwrap_or(0) / 60_000;
    match minutes {
        0..120 => format!("{minutes} minutes"),
        120..2_880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

pub(super) fn times(count: usize) -> String {
    match count {
        // Occurrences of what happens very often are thinned: that it happened is known.
        0 => "at least once".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

pub(super) fn percent(share: f64) -> String {
    if share < 0.01 {
        "under 1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}
