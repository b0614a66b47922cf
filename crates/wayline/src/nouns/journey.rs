//! A journey: a goal that one person pursues, as a row of the result.

use serde::{Deserialize, Serialize};

use super::{Checked, Sources, Timestamp};

/// One journey of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// Whose.
    pub user_id: String,
    /// Opaque and URL-safe; made from the person and the founding evidence, so that it is the
    /// same in the next run.
    pub journey_id: String,
    /// 1 is the first to show, after diversification.
    pub rank: u32,
    /// A short name in natural case.
    pub name: String,
    /// Where the name came from.
    pub name_source: NameSource,
    /// Why a language model, where one was asked, didn't name it.
    #[serde(default)]
    pub name_reason: Option<NameReason>,
    /// Its keywords, strongest first.
    pub keywords: Vec<JourneyKeyword>,
    /// Interests of its items, best supported first.
    pub interests: Vec<String>,
    /// Where in its life the journey is.
    pub stage: Stage,
    /// How likely it is one real goal, 0 to 1.
    pub confidence: f64,
    /// How relevant it is now, 0 to 1: the ranker's.
    pub score: f64,
    /// How likely the person comes back to it within 14 days, 0 to 1.
    pub return_probability: f64,
    /// First event.
    pub started_at: Timestamp,
    /// Last event.
    pub last_active_at: Timestamp,
    /// How many events belong to it.
    pub events: u32,
    /// In how many visits they fell.
    pub visits: u32,
    /// Boards that its items were saved to, most used first.
    pub boards: Vec<String>,
    /// A few of its items, most used first.
    pub items: Vec<String>,
    /// Whether the person doesn't want to see it, by their feedback; then it ranks after all others.
    #[serde(default)]
    pub hidden: bool,
    /// Journeys that the person could go on to, the likeliest first.
    #[serde(default)]
    pub related: Vec<Related>,
    /// What said which keywords are one goal.
    #[serde(default)]
    pub grouped_by: GroupedBy,
    /// Whether its subject is fit for everybody's eyes; journeys that must not be shown are none.
    #[serde(default)]
    pub safety: Checked,
}

/// What said which keywords are one goal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupedBy {
    /// The rooms, by what they learned.
    #[default]
    Rooms,
    /// A language model, asked for all journeys at once.
    Llm,
    /// What was known of the person before, since the model gave nothing that can be used.
    Memory,
}

impl GroupedBy {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Llm => "llm",
            Self::Memory => "memory",
        }
    }
}

/// A journey that a person could go on to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// A short name in natural case.
    pub name: String,
    /// How likely it fits, 0 to 1: the score of the journey that it follows from, times how near that is
    /// to the known journey which it is related to.
    pub score: f64,
    /// That known journey.
    pub because: String,
}

/// A keyword of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneyKeyword {
    /// The normal form.
    pub keyword: String,
    /// Where it was seen.
    pub sources: Sources,
    /// Events of the person that carry it.
    pub count: u32,
    /// Its share of the journey's evidence, 0 to 1.
    pub weight: f64,
}

/// Where a journey's name came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// One of its keywords.
    Keyword,
    /// An interest of its items.
    Interest,
    /// A phrase made of several.
    Composed,
    /// A language model.
    Llm,
}

impl NameSource {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Interest => "interest",
            Self::Composed => "composed",
            Self::Llm => "llm",
        }
    }
}

/// Why a language model that was asked didn't name a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameReason {
    /// It gave no reply.
    NoReply,
    /// It gave two that broke their form.
    Unusable,
    /// Nothing more may be spent in this run.
    BudgetSpent,
    /// Its name isn't fit to be shown.
    Unsafe,
    /// Its name says what the evidence doesn't.
    Unlike,
    /// Its name is that of another journey of the person.
    Taken,
}

impl NameReason {
    /// All reasons, in the order of the summary.
    pub const ALL: [Self; 6] = [
        Self::NoReply,
        Self::Unusable,
        Self::BudgetSpent,
        Self::Unsafe,
        Self::Unlike,
        Self::Taken,
    ];

    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoReply => "no_reply",
            Self::Unusable => "unusable",
            Self::BudgetSpent => "budget_spent",
            Self::Unsafe => "unsafe",
            Self::Unlike => "unlike",
            Self::Taken => "taken",
        }
    }
}

/// Where in its life a journey is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Whether it is expected to end.
    pub lifecycle: Lifecycle,
    /// Whether it still runs.
    pub status: Status,
    /// What the person is about, where it can be told.
    pub phase: Option<Phase>,
}

/// Whether a journey is expected to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Limited in time: a wedding.
    Situational,
    /// Stays for years: a diet.
    Evergreen,
}

impl Lifecycle {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Situational => "situational",
            Self::Evergreen => "evergreen",
        }
    }
}

/// Whether a journey still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The person is likely to come back to it.
    Ongoing,
    /// It is over.
    Ended,
}

impl Status {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ongoing => "ongoing",
            Self::Ended => "ended",
        }
    }
}

/// What the person is about in a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Looks around.
    Inspiration,
    /// Compares and prepares.
    Planning,
    /// Buys, makes, does.
    Action,
}

impl Phase {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inspiration => "inspiration",
            Self::Planning => "planning",
            Self::Action => "action",
        }
    }
}
