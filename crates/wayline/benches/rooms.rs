//! What each room costs for one person. `cargo bench -p wayline --bench rooms`
//!
//! The people are two of a simulation: those whose units are closest to 150 and to 300 in number.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wayline::affinity::{Affinities, UnitSpace};
use wayline::assign::Assignment;
use wayline::cluster::cluster;
use wayline::config::Config;
use wayline::corpus::{Corpus, CorpusBuilder, InMemoryCounter, KeywordFacts, Moments, Snapshot};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::extract::{Evidence, Extracted, extract};
use wayline::model::{GroupingModel, NamingModel, RankModel, SafetyModel, StageModel};
use wayline::name::Naming;
use wayline::nouns::{PersonLog, Timestamp};
use wayline::safety::Safety;
use wayline::simulate::{Catalogue, SimulationConfig, people};
use wayline::{Rooms, walk};

/// More than the texts of both people, so that rooms are timed and not the embedder.
const CACHED_TEXTS: usize = 32_768;

fn rooms(c: &mut Criterion) {
    let config = Config::builtin();
    let simulation = SimulationConfig {
        people: 100,
        seed: 1,
        ..SimulationConfig::default()
    };
    let everybody: Vec<(PersonLog, Extracted)> = people(Catalogue::builtin(), &simulation)
        .filter_map(|person| {
            let log = person.log(&config.actions);
            let extracted = extract(&log, &config.actions, &config.extract).ok()?;
            Some((log, extracted))
        })
        .collect();
    let corpus = corpus_of(everybody.iter().map(|(_, person)| person), &config);
    let as_of = Timestamp::from_millis(simulation.as_of_ms);
    for about in [150, 300] {
        let closest = everybody
            .iter()
            .min_by_key(|(_, person)| person.units.len().abs_diff(about));
        let (log, person) = closest.expect("somebody");
        one_person(c, log, person, &corpus, &config, as_of);
    }
}

fn one_person(
    c: &mut Criterion,
    log: &PersonLog,
    person: &Extracted,
    corpus: &Corpus,
    config: &Config,
    as_of: Timestamp,
) {
    let grouping = GroupingModel::builtin();
    let evidence = Evidence::of(person);
    let model = grouping.of(evidence);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let facts = KeywordFacts::of(person, corpus);
    let space = UnitSpace::of(person, &facts, &mut embeddings, &config.affinity);
    let affinities = Affinities::of(person, &facts, &space, &model.affinity);
    let threshold = config.cluster.join(evidence);
    let clustering = cluster(&affinities, &model.join, threshold);
    let assign = || {
        Assignment {
            person: black_box(person),
            facts: &facts,
            space: &space,
            clustering: &clustering,
            affinities: &affinities,
            model: &model.assign,
            config: &config.assign,
        }
        .assign()
    };
    let assigned = assign();

    let units = format!("{} units", person.units.len());
    let id = |room: &str| BenchmarkId::new(room, &units);
    let mut group = c.benchmark_group("rooms");
    group.bench_function(id("extract"), |b| {
        b.iter(|| extract(black_box(log), &config.actions, &config.extract).is_ok());
    });
    group.bench_function(id("corpus, counting"), |b| {
        // Into counts that know the texts already, as in a long log.
        let mut builder = CorpusBuilder::default();
        b.iter(|| builder.add(black_box(person)));
    });
    group.bench_function(id("corpus, pairs of a person"), |b| {
        let mut moments = Moments::default();
        b.iter(|| moments.pairs(black_box(person)).len());
    });
    group.bench_function(id("corpus, looking up"), |b| {
        b.iter(|| KeywordFacts::of(black_box(person), corpus));
    });
    group.bench_function(id("affinity, places of units"), |b| {
        b.iter(|| UnitSpace::of(black_box(person), &facts, &mut embeddings, &config.affinity));
    });
    group.bench_function(id("affinity, all pairs"), |b| {
        b.iter(|| Affinities::of(black_box(person), &facts, &space, &model.affinity));
    });
    group.bench_function(id("cluster"), |b| {
        b.iter(|| cluster(black_box(&affinities), &model.join, threshold));
    });
    group.bench_function(id("assign"), |b| {
        b.iter(assign);
    });
    group.bench_function(id("name"), |b| {
        let naming = Naming {
            person,
            corpus,
            space: &space,
            model: &NamingModel::builtin().with_items,
        };
        b.iter(|| naming.name_all(black_box(&assigned.candidates)));
    });
    let rooms = Rooms {
        config,
        corpus,
        grouping: &grouping,
        ranking: &RankModel::builtin(),
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: wayline::expand::RelatedTable::builtin(),
        safety: wayline::model::builtin_safety(),
        model: None,
        asks_anew: true,
        as_of,
    };
    group.bench_function(id("the whole walk"), |b| {
        b.iter(|| walk(black_box(person), &rooms, &mut embeddings).result(person));
    });
    group.finish();
}

/// Each round checks every name and search of the catalogue.
fn safety(c: &mut Criterion) {
    let classifier = SafetyModel::builtin().classifier;
    let safety = Safety::new(&Config::builtin().safety, &classifier).expect("the shipped lists");
    let journeys = Catalogue::builtin().journeys().iter();
    let texts: Vec<&str> = journeys
        .flat_map(|it| {
            it.queries
                .iter()
                .map(|query| query.text.as_str())
                .chain([it.name.as_str()])
        })
        .collect();
    let mut group = c.benchmark_group("rooms");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function(BenchmarkId::new("safety", "the catalogue"), |b| {
        b.iter(|| {
            let checked = texts.iter().map(|text| safety.check(black_box(text)));
            checked.filter(|it| it.reason.is_some()).count()
        });
    });
    group.finish();
}

fn corpus_of<'a>(people: impl Iterator<Item = &'a Extracted>, config: &Config) -> Corpus {
    let mut counter = InMemoryCounter::new(&config.corpus);
    people.for_each(|person| counter.add(person));
    let snapshot = Arc::new(Snapshot::new(&counter.finish()));
    Corpus::with_prior(Arc::clone(&snapshot), snapshot, config.corpus.clone())
}

criterion_group!(benches, rooms, safety);
criterion_main!(benches);
