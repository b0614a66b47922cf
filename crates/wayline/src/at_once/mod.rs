//! Room *at once*: one question to a language model, from a person's [`Profile`] to their journeys.
//!
//! The instructions are `prompt.md`, the form of the reply is `schema.json`; [`prompt_id`] names both.
//! What people typed goes in as data: JSON strings between two marks that can't stand inside them, since
//! what opens a mark, or a control token of a model, is escaped. Labels for a model of one's own are
//! written in the same form, so what a small model learns is what it is asked later.
//!
//! Way in: a profile. Way out: a [`Request`]; and of what comes back a [`Reply`], whose every number is
//! one of the profile's keywords, and none stands twice.

mod asked;
mod reply;
#[cfg(test)]
mod tests;

pub use asked::numbers;
pub use reply::{MOST_NAME_CHARACTERS, NamedJourney, Reply};

use crate::nouns::short_hash;
use crate::profile::{Profile, estimated_tokens};
use crate::text_model::{Request, Schema};

/// What the model is told to do.
pub const PROMPT: &str = include_str!("prompt.md");

/// The reply's form, as a JSON schema. No limits beyond types stand in it, since many servers refuse
/// those; [`Reply::check`] looks at them.
pub const SCHEMA: &str = include_str!("schema.json");

/// The reply's form.
#[must_use]
pub fn schema() -> Schema {
    Schema::shipped("journeys", SCHEMA)
}

/// Names the prompt with its schema: 16 hexadecimal digits. Results and labels carry it, since those of
/// two prompts shouldn't be mixed unseen.
#[must_use]
pub fn prompt_id() -> String {
    short_hash(&[PROMPT, SCHEMA])
}

/// Asks for the journeys of a profile.
#[must_use]
pub fn request(profile: &Profile) -> Request {
    let mut request = Request::new(
        PROMPT.trim_end(),
        &data(profile),
        most_reply_tokens(profile),
    );
    request.schema = Some(schema());
    request
}

/// The profile as the model reads it: its lines between two marks.
#[must_use]
pub fn data(profile: &Profile) -> String {
    crate::text_model::data(&profile.text())
}

/// About how many tokens the question takes beside the profile's lines.
#[must_use]
pub fn prompt_tokens() -> usize {
    estimated_tokens(PROMPT) + estimated_tokens(&data(&Profile::default()))
}

/// The most that a good reply to this profile takes: all keywords, each in a journey of its own.
fn most_reply_tokens(profile: &Profile) -> u32 {
    let keywords = u32::try_from(profile.keywords().count()).unwrap_or(u32::MAX);
    keywords
        .saturating_mul(TOKENS_PER_JOURNEY)
        .saturating_add(FRAME_TOKENS)
}

/// Tokens for `{"name":"…","keywords":[…]},` with a short name and one number.
const TOKENS_PER_JOURNEY: u32 = 24;
/// Tokens around the journeys.
const FRAME_TOKENS: u32 = 64;
