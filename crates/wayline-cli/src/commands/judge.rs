//! `wayline judge`: how good journeys are, by the word of a language model.

mod agreement;
mod answers;
mod before;
mod list;
mod pair;
mod people;
mod records;
mod repeat;
mod run_file;

use anyhow::Result;
use clap::{Args, Subcommand};

pub(super) use records::{judged_lists, of_this_run};

/// Have a language model judge journeys that a run made
///
/// Draws a sample of the people who have a journey in RUN, and tells the model of each a summary of
/// their log (what they searched and opened, put together by meaning, within a budget of tokens:
/// [profile] in `wayline config`) and the first journeys of their list, in an order drawn by lot, without
/// rank, score or confidence. It answers with a relevance from 1 to 5 for each journey and why, the
/// errors that it finds, and main interests that the list misses.
///
/// Prints the mean relevance, the share of each error, and NDCG by judged relevance, with the interval in
/// which 95 % of the values lie when the people are drawn anew. Writes a line for each person (-o) with
/// what was asked and answered word for word, so that the same judgement comes of it again (`wayline judge
/// repeat`). Who is in that file already, asked the same, isn't asked again: a run that was stopped goes
/// on where it was, and a larger sample of one seed asks only for those who are new in it. What else the
/// file holds of the same run stays; where it holds judgements of another run, or by another model, that
/// would be lost, the command refuses.
///
/// What is told to the model leaves this machine where the model is elsewhere, and the file names people
/// and what they searched: keep it where the log may be.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = AFTER_HELP
)]
pub(crate) struct JudgeArgs {
    #[command(subcommand)]
    command: Option<JudgeCommand>,

    #[command(flatten)]
    list: list::ListArgs,
}

#[derive(Subcommand, Debug)]
enum JudgeCommand {
    Pair(Box<pair::PairArgs>),
    Agreement(agreement::AgreementArgs),
    Repeat(repeat::RepeatArgs),
}

const AFTER_HELP: &str = "\
Relevance: 5 clearly a goal, and what the person cares about most now; 4 clearly a goal, and it
matters now; 3 a goal, of some relevance; 2 hardly; 1 no goal at all, or none any more. Annotators
of `wayline annotate` use the same words.

Errors of a journey: one_off_as_lasting, stale, duplicate, too_broad, too_narrow, wrong_name,
unsafe; of a list: missed_main_interest. A share of errors is over journeys, that of missed
interests over people. NDCG is that of the list's order by the relevance of its own journeys, less
one; it says nothing of journeys that weren't shown.

A judge is a measure only as far as it agrees with people: look at `wayline judge agreement` first.
Figures of two models, or of two versions of the prompt, can't be compared.

Examples:
  wayline infer events.parquet -o journeys.parquet
  wayline judge journeys.parquet --input events.parquet --people 200 --top 10 \\
      --text-model http://127.0.0.1:8080/v1 --text-model-name NAME -o judged.jsonl
  wayline judge journeys.parquet --input events.parquet --people 5 --prompts prompts.jsonl
  wayline judge pair before.parquet after.parquet --input events.parquet --both-orders \\
      --text-model http://127.0.0.1:8080/v1 --text-model-name NAME -o pairs.jsonl
  wayline judge agreement judged.jsonl --human anna.csv --human ben.csv
  wayline judge repeat judged.jsonl
  wayline evaluate simulated … --report quality.md --judgements judged.jsonl
  wayline compare before.parquet after.parquet --judged-a before.jsonl --judged-b after.jsonl";

pub(crate) fn run(args: &JudgeArgs) -> Result<()> {
    match &args.command {
        None => list::run(&args.list),
        Some(JudgeCommand::Pair(args)) => pair::run(args),
        Some(JudgeCommand::Agreement(args)) => agreement::run(args),
        Some(JudgeCommand::Repeat(args)) => repeat::run(args),
    }
}
