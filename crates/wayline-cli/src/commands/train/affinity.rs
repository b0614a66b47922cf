//! `wayline train affinity`: fits the learned parts of grouping.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use wayline::model::GroupingModel;

use super::ablations::{ABLATIONS, Ablation};
use super::fitting::Fitting;
use super::searches::Searches;
use super::simulations::Simulations;
use super::{tables, write_text};
use crate::run::{RunArgs, refuse_overwriting};

/// Fit the affinity and all that builds on it: joins, belonging and confidence
///
/// Parts for searches alone come from search missions and from an annotated log, where those are given,
/// and from simulated people; parts for logs with items from simulated people alone. Prints what thresholds and each kind of evidence are worth,
/// cross-validated over people, and for simulated people over journeys too: none of those that a
/// model is tested on, nor its twin, was in its training. Then fits on everything and writes the
/// model file. Confidence is fitted on people that the other parts had not seen.
///
/// With a section [embedder] in --config the model is fitted on that embedder's vectors, names it, and is
/// refused with another; docs/embedders.md has what each is worth.
#[derive(Args, Debug)]
#[command(after_help = "Example, which remakes the model that ships:
  wayline train affinity --missions DIR/search-missions/dev.tsv \\
      --log DIR/activity-log/events.tsv.gz --annotated DIR/annotated-log/journeys.jsonl \\
      -o crates/wayline/models/grouping.json")]
pub(crate) struct AffinityArgs {
    #[command(flatten)]
    pub(super) data: SearchData,

    /// Labelled simulated people of each log: ten logs for each half of the catalogue's journeys,
    /// half of them among eight times as many people
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    simulated: u64,

    /// Leave out the tables of what each kind of evidence is worth
    #[arg(long)]
    no_ablations: bool,

    /// In those tables, only this line, as "everything" or "text alone"; may be given several times
    #[arg(long = "ablation", value_name = "NAME", conflicts_with = "no_ablations", value_parser = PossibleValuesParser::new(ABLATIONS.map(|it| it.name)))]
    ablations: Vec<String>,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    run: RunArgs,
}

/// Labelled simulated people of each log of searches, unless told otherwise.
pub(super) const SIMULATED_SEARCHES: u64 = 40;

/// Labelled logs of searches.
#[derive(Args, Debug)]
pub(crate) struct SearchData {
    /// Searches labelled by mission: user_id, query, timestamp, click_url, mission_id; tabs
    #[arg(long, value_name = "FILE", requires = "annotated")]
    pub(super) missions: Option<PathBuf>,

    /// A log that some people's journeys are annotated for
    #[arg(long, value_name = "FILE", requires = "missions")]
    pub(super) log: Option<PathBuf>,

    /// Those journeys
    #[arg(long, value_name = "FILE", requires = "log")]
    pub(super) annotated: Option<PathBuf>,

    /// Labelled simulated people who search alone, in each of three logs for each half of the
    /// catalogue's journeys; one log has as many people, one 8 and one 60 times as many
    #[arg(long, value_name = "N", default_value_t = SIMULATED_SEARCHES, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(super) simulated_searches: u64,

    /// Folds of the cross-validation over people
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=50))]
    pub(super) folds: u64,
}

impl SearchData {
    /// The files that are read.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let files = [&self.missions, &self.log, &self.annotated];
        files.into_iter().filter_map(|file| file.as_deref())
    }

    /// Missions, the log, and what is annotated of it; none of them, or all.
    pub(super) fn labelled(&self) -> Option<(&Path, &Path, &Path)> {
        let (log, annotated) = (self.log.as_deref()?, self.annotated.as_deref()?);
        Some((self.missions.as_deref()?, log, annotated))
    }
}

pub(super) fn run(args: &AffinityArgs) -> Result<()> {
    refuse_overwriting(args.data.paths(), [Some(args.output.as_path())])?;
    let config = args.run.config()?;
    let wanted = |it: &Ablation| {
        args.ablations.is_empty() || args.ablations.iter().any(|name| name == it.name)
    };
    let mut out = std::io::stdout().lock();
    let embedder = args.run.embedding()?.embedder;
    let everything = Fitting::default();
    let searches = Searches::read(&args.data, &args.run, &config, embedder)?;
    let searches_only = searches.cross_validate(&everything, &config)?;
    tables::of_searches(&mut out, &searches, &searches_only, &config)?;
    if !args.no_ablations {
        tables::searches_ablated(&mut out, &searches, &config, wanted)?;
    }
    let simulations = Simulations::make(args.simulated, &config, embedder)?;
    let with_items = simulations.cross_validate(&everything, &config)?;
    tables::of_items(&mut out, &simulations, &with_items, &config)?;
    if !args.no_ablations {
        tables::items_ablated(&mut out, &simulations, &config, wanted)?;
    }
    let mut items = simulations.fit_all(&everything, &config)?;
    items.assign.confidence = with_items.confidence_of_all()?;
    let mut searches_model = searches.fit_all(&everything, &config)?;
    searches_model.assign.confidence = searches_only.confidence_of_all()?;
    tables::weights(&mut out, &items, &searches_model)?;
    let model = GroupingModel::fitted(embedder, items, searches_model);
    write_text(&args.output, &serde_json::to_string_pretty(&model)?)
}
