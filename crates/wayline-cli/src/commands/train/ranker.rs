//! `wayline train ranker`: whether people come back, and what is relevant now.

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use wayline::embed::Embedder;
use wayline::logistic::Logistic;
use wayline::model::RankModel;
use wayline::rank::FEATURES;
use wayline::simulate::LogKind;
use wayline::train::Examples;
use wayline_files::read::Inputs;

use super::differences::with_difference;
use super::judged::{Folds, HeldBack, PENALTIES, RETURN_LOG_ODDS, as_likely_as_returns, fit_score};
use super::learning_curve;
use super::logistic::fit_shrunk;
use super::moments::{Inference, Moment, Moments};
use super::ranking_table::{Tested, held_back};
use super::relevance::Relevance;
use super::shown::Opinions;
use super::write_text;
use crate::run::{InputArgs, RunArgs, refuse_overwriting};

/// Fit the ranker: whether people come back to a journey, and how relevant it is now
///
/// A log labels itself. Journeys are inferred from the events up to some moments, each a horizon
/// before the next, with a corpus of that time; whether the person came back to a journey within the
/// horizon is the label. What is new then counts for the journey that the same affinity places it
/// in. Prints how well the probability orders a person's journeys, on people and at a moment that
/// the model had not seen, beside recency, frequency, their product and boosted trees, with 95 %
/// intervals over people.
///
/// How relevant a journey is now is fitted to what people said: labels that `wayline annotate import`
/// made, feedback on journeys that were shown (corrected for the position, since few people look at
/// lower ones), judgements with --annotated. Without any it is the probability that the person comes
/// back. A few hundred are enough: the score starts from what is known and is held there by a
/// penalty, chosen on people held back.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wayline train ranker events.parquet -o ranker.json
  wayline infer events.parquet --ranker ranker.json -o journeys.parquet
  wayline train ranker events.parquet --labels labels.jsonl --feedback feedback.parquet \\
      --learning-curve curve.svg -o ranker.json
The model that ships:
  wayline train ranker DIR/activity-log/events.tsv.gz \\
      --missions DIR/search-missions/dev.tsv --annotated DIR/annotated-log/journeys.jsonl \\
      --simulated 300 --moments 5 -o crates/wayline/models/ranker.json")]
pub(crate) struct RankerArgs {
    #[command(flatten)]
    input: InputArgs,

    /// Searches labelled by mission, where coming back is an event of the same mission: user_id,
    /// query, timestamp, click_url, mission_id; tabs
    #[arg(long, value_name = "FILE")]
    missions: Option<PathBuf>,

    /// Journeys that somebody judged for some people of the log, with their relevance from 1 to 5
    #[arg(long, value_name = "FILE", requires = "missions")]
    annotated: Option<PathBuf>,

    /// Labels that `wayline annotate import` made: user_id, journey_id, as_of, relevance from 1 to 5
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,

    /// What people did with journeys that they were shown: user_id, journey_id, timestamp, channel
    /// (email, push, app), event (sent, open, click, dismiss, positive, negative), position
    ///
    /// How much each event says is set by [feedback] of the config. The log is read once for each
    /// of at most 12 moments, from which the journeys are looked at.
    #[arg(long, value_name = "FILE")]
    feedback: Option<PathBuf>,

    /// Draw how much the score gains from more people's judgements, as an SVG file
    #[arg(long, value_name = "FILE")]
    learning_curve: Option<PathBuf>,

    /// Simulated people to learn from as well, whose logs have items
    #[arg(long, value_name = "N", default_value_t = 0)]
    simulated: u64,

    /// Moments of each log to look from
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(2..=100))]
    moments: u64,

    /// Days within which coming back counts; `return_probability` is of 14
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=365))]
    horizon_days: u32,

    /// People of a log to learn from, at most; the corpus counts everybody
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    most_people: u64,

    /// Folds of the cross-validation over people
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=50))]
    folds: u64,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    run: RunArgs,
}

/// A log with what was seen of it.
struct Source {
    name: &'static str,
    moments: Vec<Moment>,
}

pub(super) fn run(args: &RankerArgs) -> Result<()> {
    let has_opinions = args.labels.is_some() || args.feedback.is_some();
    if args.learning_curve.is_some() && !has_opinions && args.annotated.is_none() {
        bail!("--learning-curve needs judgements; give --labels or --feedback");
    }
    let inputs = Inputs::find(&args.input.inputs)?;
    let tables = [
        &args.missions,
        &args.annotated,
        &args.labels,
        &args.feedback,
    ];
    let tables = tables.into_iter().flatten().map(PathBuf::as_path);
    refuse_overwriting(
        inputs.paths().chain(tables),
        [Some(args.output.as_path()), args.learning_curve.as_deref()],
    )?;
    // What can't be read fails before the work.
    let opinions = Opinions::read(args.labels.as_deref(), args.feedback.as_deref())?;
    let config = args.run.config()?;
    let models = args.run.learned_parts()?;
    let with = Inference {
        run: &args.run,
        config: &config,
        models: &models,
    };
    let looking = Moments {
        count: args.moments as usize,
        horizon_days: args.horizon_days,
        most_people: args.most_people,
    };
    let mut sources = vec![Source {
        name: "the log",
        moments: looking.of_log(&args.input, with)?,
    }];
    if let Some(path) = &args.missions {
        sources.push(Source {
            name: "missions",
            moments: looking.of_missions(path, with)?,
        });
    }
    if args.simulated > 0 {
        sources.push(Source {
            name: "simulated",
            moments: looking.of_simulated(args.simulated, 2_000, LogKind::default(), with)?,
        });
    }
    let mut out = std::io::stdout().lock();
    let folds = args.folds as usize;
    let everybody: Vec<&Moment> = sources.iter().flat_map(|it| &it.moments).collect();
    Tested::head(&mut out)?;
    let tested = held_back(&everybody, folds)?;
    for source in &sources {
        let users = source.moments.iter().map(|it| it.user_id.as_str());
        tested.write(&mut out, source.name, &users.collect())?;
    }
    let returns = fit_returns(everybody.iter().copied())?;
    let score = fit_relevance(args, &opinions, &mut out, &everybody, &returns, with)?;
    weights(&mut out, &returns, &score)?;
    let model = RankModel::fitted(Embedder::builtin(), models.grouping.hash(), returns, score);
    write_text(&args.output, &serde_json::to_string_pretty(&model)?)
}

