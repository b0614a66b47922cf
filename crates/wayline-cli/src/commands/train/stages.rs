//! `wayline train stage`: evergreen or situational, ongoing or ended, and the phase.

use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use wayline::affinity::UnitSpace;
use wayline::assign::Candidate;
use wayline::config::Config;
use wayline::corpus::{Corpus, KeywordFacts};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::extract::Extracted;
use wayline::logistic::Logistic;
use wayline::model::{GroupingModel, StageModel};
use wayline::nouns::{Lifecycle, Status, Timestamp, normalize};
use wayline::rank::{self, Rhythm, features};
use wayline::simulate::{
    Catalogue, CatalogueJourney, JourneyKind, LogKind, Phase, SimulationConfig, catalogue_folds,
};
use wayline::stage::{self, Features, of_journey};
use wayline::train::Examples;
use wayline::{Rooms, Walked, walk};
use wayline_files::write::AsideFile;

use super::affinity::SearchData;
use super::fitting::{Fitting, HeldBack};
use super::labels::{self, Without, fold_of};
use super::logistic::fit_shrunk;
use super::searches::Searches;
use crate::run::{Models, RunArgs};

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

/// From this Jaccard coefficient of keywords on a journey is the annotated or simulated one.
const SAME: f64 = 0.4;
/// How much weights are held down; the best on people held back is taken.
const PENALTIES: [f64; 4] = [1.0, 10.0, 100.0, 1_000.0];
/// Weights over dimensions of a meaning are many.
const TEXT_PENALTY: f64 = 30.0;
/// A labelled journey of a real person counts as so many: simulated ones cost nothing to make.
const REAL: usize = 3;

/// A journey whose stage is known.
struct Known {
    features: Features,
    evergreen: bool,
    ended: bool,
    /// What the rules say.
    by_rules: (bool, bool),
    span_days: f64,
    silence_days: f64,
    /// Journeys of a fold are tested together: half of the catalogue, or fold of people.
    fold: usize,
    real: bool,
}

pub(super) fn run(args: &StageArgs) -> Result<()> {
    let config = args.run.config()?;
    let models = args.run.models()?;
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
    annotated(args, &all_words, &config, &models, &mut known)?;
    writeln!(
        out,
        "{:<34} {:>22} {:>22}",
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
        all_words.lasts,
        all_words.phases,
        evergreen,
        ended,
    );
    let mut file = AsideFile::create(&args.output)?;
    file.write_all(serde_json::to_string(&model)?.as_bytes())?;
    file.write_all(b"\n")?;
    file.finish()?;
    Ok(())
}

/// What words say, learned from journeys of the catalogue.
struct Words {
    lasts: Logistic,
    phases: [Logistic; 3],
}

impl Words {
    fn fit(journeys: &[&CatalogueJourney]) -> Result<Self> {
        let lasts = lasting(journeys);
        let phase = |phase: Phase| -> Result<Logistic> { fit_text(&phases(journeys, phase)) };
        Ok(Self {
            lasts: fit_text(&lasts)?,
            phases: [
                phase(Phase::Inspire)?,
                phase(Phase::Plan)?,
                phase(Phase::Act)?,
            ],
        })
    }

    /// How well words alone tell journeys that they were not learned from.
    fn write(
        &self,
        out: &mut impl Write,
        half: usize,
        journeys: &[&CatalogueJourney],
    ) -> Result<()> {
        let right = |model: &Logistic, examples: &Examples| {
            let rows = (0..examples.len()).filter(|row| {
                (model.probability(examples.row(*row)) >= 0.5) == examples.labels()[*row]
            });
            rows.count() as f64 / examples.len().max(1) as f64
        };
        let of_phases =
            [Phase::Inspire, Phase::Plan, Phase::Act].map(|phase| phases(journeys, phase));
        let best = (0..of_phases[0].len()).filter(|row| {
            let probabilities =
                [0, 1, 2].map(|it| self.phases[it].probability(of_phases[it].row(*row)));
            let best = (1..3).fold(0, |best, it| {
                if probabilities[it] > probabilities[best] {
                    it
                } else {
                    best
                }
            });
            of_phases[best].labels()[*row]
        });
        let queries = of_phases[0].len();
        writeln!(
            out,
            "words alone, half {half} of the catalogue by the other: a goal lasts {:.3} of journeys, phase {:.3} of {queries} queries",
            right(&self.lasts, &lasting(journeys)),
            best.count() as f64 / queries.max(1) as f64,
        )?;
        Ok(())
    }
}

fn fit_text(examples: &Examples) -> Result<Logistic> {
    fit_shrunk(examples, &vec![0; examples.width()], &[], TEXT_PENALTY)
}

