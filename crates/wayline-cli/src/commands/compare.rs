//! `wayline compare`: what changed from one run to another, and whether that is too much.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;
use wayline::compare::{
    Comparison, JOURNEY_COLUMNS, KEYWORD_COLUMNS, Limits, Lines, People, Verdict, compare,
};
use wayline_files::write::{ResultRows, same_file};

use super::compare_judged::{Judged, JudgedArgs};

/// Say what changed from one run to another, and fail where it is more than was allowed
///
/// Takes the journeys that two runs of `wayline infer` wrote (-o) and compares them person by
/// person: the same log before and after a change of model, config or version, or last week's log
/// and this week's. Files are .jsonl (or .gz, .zst of it) or .parquet by their names, and the two
/// may differ in that.
///
/// Prints how many people and journeys are the same, how far the distributions of confidence, score
/// and the like moved, and the people whose list changed most, by the names of their journeys.
/// Memory doesn't grow with the number of people.
#[derive(Args, Debug)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct CompareArgs {
    /// The journeys of the first run, the one to compare with
    #[arg(value_name = "A")]
    a: PathBuf,

    /// The journeys of the second run
    #[arg(value_name = "B")]
    b: PathBuf,

    /// The keywords of the first run: then people without a journey count too, and what became of
    /// keywords is told
    #[arg(long, value_name = "FILE", requires = "keywords_b")]
    keywords_a: Option<PathBuf>,

    /// The keywords of the second run
    #[arg(long, value_name = "FILE", requires = "keywords_a")]
    keywords_b: Option<PathBuf>,

    /// How many of the people whose list changed most are shown; 0 shows none
    #[arg(long, value_name = "N", default_value_t = 10)]
    worst: usize,

    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    judged: JudgedArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Limits (exit status 1 where one is passed)")]
struct LimitArgs {
    /// The largest population stability index of any distribution
    #[arg(long, value_name = "X", value_parser = not_negative)]
    max_psi: Option<f64>,

    /// The largest share of A's journeys that are gone
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_gone: Option<f64>,

    /// The largest share of B's journeys that are new
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_new: Option<f64>,

    /// The largest share of A's journeys that were split
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_split: Option<f64>,

    /// The largest share of A's journeys that were merged
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_merged: Option<f64>,

    /// The largest share of kept journeys that have another name
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_renamed: Option<f64>,

    /// The largest share of kept journeys that have another journey_id
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_other_id: Option<f64>,

    /// The largest share of people (of A or B) whose journeys weren't all kept, or who have new ones
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_changed: Option<f64>,
}

const AFTER_HELP: &str = "\
What the words mean. Journeys of a person are matched by their keywords alone, by the Jaccard
index (the share of the keywords of either that both have):
  part      more than half of its keywords are in the other, and are a tenth of the other's
  split     several journeys of B are parts of it and together have a Jaccard index of .5 with it
  merged    it is one of several parts of a journey of B, likewise
  kept      of the others, one to one, the likest first: a Jaccard index of .5 or more
  same id   kept, with the same journey_id
  renamed   kept, under another name
  gone      a journey of A that is none of these
  new       a journey of B that comes from none of A
  changed   of a person: 1 - (sum of the indices of kept ones) / (journeys of A and B - kept ones)

Drift is the population stability index: the sum over bins of (b - a) ln(b / a), with a and b the
shares of A's and of B's values in a bin, .0001 in place of anything smaller. There are ten bins
of equal mass of A, any value that alone holds a tenth being a bin of its own; for stages each
word is a bin. Below .1 is usually called little, above .25 much. \"By chance\" is about what two
samples of one distribution have.

Examples:
  wayline infer events.parquet -o before.parquet --keywords before-keywords.parquet
  wayline infer events.parquet --model new.json -o after.parquet --keywords after-keywords.parquet
  wayline compare before.parquet after.parquet
  wayline compare before.parquet after.parquet --keywords-a before-keywords.parquet \\
      --keywords-b after-keywords.parquet --worst 50 --json > changes.json
  wayline compare before.parquet after.parquet --judged-a before.jsonl --judged-b after.jsonl \\
      --max-judged-loss .05
  wayline compare before.parquet after.parquet --max-psi .1 --max-gone .02 --max-renamed .05

