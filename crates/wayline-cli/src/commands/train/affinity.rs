//! `wayline train affinity`: fits the probability that two units serve one goal.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use wayline::affinity::{AffinityModel, FEATURES, Weights};
use wayline::config::Config;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::{Predictions, Resampling, annotated, missions, simulated};
use wayline::nouns::PersonResult;
use wayline::simulate::{Catalogue, LogKind, catalogue_folds};
use wayline::train::PairTable;
use wayline::{Rooms, walk};
use wayline_files::write::AsideFile;

use super::labels::{self, LabelledLog, fold_of};
use super::logistic::{fit, rounded};
use crate::run::RunArgs;

/// Fit the affinity: the probability that two units (searches, items) serve one goal
///
/// Weights for searches alone come from search missions and from an annotated log, weights for
/// logs with items from simulated people. Prints what each cut of the clustering is worth, by
/// cross-validation over people (and for simulated people over journeys: none of those that a
/// model is tested on, nor its twin, was in its training), then fits on everything and writes the
/// model file.
#[derive(Args, Debug)]
#[command(after_help = "Example, which remakes the model that ships:
  wayline train affinity --missions DIR/search-missions/dev.tsv \\
      --log DIR/activity-log/events.tsv.gz --annotated DIR/annotated-log/journeys.jsonl \\
      -o crates/wayline/models/affinity.json")]
pub(crate) struct AffinityArgs {
    #[command(flatten)]
    pub(super) data: SearchData,

    /// Simulated people of each kind of log with items
    #[arg(long, value_name = "N", default_value_t = 60)]
    simulated: u64,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    run: RunArgs,
}

/// Labelled logs of searches.
#[derive(Args, Debug)]
pub(crate) struct SearchData {
    /// Searches labelled by mission: user_id, query, timestamp, click_url, mission_id; tabs
    #[arg(long, value_name = "FILE")]
    pub(super) missions: PathBuf,

    /// A log that some people's journeys are annotated for
    #[arg(long, value_name = "FILE")]
    pub(super) log: PathBuf,

    /// Those journeys
    #[arg(long, value_name = "FILE")]
    pub(super) annotated: PathBuf,

    /// Folds of the cross-validation over people
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=50))]
    pub(super) folds: u64,
}

/// Pairs of one person that are looked at, at most.
const PAIRS_PER_PERSON: usize = 3_000;
const CUTS: [f32; 7] = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5];
const CACHED_TEXTS: usize = 200_000;
const NO_INTERVALS: Resampling = Resampling {
    resamples: 0,
    seed: 1,
};

pub(super) fn run(args: &AffinityArgs) -> Result<()> {
    let config = args.run.config()?;
    let mut out = std::io::stdout().lock();
    let missions = labels::missions(&args.data.missions, &args.run, &config)?;
    let annotated = labels::annotated(&args.data.log, &args.data.annotated, &args.run, &config)?;
    let folds = args.data.folds as usize;
    let by_fold: Result<Vec<AffinityModel>> = (0..folds)
        .map(|held_back| {
            let weights = fit_searches(&missions, &annotated, &config, |user| {
                fold_of(user, folds) != held_back
            })?;
            Ok(AffinityModel::fitted(
                Embedder::builtin(),
                Weights::zero(),
                weights,
            ))
        })
        .collect();
    let by_fold = by_fold?;
    writeln!(out, "searches only, {folds} folds over people")?;
    writeln!(
        out,
        "  cut   missions B³ / journey F1   annotated F1 / NDCG@5"
    )?;
    for cut in CUTS {
        let config = with_cut(&config, cut);
        let results = |log: Results<'_>| -> Vec<PersonResult> {
            (0..folds)
                .flat_map(|fold| {
                    log(
                        &by_fold[fold],
                        &|user| fold_of(user, folds) == fold,
                        &config,
                    )
                })
                .collect()
        };
        let of_missions = results(&|model, keep, config| walk_all(&missions, model, config, keep));
        let of_annotated =
            results(&|model, keep, config| walk_all(&annotated, model, config, keep));
        let m = missions::evaluate(
            &missions.gold,
            &Predictions::from_results(&of_missions),
            NO_INTERVALS,
        )
        .figures;
        let a = annotated::evaluate(
            &annotated.gold,
            &Predictions::from_results(&of_annotated),
            NO_INTERVALS,
        )
        .figures;
        writeln!(
            out,
            "  {cut:.2}       {:.3} / {:.3}              {:.3} / {:.3}",
            m.b3.value, m.journey_f1.value, a.f1.value, a.ndcg5.value
        )?;
    }
    let (catalogue, journey_folds) = (
        Catalogue::builtin(),
        catalogue_folds(Catalogue::builtin(), 2),
    );
    let half = |fold: usize| {
        let journeys = catalogue.journeys().iter().zip(&journey_folds);
        let ids: BTreeSet<&str> = journeys
            .filter(|(_, of)| **of == fold)
            .map(|(journey, _)| journey.id.as_str())
            .collect();
        catalogue.subset(|id| ids.contains(id))
    };
    let halves = [
        simulations(&half(0), args.simulated, &config)?,
        simulations(&half(1), args.simulated, &config)?,
    ];
    writeln!(
        out,
        "with items, tested on journeys that training never saw: keyword B³ / journey F1"
    )?;
    writeln!(
        out,
        "  cut  {}",
        KINDS.map(|kind| format!("{:>18}", kind.name())).join(" ")
    )?;
    let models = [
        fit_items(&halves[1], &config)?,
        fit_items(&halves[0], &config)?,
    ];
    for cut in CUTS {
        let config = with_cut(&config, cut);
        write!(out, "  {cut:.2} ")?;
        for kind in 0..KINDS.len() {
            let (mut b3, mut f1) = (0.0, 0.0);
            for (half, weights) in halves.iter().zip(&models) {
                let model =
                    AffinityModel::fitted(Embedder::builtin(), weights.clone(), Weights::zero());
                let results = walk_all(&half[kind], &model, &config, |_| true);
                let scores = simulated::evaluate(
                    &half[kind].gold,
                    &Predictions::from_results(&results),
                    NO_INTERVALS,
                )
                .figures;
                b3 += scores.keyword_b3.value / 2.0;
                f1 += scores.journey_f1.value / 2.0;
            }
            write!(out, "{:>18} ", format!("{b3:.3} / {f1:.3}"))?;
        }
        writeln!(out)?;
    }
    let searches = fit_searches(&missions, &annotated, &config, |_| true)?;
    let [first, second] = halves;
    let both: Vec<_> = first.into_iter().chain(second).collect();
    let items = fit_items(&both, &config)?;
    writeln!(
        out,
        "weights                          with items  searches only"
    )?;
    for (feature, name) in FEATURES.iter().enumerate() {
        writeln!(
            out,
            "  {name:<30} {:>10.3} {:>14.3}",
            items.weights[feature], searches.weights[feature]
        )?;
    }
    let model = AffinityModel::fitted(Embedder::builtin(), items, searches);
    let mut file = AsideFile::create(&args.output)?;
    file.write_all(serde_json::to_string_pretty(&model)?.as_bytes())?;
    file.write_all(b"\n")?;
    file.finish()?;
    Ok(())
}

