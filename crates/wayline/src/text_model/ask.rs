//! Asking for a value: the reply is parsed strictly, and asked for once more where it breaks its form.

use serde::de::DeserializeOwned;

use super::{
    Finish, Message, Reply, Request, Role, Schema, TextModel, TextModelError, Usage, escaped,
    filled,
};

/// What a model is told after a reply that can't be used; a part of every step's prompt.
pub const REPAIR: &str = include_str!("repair.md");

/// A value that a model gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// Whether the first reply broke the schema and a second one was asked for.
    pub is_repaired: bool,
    /// What both replies took.
    pub usage: Usage,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AskError {
    /// There is no reply.
    #[error(transparent)]
    Model(#[from] TextModelError),
    /// Two replies broke the schema: the model isn't able to do this, or the limit of tokens is too
    /// low for it.
    #[error("the model broke the schema `{schema}` twice: {first}; then {second}")]
    Unparsable {
        /// The schema's name.
        schema: String,
        /// What was wrong with the first reply.
        first: String,
        /// And with the second.
        second: String,
        /// What both took.
        usage: Usage,
    },
}

/// Asks for a value. The reply must be JSON that `T` takes whole: nothing beside it, no field that `T`
/// doesn't know, at any depth. A reply that isn't is asked for once more, with what was wrong.
///
/// The request's own schema is replaced by this one.
///
/// # Errors
/// The model gives no reply, or two that can't be used. The caller counts these, shows them, and does
/// without.
pub fn ask<T: DeserializeOwned>(
    model: &(impl TextModel + ?Sized),
    request: &Request,
    schema: &Schema,
) -> Result<Answer<T>, AskError> {
    ask_where(model, request, schema, |_| Ok(()))
}

/// The same, of values that must also meet what a JSON schema can't say or servers don't check:
/// ranges, lengths, ids that are there. `check` says in words for the model what is wrong,
/// and none of the reply's own: they would come back as the user's.
///
/// # Errors
/// Likewise.
pub fn ask_where<T: DeserializeOwned>(
    model: &(impl TextModel + ?Sized),
    request: &Request,
    schema: &Schema,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<Answer<T>, AskError> {
    let mut request = request.clone();
    request.schema = Some(schema.clone());
    let reply = model.reply(&request)?;
    let first = match parse(&reply, &check) {
        Ok(value) => {
            return Ok(Answer {
                value,
                is_repaired: false,
                usage: reply.usage,
            });
        }
        Err(reason) => reason,
    };
    let mut usage = reply.usage;
    add_repair(&mut request, &reply, &first, schema);
    let reply = model.reply(&request)?;
    usage += reply.usage;
    match parse(&reply, &check) {
        Ok(value) => Ok(Answer {
            value,
            is_repaired: true,
            usage,
        }),
        Err(second) => Err(AskError::Unparsable {
            schema: schema.name().to_owned(),
            first,
            second,
            usage,
        }),
    }
}

fn parse<T: DeserializeOwned>(
    reply: &Reply,
    check: &impl Fn(&T) -> Result<(), String>,
) -> Result<T, String> {
    if reply.finish == Finish::Length {
        let tokens = reply.usage.completion_tokens;
        return Err(format!("the reply is cut off after {tokens} tokens"));
    }
    let mut unknown = None;
    let mut json = serde_json::Deserializer::from_str(&reply.text);
    let value = serde_ignored::deserialize(&mut json, |path| {
        unknown.get_or_insert_with(|| around(&path));
    });
    let value: T = value.map_err(|error| what_is_wrong(&error))?;
    json.end().map_err(|error| what_is_wrong(&error))?;
    match unknown.as_deref() {
        Some("") => return Err("it has a field that isn't in the schema".to_owned()),
        Some(place) => return Err(format!("`{place}` has a field that isn't in the schema")),
        None => {}
    }
    check(&value)?;
    Ok(value)
}

/// Where a field is that nobody knows. Its own name is the model's, those around it are ours.
fn around(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, .. }
        | Path::Map { parent, .. }
        | Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => match parent {
            Path::Root => String::new(),
            // Paths mark fields that may be missing.
            inner => inner.to_string().replace(".?", ""),
        },
    }
}

/// What serde says of a reply, without the reply's own words: these come from a model that may have been
/// told by people's texts what to write, and what is said here is said by the user.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let ours = ["missing field", "duplicate field", "invalid length"];
    if !error.is_data() || ours.iter().any(|it| said.starts_with(it)) {
        return said;
    }
    let kinds = [
        "invalid type",
        "invalid value",
        "unknown field",
        "unknown variant",
    ];
    let kind = kinds.into_iter().find(|it| said.starts_with(it));
    // What was expected is ours, and stands at the end, with the place.
    match (kind, said.rsplit_once(", expected ")) {
        (Some(kind), Some((_, expected))) => format!("{kind}, expected {expected}"),
        _ => {
            let (line, column) = (error.line(), error.column());
            format!("it doesn't fit the schema at line {line} column {column}")
        }
    }
}

/// Goes on with the conversation: the model sees its reply, and what is wrong with it. The schema is
/// told too, since servers exist that take one and don't heed it. What the reply has of control tokens is
/// escaped, as in data: a person's text may have told the model to write them.
fn add_repair(request: &mut Request, reply: &Reply, reason: &str, schema: &Schema) {
    // Servers refuse messages without text.
    let said = Some(reply.text.trim()).filter(|it| !it.is_empty());
    let said = Message::new(Role::Assistant, escaped(said.unwrap_or("(nothing)")));
    let wanted = filled(
        REPAIR.trim_end(),
        &[("reason", reason), ("schema", schema.json())],
    );
    request.messages.push(said);
    request.messages.push(Message::new(Role::User, wanted));
    request.is_repair = true;
}
