//! What annotators said of journeys.

use std::collections::BTreeSet;
use std::path::Path;

use wayline::nouns::Timestamp;

use super::feedback::{cut, time};
use super::guard::unguarded;
use super::rows::{Columns, TableRow, read_rows};
use super::{TableError, TableSummary};
use crate::read::{Inputs, Reason, RowError};

const COLUMNS: Columns = Columns {
    all: &[
        "user_id",
        "journey_id",
        "as_of",
        "weight",
        "annotator",
        "score",
    ],
    needed: &["user_id", "journey_id", "as_of", "score"],
};

/// The scores that a journey may be given.
pub const SCORES: std::ops::RangeInclusive<u8> = 1..=5;

/// One annotator's score for one journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Whose journey.
    pub user_id: String,
    /// Which.
    pub journey_id: String,
    /// As it was at this moment.
    pub as_of: Timestamp,
    /// Who judged: the column `annotator`, else the file's name.
    pub annotator: String,
    /// One of [`SCORES`].
    pub score: u8,
    /// How many journeys it stands for in the sample; 1 where that isn't known.
    pub weight: f64,
}

/// Judgements, and what else was there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgements {
    /// In the order of the rows.
    pub rows: Vec<Judgement>,
    /// Rows without a score.
    pub unscored: u64,
    /// What was read.
    pub summary: TableSummary,
}

/// Reads files that [`SampleWriter`](super::SampleWriter) wrote, with scores filled in.
///
/// # Errors
/// A file can't be read to its end or lacks a column, or there are rows and none can be used.
pub fn read_judgements(inputs: &Inputs) -> Result<Judgements, TableError> {
    let mut judgements = Judgements::default();
    let mut seen = BTreeSet::new();
    let names: Vec<String> = inputs
        .paths()
        .map(|path| stem(&path.to_string_lossy()))
        .collect();
    // Two files of one name are of two people, told apart by their folders.
    let annotator_of = |file: &str| {
        let name = stem(file);
        match names.iter().filter(|other| **other == name).count() {
            0 | 1 => name,
            _ => file.to_owned(),
        }
    };
    judgements.summary = read_rows(inputs, &COLUMNS, &mut |row| {
        let Some(judgement) = judgement(row, &annotator_of(row.file))? else {
            judgements.unscored += 1;
            return Ok(());
        };
        let Judgement {
            user_id,
            journey_id,
            as_of,
            annotator,
            ..
        } = &judgement;
        let key = (
            annotator.clone(),
            user_id.clone(),
            journey_id.clone(),
            *as_of,
        );
        if !seen.insert(key) {
            let detail = format!("`{}` judged this journey in a row before", cut(annotator));
            return Err(RowError::new(Reason::JudgedTwice, detail));
        }
        judgements.rows.push(judgement);
        Ok(())
    })?;
    Ok(judgements)
}

fn judgement(row: &TableRow<'_>, annotator: &str) -> Result<Option<Judgement>, RowError> {
    let plain = |text: &str| match row.guarded {
        true => unguarded(text).to_owned(),
        false => text.to_owned(),
    };
    let user_id = plain(row.needed("user_id", Reason::UserIdMissing)?);
    let journey_id = row.needed("journey_id", Reason::JourneyIdMissing)?;
    let as_of = time(row, "as_of")?;
    let Some(score) = row.text("score") else {
        return Ok(None);
    };
    let annotator = match row.text("annotator") {
        Some(name) => plain(name),
        None => annotator.to_owned(),
    };
    let weight = row.text("weight").and_then(|text| text.parse().ok());
    let weight = weight.filter(|weight: &f64| weight.is_finite() && *weight > 0.0);
    Ok(Some(Judgement {
        user_id,
        journey_id: journey_id.to_owned(),
        as_of,
        annotator,
        score: score_of(score)?,
        weight: weight.unwrap_or(1.0),
    }))
}

fn score_of(text: &str) -> Result<u8, RowError> {
    let score = text.strip_suffix(".0").unwrap_or(text).parse().ok();
    score.filter(|score| SCORES.contains(score)).ok_or_else(|| {
        let detail = format!(
            "`{}`; a score is {}, {} or a whole number between",
            cut(text),
            SCORES.start(),
            SCORES.end()
        );
        RowError::new(Reason::ScoreOutOfRange, detail)
    })
}

/// The name of a file without folder and the endings of its format.
fn stem(file: &str) -> String {
    let name = Path::new(file).file_name().unwrap_or_default();
    let mut name = name.to_string_lossy().into_owned();
    for ending in [".gz", ".zst", ".csv", ".tsv", ".jsonl", ".parquet"] {
        if let Some(shorter) = name.strip_suffix(ending) {
            name.truncate(shorter.len());
        }
    }
    name
}
