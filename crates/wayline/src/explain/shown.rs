//! Texts that must not be shown, in an explanation.

use crate::nouns::Verdict;
use crate::safety::Safety;

/// Stands where a text is that must not be shown.
const WITHHELD: &str = "[withheld]";

pub(super) fn is_fit(text: &str, safety: &Safety) -> bool {
    safety.check(text).verdict != Verdict::Withhold
}

/// The text, or a mark in its place.
pub(super) fn shown<'t>(text: &'t str, safety: &Safety) -> &'t str {
    if is_fit(text, safety) { text } else { WITHHELD }
}
