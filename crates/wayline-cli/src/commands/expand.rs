//! `wayline expand`: the table of journeys that a person could go on to.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use wayline::config::Config;
use wayline::embed::Embedder;
use wayline::expand::asked::{PROMPT, SCHEMA, related_by_model};
use wayline::expand::{KnownJourneys, RelatedTable, SourceJourney, build_table};
use wayline::model::SafetyModel;
use wayline::nouns::short_hash;
use wayline::safety::Safety;
use wayline::simulate::{Catalogue, CatalogueJourney};
use wayline::text_model::REPAIR;
use wayline_files::write::AsideFile;
use wayline_text_model::at_once;

use crate::run::{Answers, AskedModel, Progress, grouped, line, line_unless_zero, read_config};

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
///
/// With --ask a language model says what is related to each journey, beside what FILE says; `[text_model]`
/// of --config names it. A journey for which it gives nothing that can be used keeps what FILE says.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline expand build -o related.jsonl                    of the catalogue that ships
  wayline expand build ours.jsonl -o related.jsonl
  wayline expand build ours.jsonl --ask 8 --config model.toml -o related.jsonl
  wayline infer log.parquet --related related.jsonl -o journeys.jsonl")]
pub(crate) struct BuildArgs {
    /// Known journeys (default: the catalogue that ships)
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Where the table goes: a .jsonl file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Ask a language model for so many related journeys of each
    #[arg(long, value_name = "N", requires = "config", value_parser = clap::value_parser!(u16).range(1..=50))]
    ask: Option<u16>,

    /// Settings, as TOML; `[safety]` says which names are left out, `[text_model]` which model is asked
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(command: &ExpandCommand) -> Result<()> {
    let ExpandCommand::Build(args) = command;
    let config = match &args.config {
        Some(path) => read_config(path)?,
        None => Config::builtin(),
    };
    let safety = Safety::new(&config.safety, &SafetyModel::builtin().classifier)?;
    let may_show = |name: &str| safety.may_show(name);
    let journeys: Vec<SourceJourney> = match &args.file {
        None => {
            let journeys = Catalogue::builtin().journeys().iter();
            journeys.map(of_catalogue).collect()
        }
        Some(path) => read(path, args.ask.is_some())?,
    };
    let mut known = KnownJourneys::new(&journeys, &may_show);
    let asked = match (args.ask, &args.config) {
        (Some(most), Some(config)) => Some(ask(&mut known.journeys, usize::from(most), config)?),
        _ => None,
    };
    let made_with = asked.as_ref().map(|it| it.made_with.as_str());
    let (text, counts) = build_table(&known, Embedder::builtin(), made_with, &may_show);
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
    line_unless_zero(&mut out, "withheld", counts.withheld as u64);
    if let Some(asked) = asked {
        line_unless_zero(&mut out, "without an answer", asked.without);
        for told in asked.told {
            line(&mut out, "language model", &told);
        }
    }
    eprint!("{out}");
    Ok(())
}

/// What came of asking.
struct Asked {
    /// The model, and what it was told to do.
    made_with: String,
    /// Journeys for which it gave nothing that can be used.
    without: u64,
    /// Lines for the summary.
    told: Vec<String>,
}

/// Adds what a language model says is related to each journey. What it answered before is in the cache, so
/// a run that was ended goes on where it was.
fn ask(journeys: &mut [SourceJourney], most: usize, config: &Path) -> Result<Asked> {
    let model = AskedModel::of_config(config)?;
    let progress = Progress::asked(journeys.len() as u64);
    let answers = at_once(&*journeys, model.concurrency(), |journey| {
        let answer = related_by_model(model.model(), journey, most);
        progress.add(1);
        answer
    });
    drop(progress);
    let mut taken = Answers::default();
    for (journey, answer) in journeys.iter_mut().zip(answers) {
        journey
            .related
            .extend(taken.take(answer, 1)?.into_iter().flatten());
    }
    if taken.without == journeys.len() as u64 {
        bail!("the language model gave nothing that can be used, for any journey");
    }
    let prompt = short_hash(&[PROMPT, SCHEMA, REPAIR]);
    Ok(Asked {
        made_with: format!("{} {}", model.model().name(), prompt),
        without: taken.without,
        told: model.lines(),
    })
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

/// Journeys of a file. What is related to them may be missing where a model will be asked.
fn read(path: &Path, asks: bool) -> Result<Vec<SourceJourney>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
    let mut journeys = Vec::new();
    for (number, row) in (1..)
        .zip(text.lines())
        .filter(|(_, row)| !row.trim().is_empty())
    {
        let wrong = || format!("{name}:{number}: no journey with a `name` and a list `related`");
        let journey: SourceJourney = serde_json::from_str(row).with_context(wrong)?;
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(row)?;
        let says = ["related", "related_journeys"].map(|field| fields.contains_key(field));
        if !asks && says == [false; 2] {
            bail!(wrong());
        }
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
