//! What is related to a known journey, by a language model (`prompt.md`, the reply's form in
//! `schema.json`). It is asked while a table is made, never while people are looked at.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::json;

use super::{SourceJourney, normal};
use crate::name::asked::{MOST_CHARACTERS, MOST_WORDS, is_name};
use crate::text_model::{AskError, Request, Schema, TextModel, ask_where, data, filled};

/// What the model is told to do.
pub const PROMPT: &str = include_str!("prompt.md");

/// The reply's form, as a JSON schema.
pub const SCHEMA: &str = include_str!("schema.json");

/// What the model sees of a journey's keywords.
const KEYWORDS: usize = 12;

/// What a model answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelatedReply {
    related: Vec<String>,
}

/// The question for a journey, and the form of its reply.
#[must_use]
pub fn request(journey: &SourceJourney, most: usize) -> (Request, Schema) {
    let keywords: Vec<&String> = journey.keywords.iter().take(KEYWORDS).collect();
    let row = json!({ "name": journey.name, "also": journey.also, "keywords": keywords });
    let tokens = u32::try_from(32 + 16 * most).unwrap_or(u32::MAX);
    let system = filled(PROMPT.trim_end(), &[("most", &most.to_string())]);
    let request = Request::new(&system, &data(&format!("{row}\n")), tokens);
    (request, Schema::shipped("related", SCHEMA))
}

/// Names of journeys that go with one or come after it, at most so many, the likeliest first.
///
/// # Errors
/// The model gives no reply, or two that can't be used.
pub fn related_by_model(
    model: &dyn TextModel,
    journey: &SourceJourney,
    most: usize,
) -> Result<Vec<String>, AskError> {
    let (request, schema) = request(journey, most);
    let fits = |reply: &RelatedReply| match reply.related.iter().find(|name| !is_name(name)) {
        Some(_) => Err(format!(
            "a name is empty or a link, or has more than {MOST_WORDS} words or {MOST_CHARACTERS} characters"
        )),
        None if reply.related.is_empty() => Err("`related` is empty".to_owned()),
        None => Ok(()),
    };
    let reply: RelatedReply = ask_where(model, &request, &schema, fits)?.value;
    let names = reply.related.iter();
    let names = names.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut names: Vec<String> = names.collect();
    names.retain(|name| normal(name) != normal(&journey.name));
    names.truncate(most);
    Ok(names)
}
