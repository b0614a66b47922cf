//! How good results are: figures from golden answers and from what was inferred.
//!
//! In come texts (the golden answers, and the journeys and keywords that a run wrote); out come
//! figures, each with a 95 % interval from resampling people. Nothing here reads a file, and
//! nothing on the data's way reads what stands here.
//!
//! Three kinds of golden answers are known, each a module with `Gold` (a reader), `evaluate` and a
//! struct of scores:
//!
//! * [`missions`]: searches that people labelled by the goal behind them;
//! * [`annotated`]: journeys that somebody named, dated and rated after reading whole histories;
//! * [`simulated`]: people made by a simulation that knows what it made.
//!
//! [`student`] compares what two models said instead, where nobody knows what is right.
//!
//! The measures stand in a file each and know nothing of the kinds: [`bcubed`], [`pairwise`],
//! [`journey_level`], [`names`], [`ranking`], [`calibration`], [`reliability`], [`agreement`] of
//! annotators, and [`bootstrap`] for intervals.
//! [`report`] turns scores into a table for people, Markdown or JSON.
//!
//! ```
//! use wayline::evaluate::{Predictions, Resampling, missions};
//!
//! let gold = missions::Gold::from_tsv(
//!     "user_id\tquery\ttimestamp\tclick_url\tmission_id\n\
//!      7\tlawn mower\t2026-03-01 10:00:00\t\t1\n\
//!      7\tquiet lawn mower\t2026-03-02 10:00:00\t\t1\n",
//! )?;
//! let predictions = missions::baseline_char_trigram_components(&gold, 0.2);
//! let scores = missions::evaluate(&gold, &predictions, Resampling::default());
//! assert_eq!(scores.figures.b3.value, 1.0);
//! # Ok::<(), wayline::evaluate::ReadError>(())
//! ```

pub mod agreement;
pub mod annotated;
pub mod bcubed;
pub mod bootstrap;
pub mod calibration;
mod concordance;
mod error;
mod figures;
mod fraction;
mod id;
pub mod journey_level;
mod jsonl;
pub mod missions;
pub mod names;
mod numbering;
pub mod pairwise;
mod predictions;
pub mod ranking;
pub mod reliability;
pub mod report;
pub mod short_texts;
pub mod simulated;
pub mod student;
mod text;
mod worst;

pub use bootstrap::Resampling;
pub use error::ReadError;
pub use figures::{Figure, Interval};
pub use id::Id;
pub use predictions::{PredictedJourney, PredictedKeyword, Predictions};
pub use report::Report;
pub use text::{hashed_key, normalise};
pub use worst::Account;
