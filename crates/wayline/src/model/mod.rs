//! The learned parts, as versioned files that ship inside the library and can be remade.
//!
//! Each file is JSON that names its version, its features and the embedder that it was fitted with.
//! One of another version, of other features or for another embedder is refused as a whole: no half
//! of a model ever runs.

mod error;
mod grouping;
mod naming;
mod ranker;
mod safety;
mod stage;

pub use error::ModelError;
pub use grouping::{FeatureNames, Grouping, GroupingModel};
pub use naming::NamingModel;
pub use ranker::RankModel;
pub use safety::{SafetyModel, builtin_safety, shows_everything};
pub use stage::StageModel;

/// Sixteen hex digits of a file's text.
fn hash_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// The names as a model file holds them.
fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
