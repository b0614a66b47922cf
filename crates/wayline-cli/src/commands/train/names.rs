//! `wayline train names`: which words of a journey stand in its name.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use rayon::prelude::*;
use wayline::affinity::UnitSpace;
use wayline::assign::Candidate;
use wayline::config::Config;
use wayline::corpus::{Corpus, KeywordFacts};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::Id;
use wayline::evaluate::names::{best_token_f1, words};
use wayline::evaluate::simulated::Gold;
use wayline::extract::{Evidence, Extracted};
use wayline::model::NamingModel;
use wayline::name::{FEATURES, Naming, SIGNS, WordModel, folded, journey_words};
use wayline::nouns::NameSource;
use wayline::simulate::{LogKind, SimulationConfig};
use wayline::train::Examples;

use super::fitting::each_walked;
use super::labels::{self, CACHED_TEXTS, LabelledLog, Without};
use super::logistic::{fit, rounded};
use super::simulations::catalogue_halves;
use super::write_text;
use crate::run::{Models, RunArgs};

/// Fit which words of a journey stand in its name
///
/// Learns from the names in the catalogue of journeys that simulated people are on: a word of a
/// journey's keywords and interests is right if a name of the journey has it. Prints the token F1 of
/// names chosen so, for journeys that the model had not seen (nor their twins), beside two choices
/// without a model. The journeys are found by the grouping model of this run, which may have seen
/// them. The same data gives the same file, bit for bit; it takes minutes.
#[derive(Args, Debug)]
#[command(after_help = "The model that ships:
  wayline train names -o crates/wayline/models/naming.json")]
pub(crate) struct NamesArgs {
    /// Labelled simulated people of each kind of log, for each half of the catalogue's journeys
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    simulated: u64,

    /// Where the model goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    run: RunArgs,
}

/// The log holds so many people for each who is labelled: how common a word is must be known.
const CROWD: u64 = 8;

/// Labelled people who search alone, for each of another kind of log.
const SEARCHERS: u64 = 4;
/// Pairs of a word and a name that one fit looks at: more only cost time.
const WORDS_PER_FIT: usize = 150_000;

/// A simulated person with the journeys that were found.
struct Walker {
    half: usize,
    kind: LogKind,
    /// Places of the log, and of the person in it.
    log: usize,
    person: usize,
    space: UnitSpace,
    candidates: Vec<Candidate>,
    /// The names of the goal that each candidate is, if it is one.
    names: Vec<Vec<String>>,
}

impl Walker {
    fn searches_only(&self) -> bool {
        self.kind == LogKind::SearchesOnly
    }
}

struct Everybody {
    logs: Vec<LabelledLog<Gold>>,
    walkers: Vec<Walker>,
}

pub(super) fn run(args: &NamesArgs) -> Result<()> {
    let config = args.run.config()?;
    let models = args.run.learned_parts()?;
    let everybody = Everybody::make(args.simulated, &config, &models)?;
    let mut out = std::io::stdout().lock();
    let without = |half: usize| everybody.fit(&models, move |it| it != half);
    let (model, (first, second)) = rayon::join(
        || everybody.fit(&models, |_| true),
        || rayon::join(|| without(0), || without(1)),
    );
    everybody.table(&mut out, &[first?, second?])?;
    let model = model?;
    weights(&mut out, &model)?;
    write_text(&args.output, &serde_json::to_string_pretty(&model)?)
}

fn weights(out: &mut impl Write, model: &NamingModel) -> Result<()> {
    let (items, searches) = (&model.with_items, &model.searches_only);
    let words = (items.words_of_a_name, searches.words_of_a_name);
    let biases = (items.in_name.bias, searches.in_name.bias);
    let both = items.in_name.weights.iter().zip(&searches.in_name.weights);
    let both = FEATURES
        .into_iter()
        .zip(both.map(|(items, searches)| (*items, *searches)));
    writeln!(
        out,
        "  {:<24} {:>10} {:>13}",
        "weights", "with items", "searches only"
    )?;
    for (name, (items, searches)) in [("words of a name", words), ("baseline", biases)]
        .into_iter()
        .chain(both)
    {
        writeln!(out, "  {name:<24} {items:>10.3} {searches:>13.3}")?;
    }
    Ok(())
}

impl Everybody {
    fn make(people: u64, config: &Config, models: &Models) -> Result<Self> {
        let halves = catalogue_halves();
        let logs = halves.iter().enumerate().flat_map(|(half, catalogue)| {
            let kinds = LogKind::ALL.into_iter().zip(1_400..);
            kinds.map(move |(kind, seed)| (half, catalogue, kind, seed))
        });
        let logs: Vec<_> = logs.enumerate().collect();
        let walked: Result<Vec<(LabelledLog<Gold>, Vec<Walker>)>> = logs
            .into_par_iter()
            .map(|(place, (half, catalogue, kind, seed))| {
                // Few of their journeys are found, and they teach a part of their own.
                let people = match kind {
                    LogKind::SearchesOnly => SEARCHERS * people,
                    _ => people,
                };
                let simulation = SimulationConfig {
                    people: people * CROWD,
                    seed,
                    kind,
                    ..SimulationConfig::default()
                };
                let nothing = Without::Nothing;
                let embedder = models.embedding.embedder;
                let log =
                    labels::simulated(catalogue, &simulation, people, nothing, config, embedder)?;
                let walkers = walkers(&log, place, (half, kind), config, models)?;
                Ok((log, walkers))
            })
            .collect();
        let (logs, walkers): (Vec<_>, Vec<_>) = walked?.into_iter().unzip();
        Ok(Self {
            logs,
            walkers: walkers.into_iter().flatten().collect(),
        })
    }