/// Meanings of parts of each journey's texts: what one person types and sees of it.
fn lasting(journeys: &[&CatalogueJourney]) -> Examples {
    let embedder = Embedder::builtin();
    let mut examples = Examples::new(embedder.dimensions());
    for journey in journeys {
        let queries = journey.queries.iter().map(|query| query.text.as_str());
        let texts: Vec<&str> = queries
            .chain(journey.annotations.iter().map(String::as_str))
            .collect();
        for part in 0..PARTS {
            let texts = texts.iter().skip(part).step_by(PARTS);
            examples.push(
                meaning(texts.copied(), embedder),
                journey.kind == JourneyKind::Evergreen,
            );
        }
    }
    examples
}

/// Each journey of the catalogue is shown in so many parts.
const PARTS: usize = 4;

/// The meaning of each query, and whether it is of a phase.
fn phases(journeys: &[&CatalogueJourney], phase: Phase) -> Examples {
    let embedder = Embedder::builtin();
    let mut examples = Examples::new(embedder.dimensions());
    for query in journeys.iter().flat_map(|journey| &journey.queries) {
        if query.phase != Phase::After {
            examples.push(
                meaning([query.text.as_str()], embedder),
                query.phase == phase,
            );
        }
    }
    examples
}

/// The mean direction of texts.
fn meaning<'t>(texts: impl IntoIterator<Item = &'t str>, embedder: &Embedder) -> Vec<f32> {
    let mut sum = vec![0.0; embedder.dimensions()];
    let mut one = sum.clone();
    let mut normal = String::new();
    for text in texts {
        normalize(text, &mut normal);
        embedder.embed(&normal, &mut one);
        for (sum, value) in sum.iter_mut().zip(&one) {
            *sum += value;
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|value| *value /= length);
    }
    sum
}

/// Adds simulated people of one half of the catalogue, by words learned from the other.
fn simulated(
    people: u64,
    half: usize,
    journeys: &[&CatalogueJourney],
    words: &Words,
    config: &Config,
    models: &Models,
    known: &mut Vec<Known>,
) -> Result<()> {
    let ids: BTreeSet<&str> = journeys.iter().map(|journey| journey.id.as_str()).collect();
    let catalogue = Catalogue::builtin().subset(|id| ids.contains(id));
    for (seed, kind) in (3_000..).zip([LogKind::RepeatingTitles, LogKind::AnnotationsOnly]) {
        let simulation = SimulationConfig {
            people,
            seed,
            kind,
            ..SimulationConfig::default()
        };
        let log = labels::simulated(&catalogue, &simulation, people, Without::Nothing, config)?;
        let seeing = Seeing {
            corpus: &log.corpus,
            as_of: log.as_of,
            config,
            models,
            words,
        };
        for labelled in &log.people {
            let person = &labelled.person;
            let user = wayline::evaluate::Id::from(person.user_id.as_str());
            let gold = log.gold.people.iter().find(|it| it.user_id == user);
            let gold = gold.map_or(&[][..], |gold| &gold.journeys);
            let stages = gold.iter().map(|journey| {
                let keywords = journey.keywords.iter().map(String::as_str).collect();
                (keywords, journey.kind.as_deref(), journey.status.as_deref())
            });
            seeing.add(
                person,
                &models.grouping,
                &stages.collect::<Vec<_>>(),
                half,
                false,
                known,
            );
        }
    }
    Ok(())
}

/// Adds annotated people, their journeys found by models that had not seen them.
fn annotated(
    args: &StageArgs,
    words: &Words,
    config: &Config,
    models: &Models,
    known: &mut Vec<Known>,
) -> Result<()> {
    let searches = Searches::read(&args.data, &args.run, config)?;
    let held_back: HeldBack = searches.cross_validate(&Fitting::default(), config)?;
    let log = &searches.annotated;
    let seeing = Seeing {
        corpus: &log.corpus,
        as_of: log.as_of,
        config,
        models,
        words,
    };
    for labelled in &log.people {
        let person = &labelled.person;
        let fold = fold_of(&person.user_id, searches.folds);
        let gold = log
            .gold
            .people
            .iter()
            .find(|it| it.user_id == person.user_id);
        let gold = gold.map_or(&[][..], |gold| &gold.journeys);
        let stages = gold.iter().map(|journey| {
            let keywords = journey.queries.iter().map(String::as_str).collect();
            let status = journey.status.as_deref().or(Some("ongoing"));
            (keywords, journey.lifecycle.as_deref(), status)
        });
        let grouping = &held_back.models[fold];
        seeing.add(
            person,
            grouping,
            &stages.collect::<Vec<_>>(),
            fold,
            true,
            known,
        );
    }
    Ok(())
}

/// Keywords, lifecycle and status of a journey as labelled.
type Labelled<'a> = (HashSet<&'a str>, Option<&'a str>, Option<&'a str>);

/// What journeys are looked at with.
struct Seeing<'a> {
    corpus: &'a Corpus,
    as_of: Timestamp,
    config: &'a Config,
    models: &'a Models,
    words: &'a Words,
}

