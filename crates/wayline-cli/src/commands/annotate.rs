//! `wayline annotate`: journeys for people to judge, and labels from what they said.

mod export;
mod import;

use anyhow::Result;
use clap::Subcommand;

/// Have people judge journeys, and make labels of what they say
///
/// `export` draws a sample of journeys, each with its evidence; annotators give each a score; `import`
/// makes labels of the scores and says how far annotators agree. `wayline train ranker --labels` learns
/// from them.
#[derive(Subcommand, Debug)]
#[command(after_help = "Example:
  wayline infer events.parquet -o journeys.parquet
  wayline annotate export journeys.parquet --sample 300 -o sample.csv
  (two people fill in the column `score` of a copy each: anna.csv, ben.csv)
  wayline annotate import anna.csv ben.csv -o labels.jsonl
  wayline train ranker events.parquet --labels labels.jsonl -o ranker.json")]
pub(crate) enum AnnotateCommand {
    Export(export::ExportArgs),
    Import(import::ImportArgs),
}

pub(crate) fn run(command: &AnnotateCommand) -> Result<()> {
    match command {
        AnnotateCommand::Export(args) => export::run(args),
        AnnotateCommand::Import(args) => import::run(args),
    }
}
