//! `wayline judge repeat`: the same judgements out of their records.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::judge::{
    Question, Record, Shown, ShownList, ShownPair, judge_of, list_report, pair_report,
};

use super::answers::{answers, judge};
use super::list::FigureArgs;
use super::records::read;
use crate::asking::AskingArgs;
use crate::run::refuse_overwriting;

/// Make judgements again from their records, or ask a model once more what was asked
///
/// Without a model, each record is made once more from the request and the replies that it holds: the
/// hash, the checks and the judgement must be the same, and one that isn't is told. With a model, the
/// recorded requests are sent again, word for word, which needs neither the log nor the journeys: to see
/// whether a server gives the same replies, or what another model says.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline judge repeat judged.jsonl
  wayline judge repeat judged.jsonl --text-model http://127.0.0.1:8080/v1 --text-model-name OTHER \\
      -o other.jsonl")]
pub(super) struct RepeatArgs {
    /// Judgements that `wayline judge -o` or `wayline judge pair -o` wrote
    #[arg(value_name = "JUDGEMENTS")]
    judgements: PathBuf,

    /// Where the new judgements go, a .jsonl file; needed with a model
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Settings, as TOML; `[text_model]` says which model is asked
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    figures: FigureArgs,

    #[command(flatten)]
    asking: AskingArgs,
}

pub(super) fn run(args: &RepeatArgs) -> Result<()> {
    let read_here = [args.judgements.as_path()].into_iter();
    refuse_overwriting(
        read_here.chain(args.asking.reads()),
        [args.output.as_deref(), args.asking.writes()],
    )?;
    let resampling = args.figures.resampling();
    if let Ok(records) = read::<ShownPair>(&args.judgements) {
        let Some(records) = again(args, &records)? else {
            return Ok(());
        };
        let mut report = pair_report(&records, resampling);
        report.title = format!("judged again by {}", judge_of(&records)?);
        return args.figures.print(&report);
    }
    let Some(records) = again(args, &read::<ShownList>(&args.judgements)?)? else {
        return Ok(());
    };
    let mut report = list_report(&records, resampling);
    report.title = format!("judged again by {}", judge_of(&records)?);
    args.figures.print(&report)
}

/// New records where a model is named; else looks whether the old ones repeat.
fn again<S: Shown>(args: &RepeatArgs, records: &[Record<S>]) -> Result<Option<Vec<Record<S>>>> {
    let config = args.config.as_deref();
    if args.asking.is_on(config)? {
        let output = args.output.as_deref();
        let output = output.context("give -o FILE for what the model says")?;
        let judge = judge(&args.asking, config, output)?;
        let questions: Vec<Question<S>> = records.iter().map(Record::question).collect();
        return answers(&judge, questions, output).map(Some);
    }
    let mut broken = 0_usize;
    for (number, record) in (1..).zip(records) {
        if let Err(error) = record.repeated() {
            broken += 1;
            eprintln!("{} line {number}: {error}", args.judgements.display());
        }
    }
    if broken > 0 {
        bail!(
            "{broken} of {} records give another judgement",
            records.len()
        );
    }
    println!("{} records give the same judgements again", records.len());
    Ok(None)
}
