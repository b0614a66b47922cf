//! What a model is asked, and the form that its reply must have.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::filled;

/// What a model is asked. With the model's name it decides the reply, as far as the server is
/// repeatable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The conversation, oldest message first; the last one is the user's.
    pub messages: Vec<Message>,
    /// The form that the reply must have; none for plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// The most tokens that the reply may have, from 1.
    pub max_tokens: u32,
    /// How freely words are drawn, 0 to 2; 0 takes the likeliest each time.
    pub temperature: f64,
    /// Makes what is drawn repeatable, where the server can do that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Whether this asks again after a reply that broke its schema. For whoever counts; the reply
    /// doesn't depend on it, so it is no part of the hash and isn't kept.
    #[serde(skip)]
    pub is_repair: bool,
}

impl Request {
    /// Asks for plain text of at most so many tokens, at temperature 0. An empty `system` is left out.
    #[must_use]
    pub fn new(system: &str, user: &str, max_tokens: u32) -> Self {
        let system = Some(system).filter(|it| !it.is_empty());
        Self {
            messages: system
                .map(|it| Message::new(Role::System, it))
                .into_iter()
                .chain([Message::new(Role::User, user)])
                .collect(),
            schema: None,
            max_tokens,
            temperature: 0.0,
            seed: None,
            is_repair: false,
        }
    }

    /// Bytes of all messages and of the schema.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let messages: usize = self.messages.iter().map(|it| it.text.len()).sum();
        messages + self.schema.as_ref().map_or(0, |it| it.json().len())
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub text: String,
}

impl Message {
    /// A message of this role.
    #[must_use]
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            text: text.into(),
        }
    }
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whoever sets the task; above the user.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role as chat protocols write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// The form that a reply must have, as a JSON schema.
///
/// It is kept as the text that it was given as: models write fields in the schema's order, so that
/// order is a part of what is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "Given")]
pub struct Schema {
    name: String,
    json: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    name: String,
    json: String,
}

impl TryFrom<Given> for Schema {
    type Error = SchemaError;

    fn try_from(given: Given) -> Result<Self, SchemaError> {
        Self::new(&given.name, &given.json)
    }
}

impl From<Schema> for Given {
    fn from(Schema { name, json }: Schema) -> Self {
        Self { name, json }
    }
}

impl Schema {
    /// A schema whose file ships with the library: that it is one, the step's tests show.
    #[expect(clippy::expect_used, reason = "the file is read in a test")]
    pub(crate) fn shipped(name: &str, json: &str) -> Self {
        Self::new(name, json).expect("the file is a JSON object")
    }

    /// A schema of this name, from its JSON text. Whether that is a good JSON schema is the server's
    /// to say.
    ///
    /// # Errors
    /// The name isn't one that chat protocols take, or the text is no JSON object.
    pub fn new(name: &str, json: &str) -> Result<Self, SchemaError> {
        let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
            let name = name.to_owned();
            return Err(SchemaError::Name { name });
        }
        let json = json.trim();
        let object: Result<&RawValue, _> = serde_json::from_str(json);
        let reason = match object {
            Ok(_) if json.starts_with('{') => {
                return Ok(Self {
                    name: name.to_owned(),
                    json: json.to_owned(),
                });
            }
            Ok(_) => "it isn't an object".to_owned(),
            Err(error) => error.to_string(),
        };
        let name = name.to_owned();
        Err(SchemaError::Json { name, reason })
    }

    /// Its name, 1 to 64 of `a-z`, `A-Z`, `0-9`, `_` and `-`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema as JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Asks in words for replies of this form (`in_words.md`): for servers that can't hold a model to it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let template = include_str!("in_words.md").trim_end();
        filled(template, &[("schema", self.json())])
    }
}

/// Why something is no schema.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Of this name.
    #[error("a schema can't be called `{name}`: use 1 to 64 letters, digits, `_` and `-`")]
    Name {
        /// Which.
        name: String,
    },
    /// Of this text.
    #[error("the schema `{name}` must be a JSON object: {reason}")]
    Json {
        /// Which.
        name: String,
        /// What is wrong.
        reason: String,
    },
}
