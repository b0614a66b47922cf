//! The catalogue of journeys: goals that people pursue over days to years, each with the searches,
//! annotations, boards and titles that go with it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::text::normalise;

/// Whether a journey is expected to conclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JourneyKind {
    /// Has an end: a wedding, a renovation.
    Situational,
    /// Stays for years: a diet, a hobby.
    Evergreen,
}

/// When in the life of a journey a search is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Looking around.
    Inspire,
    /// Deciding and preparing.
    Plan,
    /// Buying, making, doing.
    Act,
    /// Once it is done.
    After,
}

/// One search of a catalogue journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueQuery {
    /// The search as typed.
    #[serde(rename = "q")]
    pub text: String,
    /// When it is typed.
    pub phase: Phase,
}

/// One journey of the catalogue (one line of its file).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueJourney {
    /// Unique in the catalogue, kebab case.
    pub id: String,
    /// The name an app would show.
    pub name: String,
    /// Other names just as good.
    pub alt_names: Vec<String>,
    /// The one top-level interest.
    pub category: String,
    /// Interests from broad to narrow; at least one.
    pub interests: Vec<String>,
    /// Whether it is expected to conclude.
    pub kind: JourneyKind,
    /// Usual length of active engagement in days; 1 to 10,000.
    pub typical_days: u32,
    /// Searches; at least one.
    pub queries: Vec<CatalogueQuery>,
    /// Noun phrases that items of this journey carry; at least one.
    pub annotations: Vec<String>,
    /// Names of boards as people write them.
    #[serde(default)]
    pub boards: Vec<String>,
    /// Titles as publishers write them.
    #[serde(default)]
    pub item_titles: Vec<String>,
    /// Names of other goals that share words or topic.
    #[serde(default)]
    pub near_misses: Vec<String>,
    /// Names of journeys that may plausibly come next.
    #[serde(default)]
    pub related_journeys: Vec<String>,
    /// Get inspired, learn, compare, buy, make, plan, maintain.
    #[serde(default)]
    pub intents: Vec<String>,
}

/// A catalogue that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// A line is no journey: correct it or leave it out.
    #[error("line {line} of the catalogue: {what}")]
    BadLine {
        /// The line's number, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// There is no journey at all: give a file with at least one.
    #[error("the catalogue holds no journey")]
    Empty,
}

/// Journeys to make people from.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    journeys: Vec<CatalogueJourney>,
    /// Per journey: those that are easily taken for it, in order.
    siblings: Vec<Vec<usize>>,
    /// Per journey: its normalised queries and annotations, sorted.
    texts: Vec<Vec<String>>,
    /// Per journey: the first one with the same name.
    twins: Vec<usize>,
}

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    // A test reads the same text, so a build whose catalogue is broken never passes.
    Catalogue::from_jsonl(include_str!("../../data/catalogue.jsonl")).unwrap_or_default()
});