impl Seeing<'_> {
    fn add(
        &self,
        person: &Extracted,
        grouping: &GroupingModel,
        gold: &[Labelled<'_>],
        fold: usize,
        real: bool,
        known: &mut Vec<Known>,
    ) {
        let rooms = Rooms {
            config: self.config,
            corpus: self.corpus,
            grouping,
            ranking: &self.models.ranking,
            staging: &self.models.staging,
            as_of: self.as_of,
        };
        let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 10_000);
        let walked: Walked = walk(person, &rooms, &mut embeddings);
        let facts = KeywordFacts::of(person, self.corpus);
        let space = UnitSpace::of(person, &facts, &mut embeddings, &self.config.affinity);
        let candidates = &walked.assigned.candidates;
        for (candidate, measured) in candidates
            .iter()
            .zip(features(person, candidates, self.as_of))
        {
            let Some((_, Some(lifecycle), Some(status))) = same_journey(person, candidate, gold)
            else {
                continue;
            };
            let ranking = &self.models.ranking.return_probability;
            let lasts = self
                .words
                .lasts
                .log_odds(&space.meaning(&candidate.keywords));
            known.push(Known {
                features: of_journey(
                    person,
                    candidate,
                    &measured,
                    ranking.log_odds(&measured),
                    lasts,
                    self.as_of,
                ),
                evergreen: *lifecycle == Lifecycle::Evergreen.as_str(),
                ended: *status == Status::Ended.as_str(),
                by_rules: stage::by_rules(candidate, self.as_of, &self.config.stage),
                span_days: Rhythm::of(&candidate.times).span_days,
                silence_days: self.as_of.days_since(candidate.last_active_at()),
                fold,
                real,
            });
        }
    }
}

fn same_journey<'g, 'a>(
    person: &Extracted,
    candidate: &Candidate,
    gold: &'g [Labelled<'a>],
) -> Option<&'g Labelled<'a>> {
    let own: HashSet<&str> = candidate
        .keywords
        .iter()
        .map(|(keyword, _)| person.keywords[*keyword as usize].text.as_str())
        .collect();
    let overlap = |journey: &Labelled<'_>| {
        let both = own.intersection(&journey.0).count();
        both as f64 / (own.len() + journey.0.len() - both).max(1) as f64
    };
    let best = gold
        .iter()
        .max_by(|left, right| overlap(left).total_cmp(&overlap(right)))?;
    (overlap(best) >= SAME).then_some(best)
}

/// A rule that is told what the others are like.
type Baseline<'a> = (&'static str, &'a dyn Fn(&[&Known], &Known) -> bool);

/// Prints baselines and the model by each penalty, and fits the best on everybody.
fn fit_best(
    out: &mut impl Write,
    what: &str,
    known: &[Known],
    label: impl Fn(&Known) -> bool + Copy,
    baselines: &[Baseline<'_>],
) -> Result<Logistic> {
    for (name, rule) in baselines {
        let figures = held_back(known, label, |others| {
            let others = others.to_vec();
            Ok(move |it: &Known| rule(&others, it))
        })?;
        line(out, &format!("{what}, {name}"), figures)?;
    }
    let mut best: Option<(f64, f64)> = None;
    for penalty in PENALTIES {
        let figures = held_back(known, label, |others| {
            let model = fit_stage(others, label, penalty)?;
            Ok(move |it: &Known| model.log_odds(&it.features) >= 0.0)
        })?;
        line(out, &format!("{what}, penalty {penalty}"), figures)?;
        let value = figures[0] + figures[1];
        if best.is_none_or(|(known, _)| value > known) {
            best = Some((value, penalty));
        }
    }
    let penalty = best.map_or(PENALTIES[0], |(_, penalty)| penalty);
    fit_stage(&known.iter().collect::<Vec<_>>(), label, penalty)
}

/// Shares that are right of annotated and simulated journeys, each fold by what the others taught.
fn held_back<'k, R: Fn(&Known) -> bool>(
    known: &'k [Known],
    label: impl Fn(&Known) -> bool,
    teach: impl Fn(&[&'k Known]) -> Result<R>,
) -> Result<[f64; 2]> {
    let mut right = [0_usize; 2];
    let mut all = [0_usize; 2];
    let folds: BTreeSet<(bool, usize)> = known.iter().map(|it| (it.real, it.fold)).collect();
    for fold in folds {
        let (tested, others): (Vec<&Known>, Vec<&Known>) =
            known.iter().partition(|it| (it.real, it.fold) == fold);
        let rule = teach(&others)?;
        let place = usize::from(!fold.0);
        all[place] += tested.len();
        right[place] += tested.iter().filter(|it| rule(it) == label(it)).count();
    }
    Ok([0, 1].map(|place| right[place] as f64 / all[place].max(1) as f64))
}

fn line(out: &mut impl Write, name: &str, [annotated, simulated]: [f64; 2]) -> Result<()> {
    writeln!(out, "  {name:<32} {annotated:>22.3} {simulated:>22.3}")?;
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
