//! What a language model finds in texts (`prompt.md`, the reply's form in `schema.json`), beside what the
//! room finds itself. What follows from a reason says the config, as ever.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::json;

use super::{Safety, Strictest};
use crate::nouns::{Checked, Reason};
use crate::text_model::{AskError, Request, Schema, TextModel, ask_where, data};

/// What the model is told to do.
pub const PROMPT: &str = include_str!("prompt.md");

/// The reply's form, as a JSON schema.
pub const SCHEMA: &str = include_str!("schema.json");

/// Texts in one question.
pub const AT_ONCE: usize = 20;

/// So much of a text is told.
const MOST_CHARACTERS: usize = 400;

/// What a model answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundReply {
    found: Vec<FoundInText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundInText {
    text: usize,
    reason: Reason,
}

/// The question about some texts, and the form of its reply.
#[must_use]
pub fn request(texts: &[&str]) -> (Request, Schema) {
    let rows = texts.iter().enumerate().map(|(number, text)| {
        let told: String = text.chars().take(MOST_CHARACTERS).collect();
        format!("{}\n", json!({ "number": number, "text": told }))
    });
    let tokens = u32::try_from(32 + 32 * texts.len()).unwrap_or(u32::MAX);
    let request = Request::new(PROMPT.trim_end(), &data(&rows.collect::<String>()), tokens);
    (request, Schema::shipped("found", SCHEMA))
}

impl Safety {
    /// The verdicts on some texts, at most [`AT_ONCE`], by the room and by a language model: of both the
    /// stricter.
    ///
    /// # Errors
    /// The model gives no reply, or two that can't be used.
    pub fn check_asking(
        &self,
        texts: &[&str],
        model: &dyn TextModel,
    ) -> Result<Vec<Checked>, AskError> {
        let (request, schema) = request(texts);
        let fits = |reply: &FoundReply| match reply.found.iter().find(|it| it.text >= texts.len()) {
            Some(_) => Err(format!("the texts have numbers up to {}", texts.len() - 1)),
            None => Ok(()),
        };
        let reply: FoundReply = ask_where(model, &request, &schema, fits)?.value;
        let verdicts = texts.iter().enumerate().map(|(number, text)| {
            let mut strictest = Strictest::new(&self.config);
            strictest.checked = self.check(text);
            let found = reply.found.iter().filter(|it| it.text == number);
            found.for_each(|it| strictest.add(it.reason));
            strictest.checked
        });
        Ok(verdicts.collect())
    }
}
