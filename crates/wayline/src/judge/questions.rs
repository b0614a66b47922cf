//! A question to a judge, whatever is asked.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::listening::{Echo, Listening};
use super::record::{Asked, Outcome, Record};
use crate::nouns::{Journey, Timestamp};
use crate::text_model::{
    AskError, PromptHash, Remedy, Request, Schema, TextModel, TextModelError, ask_where,
};

/// What was shown to a judge, which says what replies must be like and what they mean.
pub trait Shown: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync {
    /// The reply, as the model writes it.
    type Reply: DeserializeOwned;
    /// What it says of what was shown.
    type Judgement: Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync;

    /// The form of replies.
    fn schema() -> Schema;

    /// What is wrong with a reply that has the right form, in words for the model.
    ///
    /// # Errors
    /// Something is.
    fn check(&self, reply: &Self::Reply) -> Result<(), String>;

    /// What a checked reply says.
    fn judgement(&self, reply: Self::Reply) -> Self::Judgement;

    /// The ids of the runs that it is of, in their order.
    fn run_ids(&self) -> &[String];
}

/// A journey as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownJourney {
    /// Which.
    pub journey_id: String,
    /// From 1; the judge isn't told.
    pub rank: u32,
    /// What it was called.
    pub name: String,
}

impl ShownJourney {
    pub(super) fn of(journey: &Journey) -> Self {
        Self {
            journey_id: journey.journey_id.clone(),
            rank: journey.rank,
            name: journey.name.clone(),
        }
    }
}

/// A question to a judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "S: Shown")]
pub struct Question<S: Shown> {
    /// Of whom.
    pub user_id: String,
    /// As of which moment.
    pub as_of: Timestamp,
    /// Version of the prompt.
    pub prompt: String,
    /// What decided the order.
    pub seed: u32,
    /// What is shown.
    pub shown: S,
    /// What is asked, word for word.
    pub request: Request,
}

impl<S: Shown> Question<S> {
    /// The hash of the question to a model of this name.
    #[must_use]
    pub fn hash(&self, model: &str) -> PromptHash {
        self.request.hash(model)
    }

    /// The record that the replies in another one give, where they reply to these very words and can be
    /// used. Whose list it was, and of which run, stands in no question: of the other record nothing but
    /// the replies counts.
    #[must_use]
    pub fn with_replies_of(&self, known: &Record<S>) -> Option<Record<S>> {
        let echo = Echo {
            name: &known.asked.model,
            exchanges: &known.asked.exchanges,
        };
        let record = self.ask(&echo).ok()?;
        record.judgement().is_some().then_some(record)
    }

    /// Asks. A reply that can't be used twice, and a request that the model won't answer, are recorded as
    /// [`Outcome::Failed`].
    ///
    /// # Errors
    /// There is no reply, for a reason that has nothing to do with this question.
    pub fn ask(&self, model: &(impl TextModel + ?Sized)) -> Result<Record<S>, TextModelError> {
        let listening = Listening::new(model);
        let check = |reply: &S::Reply| self.shown.check(reply);
        let outcome = match ask_where(&listening, &self.request, &S::schema(), check) {
            Ok(answer) => Outcome::Judged(self.shown.judgement(answer.value)),
            Err(AskError::Model(error)) if error.remedy() != Remedy::Request => return Err(error),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        Ok(Record {
            user_id: self.user_id.clone(),
            as_of: self.as_of,
            shown: self.shown.clone(),
            outcome,
            asked: Asked {
                prompt: self.prompt.clone(),
                hash: self.hash(model.name()),
                model: model.name().to_owned(),
                seed: self.seed,
                request: self.request.clone(),
                exchanges: listening.heard(),
            },
        })
    }
}
