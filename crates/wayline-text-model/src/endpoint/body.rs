//! A request as chat endpoints read it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use wayline::text_model::{Request, Role, Schema};

use super::dialect::{Dialect, Form};

#[derive(Serialize)]
struct Chat<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonSchema { json_schema: Named<'a> },
    JsonObject { schema: &'a RawValue },
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    strict: bool,
    schema: &'a RawValue,
}

pub(super) fn json(model: &str, request: &Request, dialect: Dialect) -> Vec<u8> {
    let schema = request.schema.as_ref();
    let raw = schema.and_then(|it| serde_json::from_str::<&RawValue>(it.json()).ok());
    let response_format = match (schema, raw, dialect.form) {
        (Some(schema), Some(raw), Form::Schema) => Some(Format::JsonSchema {
            json_schema: Named {
                name: schema.name(),
                strict: true,
                schema: raw,
            },
        }),
        (_, Some(schema), Form::Object) => Some(Format::JsonObject { schema }),
        _ => None,
    };
    let newer = dialect.newer_limit;
    let chat = Chat {
        model,
        messages: messages(request, schema.filter(|_| dialect.form != Form::Schema)),
        max_tokens: (!newer).then_some(request.max_tokens),
        max_completion_tokens: newer.then_some(request.max_tokens),
        temperature: dialect.temperature.then_some(request.temperature),
        seed: request.seed.filter(|_| dialect.seed),
        response_format,
    };
    // Texts and numbers alone: nothing in it can fail.
    serde_json::to_vec(&chat).unwrap_or_default()
}

/// The messages, the schema told in the first one where there is one to tell. It isn't told in a
/// message of its own, since many models take one system message, and only at the beginning.
fn messages<'a>(request: &'a Request, told: Option<&Schema>) -> Vec<Message<'a>> {
    let mut messages: Vec<Message<'a>> = request
        .messages
        .iter()
        .map(|it| Message {
            role: it.role.as_str(),
            content: Cow::Borrowed(it.text.as_str()),
        })
        .collect();
    let Some(schema) = told else {
        return messages;
    };
    let telling = schema.in_words();
    match messages.first_mut() {
        Some(first) if first.role == Role::System.as_str() => {
            first.content = Cow::Owned(format!("{}\n\n{telling}", first.content));
        }
        _ => {
            let role = Role::System.as_str();
            let content = Cow::Owned(telling);
            messages.insert(0, Message { role, content });
        }
    }
    messages
}
