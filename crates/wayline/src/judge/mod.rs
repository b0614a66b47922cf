//! Room *judge*: how good lists of journeys are, by the word of a language model that reads the same log.
//!
//! A judge sees a person's [profile](crate::profile) and the journeys of one run, in an order drawn by
//! lot, without rank, score or confidence. It gives each a relevance from 1 to 5 and the errors that it
//! finds ([`ErrorClass`]), and names main interests that no journey is about. Or it sees the lists of two
//! runs without knowing which is whose, and says which one the person should be shown.
//!
//! Way in: a person's [`Evidence`] and journeys ([`list_question`], [`pair_question`]), and a
//! [`TextModel`](crate::text_model::TextModel) to [ask](Question::ask). Way out: a [`Record`], which holds
//! all that was asked and answered, so that the same judgement comes of it again
//! ([`Record::repeated`]); and figures of many records: [`list_report`], [`pair_report`],
//! [`judge_and_people`], [`judge_and_itself`], [`changes`].
//!
//! What is asked stands in files beside this one: `prompt.md` and `pair_prompt.md`, of which the part above
//! the line `---` is the system's message and the part below it the user's; `rubric.md`, which both quote;
//! and the schemas of the replies. A change of any of them needs a new version ([`LIST_PROMPT`],
//! [`PAIR_PROMPT`]): a test holds their hashes.
//!
//! What people typed is data. It stands in JSON, one object a line, between marks that no text can
//! contain: what could end them is written as an escape there ([`escaped`](crate::text_model::escaped)).
//!
//! A language model as a judge follows Zheng et al. 2023 (*Judging LLM-as-a-Judge with MT-Bench and
//! Chatbot Arena*), who also describe its bias for a position: hence the lots, and pairs in both orders.

mod agreement;
mod changes;
mod data;
mod listening;
mod lists;
mod lots;
mod pairs;
mod people;
mod questions;
mod record;
mod report;
mod template;
#[cfg(test)]
mod tests;

pub use agreement::{PersonScore, judge_and_itself, judge_and_people};
pub use changes::{Change, changes};
pub use data::Evidence;
pub use lists::{
    ErrorClass, JourneyReply, JudgedJourney, LIST_PROMPT, ListJudgement, ListReply, Missed,
    ShownList, list_question,
};
pub use pairs::{
    Better, PAIR_PROMPT, PairJudgement, PairReply, Place, Run, ShownPair, first_of, is_same_list,
    pair_question, pair_report,
};
pub use people::PeopleSampler;
pub use questions::{Question, Shown, ShownJourney};
pub use record::{Asked, Exchange, MixedJudges, Outcome, Record, RepeatError, judge_of};
pub use report::list_report;
