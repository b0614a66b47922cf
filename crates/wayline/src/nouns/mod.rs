//! The things that are handed from room to room.

mod action;
mod event;
mod feedback;
mod journey;
mod keyword;
mod known;
mod run;
mod safety;
mod short_hash;
mod texts;
mod timestamp;

pub use action::{ActionId, Actions, ActionsError};
pub use event::{Event, EventFields, ListRange, PersonLog};
pub use feedback::{Channel, Feedback, Reaction};
pub use journey::{
    GroupedBy, Journey, JourneyKeyword, Lifecycle, NameReason, NameSource, Phase, Related, Stage,
    Status,
};
pub use keyword::{KeywordRow, LeftOver, Source, Sources};
pub use known::{KnownJourney, LineageEvent, LineageKind, Standing};
pub use run::{PersonResult, RunInfo};
pub use safety::{Checked, Reason, Verdict};
pub use short_hash::short_hash;
pub use texts::{TextId, TextTable, is_wordless, normalize};
pub use timestamp::{Timestamp, TimestampError};
