//! Asks language models: adapters of [`wayline::text_model::TextModel`].
//!
//! - [`Endpoint`] asks any server with an OpenAI-compatible chat endpoint, over a [`Wire`] that serves
//!   other paths of the protocol too.
//! - [`Replay`] answers from a record, [`ByFunction`] by a function.
//!
//! What surrounds a model is a model too, each in a small file of its own: [`Limited`] (so many calls
//! at once), [`Budgeted`] (so much in tokens and money), [`Retrying`] (again after errors that pass),
//! [`Resting`] (not while the endpoint is down), [`Cached`] (nothing twice), [`Recording`] (what was
//! asked and answered, as a file), [`Capped`] (no longer replies) and [`Counting`]. [`open`] puts them
//! together as [`Settings`] say; [`at_once`] keeps many calls on their way.
//!
//! All of them do the same with a request, which one suite of tests says (`tests/it/conformance.rs`).
#![deny(missing_docs)]

mod at_once;
mod by_function;
mod cache_file;
mod cached;
mod cancel;
mod capped;
mod endpoint;
mod gate;
mod limited;
mod opened;
mod purse;
mod recording;
mod replay;
mod resting;
mod retrying;
mod settings;
mod tally;

pub use at_once::at_once;
pub use by_function::ByFunction;
pub use cache_file::{cache_error, open_cache_file};
pub use cached::Cached;
pub use cancel::Cancel;
pub use capped::Capped;
pub use endpoint::{Endpoint, Key, KeyError, Options, Status, Structure, Wire, WireOptions};
pub use gate::{Gate, Place};
pub use limited::Limited;
pub use opened::{OpenError, Opened, open};
pub use purse::{Budgeted, Limits, Purse};
pub use recording::Recording;
pub use replay::Replay;
pub use resting::Resting;
pub use retrying::{Patience, Retrying};
pub use settings::{Settings, SettingsError, USUAL_REPLY_TOKENS};
pub use tally::{Counting, Counts, Tally};