/// Fits the score to all that was said of journeys; to nothing more than the return where nothing was.
fn fit_relevance(
    args: &RankerArgs,
    opinions: &Opinions,
    out: &mut impl Write,
    moments: &[&Moment],
    returns: &Logistic,
    with: Inference<'_>,
) -> Result<Logistic> {
    let mut judged = Vec::new();
    if !opinions.is_empty() {
        judged = opinions.judged(out, &args.input, with)?;
    }
    let folds = args.folds as usize;
    let annotated = match (&args.missions, &args.annotated) {
        (Some(missions), Some(annotated)) => {
            let [log] = args.input.inputs.as_slice() else {
                bail!("--annotated judges journeys of one log; give one INPUT");
            };
            Some(Relevance::read(
                log.as_ref(),
                missions,
                annotated,
                folds,
                with,
            )?)
        }
        _ => None,
    };
    if let Some(annotated) = &annotated {
        judged.extend(annotated.judged()?);
    }
    if judged.is_empty() {
        return Ok(as_likely_as_returns());
    }
    let people: HashSet<&str> = judged.iter().map(|it| it.user_id.as_str()).collect();
    if people.len() < 2 {
        bail!(
            "all that was said is of journeys of one person; at least two are needed, to test on \
             the one what the other teaches"
        );
    }
    let folds = folds.min(people.len());
    let folds = Folds::new(&judged, moments, folds)?;
    let (start, penalty) = match &annotated {
        Some(annotated) => {
            let penalty = annotated.best_penalty(out, &folds)?;
            (as_likely_as_returns(), penalty)
        }
        None => best_start(out, &folds, &with.models.ranking.score)?,
    };
    if let Some(path) = &args.learning_curve {
        learning_curve::show(out, &folds, &start, penalty, path)?;
    }
    fit_score(judged.iter(), returns, &start, penalty)
}

/// A penalty by which nothing moves but the baseline, which is free.
const ONLY_BASELINE: f64 = 1e9;

/// From where to start, and how much to hold there: the lowest log loss on people held back.
fn best_start(
    out: &mut impl Write,
    folds: &Folds<'_>,
    known: &Logistic,
) -> Result<(Logistic, f64)> {
    writeln!(
        out,
        "judged journeys, people held back: log loss, and NDCG@5 with the 95 % interval of the \
         difference to the return alone"
    )?;
    let starts = [
        ("the return", as_likely_as_returns()),
        ("the model", known.clone()),
    ];
    let of_all = |start: &Logistic| folds.held_back(&vec![start.clone(); folds.returns.len()]);
    let returns_alone = of_all(&starts[0].1);
    let mut line = |name: &str, held_back: &HeldBack| {
        let difference = held_back.better_than(&returns_alone);
        let ndcg = with_difference(held_back.mean(), &difference);
        writeln!(out, "  {name:<32} {:>9.4} {ndcg:>26}", held_back.log_loss)
    };
    let mut best = (f64::INFINITY, &starts[0].1, PENALTIES[0]);
    let mut chosen = String::new();
    for (name, start) in &starts {
        line(name, &of_all(start))?;
        for penalty in PENALTIES.into_iter().chain([ONLY_BASELINE]) {
            let held_back = folds.held_back(&folds.scores(start, penalty)?);
            let name = match penalty {
                ONLY_BASELINE => format!("from {name}, baseline alone"),
                _ => format!("from {name}, penalty {penalty}"),
            };
            line(&name, &held_back)?;
            if held_back.log_loss < best.0 {
                best = (held_back.log_loss, start, penalty);
                chosen = name;
            }
        }
    }
    writeln!(out, "  the lowest log loss ships: {chosen}")?;
    Ok((best.1.clone(), best.2))
}

/// Weights that aren't held down by some penalty follow chance where features are alike.
const PENALTY: f64 = 10.0;

/// Fits whether people come back.
pub(super) fn fit_returns<'a>(moments: impl Iterator<Item = &'a Moment>) -> Result<Logistic> {
    fit_shrunk(&examples(moments), &[0; FEATURES.len()], &[], PENALTY)
        .context("nothing can be learned of who comes back")
}

pub(super) fn examples<'a>(moments: impl Iterator<Item = &'a Moment>) -> Examples {
    let mut examples = Examples::new(FEATURES.len());
    for journey in moments.flat_map(|moment| &moment.journeys) {
        examples.push(journey.features, journey.returns > 0);
    }
    examples
}

fn weights(out: &mut impl Write, returns: &Logistic, score: &Logistic) -> Result<()> {
    writeln!(out, "{:<22} {:>12} {:>12}", "weights", "return", "score")?;
    writeln!(
        out,
        "  {:<20} {:>12.3} {:>12.3}",
        "baseline", returns.bias, score.bias
    )?;
    let names = FEATURES.into_iter().chain([RETURN_LOG_ODDS]);
    for (place, (name, score)) in names.zip(&score.weights).enumerate() {
        let of_return = returns.weights.get(place).copied().unwrap_or(0.0);
        writeln!(out, "  {name:<20} {of_return:>12.3} {score:>12.3}")?;
    }
    Ok(())
}
