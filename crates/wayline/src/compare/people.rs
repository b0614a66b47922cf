//! The people of a run, one after the other, from the rows of its files.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::iter::Peekable;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::nouns::{LeftOver, RunInfo, Stage};

/// The rows of a file as JSON, in their order.
pub type Lines = Box<dyn Iterator<Item = Result<String, Box<dyn Error + Send + Sync>>>>;

/// The columns of journeys that a comparison reads.
pub const JOURNEY_COLUMNS: &[&str] = &[
    "user_id",
    "journey_id",
    "name",
    "keywords",
    "stage",
    "confidence",
    "score",
    "return_probability",
    "hidden",
    "run",
];
/// The columns of keywords that a comparison reads.
pub const KEYWORD_COLUMNS: &[&str] = &["user_id", "keyword", "journey_id", "reason"];

/// Why two runs can't be compared. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A file can't be read.
    #[error(transparent)]
    Lines(Box<dyn Error + Send + Sync>),
    /// A row is none of a run.
    #[error("{file}, row {row}: {reason}; give {what} that `wayline infer` wrote")]
    Row {
        /// The file.
        file: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong there.
        reason: String,
        /// What the file should be.
        what: &'static str,
    },
    /// People don't come in their order.
    #[error(
        "{file}, row {row}: `{user}` comes after `{previous}`, but people must come in the byte \
         order of user_id; give the file as `wayline infer` wrote it, or sort its rows by user_id"
    )]
    Order {
        /// The file.
        file: String,
        /// The row, from 1.
        row: u64,
        /// Who comes too late.
        user: String,
        /// Whom they come after.
        previous: String,
    },
    /// Journeys and keywords are of two runs.
    #[error(
        "{keywords}: {reason}, unlike in {journeys}; are the two files of one run, and the options \
         not mixed up?"
    )]
    OtherRun {
        /// The file of keywords.
        keywords: String,
        /// The file of journeys.
        journeys: String,
        /// What doesn't fit.
        reason: String,
    },
    /// There is nothing to compare with.
    #[error(
        "{file}: no journeys in it, so there is nothing to compare with; is it the right file? \
         `wayline infer -o` writes it"
    )]
    NoJourneys {
        /// The file.
        file: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct JourneyRow {
    user_id: String,
    pub(super) journey_id: String,
    pub(super) name: String,
    pub(super) keywords: Vec<KeywordOfJourney>,
    pub(super) stage: Stage,
    pub(super) confidence: f64,
    pub(super) score: f64,
    /// Runs of earlier versions don't say it.
    pub(super) return_probability: Option<f64>,
    /// Likewise.
    #[serde(default)]
    pub(super) hidden: bool,
    pub(super) run: Option<RunInfo>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct KeywordOfJourney {
    pub(super) keyword: String,
}

#[derive(Debug, Deserialize)]
struct KeywordRow {
    user_id: String,
    keyword: String,
    journey_id: Option<String>,
    reason: Option<LeftOver>,
}

trait Row: DeserializeOwned {
    const WHAT: &'static str;
    fn user_id(&self) -> &str;
    /// What is wrong with values that have the right types.
    fn problem(&self) -> Option<String>;
}

impl Row for JourneyRow {
    const WHAT: &'static str = "a file of journeys";

    fn user_id(&self) -> &str {
        &self.user_id
    }

    fn problem(&self) -> Option<String> {
        let fractions = [
            ("confidence", self.confidence),
            ("score", self.score),
            ("return_probability", self.return_probability.unwrap_or(0.0)),
        ];
        fractions
            .iter()
            .find(|(_, value)| !(0.0..=1.0).contains(value))
            .map(|(name, value)| format!("`{name}` is {value}, it must be between 0 and 1"))
    }
}

impl Row for KeywordRow {
    const WHAT: &'static str = "a file of keywords";

    fn user_id(&self) -> &str {
        &self.user_id
    }

    fn problem(&self) -> Option<String> {
        let told = self.journey_id.is_some() || self.reason.is_some();
        (!told).then(|| "neither `journey_id` nor `reason` is given".to_owned())
    }
}

/// One person of a run.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) user_id: String,
    /// By rank.
    pub(super) journeys: Vec<JourneyRow>,
    /// Every keyword with the reason why it is in no journey; empty without a file of keywords.
    pub(super) keywords: HashMap<String, Option<LeftOver>>,
}

/// The people of one run, in the byte order of their ids.
pub struct People {
    journeys: Rows<JourneyRow>,
    keywords: Option<Rows<KeywordRow>>,
}

impl People {
    /// From the rows of a run's journeys and, if there are any, of its keywords, each with the
    /// file's name for messages.
    #[must_use]
    pub fn new(journeys: (String, Lines), keywords: Option<(String, Lines)>) -> Self {
        Self {
            journeys: Rows::new(journeys),
            keywords: keywords.map(Rows::new),
        }
    }

    pub(super) fn journeys_file(&self) -> &str {
        &self.journeys.file
    }

    pub(super) fn has_keywords(&self) -> bool {
        self.keywords.is_some()
    }

    /// The next person.
    pub(super) fn next(&mut self) -> Result<Option<Person>, CompareError> {
        let Some(keywords) = &mut self.keywords else {
            let rows = self.journeys.next_person()?;
            return rows.map(|rows| self.person(rows, None)).transpose();
        };
        let (of_journeys, of_keywords) = (self.journeys.peek()?, keywords.peek()?);
        let (journeys, keywords) = match (of_journeys, of_keywords) {
            (None, None) => return Ok(None),
            // Everybody of a run has keywords, not everybody journeys.
            (Some(user), other) if other.as_ref().is_none_or(|other| user < *other) => {
                return Err(self.other_run(format!("no keyword of `{user}`")));
            }
            (Some(user), Some(other)) if user == other => {
                (self.journeys.next_person()?, keywords.next_person()?)
            }
            _ => (None, keywords.next_person()?),
        };
        self.person(journeys.unwrap_or_default(), keywords)
            .map(Some)
    }

    fn person(
        &self,
        journeys: Vec<JourneyRow>,
        keywords: Option<Vec<KeywordRow>>,
    ) -> Result<Person, CompareError> {
        let keywords = keywords.unwrap_or_default();
        let first = journeys.first().map(|row| &row.user_id);
        let user_id = first.or(keywords.first().map(|row| &row.user_id));
        let user_id = user_id.cloned().unwrap_or_default();
        let mut ids = HashSet::new();
        if let Some(twice) = journeys.iter().find(|row| !ids.insert(&row.journey_id)) {
            return Err(CompareError::Row {
                file: self.journeys.file.clone(),
                row: self.journeys.row,
                reason: format!("`{user_id}` has the journey {} twice", twice.journey_id),
                what: JourneyRow::WHAT,
            });
        }
        let named = keywords.iter().filter_map(|row| row.journey_id.as_ref());
        if let Some(unknown) = named.into_iter().find(|id| !ids.contains(id)) {
            return Err(self.other_run(format!("`{user_id}` has the journey {unknown}")));
        }
        Ok(Person {
            user_id,
            journeys,
            keywords: keywords
                .into_iter()
                .map(|row| (row.keyword, row.reason.filter(|_| row.journey_id.is_none())))
                .collect(),
        })
    }

    fn other_run(&self, reason: String) -> CompareError {
        let keywords = self.keywords.as_ref().map(|rows| rows.file.clone());
        CompareError::OtherRun {
            keywords: keywords.unwrap_or_default(),
            journeys: self.journeys.file.clone(),
            reason,
        }
    }
}

/// The rows of one file, of which the next one is looked at before it is taken.
struct Rows<T> {
    file: String,
    lines: Peekable<Lines>,
    row: u64,
    ahead: Option<T>,
    previous: Option<String>,
}

impl<T: Row> Rows<T> {
    fn new((file, lines): (String, Lines)) -> Self {
        Self {
            file,
            lines: lines.peekable(),
            row: 0,
            ahead: None,
            previous: None,
        }
    }

    /// Whose the next row is.
    fn peek(&mut self) -> Result<Option<String>, CompareError> {
        if self.ahead.is_none() {
            self.ahead = self.read()?;
        }
        Ok(self.ahead.as_ref().map(|row| row.user_id().to_owned()))
    }

    /// All rows of the next person.
    fn next_person(&mut self) -> Result<Option<Vec<T>>, CompareError> {
        let Some(user) = self.peek()? else {
            return Ok(None);
        };
        let mut rows = Vec::new();
        while let Some(row) = self.ahead.take() {
            if row.user_id() != user {
                self.ahead = Some(row);
                break;
            }
            rows.push(row);
            self.ahead = self.read()?;
        }
        Ok(Some(rows))
    }

    fn read(&mut self) -> Result<Option<T>, CompareError> {
        loop {
            let Some(line) = self.lines.next() else {
                return Ok(None);
            };
            self.row += 1;
            let line = line.map_err(CompareError::Lines)?;
            if !line.trim().is_empty() {
                return self.parse(&line).map(Some);
            }
        }
    }

    fn parse(&mut self, line: &str) -> Result<T, CompareError> {
        let wrong = |reason: String| CompareError::Row {
            file: self.file.clone(),
            row: self.row,
            reason,
            what: T::WHAT,
        };
        let row: T = serde_json::from_str(line).map_err(|error| wrong(told(&error)))?;
        if let Some(reason) = row.problem() {
            return Err(wrong(reason));
        }
        let user = row.user_id();
        match &mut self.previous {
            Some(previous) if user < previous.as_str() => {
                return Err(CompareError::Order {
                    file: self.file.clone(),
                    row: self.row,
                    user: user.to_owned(),
                    previous: previous.clone(),
                });
            }
            Some(previous) if user == previous.as_str() => {}
            previous => *previous = Some(user.to_owned()),
        }
        Ok(row)
    }
}

/// What is wrong, without the place within the row, whose line is always 1.
fn told(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let bare = told.rsplit_once(" at line ").map(|(bare, _)| bare);
    bare.unwrap_or(&told).to_owned()
}
