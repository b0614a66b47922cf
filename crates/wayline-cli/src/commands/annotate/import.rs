//! `wayline annotate import`: labels from filled in samples, and how far annotators agree.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use wayline::evaluate::Resampling;
use wayline::evaluate::agreement::{Rating, agreements};
use wayline::nouns::Timestamp;
use wayline_files::read::Inputs;
use wayline_files::tables::{
    JourneyLabel, Judgement, Judgements, SCORES, read_judgements, write_labels,
};

use crate::run::refuse_overwriting;

/// Make labels of filled in samples, and say how far annotators agree
///
/// Reads samples that `wayline annotate export` drew, with the column `score` filled in from 1 to 5. The
/// annotator is what stands in the column `annotator`, else the name of the file. Rows without a score
/// are skipped and counted; a score that is no whole number from 1 to 5 and a second score of one
/// annotator for one journey are left out, counted, and shown with file and line.
///
/// A label is the mean of what annotators said of a journey. Agreement is the quadratic-weighted kappa
/// of each two annotators on what both judged: 1 where they always say the same, 0 where they agree as
/// often as by chance; disagreement counts by the square of the distance (Cohen 1968). In brackets the
/// interval in which 95 % of the values lie when the people are drawn anew.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  wayline annotate import anna.csv ben.csv -o labels.jsonl
  wayline train ranker events.parquet --labels labels.jsonl -o ranker.json")]
pub(crate) struct ImportArgs {
    /// Filled in samples: .csv, .tsv or .jsonl
    #[arg(value_name = "FILE", required = true)]
    inputs: Vec<String>,

    /// Where the labels go, JSON lines: user_id, journey_id, as_of, relevance, annotators
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// A journey at a moment.
type Journey<'a> = (&'a str, &'a str, Timestamp);

pub(super) fn run(args: &ImportArgs) -> Result<()> {
    let inputs = Inputs::find(&args.inputs)?;
    refuse_overwriting(inputs.paths(), [Some(args.output.as_path())])?;
    let judgements = read_judgements(&inputs)?;
    if judgements.rows.is_empty() {
        bail!(
            "no row has a score: fill in the column `score`, {} to {} ({} rows without one{})",
            SCORES.start(),
            SCORES.end(),
            judgements.unscored,
            judgements.summary.reasons()
        );
    }
    let mut by_journey: BTreeMap<Journey<'_>, Vec<&Judgement>> = BTreeMap::new();
    for row in &judgements.rows {
        let journey = (row.user_id.as_str(), row.journey_id.as_str(), row.as_of);
        by_journey.entry(journey).or_default().push(row);
    }
    let labels: Vec<JourneyLabel> = by_journey
        .iter()
        .map(|((user_id, journey_id, as_of), rows)| JourneyLabel {
            user_id: (*user_id).to_owned(),
            journey_id: (*journey_id).to_owned(),
            as_of: *as_of,
            relevance: mean(rows),
            annotators: rows.len() as u32,
        })
        .collect();
    write_labels(&args.output, &labels)?;
    let mut out = std::io::stdout().lock();
    counts(&mut out, &judgements, &by_journey)?;
    agreement(&mut out, &judgements.rows)
}

fn mean(rows: &[&Judgement]) -> f64 {
    let sum: f64 = rows.iter().map(|row| f64::from(row.score)).sum();
    (sum / rows.len() as f64 * 1e6).round() / 1e6
}

fn counts(
    out: &mut impl Write,
    judgements: &Judgements,
    by_journey: &BTreeMap<Journey<'_>, Vec<&Judgement>>,
) -> Result<()> {
    let rows = &judgements.rows;
    let annotators: BTreeSet<&str> = rows.iter().map(|row| row.annotator.as_str()).collect();
    let people: BTreeSet<&str> = rows.iter().map(|row| row.user_id.as_str()).collect();
    writeln!(
        out,
        "{} journeys of {} people, {} scores of {} annotators",
        by_journey.len(),
        people.len(),
        rows.len(),
        annotators.len()
    )?;
    if judgements.unscored > 0 {
        writeln!(
            out,
            "without a score: {} rows, skipped",
            judgements.unscored
        )?;
    }
    if judgements.summary.rejected() > 0 {
        let (left_out, reasons) = (judgements.summary.rejected(), judgements.summary.reasons());
        writeln!(out, "left out: {left_out} rows{reasons}")?;
    }
    // What the sample says of all journeys: each stands for as many as its weight.
    let shares = by_journey.values().map(|rows| (mean(rows), rows[0].weight));
    let shares: Vec<(f64, f64)> = shares.collect();
    let all: f64 = shares.iter().map(|(_, weight)| weight).sum();
    for score in SCORES {
        let given = rows.iter().filter(|row| row.score == score).count();
        writeln!(out, "  score {score} {given:>6}")?;
    }
    let relevant = shares.iter().filter(|(relevance, _)| *relevance >= 3.0);
    let relevant: f64 = relevant.map(|(_, weight)| weight).sum();
    writeln!(
        out,
        "of all journeys, by the weights of the sample, {:.0} % are of relevance 3 or more",
        100.0 * relevant / all
    )?;
    Ok(())
}

/// Pairs of annotators that are shown, those with most in common first.
const MOST_PAIRS: usize = 20;

fn agreement(out: &mut impl Write, rows: &[Judgement]) -> Result<()> {
    let items: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.journey_id, row.as_of))
        .collect();
    let ratings = rows.iter().zip(&items).map(|(row, item)| Rating {
        annotator: &row.annotator,
        person: &row.user_id,
        item,
        score: f64::from(row.score),
    });
    let ratings: Vec<Rating<'_>> = ratings.collect();
    let mut pairs = agreements(&ratings, Resampling::default());
    if pairs.is_empty() {
        writeln!(
            out,
            "agreement: one annotator; give the same sample to another to know how far it goes"
        )?;
        return Ok(());
    }
    writeln!(out, "agreement (quadratic-weighted kappa)")?;
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.items));
    for pair in pairs.iter().take(MOST_PAIRS) {
        let kappa = match &pair.kappa {
            None if pair.items == 0 => "nothing in common".to_owned(),
            None => "undefined: everything has one score".to_owned(),
            Some(figure) => figure.to_string(),
        };
        let [first, second] = &pair.annotators;
        writeln!(
            out,
            "  {first} and {second}, {} journeys: {kappa}",
            pair.items
        )?;
    }
    if pairs.len() > MOST_PAIRS {
        writeln!(out, "  and {} more pairs", pairs.len() - MOST_PAIRS)?;
    }
    Ok(())
}