/// Walks the people of one fold with the model that hasn't seen them.
type Results<'a> = &'a dyn Fn(&AffinityModel, &dyn Fn(&str) -> bool, &Config) -> Vec<PersonResult>;

/// Kinds of simulated logs with items.
const KINDS: [LogKind; 5] = [
    LogKind::RepeatingTitles,
    LogKind::UniqueTitles,
    LogKind::AnnotationsOnly,
    LogKind::NoInterests,
    LogKind::OffTopic,
];

fn simulations(
    catalogue: &Catalogue,
    people: u64,
    config: &Config,
) -> Result<Vec<LabelledLog<simulated::Gold>>> {
    let seeds = 1_000_u64..;
    KINDS
        .iter()
        .zip(seeds)
        .map(|(kind, seed)| labels::simulated(catalogue, *kind, people, seed, config))
        .collect()
}

/// The weights for searches alone, from the people that `keep` keeps.
pub(super) fn fit_searches(
    missions: &LabelledLog<missions::Gold>,
    annotated: &LabelledLog<annotated::Gold>,
    config: &Config,
    keep: impl Fn(&str) -> bool,
) -> Result<Weights> {
    let mut pairs = pairs_of(missions, config, &keep);
    pairs.append(&pairs_of(annotated, config, &keep));
    weights(&pairs)
}

fn fit_items(logs: &[LabelledLog<simulated::Gold>], config: &Config) -> Result<Weights> {
    let mut pairs = PairTable::default();
    for log in logs {
        pairs.append(&pairs_of(log, config, |_| true));
    }
    weights(&pairs)
}

fn weights(pairs: &PairTable) -> Result<Weights> {
    let (weights, bias) = fit(&pairs.features, &pairs.same, FEATURES.len())?;
    Ok(Weights {
        bias: rounded(bias) as f32,
        weights: weights
            .into_iter()
            .map(|weight| rounded(weight) as f32)
            .collect(),
    })
}

fn pairs_of<G>(log: &LabelledLog<G>, config: &Config, keep: impl Fn(&str) -> bool) -> PairTable {
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let mut pairs = PairTable::default();
    for (number, labelled) in log.people.iter().enumerate() {
        if keep(&labelled.person.user_id) {
            pairs.add(
                labelled,
                &log.corpus,
                &mut embeddings,
                &config.affinity,
                PAIRS_PER_PERSON,
                number as u64,
            );
        }
    }
    pairs
}

fn walk_all<G>(
    log: &LabelledLog<G>,
    model: &AffinityModel,
    config: &Config,
    keep: impl Fn(&str) -> bool,
) -> Vec<PersonResult> {
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let rooms = Rooms {
        config,
        corpus: &log.corpus,
        affinity: model,
        as_of: log.as_of,
    };
    log.people
        .iter()
        .filter(|labelled| keep(&labelled.person.user_id))
        .map(|labelled| walk(&labelled.person, &rooms, &mut embeddings).result(&labelled.person))
        .collect()
}

fn with_cut(config: &Config, cut: f32) -> Config {
    let mut config = config.clone();
    config.cluster.cut_searches_only = cut;
    config.cluster.cut_with_items = cut;
    config
}