    fn person(&self, walker: &Walker) -> (&Extracted, &Corpus) {
        let log = &self.logs[walker.log];
        (&log.people[walker.person].person, &log.corpus)
    }

    fn fit(&self, models: &Models, halves: impl Fn(usize) -> bool + Sync) -> Result<NamingModel> {
        let of = |searches: bool| {
            let wanted = |it: &Walker| halves(it.half) && searches == it.searches_only();
            self.fit_words(wanted)
        };
        let (items, searches) = rayon::join(|| of(false), || of(true));
        let (embedder, grouping) = (Embedder::builtin(), models.grouping.hash());
        Ok(NamingModel::fitted(embedder, grouping, items?, searches?))
    }

    /// Fits words of some people's journeys: one is right for each name that has it, and wrong for
    /// each that doesn't.
    fn fit_words(&self, wanted: impl Fn(&Walker) -> bool) -> Result<WordModel> {
        let mut examples = Examples::new(FEATURES.len());
        let (mut names, mut lengths) = (0_usize, 0_usize);
        for walker in self.walkers.iter().filter(|it| wanted(it)) {
            let (person, corpus) = self.person(walker);
            for (candidate, golden) in walker.candidates.iter().zip(&walker.names) {
                let golden: Vec<_> = golden.iter().map(|name| words(name)).collect();
                names += golden.len();
                lengths += golden.iter().map(BTreeSet::len).sum::<usize>();
                for word in journey_words(person, corpus, &walker.space, candidate) {
                    let said = folded(word.text);
                    for name in &golden {
                        examples.push(word.features, name.contains(said));
                    }
                }
            }
        }
        let mut sample = Examples::new(FEATURES.len());
        sample.add_sample(&examples, WORDS_PER_FIT, 1);
        Ok(WordModel {
            in_name: fit(&sample, &SIGNS, &[])?,
            words_of_a_name: rounded(lengths as f64 / names.max(1) as f64) as f32,
        })
    }

    /// What names are worth by kind of log, each half by the model that hadn't seen its journeys.
    fn table(&self, out: &mut impl Write, models: &[NamingModel; 2]) -> Result<()> {
        writeln!(
            out,
            "token F1 of names, found journeys whose names the model had not seen\n  {:<20} {:>8} {:>8} {:>8} {:>9} {:>9}",
            "", "journeys", "chosen", "composed", "strongest", "interest"
        )?;
        for kind in LogKind::ALL {
            let mut sums = [0.0; 4];
            let mut count = 0_usize;
            for walker in self.walkers.iter().filter(|it| it.kind == kind) {
                let (person, corpus) = self.person(walker);
                let naming = Naming {
                    person,
                    corpus,
                    space: &walker.space,
                    model: models[walker.half].of(Evidence::of(person)),
                };
                let names = naming.name_all(&walker.candidates);
                let journeys = walker.candidates.iter().zip(&walker.names).zip(&names);
                for ((candidate, golden), name) in journeys.filter(|it| !it.0.1.is_empty()) {
                    let of_keyword = |keyword: Option<u32>| {
                        let text = keyword.map(|it| person.keywords[it as usize].text.as_str());
                        text.map_or(0.0, |text| f1(text, golden))
                    };
                    let strongest = candidate.keywords.first().map(|it| it.0);
                    let interest = candidate.interests.first().map(|it| it.0);
                    count += 1;
                    sums[0] += f1(&name.text, golden);
                    sums[1] += f64::from(u8::from(name.source == NameSource::Composed));
                    sums[2] += of_keyword(strongest);
                    sums[3] += of_keyword(interest.or(strongest));
                }
            }
            let [chosen, composed, strongest, interest] = sums.map(|sum| sum / count.max(1) as f64);
            writeln!(
                out,
                "  {:<20} {count:>8} {chosen:>8.3} {:>7.0}% {strongest:>9.3} {interest:>9.3}",
                kind.name(),
                100.0 * composed
            )?;
        }
        Ok(())
    }
}

/// The people of a log, which stands at a place of all logs, with the journeys that are found.
fn walkers(
    log: &LabelledLog<Gold>,
    place: usize,
    (half, kind): (usize, LogKind),
    config: &Config,
    models: &Models,
) -> Result<Vec<Walker>> {
    let everybody = |_: &str| true;
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let mut walkers = Vec::new();
    each_walked(
        log,
        &models.grouping,
        config,
        everybody,
        |labelled, walked| {
            let person = &labelled.person;
            let user = Id::from(person.user_id.as_str());
            let mut gold = log.gold.people.iter();
            let gold = gold.find(|it| it.user_id == user);
            let journeys = gold.map_or(&[][..], |it| &it.journeys);
            let candidates = walked.assigned.candidates.clone();
            let facts = KeywordFacts::of(person, &log.corpus);
            let names_of = |candidate: &Candidate| {
                let keywords = candidate.keywords.iter().map(|(keyword, _)| *keyword);
                let goal = labelled.goal_of_group(keywords)?;
                let names = journeys.get(goal as usize)?.names();
                Some(names.map(str::to_owned).collect())
            };
            walkers.push(Walker {
                half,
                kind,
                log: place,
                person: walkers.len(),
                names: candidates
                    .iter()
                    .map(|it| names_of(it).unwrap_or_default())
                    .collect(),
                space: UnitSpace::inside(person, &facts, &mut embeddings, &config.affinity),
                candidates,
            });
        },
    )?;
    Ok(walkers)
}

fn f1(name: &str, golden: &[String]) -> f64 {
    best_token_f1(name, golden.iter().map(String::as_str))
}