impl Catalogue {
    /// The catalogue inside the binary: 251 journeys.
    pub fn builtin() -> &'static Catalogue {
        &BUILTIN
    }

    /// Reads a catalogue: one JSON object a line, empty lines skipped.
    ///
    /// # Errors
    /// The first line that is no JSON, lacks a field, repeats an id, or has nothing to type, show
    /// or file a journey under; or that there is no journey.
    pub fn from_jsonl(text: &str) -> Result<Catalogue, CatalogueError> {
        let mut journeys: Vec<CatalogueJourney> = Vec::new();
        let mut first_line: BTreeMap<String, usize> = BTreeMap::new();
        for (i, row) in text.lines().enumerate() {
            let line = i + 1;
            if row.trim().is_empty() {
                continue;
            }
            let journey: CatalogueJourney =
                serde_json::from_str(row).map_err(|e| CatalogueError::BadLine {
                    line,
                    what: e.to_string(),
                })?;
            if let Some(what) = fault(&journey) {
                return Err(CatalogueError::BadLine {
                    line,
                    what: what.to_owned(),
                });
            }
            if let Some(earlier) = first_line.insert(journey.id.clone(), line) {
                let what = format!("the id {:?} stands in line {earlier} already", journey.id);
                return Err(CatalogueError::BadLine { line, what });
            }
            journeys.push(journey);
        }
        if journeys.is_empty() {
            return Err(CatalogueError::Empty);
        }
        Ok(Self::of(journeys))
    }

    /// The journeys in the order of the file.
    pub fn journeys(&self) -> &[CatalogueJourney] {
        &self.journeys
    }

    /// The journeys whose id is wanted, in the same order; may be empty.
    pub fn subset(&self, ids: impl Fn(&str) -> bool) -> Catalogue {
        Self::of(
            self.journeys
                .iter()
                .filter(|j| ids(&j.id))
                .cloned()
                .collect(),
        )
    }

    /// Journeys easily taken for this one: near misses by name, or two interests in common.
    pub(super) fn siblings(&self, journey: usize) -> &[usize] {
        self.siblings.get(journey).map_or(&[], Vec::as_slice)
    }

    /// Whether a normalised text is a query or an annotation of this journey.
    pub(super) fn says(&self, journey: usize, text: &str) -> bool {
        self.texts
            .get(journey)
            .is_some_and(|all| all.binary_search_by(|t| t.as_str().cmp(text)).is_ok())
    }

    /// The first journey with the same name: one goal that the catalogue tells twice.
    pub(super) fn twin(&self, journey: usize) -> usize {
        self.twins.get(journey).copied().unwrap_or(journey)
    }

    fn of(journeys: Vec<CatalogueJourney>) -> Self {
        let names: Vec<String> = journeys.iter().map(|j| normalise(&j.name)).collect();
        let misses: Vec<Vec<String>> = journeys
            .iter()
            .map(|j| j.near_misses.iter().map(|m| normalise(m)).collect())
            .collect();
        let interests: Vec<Vec<String>> = journeys
            .iter()
            .map(|j| j.interests.iter().map(|m| normalise(m)).collect())
            .collect();
        let close = |a: usize, b: usize| {
            misses[a].contains(&names[b])
                || misses[b].contains(&names[a])
                || interests[a]
                    .iter()
                    .filter(|i| interests[b].contains(i))
                    .count()
                    >= 2
        };
        let all = 0..journeys.len();
        let siblings = all
            .clone()
            .map(|a| {
                all.clone()
                    .filter(|&b| a != b && names[a] != names[b] && close(a, b))
                    .collect()
            })
            .collect();
        let twins = all
            .map(|a| names.iter().position(|n| *n == names[a]).unwrap_or(a))
            .collect();
        let texts = journeys
            .iter()
            .map(|j| {
                let queries = j.queries.iter().map(|q| q.text.as_str());
                let mut texts: Vec<String> = queries
                    .chain(j.annotations.iter().map(String::as_str))
                    .map(normalise)
                    .collect();
                texts.sort_unstable();
                texts.dedup();
                texts
            })
            .collect();
        Self {
            journeys,
            siblings,
            texts,
            twins,
        }
    }
}

fn fault(journey: &CatalogueJourney) -> Option<&'static str> {
    let blank = |s: &str| s.trim().is_empty();
    if blank(&journey.id) || blank(&journey.name) {
        Some("id and name must not be empty")
    } else if !(1..=10_000).contains(&journey.typical_days) {
        Some("typical_days must be 1 to 10,000")
    } else if journey.interests.is_empty() || journey.interests.iter().any(|i| blank(i)) {
        Some("interests must hold at least one text and no empty one")
    } else if journey.queries.is_empty() || journey.queries.iter().any(|q| blank(&q.text)) {
        Some("queries must hold at least one text and no empty one")
    } else if journey.annotations.is_empty() || journey.annotations.iter().any(|a| blank(a)) {
        Some("annotations must hold at least one text and no empty one")
    } else {
        None
    }
}
