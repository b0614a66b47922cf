//! `wayline corpus`: what everybody's log says about words and keywords.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use wayline::nouns::Timestamp;
use wayline_files::corpus::write_corpus;

use crate::run::{InputArgs, Job, RunArgs, count_corpus, grouped, parse_time};

/// Count how common and how spread words and keywords are over everybody
///
/// With one corpus, `wayline infer --corpus` gives a person the same journeys alone and among a
/// million others, today and tomorrow.
#[derive(Subcommand, Debug)]
pub(crate) enum CorpusCommand {
    /// Make a corpus from a log
    ///
    /// One pass in bounded memory. Counts are exact and don't depend on the order of the input.
    /// Texts of fewer than three people are not kept. The file is Parquet.
    #[command(after_help = "Example:
  wayline corpus build logs/ -o corpus.parquet")]
    Build {
        #[command(flatten)]
        input: InputArgs,

        /// Where the corpus goes: a .parquet file
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,

        /// Leave out events after this moment
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        as_of: Option<Timestamp>,

        #[command(flatten)]
        run: RunArgs,
    },
}

pub(crate) fn run(command: &CorpusCommand) -> Result<()> {
    let CorpusCommand::Build {
        input,
        output,
        as_of,
        run,
    } = command;
    let config = run.config()?;
    let job = Job {
        input,
        run,
        config: &config,
        as_of: *as_of,
    };
    job.check_outputs(&[Some(output)], &[])?;
    let counts = job.attempt(|grouping| count_corpus(&job, grouping))?;
    let hash = write_corpus(output, &counts)?;
    eprintln!(
        "{}: {} texts, {} partners of keywords, of {} people, hash {hash}",
        output.display(),
        grouped(counts.entries.len() as u64),
        grouped(counts.together.partner_count() as u64),
        grouped(counts.people)
    );
    Ok(())
}
