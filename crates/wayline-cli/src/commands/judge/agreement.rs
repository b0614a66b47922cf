//! `wayline judge agreement`: how far a judge agrees with people, and with itself.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;
use wayline::evaluate::Report;
use wayline::evaluate::agreement::{Agreement, Rating, agreements};
use wayline::judge::{PersonScore, judge_and_itself, judge_and_people};
use wayline_files::read::Inputs;
use wayline_files::tables::{Judgement, read_judgements};

use super::list::FigureArgs;
use super::records::judged_lists;

/// Say how far a judge agrees with people, or with itself
///
/// With --human, scores that people gave to the same journeys as of the same moment: samples of `wayline
/// annotate export` with the column `score` filled in. Draw them of the same run, and judge with a --top
/// that reaches as far. Each score of a person makes a pair with the judge's. How far annotators agree
/// with each other is told beside: a judge that agrees with them as far is as good as one of them.
///
/// With --again, a second file of judgements of the same run, by the same model or another: with another
/// --order-seed it says how far the order decides.
#[derive(Args, Debug)]
#[command(after_help = "\
Of pairs of scores: the share that is the same, the share at most one apart, the quadratic-weighted
kappa (Cohen 1968: 1 where all agree, 0 where they agree as by chance), Spearman's rank correlation,
and how much the second is higher; with the interval in which 95 % of the values lie when the people
are drawn anew. What isn't defined is left out: kappa where all scores are one.

Examples:
  wayline judge agreement judged.jsonl --human anna.csv --human ben.csv
  wayline judge agreement judged.jsonl --again judged-in-another-order.jsonl --json")]
pub(super) struct AgreementArgs {
    /// Judgements that `wayline judge -o` wrote
    #[arg(value_name = "JUDGEMENTS")]
    judgements: PathBuf,

    /// Scores of people: .csv, .tsv or .jsonl as `wayline annotate export` writes them, filled in; may be
    /// given several times
    #[arg(long, value_name = "FILE", required_unless_present = "again")]
    human: Vec<String>,

    /// Other judgements of the same journeys
    #[arg(long, value_name = "JUDGEMENTS2", conflicts_with = "human")]
    again: Option<PathBuf>,

    #[command(flatten)]
    figures: FigureArgs,
}

pub(super) fn run(args: &AgreementArgs) -> Result<()> {
    let resampling = args.figures.resampling();
    let (judge, records) = judged_lists(&args.judgements)?;
    if let Some(again) = &args.again {
        let (other, second) = judged_lists(again)?;
        let mut report = judge_and_itself(&records, &second, resampling);
        report.title = format!("{judge}, and {other}");
        common(
            &report,
            "the two files judge no journey in common; are they of one run?",
        )?;
        return args.figures.print(&report);
    }
    let read = read_judgements(&Inputs::find(&args.human)?)?;
    if read.unscored + read.summary.rejected() > 0 {
        eprintln!(
            "without a score: {} rows; left out: {} rows{}",
            read.unscored,
            read.summary.rejected(),
            read.summary.reasons()
        );
    }
    let mut by_annotator: BTreeMap<&str, Vec<PersonScore<'_>>> = BTreeMap::new();
    for row in &read.rows {
        let scores = by_annotator.entry(&row.annotator).or_default();
        scores.push(PersonScore {
            user_id: &row.user_id,
            journey_id: &row.journey_id,
            as_of: row.as_of,
            score: f64::from(row.score),
        });
    }
    let all: Vec<PersonScore<'_>> = by_annotator.values().flatten().copied().collect();
    let mut pooled = judge_and_people(&records, &all, resampling);
    pooled.title = format!("people, and {judge}");
    common(
        &pooled,
        "no journey was scored by a person and by the judge; were both given the same run, and reaches \
         --top as far?",
    )?;
    let each = by_annotator.iter().map(|(name, scores)| {
        let mut report = judge_and_people(&records, scores, resampling);
        report.title = format!("{name}, and {judge}");
        report
    });
    let each: Vec<Report> = each.collect();
    let items: Vec<String> = read.rows.iter().map(item).collect();
    let ratings = read.rows.iter().zip(&items).map(|(row, item)| Rating {
        annotator: &row.annotator,
        person: &row.user_id,
        item,
        score: f64::from(row.score),
    });
    let ratings: Vec<Rating<'_>> = ratings.collect();
    let among = agreements(&ratings, resampling);
    let mut out = io::stdout().lock();
    match args.figures.json {
        true => print_json(&mut out, &pooled, &each, &among),
        false => print(&mut out, &pooled, &each, &among),
    }
}

fn item(row: &Judgement) -> String {
    format!("{} {}", row.journey_id, row.as_of)
}

fn common(report: &Report, nothing: &'static str) -> Result<()> {
    match report.figures.is_empty() {
        true => bail!(nothing),
        false => Ok(()),
    }
}

fn print(
    out: &mut impl Write,
    pooled: &Report,
    each: &[Report],
    among: &[Agreement],
) -> Result<()> {
    write!(out, "{}", pooled.table())?;
    // One annotator is everybody.
    for report in each.iter().filter(|_| each.len() > 1) {
        write!(out, "\n{}", report.table())?;
    }
    if !among.is_empty() {
        writeln!(
            out,
            "\nannotators among themselves (quadratic-weighted kappa)"
        )?;
    }
    for pair in among {
        let [first, second] = &pair.annotators;
        let kappa = pair
            .kappa
            .map_or("undefined".to_owned(), |it| it.to_string());
        writeln!(
            out,
            "  {first} and {second}, {} journeys: {kappa}",
            pair.items
        )?;
    }
    Ok(())
}

fn print_json(
    out: &mut impl Write,
    pooled: &Report,
    each: &[Report],
    among: &[Agreement],
) -> Result<()> {
    let among = among.iter().map(|it| {
        json!({
            "annotators": it.annotators,
            "journeys": it.items,
            "kappa": it.kappa.map(|it| it.value),
            "interval": it.kappa.and_then(|it| it.interval),
        })
    });
    let all = json!({
        "all": pooled,
        "annotators": each,
        "among_annotators": among.collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&all).context("the agreement as JSON")?;
    writeln!(out, "{text}").context("standard output")
}
