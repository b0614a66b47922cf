//! `wayline judge RUN`: each journey's relevance and errors.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use wayline::evaluate::{Report, Resampling};
use wayline::judge::{PeopleSampler, Question, ShownList, judge_of, list_question, list_report};

use super::answers::{answers, judge};
use super::people::{EventsArgs, SampleArgs, with_evidence};
use super::records::{partial_of, write};
use super::run_file::RunFile;
use crate::asking::AskingArgs;
use crate::run::{RunArgs, grouped, refuse_overwriting};

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Journeys that `wayline infer` wrote: .jsonl (or .gz, .zst of it) or .parquet
    #[arg(value_name = "RUN", required = true)]
    journeys: Option<PathBuf>,

    #[command(flatten)]
    events: EventsArgs,

    #[command(flatten)]
    sample: SampleArgs,

    /// Draws another order for the same people, to see how far the judge agrees with itself (default: the
    /// seed)
    #[arg(long, value_name = "S")]
    order_seed: Option<u32>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    asking: AskingArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// Where judgements go.
#[derive(Args, Clone, Debug)]
pub(super) struct OutputArgs {
    /// Where the judgements go, a .jsonl file; while they are made they are in FILE.partial
    #[arg(short, long, value_name = "FILE", required_unless_present = "prompts")]
    pub(super) output: Option<PathBuf>,

    /// Ask nobody: write what would be asked to FILE, JSON lines
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub(super) prompts: Option<PathBuf>,

    #[command(flatten)]
    pub(super) figures: FigureArgs,
}

/// How figures are reckoned and told.
#[derive(Args, Clone, Debug)]
pub(super) struct FigureArgs {
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,

    /// How many times people are drawn anew for the intervals; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = Resampling::default().resamples)]
    resamples: u32,
}

impl FigureArgs {
    pub(super) fn resampling(&self) -> Resampling {
        Resampling {
            resamples: self.resamples,
            ..Resampling::default()
        }
    }

    pub(super) fn print(&self, report: &Report) -> Result<()> {
        let text = match self.json {
            true => report.json() + "\n",
            false => report.table(),
        };
        std::io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .context("standard output")
    }
}

impl OutputArgs {
    /// Refuses outputs in the place of inputs.
    pub(super) fn check(
        &self,
        events: &EventsArgs,
        runs: &[&Path],
        asking: &AskingArgs,
    ) -> Result<()> {
        let events = events.paths()?;
        let events = events.iter().map(PathBuf::as_path);
        let partial = self.output.as_deref().map(partial_of);
        refuse_overwriting(
            events.chain(runs.iter().copied()).chain(asking.reads()),
            [
                self.output.as_deref(),
                partial.as_deref(),
                self.prompts.as_deref(),
                asking.writes(),
            ],
        )
    }
}

pub(super) fn run(args: &ListArgs) -> Result<()> {
    let journeys = args.journeys.as_deref().context("no RUN is given")?;
    args.output.check(&args.events, &[journeys], &args.asking)?;
    if let Some(path) = &args.output.prompts {
        return write(path, &questions(args, journeys)?);
    }
    let output = args.output.output.as_deref().context("no -o is given")?;
    let judge = judge(&args.asking, args.run.config.as_deref(), output)?;
    let questions = questions(args, journeys)?;
    let records = answers(&judge, questions, output)?;
    let mut report = list_report(&records, args.output.figures.resampling());
    report.title = format!("{}, judged by {}", journeys.display(), judge_of(&records)?);
    args.output.figures.print(&report)
}

fn questions(args: &ListArgs, journeys: &Path) -> Result<Vec<Question<ShownList>>> {
    let SampleArgs { people, top, seed } = args.sample;
    let mut file = RunFile::open(journeys, top as usize)?;
    let mut sampler = PeopleSampler::new(people as usize, seed);
    while let Some(person) = file.next_person()? {
        if !person.journeys.is_empty() {
            sampler.add(person.user_id, person.journeys);
        }
    }
    let run = file.run()?;
    let seen = sampler.seen();
    let sample = sampler.finish();
    eprintln!(
        "{} of {} people with a journey",
        grouped(sample.len() as u64),
        grouped(seen)
    );
    let told = args.events.tell(&args.run, &sample, run.as_of)?;
    let order = args.order_seed.unwrap_or(seed);
    let people = with_evidence(sample, told)?.into_iter();
    let questions = people.map(|(user_id, journeys, evidence)| {
        list_question(&user_id, run, &evidence, &journeys, order)
    });
    Ok(questions.collect())
}
