//! `wayline llm evaluate`: a student beside its teacher.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use wayline::evaluate::student::{StudentScores, of_replies, of_runs};
use wayline::evaluate::{Predictions, Resampling};
use wayline_files::write::rows_as_jsonl;

/// Say how far a student agrees with its teacher
///
/// Compares replies to the same questions: FILEs of conversations as `wayline llm export` writes
/// them, the student's with its own reply as it came. Or, with both --…-keywords, the results of
/// two runs over the same people.
///
/// Prints, each with the interval in which 95 % of the values lie when the people are drawn anew:
///   format obedience   share of the teacher's questions with a reply that is JSON of the schema
///                      and nothing else, with names and with numbers that are there, each once
///                      (of replies alone)
///   B³                 how far both group keywords alike, over those that either has in a journey
///   journeys           share of the teacher's that the student found (Jaccard from .5 on), and
///                      the other way round
///   name token F1      how far found journeys are called the same
/// All but the first are of people whose reply can be used. It is agreement, not quality: `wayline
/// evaluate` measures against answers known to be right.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:
  wayline llm evaluate --teacher examples/validation.jsonl --student replies.jsonl
  wayline llm evaluate --teacher journeys.jsonl --teacher-keywords keywords.jsonl \\
      --student small-journeys.jsonl --student-keywords small-keywords.jsonl --json",
    verbatim_doc_comment
)]
pub(crate) struct EvaluateArgs {
    /// The teacher's conversations, or its journeys
    #[arg(long, value_name = "FILE")]
    teacher: PathBuf,

    /// The student's conversations, or its journeys
    #[arg(long, value_name = "FILE")]
    student: PathBuf,

    /// The keywords of the teacher's journeys
    #[arg(long, value_name = "FILE", requires = "student_keywords")]
    teacher_keywords: Option<PathBuf>,

    /// The keywords of the student's journeys
    #[arg(long, value_name = "FILE", requires = "teacher_keywords")]
    student_keywords: Option<PathBuf>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    /// How many times people are drawn anew for the intervals; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = Resampling::default().resamples)]
    resamples: u32,

    /// Decides which people are drawn; the same seed gives the same intervals
    #[arg(long, value_name = "S", default_value_t = Resampling::default().seed)]
    seed: u64,
}

pub(super) fn run(args: &EvaluateArgs) -> Result<()> {
    let report = args.scores()?.report();
    let text = if args.json {
        report.json() + "\n"
    } else {
        report.table()
    };
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("standard output")
}

impl EvaluateArgs {
    fn scores(&self) -> Result<StudentScores> {
        let resampling = Resampling {
            resamples: self.resamples,
            seed: self.seed,
        };
        if let (Some(teacher), Some(student)) = (&self.teacher_keywords, &self.student_keywords) {
            let teacher = predictions(&self.teacher, teacher)?;
            let student = predictions(&self.student, student)?;
            return Ok(of_runs(&teacher, &student, resampling));
        }
        let teacher = read_text(&self.teacher)?;
        let student = read_text(&self.student)?;
        of_replies(&teacher, &student, resampling).map_err(|error| {
            let path = match error.what {
                "teacher" => &self.teacher,
                _ => &self.student,
            };
            anyhow::Error::new(error).context(path.display().to_string())
        })
    }
}

fn predictions(journeys: &Path, keywords: &Path) -> Result<Predictions> {
    let rows = (rows_as_jsonl(journeys)?, rows_as_jsonl(keywords)?);
    Predictions::from_jsonl(&rows.0, &rows.1)
        .with_context(|| format!("{}, {}", journeys.display(), keywords.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
