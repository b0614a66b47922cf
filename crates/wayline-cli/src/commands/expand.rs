//! `wayline expand`: the table of journeys that a person could go on to.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use wayline::embed::Embedder;
use wayline::expand::{RelatedTable, SourceJourney, build_table};
use wayline::simulate::{Catalogue, CatalogueJourney};
use wayline_files::write::AsideFile;

use crate::run::{grouped, line, line_unless_zero};

/// Make the table of related journeys, by which journeys say what their person could go on to
#[derive(Subcommand, Debug)]
pub(crate) enum ExpandCommand {
    Build(BuildArgs),
}

/// Make a table of known journeys and of what is related to each
///
/// FILE has a JSON object a line: `name`, `related` (names, the likeliest first) and, so that it is found
/// by what people do, `also` (other names) and `keywords`; a catalogue of `wayline simulate --catalogue`
/// is such a file. Names that say nearly the same as the journey, or as one before, are left out; those
/// that say nearly the same as a known journey get its name.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline expand build -o related.jsonl                    of the catalogue that ships
  wayline expand build ours.jsonl -o related.jsonl
  wayline infer log.parquet --related related.jsonl -o journeys.jsonl")]
pub(crate) struct BuildArgs {
    /// Known journeys (default: the catalogue that ships)
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Where the table goes: a .jsonl file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn run(command: &ExpandCommand) -> Result<()> {
    let ExpandCommand::Build(args) = command;
    let journeys = match &args.file {
        None => {
            let journeys = Catalogue::builtin().journeys().iter();
            journeys.map(of_catalogue).collect()
        }
        Some(path) => read(path)?,
    };
    let (text, counts) = build_table(&journeys, Embedder::builtin());
    RelatedTable::from_jsonl(&text, Embedder::builtin())?;
    let mut file = AsideFile::create(&args.output)?;
    file.write_all(text.as_bytes())?;
    file.finish()?;
    let mut out = String::new();
    line(&mut out, "journeys", &grouped(counts.journeys as u64));
    line_unless_zero(&mut out, "  of one name", counts.merged as u64);
    line(&mut out, "related", &grouped(counts.related as u64));
    line_unless_zero(&mut out, "  that are known ones", counts.linked as u64);
    line_unless_zero(&mut out, "left out as the same", counts.duplicates as u64);
    eprint!("{out}");
    Ok(())
}

fn of_catalogue(journey: &CatalogueJourney) -> SourceJourney {
    let queries = journey.queries.iter().map(|query| query.text.clone());
    SourceJourney {
        name: journey.name.clone(),
        also: journey.alt_names.clone(),
        keywords: queries.chain(journey.annotations.iter().cloned()).collect(),
        related: journey.related_journeys.clone(),
    }
}

fn read(path: &std::path::Path) -> Result<Vec<SourceJourney>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
    let mut journeys = Vec::new();
    for (number, row) in (1..)
        .zip(text.lines())
        .filter(|(_, row)| !row.trim().is_empty())
    {
        let journey: SourceJourney = serde_json::from_str(row).with_context(|| {
            format!("{name}:{number}: no journey with a `name` and a list `related`")
        })?;
        if journey.name.trim().is_empty() {
            bail!("{name}:{number}: `name` is empty");
        }
        journeys.push(journey);
    }
    if journeys.is_empty() {
        bail!("{name} holds no journey");
    }
    Ok(journeys)
}
