//! `wayline train stage`: evergreen or situational, ongoing or ended, and the phase.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use wayline::embed::Embedder;
use wayline::evaluate::Figure;
use wayline::logistic::Logistic;
use wayline::model::StageModel;
use wayline::rank;
use wayline::simulate::{Catalogue, CatalogueJourney, catalogue_folds};
use wayline::stage;
use wayline::train::Examples;

use super::affinity::SearchData;
use super::differences::{mean_over_people, with_difference};
use super::logistic::fit_shrunk;
use super::stage_labels::{Known, annotated, simulated};
use super::stage_words::Words;
use super::write_text;
use crate::run::{RunArgs, refuse_overwriting};

/// Fit the stage: evergreen or situational, ongoing or ended, and the phase
///
/// What words say (does such a goal conclude? what is the person about?) comes from the catalogue
/// alone. Rhythm, silence and the chance of a return are weighed on simulated people and on people
/// whose journeys somebody annotated, together, so that one model serves both. Prints how often it is
/// right on people (and on journeys of the catalogue) that it had not seen, beside the rules and the
/// best single cut-offs.
#[derive(Args, Debug)]
#[command(after_help = "The model that ships:
  wayline train stage --missions DIR/search-missions/dev.tsv \\
      --log DIR/activity-log/events.tsv.gz --annotated DIR/annotated-log/journeys.jsonl \\
      -o crates/wayline/models/stage.json")]
pub(crate) struct StageArgs {
    #[command(flatten)]
    data: SearchData,

    /// Simulated people of each half of the catalogue's journeys
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    simulated: u64,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    run: RunArgs,
}

/// How much weights are held down; the best on people held back is taken.
const PENALTIES: [f64; 4] = [1.0, 10.0, 100.0, 1_000.0];
/// A labelled journey of a real person counts as so many: simulated ones cost nothing to make.
const REAL: usize = 3;

pub(super) fn run(args: &StageArgs) -> Result<()> {
    if args.data.labelled().is_none() {
        bail!("stages are learned from labels: give --missions, --log and --annotated");
    }
    refuse_overwriting(args.data.paths(), [Some(args.output.as_path())])?;
    let config = args.run.config()?;
    let models = args.run.learned_parts()?;
    let mut out = std::io::stdout().lock();
    let catalogue = Catalogue::builtin();
    let halves = catalogue_folds(catalogue, 2);
    let of_half = |half: Option<usize>| -> Vec<&CatalogueJourney> {
        let journeys = catalogue.journeys().iter().zip(&halves);
        let wanted = journeys.filter(|(_, of)| half.is_none_or(|half| **of == half));
        wanted.map(|(journey, _)| journey).collect()
    };
    let all_words = Words::fit(&of_half(None))?;
    let mut known = Vec::new();
    for half in [0, 1] {
        let words = Words::fit(&of_half(Some(1 - half)))?;
        words.write(&mut out, half, &of_half(Some(half)))?;
        simulated(
            args.simulated,
            half,
            &of_half(Some(half)),
            &words,
            &config,
            &models,
            &mut known,
        )?;
    }
    annotated(
        &args.data, &args.run, &all_words, &config, &models, &mut known,
    )?;
    writeln!(
        out,
        "{:<34} {:>24} {:>24}",
        "accuracy, held back", "annotated", "simulated"
    )?;
    let evergreen = fit_best(
        &mut out,
        "evergreen",
        &known,
        |it| it.evergreen,
        &[
            ("by rules", &|_: &[&Known], it: &Known| it.by_rules.0),
            ("best cut of the span", &|others: &[&Known], it: &Known| {
                it.span_days > best_cut(others, |it| it.span_days, |it| it.evergreen)
            }),
        ],
    )?;
    let ended = fit_best(
        &mut out,
        "ended",
        &known,
        |it| it.ended,
        &[
            ("by rules", &|_: &[&Known], it: &Known| it.by_rules.1),
            (
                "best cut of the silence",
                &|others: &[&Known], it: &Known| {
                    it.silence_days > best_cut(others, |it| it.silence_days, |it| it.ended)
                },
            ),
        ],
    )?;
    weights(&mut out, &evergreen, &ended)?;
    let model = StageModel::fitted(
        Embedder::builtin(),
        [models.grouping.hash(), models.ranking.hash()],
        all_words.lasts,
        all_words.phases,
        evergreen,
        ended,
    );
    write_text(&args.output, &serde_json::to_string(&model)?)
}

/// A rule that is told what the others are like.
type Baseline<'a> = (&'static str, &'a dyn Fn(&[&Known], &Known) -> bool);

