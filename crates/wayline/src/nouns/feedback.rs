//! What a person did with a journey that was shown to them.

use super::Timestamp;

/// One row of a feedback table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feedback {
    /// Whose.
    pub user_id: String,
    /// Which journey.
    pub journey_id: String,
    /// Where it was shown.
    pub channel: Channel,
    /// When.
    pub time: Timestamp,
    /// What happened.
    pub reaction: Reaction,
    /// At which place of the list it stood, from 1; none where that wasn't recorded.
    pub position: Option<u32>,
}

/// Where a journey was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// In a mail.
    Email,
    /// In a message to the phone.
    Push,
    /// In the app.
    App,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Email, Self::Push, Self::App];

    /// The word that stands in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Push => "push",
            Self::App => "app",
        }
    }

    /// The channel of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// What happened to a journey that was shown; of two at one time the first in this order comes
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// It was sent or shown.
    Sent,
    /// What it was sent in was opened.
    Open,
    /// It was clicked.
    Click,
    /// The person said that it is theirs.
    Positive,
    /// The person took it away.
    Dismiss,
    /// The person said that it isn't theirs.
    Negative,
}

impl Reaction {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Sent,
        Self::Open,
        Self::Click,
        Self::Positive,
        Self::Dismiss,
        Self::Negative,
    ];

    /// The word that stands in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Open => "open",
            Self::Click => "click",
            Self::Positive => "positive",
            Self::Dismiss => "dismiss",
            Self::Negative => "negative",
        }
    }

    /// The reaction of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}
