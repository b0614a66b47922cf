//! `wayline infer`: from a log to everybody's journeys.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use wayline::nouns::{PersonResult, Timestamp};
use wayline_files::group::Grouping;
use wayline_files::write::ResultsWriter;

use super::update::{Renewal, renew_all_of};
use crate::run::{
    InputArgs, Job, Models, RunArgs, SaidArgs, Summary, gather, parse_time, walk_everybody,
};

/// Write every person's journeys, from a log of what they searched, opened, saved and clicked
///
/// Writes a row per journey (-o) and, with --keywords, a row per person and keyword that says in
/// which journey it is, or why in none. Files are .jsonl or .parquet by their names; they appear
/// only when the run is complete. The same input gives the same bytes, in any order and with any
/// number of threads.
///
/// Rows that can't be used are counted by reason in the closing summary and never stop a run
/// unless --max-rejects says so. An embedder of [embedder] in --config that fails does; run again, it
/// goes on from its cache.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline infer events.parquet -o journeys.parquet --keywords keywords.parquet
  wayline infer logs/2025-*.csv.gz --map query=search_term --map user_id=uid -o journeys.jsonl
  zcat events.jsonl.gz | wayline infer - -o journeys.jsonl --as-of 2025-06-30T00:00:00Z
  wayline infer events.parquet --feedback feedback.parquet -o journeys.parquet
  wayline infer events.jsonl --user u42 --corpus corpus.parquet -o one-person.jsonl")]
pub(crate) struct InferArgs {
    #[command(flatten)]
    input: InputArgs,

    /// Where the journeys go: a .jsonl or .parquet file; may be left out with --store
    #[arg(short, long, value_name = "FILE", required_unless_present = "store")]
    output: Option<PathBuf>,

    /// Where the keywords go: a .jsonl or .parquet file
    #[arg(long, value_name = "FILE", requires = "output")]
    keywords: Option<PathBuf>,

    /// Keep everybody in this store too (a folder, or memory:), so that `wayline update` can go on
    /// from there: the input takes the place of all events until its newest one that the store has of the
    /// people in it, also of those that a service or a stream accepted, the corpus that of the store's, and
    /// journeys that it knows keep their ids
    #[arg(long, value_name = "STORE", conflicts_with = "users")]
    store: Option<String>,

    /// A corpus made by `wayline corpus build`: then, with one --as-of, a person's result doesn't
    /// depend on who else is in the input (default: the corpus of this input)
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    /// The moment for which journeys are reckoned; later events are left out (default: the newest
    /// event)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    /// Only this person; may be given several times. Everybody still counts for the corpus
    #[arg(long = "user", value_name = "ID")]
    users: Vec<String>,

    #[command(flatten)]
    said: SaidArgs,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &InferArgs) -> Result<()> {
    let started = Instant::now();
    let config = args.run.config()?;
    let job = Job {
        input: &args.input,
        run: &args.run,
        config: &config,
        as_of: args.as_of,
    };
    job.check_outputs(
        &[args.output.as_deref(), args.keywords.as_deref()],
        &[args.corpus.as_deref(), args.said.path()],
    )?;
    if let Some(store) = &args.store {
        let renewal = Renewal {
            job: &job,
            store,
            output: args.output.as_deref(),
            keywords: args.keywords.as_deref(),
            lineage: None,
            corpus: args.corpus.as_deref(),
            said: &args.said,
        };
        return renew_all_of(&renewal, started);
    }
    let Some(output) = &args.output else {
        bail!("give -o FILE for the journeys, or --store to keep them");
    };
    // Once, whatever attempts it takes: a language model's budget is that of the run.
    let models = args.run.models()?;
    models.warn_of_strangers();
    models.is_model_there(false)?;
    let summary = job.attempt(|grouping| infer(args, &job, &models, output, grouping, started))?;
    eprint!("{summary}");
    Ok(())
}

fn infer(
    args: &InferArgs,
    job: &Job<'_>,
    models: &Models,
    output: &Path,
    grouping: Grouping,
    started: Instant,
) -> Result<String> {
    let said = args.said.read(args.as_of)?;
    let gathered = gather(job, args.corpus.as_deref(), grouping, args.users.is_empty())?;
    let rooms = gathered.rooms(job.config, models);
    let info = models.run_info(&rooms);
    let mut writer = ResultsWriter::create(output, args.keywords.as_deref(), &info)?;
    let users: HashSet<String> = args.users.iter().cloned().collect();
    let finished = walk_everybody(&gathered, job, &rooms, &users, &said.stances, models)?;
    let missing = users.len() as u64 - finished.tally.people.min(users.len() as u64);
    if !users.is_empty() && finished.tally.people == 0 {
        bail!("none of the people given with --user has an event in the input");
    } else if !users.is_empty() && missing > 0 {
        eprintln!(
            "wayline: {missing} of {} people given with --user have no event",
            users.len()
        );
    }
    let mut write = |person: &PersonResult| -> Result<()> { Ok(writer.write(person)?) };
    finished.results.merge(&mut write)?;
    writer.finish()?;
    let summary = Summary {
        read: &gathered.read,
        counts: &gathered.counts,
        tally: &finished.tally,
        // Of people who weren't walked nothing is known.
        said: users.is_empty().then_some(&said),
        models,
        elapsed: started.elapsed(),
    };
    Ok(summary.text())
}
