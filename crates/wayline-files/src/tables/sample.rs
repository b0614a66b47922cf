//! Journeys with their evidence, for people to judge: a table to open in a spreadsheet, or JSON lines.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use wayline::nouns::{Journey, Timestamp};

use super::guard::guarded;
use crate::write::{AsideFile, WriteError};

/// A journey to judge. Neither its rank nor its score nor its confidence is told: whoever knows what
/// the machine thinks agrees with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of a journey")]
pub struct SampleRow {
    pub user_id: String,
    pub journey_id: String,
    pub as_of: Timestamp,
    pub name: String,
    /// With the number of events that carry each, strongest first.
    pub keywords: Vec<String>,
    pub interests: Vec<String>,
    pub lifecycle: &'static str,
    pub status: &'static str,
    pub phase: &'static str,
    pub started_at: Timestamp,
    pub last_active_at: Timestamp,
    pub events: u32,
    pub visits: u32,
    pub boards: Vec<String>,
    pub items: Vec<String>,
    /// How many journeys it stands for.
    pub weight: f64,
    /// For the annotator to fill in, as the two below.
    pub annotator: &'static str,
    pub score: Option<u8>,
    pub comment: &'static str,
}

/// The columns of CSV.
const HEADER: [&str; 19] = [
    "user_id",
    "journey_id",
    "as_of",
    "name",
    "keywords",
    "interests",
    "lifecycle",
    "status",
    "phase",
    "started_at",
    "last_active_at",
    "events",
    "visits",
    "boards",
    "items",
    "weight",
    "annotator",
    "score",
    "comment",
];

impl SampleRow {
    /// Of a journey as it was at `as_of`, which stands for `weight` of them.
    #[must_use]
    pub fn of(journey: &Journey, as_of: Timestamp, weight: f64) -> Self {
        let keywords = journey.keywords.iter();
        let keywords = keywords.map(|it| format!("{} ({})", it.keyword, it.count));
        Self {
            user_id: journey.user_id.clone(),
            journey_id: journey.journey_id.clone(),
            as_of,
            name: journey.name.clone(),
            keywords: keywords.collect(),
            interests: journey.interests.clone(),
            lifecycle: journey.stage.lifecycle.as_str(),
            status: journey.stage.status.as_str(),
            phase: journey.stage.phase.map_or("", |phase| phase.as_str()),
            started_at: journey.started_at,
            last_active_at: journey.last_active_at,
            events: journey.events,
            visits: journey.visits,
            boards: journey.boards.clone(),
            items: journey.items.clone(),
            weight: (weight * 1e3).round() / 1e3,
            annotator: "",
            score: None,
            comment: "",
        }
    }

    fn fields(&self) -> [String; HEADER.len()] {
        let list = |texts: &[String]| guarded(&texts.join("; "));
        [
            guarded(&self.user_id),
            self.journey_id.clone(),
            self.as_of.to_string(),
            guarded(&self.name),
            list(&self.keywords),
            list(&self.interests),
            self.lifecycle.to_owned(),
            self.status.to_owned(),
            self.phase.to_owned(),
            self.started_at.to_string(),
            self.last_active_at.to_string(),
            self.events.to_string(),
            self.visits.to_string(),
            list(&self.boards),
            list(&self.items),
            self.weight.to_string(),
            self.annotator.to_owned(),
            String::new(),
            self.comment.to_owned(),
        ]
    }
}

/// Writes a sample; the file takes its name only once it is complete.
pub struct SampleWriter {
    file: Form,
}

enum Form {
    Csv(Box<csv::Writer<AsideFile>>),
    Jsonl(AsideFile),
}

impl SampleWriter {
    /// Starts a `.csv` or `.jsonl` file.
    ///
    /// # Errors
    /// The name ends otherwise, or the file can't be made.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let failed = |error| WriteError::from_system(path, error);
        if ending == "jsonl" {
            return Ok(Self {
                file: Form::Jsonl(AsideFile::create(path)?),
            });
        }
        if ending != "csv" {
            return Err(WriteError::UnknownTable {
                path: path.to_owned(),
            });
        }
        let mut file = AsideFile::create(path)?;
        // Without it Excel takes the file for one of another time's letters.
        file.write_all(b"\xEF\xBB\xBF").map_err(failed)?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(HEADER).map_err(io).map_err(failed)?;
        Ok(Self {
            file: Form::Csv(Box::new(writer)),
        })
    }

    /// Adds a journey.
    ///
    /// # Errors
    /// The disk is full, or the system refuses.
    pub fn write(&mut self, row: &SampleRow) -> Result<(), WriteError> {
        match &mut self.file {
            Form::Csv(writer) => {
                let written = writer.write_record(row.fields()).map_err(io);
                written.map_err(|error| WriteError::from_system(writer.get_ref().target(), error))
            }
            Form::Jsonl(file) => {
                let written = serde_json::to_writer(&mut *file, row).map_err(io::Error::from);
                let written = written.and_then(|()| file.write_all(b"\n"));
                written.map_err(|error| WriteError::from_system(file.target(), error))
            }
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// The disk is full, or the system refuses; then no file is left.
    pub fn finish(self) -> Result<(), WriteError> {
        match self.file {
            Form::Jsonl(file) => file.finish(),
            Form::Csv(writer) => {
                let target = writer.get_ref().target().to_owned();
                let file = writer.into_inner().map_err(|error| {
                    WriteError::from_system(&target, io::Error::other(error.to_string()))
                })?;
                file.finish()
            }
        }
    }
}

fn io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
