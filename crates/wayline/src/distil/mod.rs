//! Room *distil*: what a teacher said of people, as examples from which a small model learns.
//!
//! An example is a [`Conversation`]: the very question that [`at_once`](crate::at_once) asks about a
//! person, and the journeys that a teacher found, as its reply. Who the person is isn't in it; their id
//! decides, by its hash alone, whether the example is for training or for validation.
//!
//! Way in: a profile and the teacher's journeys of one person, then everybody's examples in the order of
//! ids. Way out: an [`Example`], or why there is none; of all examples those that are [kept](Selection),
//! and the [`Datasheet`] that says how they were made and what was left out.

mod conversation;
mod datasheet;
mod example;
mod lengths;
mod selection;
#[cfg(test)]
mod tests;

pub use conversation::{Conversation, Turn};
pub use datasheet::{Datasheet, Teacher};
pub use example::{Example, Lesson, Part, TeacherJourney, Untaught, Unused};
pub use lengths::Lengths;
pub use selection::{Counts, Kept, Selection};
