//! A keyword as a row of the result: every keyword of the input stands in exactly one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;

/// One keyword of one person, in one journey or in none for a named reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeywordRow {
    /// Whose.
    pub user_id: String,
    /// The normal form: NFKC, lower case, single spaces.
    pub keyword: String,
    /// The journey it belongs to.
    pub journey_id: Option<String>,
    /// Why it belongs to none.
    pub reason: Option<LeftOver>,
    /// Where it was seen.
    pub sources: Sources,
    /// Events that carry it.
    pub count: u32,
    /// The first of them.
    pub first_seen: Timestamp,
    /// The last of them.
    pub last_seen: Timestamp,
}

/// Why a keyword is in no journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOver {
    /// Looked for once, and nothing else goes with it.
    OneOff,
    /// A way to get to a site, not a subject.
    Navigational,
    /// Says nothing about a goal: it goes with everything.
    Generic,
    /// Happened beside a group without belonging to it, as far as a model can tell.
    OffTopic,
    /// Goes with others, but there is too little of them to call it a journey.
    WeakEvidence,
    /// Beyond the number of keywords or units that one person may have.
    OverCap,
    /// Only carried by events of a hiding or ignored action.
    Hidden,
    /// Signs or invisible characters alone: neither letter, digit nor pictograph.
    NoWords,
    /// Not fit to be shown, or mostly beside what isn't.
    Withheld,
}

impl LeftOver {
    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneOff => "one_off",
            Self::Navigational => "navigational",
            Self::Generic => "generic",
            Self::OffTopic => "off_topic",
            Self::WeakEvidence => "weak_evidence",
            Self::OverCap => "over_cap",
            Self::Hidden => "hidden",
            Self::NoWords => "no_words",
            Self::Withheld => "withheld",
        }
    }

    /// All reasons, in the order of the summary.
    pub const ALL: [Self; 9] = [
        Self::OneOff,
        Self::Navigational,
        Self::Generic,
        Self::OffTopic,
        Self::WeakEvidence,
        Self::OverCap,
        Self::Hidden,
        Self::NoWords,
        Self::Withheld,
    ];
}

/// One place where a keyword can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// What the person typed.
    Query,
    /// What content understanding says an item shows.
    Annotation,
    /// What an item's subject is.
    Interest,
}

impl Source {
    /// All places, in the order in which results list them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Annotation, Self::Interest];

    /// The word that stands in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Annotation => "annotation",
            Self::Interest => "interest",
        }
    }
}

/// The places where a keyword was seen. In text formats a list of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sources(u8);

impl Sources {
    /// Adds a place.
    pub fn insert(&mut self, source: Source) {
        self.0 |= 1 << source as u8;
    }

    /// Whether the keyword was seen there.
    #[must_use]
    pub fn contains(self, source: Source) -> bool {
        self.0 & (1 << source as u8) != 0
    }

    /// The places, in fixed order.
    pub fn iter(self) -> impl Iterator<Item = Source> {
        Source::ALL
            .into_iter()
            .filter(move |source| self.contains(*source))
    }
}

impl FromIterator<Source> for Sources {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        let mut all = Self::default();
        for source in sources {
            all.insert(source);
        }
        all
    }
}

impl Serialize for Sources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.iter())
        } else {
            serializer.serialize_u8(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            Vec::<Source>::deserialize(deserializer).map(Self::from_iter)
        } else {
            u8::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_words_in_text() {
        let sources = Sources::from_iter([Source::Interest, Source::Query]);
        let text = serde_json::to_string(&sources).expect("serialises");
        assert_eq!(text, r#"["query","interest"]"#);
        assert_eq!(
            serde_json::from_str::<Sources>(&text).expect("reads back"),
            sources
        );
    }
}
