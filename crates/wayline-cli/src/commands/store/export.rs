//! `wayline store export`: journeys and keywords as a run writes them, or all that is kept.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use wayline::embed::EmbeddingCache;
use wayline::keep::Store;
use wayline::nouns::Timestamp;
use wayline_files::write::{AsideFile, ResultsWriter};

use super::super::update::live_of;
use super::StoreArgs;
use crate::live::{
    Loaded, Pins, StoreJson, over_everybody, person_json, refuse_unreadable, result_of,
};
use crate::run::{RunArgs, Tally, grouped, line, parse_time};

/// Write everybody's journeys as of a moment, as `wayline infer` does; or all that is kept
///
/// Status, recency, score and rank are reckoned for that moment; ids and names are those that the
/// store knows.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline store export --store journeys/ -o journeys.parquet --keywords keywords.parquet
  wayline store export --store journeys/ --people people.jsonl      all that is kept, for import")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Where the journeys go: a .jsonl or .parquet file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Where the keywords go: a .jsonl or .parquet file
    #[arg(long, value_name = "FILE", requires = "output")]
    keywords: Option<PathBuf>,

    /// Where goes all that is kept: a .jsonl file of a line that says which inputs are in it, then a
    /// JSON object a person, as `wayline store get` prints it
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,

    /// Where goes the corpus that the store goes by, where it has one of its own: a .parquet file
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,

    /// The moment for which journeys are reckoned (default: the newest event of the store)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Timestamp>,

    #[command(flatten)]
    run: RunArgs,
}

pub(crate) fn run(args: &ExportArgs) -> Result<()> {
    if args.output.is_none() && args.people.is_none() && args.corpus.is_none() {
        bail!("give -o FILE for journeys, --people FILE for all that is kept, or --corpus FILE");
    }
    let config = args.run.config()?;
    let models = args.run.models()?;
    let store = args.store.open()?;
    if let Some(path) = &args.corpus {
        export_corpus(&*store, path)?;
    }
    if args.output.is_none() && args.people.is_none() {
        return Ok(());
    }
    let live = live_of(&*store, &config, &models, args.as_of)?;
    let info = models.run_info(&live.rooms());
    let results = args.output.as_deref();
    let results = results.map(|path| ResultsWriter::create(path, args.keywords.as_deref(), &info));
    let mut results = results.transpose()?;
    let people = args.people.as_deref().map(AsideFile::create).transpose()?;
    let mut people = people.map(std::io::BufWriter::new);
    if let Some(file) = &mut people {
        serde_json::to_writer(&mut *file, &StoreJson::of(&Pins(&*store))?)?;
        file.write_all(b"\n")?;
    }
    let wants_results = results.is_some();
    let mut tally = Tally::default();
    let look = |loaded: &Loaded, embeddings: &mut EmbeddingCache<'_>| {
        let result = wants_results.then(|| result_of(&loaded.kept, &live.rooms(), embeddings));
        Ok(result.transpose()?)
    };
    let unreadable = over_everybody(&live, look, &mut |loaded, result| {
        match (result, &mut results) {
            (Some(result), Some(results)) => {
                tally.count(&result);
                results.write(&result)?;
            }
            _ => tally.people += 1,
        }
        if let Some(file) = &mut people {
            serde_json::to_writer(&mut *file, &person_json(&loaded.kept, &config.actions))?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })?;
    if let Some(results) = results {
        results.finish()?;
    }
    if let Some(people) = people {
        let file = people.into_inner().map_err(|error| error.into_error());
        file.context("people can't be written")?.finish()?;
    }
    let mut text = String::new();
    line(&mut text, "people", &grouped(tally.people));
    if wants_results {
        line(&mut text, "journeys", &grouped(tally.journeys));
        line(&mut text, "keywords", &grouped(tally.keywords));
    }
    eprint!("{text}");
    refuse_unreadable(unreadable)
}

fn export_corpus(store: &dyn Store, path: &Path) -> Result<()> {
    let corpus = Pins(store).corpus_file()?;
    let corpus = corpus.context("the store goes by the general corpus, which every Wayline has")?;
    let mut file = AsideFile::create(path)?;
    file.write_all(&corpus)?;
    Ok(file.finish()?)
}
