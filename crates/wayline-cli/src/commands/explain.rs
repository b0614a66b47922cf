//! `wayline explain`: one person's journeys and the evidence behind them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;
use wayline::explain::explain;
use wayline::nouns::Timestamp;
use wayline::{Remembered, walk_with};

use crate::run::{AskedModel, InputArgs, Job, RunArgs, SaidArgs, gather, parse_time};

/// Show one person's journeys with the evidence behind them
///
/// For each journey its keywords, the strongest pieces of evidence that tie them, why it is called
/// so and why it ranks there; then the keywords that are in none, with reasons.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  wayline explain events.parquet --user u42")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    input: InputArgs,

    /// Whom to explain
    #[arg(long, value_name = "ID")]
    user: String,

    /// A corpus made by `wayline corpus build` (default: the corpus of this input)
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    /// The moment for which journeys are reckoned (default: the newest event)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    #[command(flatten)]
    said: SaidArgs,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &ExplainArgs) -> Result<()> {
    let config = args.run.config()?;
    let job = Job {
        input: &args.input,
        run: &args.run,
        config: &config,
        as_of: args.as_of,
    };
    let models = args.run.models()?;
    models.warn_of_strangers();
    models.is_model_there(false)?;
    let gathered = job.attempt(|grouping| gather(&job, args.corpus.as_deref(), grouping, false))?;
    let said = args.said.read(args.as_of)?;
    if said.read.rejected() > 0 {
        eprintln!(
            "wayline: rows of feedback that can't be used{}",
            said.read.reasons()
        );
    }
    let rooms = gathered.rooms(&config, &models);
    let mut embeddings = models.embeddings(0);
    for person in gathered.people.records()? {
        let person = person?;
        if person.user_id == args.user {
            let stances = said.stances.of(&person.user_id);
            let remembered = Remembered {
                known: &[],
                stances: &stances,
            };
            let walked = walk_with(&person, &rooms, remembered, &mut embeddings)?;
            models.go_on_after(&walked.asked, "nothing is explained")?;
            let text = explain(&person, &walked, &rooms, &mut embeddings)?;
            std::io::stdout().write_all(text.as_bytes())?;
            for line in models.asked.iter().flat_map(AskedModel::lines) {
                eprintln!("wayline: {line}");
            }
            return Ok(());
        }
    }
    Err(anyhow!(
        "`{}` has no event in the input that could be used; is the id written as in the log?",
        args.user
    ))
}
