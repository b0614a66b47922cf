//! What is measured of a journey to tell its stage.

use crate::assign::Candidate;
use crate::extract::Extracted;
use crate::nouns::Timestamp;
use crate::rank;

/// The names of what is measured beside the [features of ranking](rank::FEATURES), in their order.
///
/// | feature | what it measures |
/// |---|---|
/// | `return_log_odds` | log-odds that the person comes back |
/// | `span_share`, `silence_share` | the journey's time from first to last event, and its silence, over the person's whole history |
/// | `log_longest_gap` | ln(1 + days of its longest silence so far) |
/// | `silence_over_longest` | ln((1 + silence) / (1 + longest)) |
/// | `lasts` | log-odds by its words alone that a goal doesn't conclude |
pub const FEATURES: [&str; 6] = [
    "return_log_odds",
    "span_share",
    "silence_share",
    "log_longest_gap",
    "silence_over_longest",
    "lasts",
];

/// The values of the features of ranking and of [`FEATURES`].
pub type Features = [f32; rank::FEATURES.len() + FEATURES.len()];

/// What is measured of one journey at `as_of`.
#[must_use]
pub fn of_journey(
    person: &Extracted,
    candidate: &Candidate,
    of_rank: &rank::Features,
    return_log_odds: f32,
    lasts: f32,
    as_of: Timestamp,
) -> Features {
    let history = as_of.days_since(person.first_event).max(1.0);
    let first = candidate.times.first().copied().unwrap_or_default();
    let span = candidate.last_active_at().days_since(first);
    let silence = as_of.days_since(candidate.last_active_at()).max(0.0);
    let gaps = candidate.times.windows(2);
    let longest = gaps
        .map(|pair| pair[1].days_since(pair[0]))
        .fold(0.0, f64::max);
    let own = [
        return_log_odds,
        (span / history) as f32,
        (silence / history) as f32,
        libm::log1p(longest) as f32,
        (libm::log1p(silence) - libm::log1p(longest)) as f32,
        lasts,
    ];
    let mut values = [0.0; rank::FEATURES.len() + FEATURES.len()];
    values[..rank::FEATURES.len()].copy_from_slice(of_rank);
    values[rank::FEATURES.len()..].copy_from_slice(&own);
    values
}
