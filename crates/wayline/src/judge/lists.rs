//! One list: each journey's relevance and errors, and what the list lacks.

use serde::{Deserialize, Serialize};

use super::data::{Evidence, journey_lines};
use super::lots::{LotFor, lot};
use super::questions::{Question, Shown, ShownJourney};
use super::template::Template;
use crate::nouns::{Journey, RunInfo};
use crate::text_model::{Request, Schema};

/// Version of what is asked of one list. Raise it with any change of `prompt.md`, `rubric.md` or
/// `schema.json`.
pub const LIST_PROMPT: &str = "list 1";

/// The scores of a journey, from "no goal at all" to "what they care about most now".
pub(super) const SCORES: std::ops::RangeInclusive<u8> = 1..=5;

/// What may be wrong with a journey; `rubric.md` says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the rubric says it, once")]
pub enum ErrorClass {
    OneOffAsLasting,
    Stale,
    Duplicate,
    TooBroad,
    TooNarrow,
    WrongName,
    Unsafe,
}

impl ErrorClass {
    /// All of them, in the order of the rubric.
    pub const ALL: [Self; 7] = [
        Self::OneOffAsLasting,
        Self::Stale,
        Self::Duplicate,
        Self::TooBroad,
        Self::TooNarrow,
        Self::WrongName,
        Self::Unsafe,
    ];
}

/// A judge's reply to a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ListReply {
    /// Each journey once, in any order.
    pub journeys: Vec<JourneyReply>,
    /// Main interests that no journey is about.
    pub missed_main_interest: Vec<Missed>,
}

/// What a judge says of one journey.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct JourneyReply {
    /// Its number in the order shown, from 1.
    pub number: usize,
    /// The evidence, in a sentence.
    pub why: String,
    /// From 1 to 5.
    pub relevance: u8,
    /// What is wrong with it.
    pub errors: Vec<ErrorClass>,
}

/// A main interest that no journey of the list is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Which, in a few words.
    pub interest: String,
    /// The evidence.
    pub why: String,
}

/// What a judge said of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListJudgement {
    /// By rank.
    pub journeys: Vec<JudgedJourney>,
    /// Main interests that no journey is about.
    pub missed_main_interest: Vec<Missed>,
}

/// What a judge said of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedJourney {
    /// Which.
    pub journey_id: String,
    /// From 1.
    pub rank: u32,
    /// From 1 to 5.
    pub relevance: u8,
    /// What is wrong with it, each once, in the order of the rubric.
    pub errors: Vec<ErrorClass>,
    /// The evidence.
    pub why: String,
}

/// A list as it was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownList {
    /// Of which run.
    pub run_id: String,
    /// In the order in which they were shown.
    pub journeys: Vec<ShownJourney>,
}

impl Shown for ShownList {
    type Reply = ListReply;
    type Judgement = ListJudgement;

    fn schema() -> Schema {
        Schema::shipped("list_judgement", include_str!("schema.json"))
    }

    fn check(&self, reply: &ListReply) -> Result<(), String> {
        let count = self.journeys.len();
        let mut is_judged = vec![false; count];
        for journey in &reply.journeys {
            let number = journey.number;
            if !(1..=count).contains(&number) {
                return Err(format!(
                    "there is no journey {number}, they go from 1 to {count}"
                ));
            }
            if std::mem::replace(&mut is_judged[number - 1], true) {
                return Err(format!("journey {number} is judged twice"));
            }
            if !SCORES.contains(&journey.relevance) {
                let relevance = journey.relevance;
                return Err(format!(
                    "the relevance of journey {number} is {relevance}, it goes from 1 to 5"
                ));
            }
            if journey.why.trim().is_empty() {
                return Err(format!("`why` of journey {number} is empty"));
            }
        }
        if let Some(place) = is_judged.iter().position(|it| !it) {
            return Err(format!("journey {} isn't judged", place + 1));
        }
        let blank = |it: &Missed| it.interest.trim().is_empty() || it.why.trim().is_empty();
        match reply.missed_main_interest.iter().any(blank) {
            true => Err("a missed main interest is without a name or `why`".to_owned()),
            false => Ok(()),
        }
    }

    fn judgement(&self, reply: ListReply) -> ListJudgement {
        let judged = reply.journeys.into_iter().filter_map(|it| {
            let shown = self.journeys.get(it.number.checked_sub(1)?)?;
            let mut errors = it.errors;
            errors.sort_unstable();
            errors.dedup();
            Some(JudgedJourney {
                journey_id: shown.journey_id.clone(),
                rank: shown.rank,
                relevance: it.relevance,
                errors,
                why: it.why.trim().to_owned(),
            })
        });
        let mut journeys: Vec<JudgedJourney> = judged.collect();
        journeys.sort_by_key(|it| it.rank);
        ListJudgement {
            journeys,
            missed_main_interest: reply.missed_main_interest,
        }
    }

    fn run_ids(&self) -> &[String] {
        std::slice::from_ref(&self.run_id)
    }
}

/// The question how good a person's list is. Journeys come by rank, those that are to be judged and no
/// other; `seed` draws the order in which they are shown, another one for each person.
#[must_use]
pub fn list_question(
    user_id: &str,
    run: &RunInfo,
    evidence: &Evidence,
    journeys: &[Journey],
    seed: u32,
) -> Question<ShownList> {
    let mut order: Vec<&Journey> = journeys.iter().collect();
    order.sort_by_cached_key(|it| lot(LotFor::Order, seed, user_id, &it.journey_id));
    let lines = journey_lines(order.iter().copied(), run.as_of);
    let count = journeys.len().to_string();
    let [system, user] = Template::of(include_str!("prompt.md")).filled(&[
        ("rubric", include_str!("rubric.md")),
        ("person", evidence.text()),
        ("count", &count),
        ("journeys", &lines),
    ]);
    let mut request = Request::new(&system, &user, tokens_for(journeys.len()));
    request.schema = Some(ShownList::schema());
    request.seed = Some(seed);
    Question {
        user_id: user_id.to_owned(),
        as_of: run.as_of,
        prompt: LIST_PROMPT.to_owned(),
        seed,
        shown: ShownList {
            run_id: run.run_id.clone(),
            journeys: order.into_iter().map(ShownJourney::of).collect(),
        },
        request,
    }
}

/// A sentence, a score and classes are about 70 tokens; twice that, and room for what is missed.
fn tokens_for(journeys: usize) -> u32 {
    u32::try_from(journeys)
        .unwrap_or(u32::MAX)
        .saturating_mul(150)
        .saturating_add(600)
}
