//! What people said of journeys that they were shown, for a run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use wayline::feedback::Stances;
use wayline::nouns::{Feedback, Timestamp};
use wayline_files::read::Inputs;
use wayline_files::tables::{TableSummary, read_feedback};

/// Where feedback comes from.
#[derive(Args, Clone, Debug)]
pub(crate) struct SaidArgs {
    /// What people did with journeys that they were shown: those that they took away are hidden
    ///
    /// .csv, .tsv, .jsonl or .parquet with the columns user_id, journey_id, timestamp, channel
    /// (email, push, app), event (sent, open, click, dismiss, positive, negative) and position
    /// (from 1, may be blank). A journey with `dismiss` or `negative` gets `hidden` and stands after
    /// all others, as do those that most of its keywords went into, until the person says `positive`
    /// or clearly takes it up again ([feedback] in `wayline config`).
    #[arg(long, value_name = "FILE")]
    feedback: Option<PathBuf>,
}

/// What people said, and what was read for it.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) stances: Stances,
    pub(crate) read: TableSummary,
}

impl SaidArgs {
    pub(crate) fn path(&self) -> Option<&Path> {
        self.feedback.as_deref()
    }

    /// Reads every row, by person, for a store; with a moment given nothing later than that.
    pub(crate) fn rows(&self, as_of: Option<Timestamp>) -> Result<HashMap<String, Vec<Feedback>>> {
        let mut rows: HashMap<String, Vec<Feedback>> = HashMap::new();
        if let Some(path) = &self.feedback {
            let inputs = Inputs::find([path.to_string_lossy()])?;
            read_feedback(&inputs, |row| {
                if as_of.is_none_or(|as_of| row.time <= as_of) {
                    rows.entry(row.user_id.clone()).or_default().push(row);
                }
            })?;
        }
        Ok(rows)
    }

    /// Reads what was said; with a moment given nothing later than that.
    pub(crate) fn read(&self, as_of: Option<Timestamp>) -> Result<Said> {
        let mut said = Said::default();
        if let Some(path) = &self.feedback {
            let inputs = Inputs::find([path.to_string_lossy()])?;
            said.read = read_feedback(&inputs, |row| {
                if as_of.is_none_or(|as_of| row.time <= as_of) {
                    said.stances.add(&row);
                }
            })?;
        }
        Ok(said)
    }
}
