//! What chat endpoints answer.

use serde::Deserialize;
use wayline::text_model::{Finish, Reply, Request, Usage};

use super::dialect::{Dialect, Form};

/// Bytes of text that a token stands for, on average, where a server doesn't count.
const BYTES_PER_TOKEN: usize = 4;

// Servers add fields of their own: whatever else there is is passed over.
#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Counted>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
}

/// Why an answer with status 200 holds no reply.
pub(super) enum Unusable {
    /// The model won't, in its words.
    Declined(String),
    /// It isn't what chat endpoints send.
    Unreadable(String),
    /// It is a refusal, of this status.
    Refused(u16),
}

pub(super) fn reply(body: &str, request: &Request, used: Dialect) -> Result<Reply, Unusable> {
    let read: Result<Completion, _> = serde_json::from_str(body);
    let completion = read.map_err(|error| Unusable::Unreadable(error.to_string()))?;
    if let Some(error) = completion.error {
        let code = error.code.and_then(|it| it.as_u64());
        let code = code.and_then(|it| u16::try_from(it).ok());
        return Err(Unusable::Refused(code.unwrap_or(500)));
    }
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(Unusable::Unreadable("it holds no choices".to_owned()));
    };
    if let Some(reason) = choice.message.refusal.filter(|it| !it.is_empty()) {
        return Err(Unusable::Declined(reason));
    }
    let finish = match choice.finish_reason.as_deref() {
        Some("stop") => Finish::Stop,
        Some("length") => Finish::Length,
        Some("content_filter") => {
            let reason = "a content filter ended the reply".to_owned();
            return Err(Unusable::Declined(reason));
        }
        _ => Finish::Other,
    };
    // Nothing, where a model has thought until its tokens were used up.
    let text = choice.message.content.unwrap_or_default();
    let told = request.schema.is_some() && used.form != Form::Schema;
    let usage = usage(completion.usage.as_ref(), request, &text);
    let text = if told { bare(&text).to_owned() } else { text };
    Ok(Reply {
        text,
        usage,
        finish,
    })
}

pub(super) fn models(body: &str) -> Result<Vec<String>, String> {
    let models: Models = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let names = models.data.into_iter();
    Ok(names
        .flat_map(|it| std::iter::once(it.id).chain(it.aliases))
        .collect())
}

fn usage(counted: Option<&Counted>, request: &Request, text: &str) -> Usage {
    let read = counted.and_then(|it| it.prompt_tokens);
    let written = counted.and_then(|it| it.completion_tokens);
    let about = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
    Usage {
        prompt_tokens: read.unwrap_or_else(|| about(request.bytes())),
        completion_tokens: written.unwrap_or_else(|| about(text.len())),
        is_estimated: read.is_none() || written.is_none(),
    }
}

/// The text without what models put around JSON that they are asked for in words, whatever they are
/// told: thoughts before it, and a code fence.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    if text.starts_with("<think>")
        && let Some((_, after)) = text.split_once("</think>")
    {
        text = after.trim();
    }
    let fenced = text
        .strip_prefix("```")
        .and_then(|it| it.strip_suffix("```"));
    match fenced {
        Some(inside) => inside
            .trim_start_matches(|it: char| it.is_ascii_alphabetic())
            .trim(),
        None => text,
    }
}
