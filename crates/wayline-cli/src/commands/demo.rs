//! `wayline demo`: journeys of made-up people within seconds.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use wayline::config::Config;
use wayline::corpus::{Corpus, InMemoryCounter, Snapshot};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::evaluate::{Predictions, Resampling, simulated};
use wayline::explain::explain;
use wayline::extract::{Extracted, extract};
use wayline::model::{GroupingModel, NamingModel, RankModel, StageModel};
use wayline::nouns::{PersonResult, Timestamp};
use wayline::simulate::{Catalogue, SimulationConfig, person};
use wayline::{Rooms, Walked, walk};
use wayline_files::corpus::general_corpus;

/// Show it: make up some people, infer their journeys, explain one of them
///
/// Everything happens in memory. The people are those of `wayline simulate --seed 1`, the journeys
/// those that `wayline infer` would write for them.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// How many people to make up
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u64).range(1..=2_000))]
    people: u64,

    /// Another seed makes up other people
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

const CACHED_TEXTS: usize = 100_000;

pub(crate) fn run(args: &DemoArgs) -> Result<()> {
    let config = Config::builtin();
    let simulation = SimulationConfig {
        people: args.people,
        seed: args.seed,
        ..SimulationConfig::default()
    };
    let mut out = std::io::stdout().lock();
    let mut people: Vec<Extracted> = Vec::new();
    let mut gold = String::new();
    let mut counter = InMemoryCounter::new(&config.corpus);
    let mut events = 0;
    for number in 0..args.people {
        let made = person(Catalogue::builtin(), &simulation, number);
        events += made.events.len();
        gold.push_str(&serde_json::to_string(&made.gold)?);
        gold.push('\n');
        if let Ok(extracted) = extract(&made.log(&config.actions), &config.actions, &config.extract)
        {
            counter.add(&extracted);
            people.push(extracted);
        }
    }
    let started = Instant::now();
    let log = Arc::new(Snapshot::new(&counter.finish()));
    let corpus = Corpus::with_prior(log, Arc::new(general_corpus()?), config.corpus.clone());
    let (grouping, ranking) = (GroupingModel::builtin(), RankModel::builtin());
    let rooms = Rooms {
        config: &config,
        corpus: &corpus,
        grouping: &grouping,
        ranking: &ranking,
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: wayline::expand::RelatedTable::builtin(),
        safety: wayline::model::builtin_safety(),
        model: None,
        asks_anew: true,
        as_of: Timestamp::from_millis(simulation.as_of_ms),
    };
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let walked: Vec<Walked> = people
        .iter()
        .map(|person| walk(person, &rooms, &mut embeddings))
        .collect();
    let seconds = started.elapsed().as_secs_f64();
    let results: Vec<PersonResult> = people
        .iter()
        .zip(&walked)
        .map(|(person, walked)| walked.result(person))
        .collect();
    let gold = simulated::Gold::from_jsonl(&gold)?;
    let scores = simulated::evaluate(
        &gold,
        &Predictions::from_results(&results),
        Resampling::default(),
    );

    let shown = typical(&results);
    writeln!(
        out,
        "{}",
        explain(&people[shown], &walked[shown], &rooms, &mut embeddings)
    )?;
    let journeys: usize = results.iter().map(|person| person.journeys.len()).sum();
    let keywords: usize = results.iter().map(|person| person.keywords.len()).sum();
    writeln!(
        out,
        "{} made-up people, {events} events, {keywords} keywords: {journeys} journeys, inferred in {seconds:.2} s",
        people.len()
    )?;
    writeln!(
        out,
        "\nagainst what is true of them:\n{}",
        scores.report().table()
    )?;
    writeln!(
        out,
        "on your own log: wayline infer events.parquet -o journeys.jsonl --keywords keywords.jsonl\n\
         more:            wayline --help"
    )?;
    Ok(())
}

/// The person with the middle number of journeys.
fn typical(results: &[PersonResult]) -> usize {
    let mut order: Vec<usize> = (0..results.len()).collect();
    order.sort_by_key(|index| results[*index].journeys.len());
    order.get(order.len() / 2).copied().unwrap_or(0)
}
