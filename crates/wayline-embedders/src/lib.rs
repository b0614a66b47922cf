//! Other embedders than the table inside: adapters of [`wayline::embed::TextEmbedder`].
//!
//! - [`Transformer`] runs a sentence transformer of the BERT family out of a folder, by candle (the cargo
//!   feature `transformer`).
//! - [`Endpoint`] asks any server with OpenAI-compatible embeddings.
//! - [`OnDisk`] stands around either and keeps vectors in a folder, so that nothing is paid for or reckoned
//!   twice.
//!
//! [`open`] puts them together as [`Settings`] say.
#![deny(missing_docs)]

mod disk;
mod endpoint;
mod opened;
mod settings;
#[cfg(feature = "transformer")]
mod transformer;

pub use disk::{OnDisk, Vectors};
pub use endpoint::{Endpoint, EndpointOptions};
pub use opened::{OpenError, open};
pub use settings::{Kind, Settings, SettingsError};
#[cfg(feature = "transformer")]
pub use transformer::Transformer;
