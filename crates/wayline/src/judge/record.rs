//! A judgement with all that it came from.

use serde::{Deserialize, Serialize};

use super::listening::Echo;
use super::questions::{Question, Shown};
use crate::nouns::Timestamp;
use crate::text_model::{PromptHash, Reply, Request, TextModelError, Usage};

/// A judgement with all that it came from: from it alone the same question can be asked again, and the
/// same replies give the same judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "S: Shown")]
pub struct Record<S: Shown> {
    /// Of whom.
    pub user_id: String,
    /// As of which moment.
    pub as_of: Timestamp,
    /// What was shown.
    pub shown: S,
    /// What the judge said.
    pub outcome: Outcome<S::Judgement>,
    /// How it was asked.
    pub asked: Asked,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<J> {
    /// A judgement.
    Judged(J),
    /// None, and why.
    Failed(String),
}

/// How a judge was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Version of the prompt.
    pub prompt: String,
    /// Hash of the request and of the model's name.
    pub hash: PromptHash,
    /// The model's name.
    pub model: String,
    /// What decided the order.
    pub seed: u32,
    /// What was asked, word for word.
    pub request: Request,
    /// What was answered: one reply, or two where the first couldn't be used; none where the model
    /// declined.
    pub exchanges: Vec<Exchange>,
}

/// A reply, by the hash of what it replies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Of the request.
    pub hash: PromptHash,
    /// What came.
    pub reply: Reply,
}

/// Why a record doesn't repeat.
#[derive(Debug, thiserror::Error)]
pub enum RepeatError {
    /// The request isn't the one that the hash is of.
    #[error("the request has the hash {found}, the record says {told}; it was changed since")]
    OtherRequest {
        /// Of the request.
        found: PromptHash,
        /// What the record says.
        told: PromptHash,
    },
    /// The record lacks a reply.
    #[error(transparent)]
    NoReply(#[from] TextModelError),
    /// The replies say something else.
    #[error("the replies give another judgement than the record says; it was changed since")]
    OtherJudgement,
}

impl<S: Shown> Record<S> {
    /// The judgement, if there is one.
    #[must_use]
    pub fn judgement(&self) -> Option<&S::Judgement> {
        match &self.outcome {
            Outcome::Judged(judgement) => Some(judgement),
            Outcome::Failed(_) => None,
        }
    }

    /// What was asked, to ask it again.
    #[must_use]
    pub fn question(&self) -> Question<S> {
        Question {
            user_id: self.user_id.clone(),
            as_of: self.as_of,
            prompt: self.asked.prompt.clone(),
            seed: self.asked.seed,
            shown: self.shown.clone(),
            request: self.asked.request.clone(),
        }
    }

    /// Tokens that it took.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let exchanges = self.asked.exchanges.iter();
        exchanges.fold(Usage::default(), |sum, it| sum + it.reply.usage)
    }

    /// Makes the record once more, of its request and replies.
    ///
    /// # Errors
    /// Something in it was changed.
    pub fn repeated(&self) -> Result<Self, RepeatError> {
        if self.asked.exchanges.is_empty() {
            // The model declined: there is nothing that could be said again.
            return Ok(self.clone());
        }
        let (question, told) = (self.question(), self.asked.hash);
        let found = question.hash(&self.asked.model);
        if found != told {
            return Err(RepeatError::OtherRequest { found, told });
        }
        let echo = Echo {
            name: &self.asked.model,
            exchanges: &self.asked.exchanges,
        };
        let again = question.ask(&echo)?;
        match again == *self {
            true => Ok(again),
            false => Err(RepeatError::OtherJudgement),
        }
    }
}

/// Records of two judges were put together.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "judged by {first} and by {other}: figures of two judges can't be put together; give records of \
     one model and one prompt"
)]
pub struct MixedJudges {
    /// One of them: the model's name and the prompt's version.
    pub first: String,
    /// Another.
    pub other: String,
}

/// The judge of all records, in words: the model's name and the prompt's version; empty without records.
///
/// # Errors
/// There are two.
pub fn judge_of<'r, S: Shown + 'r>(
    records: impl IntoIterator<Item = &'r Record<S>>,
) -> Result<String, MixedJudges> {
    let judge = |it: &Record<S>| format!("{}, {}", it.asked.model, it.asked.prompt);
    let mut records = records.into_iter();
    let Some(first) = records.next().map(judge) else {
        return Ok(String::new());
    };
    match records.map(judge).find(|other| *other != first) {
        Some(other) => Err(MixedJudges { first, other }),
        None => Ok(first),
    }
}
