//! `wayline train safety`: what texts are about of which no list knows the words.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use rayon::prelude::*;
use wayline::config::Config;
use wayline::embed::Embedder;
use wayline::model::SafetyModel;
use wayline::nouns::{Reason, Verdict};
use wayline::safety::{CLASSES, Classifier, FEATURES, Safety, Subjects, examples, features};
use wayline::simulate::Catalogue;
use wayline::train::Examples;

use super::logistic::fit_shrunk;
use super::write_text;

/// Fit the classifier of the safety check
///
/// Learns from the examples that ship and from the catalogue of journeys: its names, and the searches of
/// journeys that are not private. Prints what it is worth by cross-validation, beside lists and patterns
/// alone, for each probability from which it may be believed; `withhold_from` and `sensitive_from` of the
/// config are chosen there. The same data gives the same file, bit for bit.
#[derive(Args, Debug)]
#[command(after_help = "The model that ships:
  wayline train safety -o crates/wayline/models/safety.json")]
pub(crate) struct SafetyArgs {
    /// How strongly weights are held down
    #[arg(long, value_name = "X", default_value_t = 100.0)]
    penalty: f64,

    /// Leave out the table of what it is worth, which takes five times as long as the model
    #[arg(long)]
    no_figures: bool,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Parts that are held back in turn.
const FOLDS: usize = 5;
/// Probabilities that are tried.
const TRIED: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// A text to learn from.
struct Labelled {
    features: [f32; FEATURES],
    reason: Option<Reason>,
    verdict: Verdict,
    /// What lists and patterns say.
    known: Verdict,
    of_catalogue: bool,
    fold: usize,
}

pub(super) fn run(args: &SafetyArgs) -> Result<()> {
    let mut config = Config::builtin().safety;
    config.withhold_from = 1.0;
    config.sensitive_from = 1.0;
    let lists = Safety::new(&config, &Classifier::unknowing())?;
    let texts = labelled(&lists);
    if !args.no_figures {
        let held_back: Vec<Classifier> = (0..FOLDS)
            .map(|fold| fit(texts.iter().filter(|it| it.fold != fold), args.penalty))
            .collect::<Result<_>>()?;
        figures(&mut std::io::stdout().lock(), &texts, &held_back)?;
    }
    let classifier = fit(texts.iter(), args.penalty)?;
    let model = SafetyModel::fitted(Embedder::builtin(), classifier);
    write_text(&args.output, &serde_json::to_string(&model)?)
}

/// Examples by turns, journeys as wholes, so that no fold is told of another.
fn labelled(lists: &Safety) -> Vec<Labelled> {
    let mut texts = Vec::new();
    let mut push = |text: &str, verdict, reason, of_catalogue, fold| {
        let known = lists.check(text).verdict;
        // What lists know needs no classifier, and a word that they find must not teach it otherwise.
        if verdict == Verdict::Ok && known != Verdict::Ok {
            return;
        }
        texts.push(Labelled {
            features: features(text),
            reason,
            verdict,
            known,
            of_catalogue,
            fold: fold % FOLDS,
        });
    };
    for (place, example) in examples().iter().enumerate() {
        push(&example.text, example.verdict, example.reason, false, place);
    }
    let subjects = Subjects::builtin();
    for (place, journey) in Catalogue::builtin().journeys().iter().enumerate() {
        let reason = subjects.sensitive.get(&journey.id).copied();
        if subjects.either.contains(&journey.id) {
            continue;
        }
        let verdict = reason.map_or(Verdict::Ok, |_| Verdict::Sensitive);
        push(&journey.name, verdict, reason, true, place);
        // Of a private journey single searches may be about anything.
        if reason.is_none() {
            for query in &journey.queries {
                push(&query.text, verdict, reason, true, place);
            }
        }
    }
    texts
}

fn fit<'t>(texts: impl Iterator<Item = &'t Labelled>, penalty: f64) -> Result<Classifier> {
    let texts: Vec<&Labelled> = texts.collect();
    let parts: Result<BTreeMap<_, _>> = CLASSES
        .par_iter()
        .map(|class| {
            let mut all = Examples::new(FEATURES);
            for text in &texts {
                all.push(text.features, text.reason == Some(*class));
            }
            Ok((*class, fit_shrunk(&all, &[0; FEATURES], &[], penalty)?))
        })
        .collect();
    Classifier::new(&parts?).ok_or_else(|| anyhow::anyhow!("a class wasn't fitted"))
}

/// What the classifier adds to lists, from each probability on.
fn figures(out: &mut impl Write, texts: &[Labelled], held_back: &[Classifier]) -> Result<()> {
    let probabilities: Vec<[f32; CLASSES.len()]> = texts
        .iter()
        .map(|text| held_back[text.fold].probabilities_of(&text.features))
        .collect();
    let config = Config::builtin().safety;
    let highest = |probabilities: &[f32; CLASSES.len()], verdict: Verdict| {
        let classes = CLASSES.iter().zip(probabilities);
        let of = classes.filter(|(reason, _)| config.verdict(**reason) == verdict);
        of.fold(0.0_f32, |highest, (_, it)| highest.max(*it))
    };
    let share = |wanted: &dyn Fn(&Labelled) -> bool, hit: &dyn Fn(usize) -> bool| {
        let places: Vec<usize> = (0..texts.len()).filter(|it| wanted(&texts[*it])).collect();
        let hits = places.iter().filter(|it| hit(**it)).count();
        hits as f64 / places.len().max(1) as f64
    };
    writeln!(
        out,
        "{:<12} {:>6} {:>20} {:>20} {:>20}",
        "verdict", "from", "found of it", "alarms, examples", "alarms, catalogue"
    )?;
    for verdict in [Verdict::Withhold, Verdict::Sensitive] {
        for from in TRIED.into_iter().map(Some).chain([None]) {
            let by_model = |place: usize| {
                from.is_some_and(|from| f64::from(highest(&probabilities[place], verdict)) >= from)
            };
            let found = share(&|it| it.verdict == verdict && !it.of_catalogue, &|place| {
                texts[place].known >= verdict || by_model(place)
            });
            let ok = |it: &Labelled| it.verdict == Verdict::Ok;
            let examples = share(&|it| ok(it) && !it.of_catalogue, &by_model);
            let catalogue = share(&|it| ok(it) && it.of_catalogue, &by_model);
            writeln!(
                out,
                "{:<12} {:>6} {found:>20.3} {examples:>20.4} {catalogue:>20.4}",
                verdict.code(),
                from.map_or("lists".to_owned(), |from| from.to_string()),
            )?;
        }
    }
    Ok(())
}