/// Prints baselines and the model by each penalty, with the interval of the difference to the best
/// baseline of the same log, and fits the best on everybody.
fn fit_best(
    out: &mut impl Write,
    what: &str,
    known: &[Known],
    label: impl Fn(&Known) -> bool + Copy,
    baselines: &[Baseline<'_>],
) -> Result<Logistic> {
    let mut best_rules: [Vec<bool>; 2] = Default::default();
    for (name, rule) in baselines {
        let right = held_back(known, label, |others| {
            let others = others.to_vec();
            Ok(move |it: &Known| rule(&others, it))
        })?;
        let shares = LOGS.map(|real| share_right(known, &right, real));
        let cells = shares.map(|share| format!("{share:.3}"));
        line(out, &format!("{what}, {name}"), &cells)?;
        for (best, real) in best_rules.iter_mut().zip(LOGS) {
            if best.is_empty() || share_right(known, &right, real) > share_right(known, best, real)
            {
                best.clone_from(&right);
            }
        }
    }
    let mut best = (f64::NEG_INFINITY, PENALTIES[0]);
    for penalty in PENALTIES {
        let right = held_back(known, label, |others| {
            let model = fit_stage(others, label, penalty)?;
            Ok(move |it: &Known| model.log_odds(&it.features) >= 0.0)
        })?;
        let cells: Vec<String> = LOGS
            .into_iter()
            .zip(&best_rules)
            .map(|(real, rule)| {
                let difference = difference(known, &right, rule, real);
                with_difference(share_right(known, &right, real), &difference)
            })
            .collect();
        line(out, &format!("{what}, penalty {penalty}"), &cells)?;
        let value: f64 = LOGS
            .map(|real| share_right(known, &right, real))
            .iter()
            .sum();
        if value > best.0 {
            best = (value, penalty);
        }
    }
    fit_stage(&known.iter().collect::<Vec<_>>(), label, best.1)
}

/// Whether journeys are annotated ones or simulated, in the order of the columns.
const LOGS: [bool; 2] = [true, false];

/// For each journey whether it comes out right, each fold by what the others taught.
fn held_back<'k, R: Fn(&Known) -> bool>(
    known: &'k [Known],
    label: impl Fn(&Known) -> bool,
    teach: impl Fn(&[&'k Known]) -> Result<R>,
) -> Result<Vec<bool>> {
    let mut right = vec![false; known.len()];
    let folds: BTreeSet<(bool, usize)> = known.iter().map(|it| (it.real, it.fold)).collect();
    for fold in folds {
        let is_tested = |it: &Known| (it.real, it.fold) == fold;
        let others = known.iter().filter(|it| !is_tested(it));
        let rule = teach(&others.collect::<Vec<_>>())?;
        for (right, it) in right.iter_mut().zip(known).filter(|(_, it)| is_tested(it)) {
            *right = rule(it) == label(it);
        }
    }
    Ok(right)
}

fn share_right(known: &[Known], right: &[bool], real: bool) -> f64 {
    let of_log = known.iter().zip(right).filter(|(it, _)| it.real == real);
    let (mut all, mut count) = (0_usize, 0_usize);
    for (_, right) in of_log {
        all += 1;
        count += usize::from(*right);
    }
    count as f64 / all.max(1) as f64
}

/// By how much more often the one is right than the other, with the interval over people.
fn difference(known: &[Known], one: &[bool], other: &[bool], real: bool) -> Figure {
    let mut people: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for ((it, one), other) in known.iter().zip(one).zip(other) {
        if it.real == real {
            let sums = people.entry(&it.user_id).or_default();
            sums[0] += f64::from(u8::from(*one)) - f64::from(u8::from(*other));
            sums[1] += 1.0;
        }
    }
    mean_over_people(&people.into_values().collect::<Vec<_>>())
}

fn line(out: &mut impl Write, name: &str, cells: &[String]) -> Result<()> {
    write!(out, "  {name:<32}")?;
    for cell in cells {
        write!(out, " {cell:>24}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn fit_stage(known: &[&Known], label: impl Fn(&Known) -> bool, penalty: f64) -> Result<Logistic> {
    let mut examples = Examples::new(rank::FEATURES.len() + stage::FEATURES.len());
    for journey in known {
        for _ in 0..if journey.real { REAL } else { 1 } {
            examples.push(journey.features, label(journey));
        }
    }
    let free = vec![0; examples.width()];
    fit_shrunk(&examples, &free, &[], penalty).context("nothing can be learned of stages")
}

/// The cut above which a label is most often right.
fn best_cut(
    known: &[&Known],
    value: impl Fn(&Known) -> f64,
    label: impl Fn(&Known) -> bool,
) -> f64 {
    let mut sorted: Vec<(f64, bool)> = known.iter().map(|it| (value(it), label(it))).collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    // All above the cut are said to be so; one after the other falls below it.
    let mut right = sorted.iter().filter(|(_, label)| *label).count() as i64;
    let mut best = (right, f64::NEG_INFINITY);
    for (value, label) in sorted {
        right += if label { -1 } else { 1 };
        if right > best.0 {
            best = (right, value);
        }
    }
    best.1
}

fn weights(out: &mut impl Write, evergreen: &Logistic, ended: &Logistic) -> Result<()> {
    writeln!(out, "{:<34} {:>12} {:>12}", "weights", "evergreen", "ended")?;
    let names = rank::FEATURES.into_iter().chain(stage::FEATURES);
    for (place, name) in names.enumerate() {
        let (a, b) = (evergreen.weights[place], ended.weights[place]);
        writeln!(out, "  {name:<32} {a:>12.3} {b:>12.3}")?;
    }
    Ok(())
}
