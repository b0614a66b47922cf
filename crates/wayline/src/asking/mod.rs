//! Room *asking*: which steps ask a language model, where there is one, and what came of it.
//!
//! Every such step has a sibling that asks nobody, and that is the default. What a model doesn't answer,
//! or answers so that it can't be used, the sibling does; the result says so.
//!
//! Way in: [`AskingConfig`]. Way out: [`Asked`], counts of what was asked for one person.

mod config;

pub use config::AskingConfig;

use crate::nouns::NameReason;
use crate::text_model::{AskError, Remedy, TextModelError};

/// What was asked for one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Questions.
    pub questions: u32,
    /// Replies that broke their form once and were mended by the model.
    pub repaired: u32,
    /// Questions without a reply that can be used.
    pub failed: u32,
    /// Why there was no reply, the last time.
    pub failure: Option<TextModelError>,
}

impl Asked {
    /// Counts a question and what came back, and gives that, or why a journey has no name from it.
    pub(crate) fn count<T>(
        &mut self,
        answer: Result<crate::text_model::Answer<T>, AskError>,
    ) -> Result<T, NameReason> {
        self.questions += 1;
        match answer {
            Ok(answer) => {
                self.repaired += u32::from(answer.is_repaired);
                Ok(answer.value)
            }
            Err(error) => {
                self.failed += 1;
                Err(self.reason(error))
            }
        }
    }

    fn reason(&mut self, error: AskError) -> NameReason {
        let AskError::Model(error) = error else {
            return NameReason::Unusable;
        };
        let reason = match error.remedy() {
            _ if matches!(error, TextModelError::BudgetSpent { .. }) => NameReason::BudgetSpent,
            Remedy::Request => NameReason::Unusable,
            _ => NameReason::NoReply,
        };
        self.failure = Some(error);
        reason
    }

    /// Adds what was asked elsewhere for the same person.
    pub(crate) fn add(&mut self, other: Self) {
        self.questions += other.questions;
        self.repaired += other.repaired;
        self.failed += other.failed;
        self.failure = other.failure.or(self.failure.take());
    }
}
