//! Which kind of log a simulation gives: what the items of the log say about themselves.

use std::fmt;
use std::str::FromStr;

/// The kinds of log, from the friendly one to those that real logs are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum LogKind {
    /// Items as they come: people share items, and titles, annotations and interests repeat.
    #[default]
    RepeatingTitles,
    /// Nobody opens an item that somebody else opened, and no title comes twice.
    UniqueTitles,
    /// Items carry annotations and nothing else: no title, interest, board or address.
    AnnotationsOnly,
    /// Items carry no interests.
    NoInterests,
    /// Nothing says to which board an item was saved.
    NoBoards,
    /// Searches, some with the address that was clicked; no item at all.
    SearchesOnly,
    /// 35 % of the annotations have nothing to do with the item's journey, and half of the items
    /// carry no interests.
    OffTopic,
}

impl LogKind {
    /// Every kind, in the order of their definition.
    pub const ALL: [LogKind; 7] = [
        LogKind::RepeatingTitles,
        LogKind::UniqueTitles,
        LogKind::AnnotationsOnly,
        LogKind::NoInterests,
        LogKind::NoBoards,
        LogKind::SearchesOnly,
        LogKind::OffTopic,
    ];

    /// The kind's name in kebab case, as commands and files write it.
    pub fn name(self) -> &'static str {
        match self {
            LogKind::RepeatingTitles => "repeating-titles",
            LogKind::UniqueTitles => "unique-titles",
            LogKind::AnnotationsOnly => "annotations-only",
            LogKind::NoInterests => "no-interests",
            LogKind::NoBoards => "no-boards",
            LogKind::SearchesOnly => "searches-only",
            LogKind::OffTopic => "off-topic",
        }
    }

    /// One line that says what is special about the kind.
    pub fn about(self) -> &'static str {
        match self {
            LogKind::RepeatingTitles => "items as they come, shared between people",
            LogKind::UniqueTitles => "no item and no title ever comes twice",
            LogKind::AnnotationsOnly => "items carry annotations and nothing else",
            LogKind::NoInterests => "items carry no interests",
            LogKind::NoBoards => "saves name no board",
            LogKind::SearchesOnly => "searches, some with a clicked address; no items",
            LogKind::OffTopic => {
                "35 % of annotations off topic, half of the items without interests"
            }
        }
    }
}

impl fmt::Display for LogKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no kind of log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown kind of log {0:?}; known are repeating-titles, unique-titles, annotations-only, no-interests, no-boards, searches-only, off-topic"
)]
pub struct UnknownLogKind(pub String);

impl FromStr for LogKind {
    type Err = UnknownLogKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownLogKind(text.to_owned()))
    }
}
