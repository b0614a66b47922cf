//! `wayline judge pair`: which of two runs has the better lists.

use std::cmp::Ordering;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::judge::{
    PeopleSampler, Question, ShownPair, first_of, is_same_list, judge_of, pair_question,
    pair_report,
};
use wayline::nouns::Journey;

use super::answers::{answers, judge};
use super::list::OutputArgs;
use super::people::{EventsArgs, SampleArgs, with_evidence};
use super::records::write;
use super::run_file::{RunFile, RunPerson};
use crate::asking::AskingArgs;
use crate::run::{RunArgs, grouped};

/// Ask which of two runs has the better lists, blind
///
/// Of a sample of the people whose lists differ, the model sees a summary of their log and both lists,
/// each in its own order, without knowing which run made which: whose is shown first is drawn by lot. It
/// says which list the person should be shown, and why.
///
/// Models prefer a place. The lot keeps that from favouring a run; with --both-orders each person is
/// judged twice, and one verdict for each run counts as a tie. `verdicts for the list shown first` is .5
/// for a judge without such a preference.
///
/// People to whom both runs show the same aren't asked about; they are counted.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Prints the win rate of B over the people asked (a tie is half a win) with the interval in which 95 %
of the values lie when the people are drawn anew: B's lists are better where all of it is above .5.

Example:
  wayline judge pair before.parquet after.parquet --input events.parquet --people 200 \\
      --both-orders --text-model http://127.0.0.1:8080/v1 --text-model-name NAME -o pairs.jsonl")]
pub(super) struct PairArgs {
    /// The journeys of one run
    #[arg(value_name = "RUN_A")]
    a: PathBuf,

    /// The journeys of another run over the same log, as of the same moment
    #[arg(value_name = "RUN_B")]
    b: PathBuf,

    #[command(flatten)]
    events: EventsArgs,

    #[command(flatten)]
    sample: SampleArgs,

    /// Judge everybody in both orders
    #[arg(long)]
    both_orders: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    asking: AskingArgs,

    #[command(flatten)]
    run: RunArgs,
}

pub(super) fn run(args: &PairArgs) -> Result<()> {
    let runs = [args.a.as_path(), args.b.as_path()];
    args.output.check(&args.events, &runs, &args.asking)?;
    if let Some(path) = &args.output.prompts {
        return write(path, &questions(args)?.0);
    }
    let output = args.output.output.as_deref().context("no -o is given")?;
    let judge = judge(&args.asking, args.run.config.as_deref(), output)?;
    let (questions, same) = questions(args)?;
    let records = answers(&judge, questions, output)?;
    let mut report = pair_report(&records, args.output.figures.resampling());
    let label = "people with the same list in both, not asked about";
    report.counts.push(("same_list", label, same));
    report.title = format!(
        "A {}, B {}, judged blind by {}",
        args.a.display(),
        args.b.display(),
        judge_of(&records)?
    );
    args.output.figures.print(&report)
}

/// The questions, and how many people have the same list in both runs.
fn questions(args: &PairArgs) -> Result<(Vec<Question<ShownPair>>, u64)> {
    let SampleArgs { people, top, seed } = args.sample;
    let mut a = RunFile::open(&args.a, top as usize)?;
    let mut b = RunFile::open(&args.b, top as usize)?;
    let run = a.run()?.clone();
    if run.as_of != b.run()?.as_of {
        bail!(
            "{} is as of {}, {} as of {}: one list would know more than the other; infer both with the \
             same --as-of",
            args.a.display(),
            run.as_of,
            args.b.display(),
            b.run()?.as_of
        );
    }
    let mut sampler: PeopleSampler<[Vec<Journey>; 2]> = PeopleSampler::new(people as usize, seed);
    let mut same = 0;
    let (mut of_a, mut of_b) = (a.next_person()?, b.next_person()?);
    loop {
        let order = match (&of_a, &of_b) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.user_id.cmp(&b.user_id),
        };
        let mut user_id = String::new();
        let mut take = |person: &mut Option<RunPerson>, file: &mut RunFile, is_due: bool| {
            let next = if is_due {
                file.next_person()?
            } else {
                return Ok(Vec::new());
            };
            let person = std::mem::replace(person, next);
            Ok::<_, anyhow::Error>(person.map_or_else(Vec::new, |person| {
                user_id = person.user_id;
                person.journeys
            }))
        };
        let lists = [
            take(&mut of_a, &mut a, order.is_le())?,
            take(&mut of_b, &mut b, order.is_ge())?,
        ];
        match is_same_list(&lists[0], &lists[1], &run) {
            true => same += 1,
            false => sampler.add(user_id, lists),
        }
    }
    let differ = sampler.seen();
    eprintln!(
        "lists differ of {} people, are the same of {}",
        grouped(differ),
        grouped(same)
    );
    if differ == 0 {
        bail!("both runs show everybody the same, so there is nothing to judge");
    }
    let sample = sampler.finish();
    let told = args.events.tell(&args.run, &sample, run.as_of)?;
    let runs = [a.run()?, b.run()?];
    let mut questions = Vec::new();
    for (user_id, [a, b], evidence) in with_evidence(sample, told)? {
        let first = first_of(&user_id, seed);
        let others = args.both_orders.then(|| first.other());
        for first in [first].into_iter().chain(others) {
            let question = pair_question(&user_id, runs, &evidence, [&a, &b], first, seed);
            questions.push(question);
        }
    }
    Ok((questions, same))
}
