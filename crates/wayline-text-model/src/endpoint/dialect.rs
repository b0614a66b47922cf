//! What a server knows of the protocol, learned from what it refuses.

use serde::Deserialize;

/// How a server is asked to hold a reply to its schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Structure {
    /// By its schema; by words where the server can't do that.
    #[default]
    Auto,
    /// By its schema alone; a server that can't do that is an error.
    Schema,
    /// By words alone.
    Words,
}

/// How requests to one server are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) form: Form,
    pub(super) may_fall_back: bool,
    /// Whether the limit is called `max_completion_tokens`: newer models of OpenAI take no other.
    pub(super) newer_limit: bool,
    pub(super) temperature: bool,
    pub(super) seed: bool,
}

/// How a reply is held to its schema, the surest way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `response_format` of type `json_schema`.
    Schema,
    /// `response_format` of type `json_object`, with the schema where llama-cpp-python looks for it,
    /// and in words.
    Object,
    /// In words alone.
    Words,
}

/// Statuses by which servers refuse what they don't know. Some of them fail instead of refusing.
const REFUSALS: [u16; 5] = [400, 415, 422, 500, 501];

impl Dialect {
    pub(super) fn new(structure: Structure) -> Self {
        Self {
            form: match structure {
                Structure::Auto | Structure::Schema => Form::Schema,
                Structure::Words => Form::Words,
            },
            may_fall_back: structure == Structure::Auto,
            newer_limit: false,
            temperature: true,
            seed: true,
        }
    }

    /// How to write instead after a refusal; none where it says nothing of how the request was
    /// written.
    pub(super) fn learn(self, status: u16, body: &str, has_schema: bool) -> Option<Self> {
        if !REFUSALS.contains(&status) {
            return None;
        }
        let said = body.to_lowercase();
        if !self.newer_limit && said.contains("max_completion_tokens") {
            return Some(Self {
                newer_limit: true,
                ..self
            });
        }
        if has_schema && self.may_fall_back && self.form != Form::Words && names_form(&said) {
            let form = match self.form {
                Form::Schema => Form::Object,
                Form::Object | Form::Words => Form::Words,
            };
            return Some(Self { form, ..self });
        }
        if self.temperature && refuses(&said, "temperature") {
            return Some(Self {
                temperature: false,
                ..self
            });
        }
        if self.seed && refuses(&said, "seed") {
            return Some(Self {
                seed: false,
                ..self
            });
        }
        None
    }

    /// Whether a refusal is one of the schema that words may not stand in for.
    pub(super) fn must_hold(self, status: u16, body: &str, has_schema: bool) -> bool {
        let is_held = has_schema && self.form == Form::Schema && !self.may_fall_back;
        is_held && REFUSALS.contains(&status) && names_form(&body.to_lowercase())
    }

    pub(super) fn notes(self) -> Vec<String> {
        let form = match self.form {
            Form::Object if self.may_fall_back => Some(
                "the server takes no `json_schema`: replies are held to JSON and told the schema",
            ),
            Form::Words if self.may_fall_back => {
                Some("the server can't hold replies to JSON: they are told the schema in words")
            }
            _ => None,
        };
        let left_out = [(self.temperature, "temperature"), (self.seed, "seed")];
        let left_out = left_out.into_iter().filter(|(sent, _)| !sent);
        let left_out = left_out.map(|(_, name)| {
            format!("the server takes no `{name}`: replies may differ from run to run")
        });
        form.map(str::to_owned)
            .into_iter()
            .chain(left_out)
            .collect()
    }
}

fn names_form(said: &str) -> bool {
    let names = ["response_format", "json_schema", "json_object", "guided"];
    names.iter().any(|it| said.contains(it))
}

/// Whether a parameter is named together with words that refuse it.
fn refuses(said: &str, parameter: &str) -> bool {
    let words = [
        "unsupported",
        "not support",
        "unknown",
        "unrecognized",
        "unexpected",
        "extra",
        "not permitted",
        "not allowed",
    ];
    said.contains(parameter) && words.iter().any(|it| said.contains(it))
}