Exit status: 0 when the runs were compared and no limit was passed; 1 when one was (the message
says which); 2 when a file couldn't be read or is none that a run wrote, or an option is wrong.";

/// The exit status where a limit was passed.
const LIMIT_PASSED: u8 = 1;

#[derive(Serialize)]
struct Output<'a> {
    a: String,
    b: String,
    #[serde(flatten)]
    comparison: &'a Comparison,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<&'a Judged>,
    limits: &'a [Verdict],
}

/// Runs the command. An error is one of reading or writing; that a limit was passed is none.
pub(crate) fn run(args: &CompareArgs) -> Result<ExitCode> {
    if same_file(&args.a, &args.b) {
        eprintln!("wayline: A and B are one file, so nothing can differ");
    }
    let a = people(&args.a, args.keywords_a.as_deref())?;
    let b = people(&args.b, args.keywords_b.as_deref())?;
    let comparison = compare(a, b, args.worst)?;
    let judged = args.judged.read(&args.a, &args.b)?;
    let mut verdicts = args.limits.limits().verdicts(&comparison);
    verdicts.extend(args.judged.verdict(judged.as_ref()));
    let output = Output {
        a: args.a.display().to_string(),
        b: args.b.display().to_string(),
        comparison: &comparison,
        judged: judged.as_ref(),
        limits: &verdicts,
    };
    let text = if args.json {
        serde_json::to_string_pretty(&output).context("the comparison as JSON")? + "\n"
    } else {
        let told = judged.as_ref().map(Judged::text).unwrap_or_default();
        super::compare_text::text(&output.a, &output.b, &comparison) + &told
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough, but whether a limit was passed still has to be told.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(error).context("standard output");
        }
        _ => {}
    }
    Ok(judge(&verdicts))
}

/// Tells on standard error which limits were passed.
fn judge(verdicts: &[Verdict]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for verdict in verdicts.iter().filter(|verdict| !verdict.holds) {
        let (what, allowed) = (&verdict.what, verdict.allowed);
        let found = verdict.found.map_or_else(
            || "can't be measured (one run has no value)".to_owned(),
            |found| format!("is {found:.4}"),
        );
        eprintln!("wayline: limit passed: the {what} {found}, allowed is {allowed}");
        code = ExitCode::from(LIMIT_PASSED);
    }
    code
}

impl LimitArgs {
    fn limits(&self) -> Limits {
        Limits {
            psi: self.max_psi,
            gone: self.max_gone,
            new: self.max_new,
            split: self.max_split,
            merged: self.max_merged,
            renamed: self.max_renamed,
            other_id: self.max_other_id,
            changed: self.max_changed,
        }
    }
}

fn people(journeys: &Path, keywords: Option<&Path>) -> Result<People> {
    let journeys = rows(journeys, JOURNEY_COLUMNS)?;
    let keywords = keywords
        .map(|path| rows(path, KEYWORD_COLUMNS))
        .transpose()?;
    Ok(People::new(journeys, keywords))
}

fn rows(path: &Path, columns: &[&str]) -> Result<(String, Lines)> {
    let rows = ResultRows::open(path, Some(columns))?;
    let rows: Lines = Box::new(rows.map(|row| row.map_err(Into::into)));
    Ok((path.display().to_string(), rows))
}

fn share(text: &str) -> Result<f64, String> {
    number_up_to(text, 1.0).ok_or_else(|| "a share is a number from 0 to 1, as .05".to_owned())
}

pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    number_up_to(text, f64::MAX)
        .ok_or_else(|| "give a number that isn't negative, as .1".to_owned())
}

fn number_up_to(text: &str, most: f64) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|number| (0.0..=most).contains(number))
}
