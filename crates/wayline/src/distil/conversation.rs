//! Examples in the form that chat models are trained from.

use serde::{Deserialize, Serialize};

use crate::text_model::{Message, Role};

/// A conversation, a JSON object on one line: `{"messages":[{"role":…,"content":…},…]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The oldest first.
    pub messages: Vec<Turn>,
}

/// One message of a conversation, with the names that training programs want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Conversation {
    /// What was asked, and the reply to it.
    #[must_use]
    pub fn of(asked: Vec<Message>, reply: String) -> Self {
        let reply = Message::new(Role::Assistant, reply);
        let turns = asked.into_iter().chain([reply]).map(|it| Turn {
            role: it.role,
            content: it.text,
        });
        Self {
            messages: turns.collect(),
        }
    }

    /// What the last message of a role says; nothing where there is none.
    #[must_use]
    pub fn last(&self, role: Role) -> Option<&str> {
        let mut back = self.messages.iter().rev();
        back.find(|it| it.role == role)
            .map(|it| it.content.as_str())
    }

    /// The line, without its end.
    #[must_use]
    pub fn json(&self) -> String {
        // Texts alone: nothing in it can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
