//! What changed between two lists of journeys, and between two runs over many people.
//!
//! Two lists of one person are matched by their keywords alone ([`match_lists`]): names and ids may
//! change without the journey being another. Each journey of the first list was *kept*, *split*,
//! *merged* or is *gone*; each of the second was kept, is a part of a split, was merged, or is *new*.
//! [`evaluate`](crate::evaluate) uses the same words for golden answers and results.
//!
//! [`compare`] does so for two runs, person by person in the order of their ids, in memory that
//! doesn't grow with people: [`Comparison`] holds counts, [`Spread`]s of a fixed number of cells and
//! the few people whose lists changed most. [`Limits`] says whether that is more than was allowed.
//!
//! ```
//! use wayline::compare::{After, Before, SAME, match_lists};
//!
//! // One journey of four keywords became two of two.
//! let matching = match_lists(&[&[1, 2, 3, 4]], &[&[1, 2], &[3, 4]], SAME);
//! assert_eq!(matching.before, [Before::Split { into: vec![0, 1] }]);
//! assert_eq!(matching.after, [After::PartOf { whole: 0 }, After::PartOf { whole: 0 }]);
//! ```

mod comparison;
mod drift;
mod limits;
mod lists;
mod people;
mod story;
mod tally;
#[cfg(test)]
mod tests;

pub use comparison::{Comparison, PersonChange, RunsDiffer, compare};
pub use drift::{Drift, DriftBin, SMALLEST_SHARE, Spread, drift_of_categories, drift_of_spreads};
pub use limits::{Limits, Verdict};
pub use lists::{After, Before, Matching, SAME, jaccard, match_lists};
pub use people::{CompareError, JOURNEY_COLUMNS, KEYWORD_COLUMNS, Lines, People};
pub use story::{Named, Story, StoryLine};
pub use tally::{JourneyTally, KeywordTally, PeopleTally};
