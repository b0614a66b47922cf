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
/// A file can't be read to its end or lacks a column, or no row can be used.
pub fn read_judgements(inputs: &Inputs) -> Result<Judgements, TableError> {
    let mut judgements = Judgements::default();
    let mut seen = BTreeSet::new();
    judgements.summary = read_rows(inputs, &COLUMNS, &mut |row| {
        let Some(judgement) = judgement(row)? else {
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

fn judgement(row: &TableRow<'_>) -> Result<Option<Judgement>, RowError> {
    let user_id = row.needed("user_id", Reason::UserIdMissing)?;
    let journey_id = row.needed("journey_id", Reason::JourneyIdMissing)?;
    let as_of = time(row, "as_of")?;
    let Some(score) = row.text("score") else {
        return Ok(None);
    };
    let annotator = match row.text("annotator") {
        Some(name) => unguarded(name).to_owned(),
        None => stem(row.file),
    };
    let weight = row.text("weight").and_then(|text| text.parse().ok());
    let weight = weight.filter(|weight: &f64| weight.is_finite() && *weight > 0.0);
    Ok(Some(Judgement {
        user_id: unguarded(user_id).to_owned(),
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

/// The name of a file without folder and endings.
fn stem(file: &str) -> String {
    let name = Path::new(file).file_name();
    let name = name.map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}
