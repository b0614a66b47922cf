//! What each station of the way costs a mean person, beside what the machine could do at best.
//! `cargo bench -p wayline-cli --bench stations`
//!
//! One thread takes 300 simulated people (seed 7) through one station after the other. A station
//! of all people together is timed as a whole, three times; any other with one person after the
//! other, each three times, as in a run, where a person's data are in cache. The fastest counts.
//! A station's limit is the larger of
//!
//! - the bytes that must move ÷ the bytes a second that a plain copy moves (what it reads and what
//!   it writes, both counted): of 64 MiB for what goes over all people, which memory holds, of
//!   256 KiB for a station of one person, whose data a cache holds,
//! - the multiply-adds that must be made ÷ those a second of a loop over numbers in registers,
//!
//! both measured in the same run. "Must" is meant for what the station is defined to give, each
//! thing once (`d` dimensions of a vector, f32 of 4 bytes):
//!
//! | station | bytes | multiply-adds |
//! |---|---|---|
//! | read Parquet, group | file + texts of events | |
//! | extract | texts and fields of events + what is extracted | |
//! | wait for the corpus | texts of keywords + 160 a unit, written and read | |
//! | count corpus, moments | texts of keywords + 24 a keyword + 16 a pair seen | |
//! | look up corpus | texts of keywords + 64 a keyword, a line of cache | |
//! | unit vectors | 4 d a keyword + 2 d a unit | d × (texts and labels of units + links) |
//! | all pairs | 4 a pair | (d + features) a pair |
//! | tree, prune | 4 a pair | 1 a pair |
//! | assign | 4 a pair | d × (pairs of keywords in a group + 4 a keyword) |
//! | identify, rank, stage | 8 a time at which something of a journey was seen | 6 d a journey |
//! | name | texts of keywords | d × keywords of journeys |
//! | diversify | 4 d a keyword of a journey | d × (keywords of journeys + pairs of journeys) |
//! | rows | texts of rows, read and written | |
//! | order, write Parquet | texts of rows, read and written + files | |

#![expect(clippy::unwrap_used, reason = "a bench may stop")]

mod machine;
mod person;

use std::convert::Infallible;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use machine::{Machine, Table, Work};
use person::{Person, row_of, text_bytes, write_events};
use wayline::affinity::{Affinities, FEATURES, UnitSpace};
use wayline::assign::Candidate;
use wayline::cluster::cluster;
use wayline::config::Config;
use wayline::corpus::{
    Corpus, CorpusBuilder, InMemoryCounter, KeywordFacts, PairBuilder, Snapshot,
};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::expand::{Here, related};
use wayline::extract::{Evidence, Extracted, extract};
use wayline::identify::journey_id;
use wayline::model::{GroupingModel, NamingModel, RankModel, StageModel};
use wayline::name::Naming;
use wayline::nouns::{PersonLog, PersonResult, Timestamp};
use wayline::rank::{Features, features};
use wayline::simulate::{Catalogue, SimulatedPerson, SimulationConfig, people};
use wayline::stage::{of_journey, recent_meaning, stage};
use wayline::{Rooms, walk};
use wayline_files::corpus::general_corpus;
use wayline_files::group::{GroupOptions, Grouping, for_each_person};
use wayline_files::read::{Inputs, ReadOptions};
use wayline_files::write::{OrderError, OrderedResults, ResultsWriter, SpillQueue, SpillSettings};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: usize = 300;
const CACHED_TEXTS: usize = 32_768;

fn main() {
    let config = Config::builtin();
    let simulation = SimulationConfig {
        people: PEOPLE as u64,
        seed: 7,
        ..SimulationConfig::default()
    };
    let simulated: Vec<SimulatedPerson> = people(Catalogue::builtin(), &simulation).collect();
    let directory = tempfile::tempdir().unwrap();
    let events = directory.path().join("events.parquet");
    write_events(&events, &simulated);

    let extracted = |person: &SimulatedPerson| {
        let log = person.log(&config.actions);
        extract(&log, &config.actions, &config.extract).unwrap()
    };
    let extracted: Vec<Extracted> = simulated.iter().map(extracted).collect();
    let mut counter = InMemoryCounter::new(&config.corpus);
    extracted.iter().for_each(|person| counter.add(person));
    let snapshot = Arc::new(Snapshot::new(&counter.finish()));
    let prior = Arc::new(general_corpus().unwrap());
    let rooms = Rooms {
        config: &config,
        corpus: &Corpus::with_prior(snapshot, prior, config.corpus.clone()),
        grouping: &GroupingModel::builtin(),
        ranking: &RankModel::builtin(),
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: wayline::expand::RelatedTable::builtin(),
        safety: wayline::model::builtin_safety(),
        model: None,
        asks_anew: true,
        as_of: Timestamp::from_millis(simulation.as_of_ms),
    };
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let prepared = |(simulated, extracted): (&SimulatedPerson, Extracted)| {
        let facts = KeywordFacts::of(&extracted, rooms.corpus);
        let walked = walk(&extracted, &rooms, &mut embeddings);
        Person {
            text_bytes: simulated
                .events
                .iter()
                .map(row_of)
                .map(|it| text_bytes(&it))
                .sum(),
            log: simulated.log(&config.actions),
            space: UnitSpace::of(&extracted, &facts, &mut embeddings, &config.affinity),
            result: walked.result(&extracted),
            walked,
            facts,
            extracted,
        }
    };
    let everybody: Vec<Person> = simulated.iter().zip(extracted).map(prepared).collect();
    print(&events, &everybody, &rooms, &mut embeddings);
}

/// Reads and groups a log, and does nothing with it.
fn read(events: &Path, config: &Config) {
    let inputs = Inputs::find([events.to_string_lossy()]).unwrap();
    let group = GroupOptions {
        grouping: Grouping::AsRead,
        ..GroupOptions::default()
    };
    let options = ReadOptions::new(&config.actions);
    let each = |_: &mut (), _: &mut PersonLog| Ok::<(), Infallible>(());
    for_each_person(&inputs, &options, &group, vec![()], each).unwrap();
}

/// Puts everybody away, as a run does until the corpus is counted, and takes them out again.
fn queue(everybody: &[Person]) {
    let queue = SpillQueue::new(SpillSettings::default());
    let mut part = queue.part().unwrap();
    everybody
        .iter()
        .for_each(|it| part.push(&it.extracted).unwrap());
    part.finish().unwrap();
    let reader = queue.into_reader().unwrap();
    let people = reader.records().unwrap();
    assert_eq!(people.map(Result::unwrap).count(), everybody.len());
}

/// The whole command on one thread.
fn run(events: &Path, outputs: &[std::path::PathBuf; 2]) {
    let status = Command::new(env!("CARGO_BIN_EXE_wayline"))
        .args(["infer", "--threads", "1"])
        .arg(events)
        .arg("-o")
        .arg(&outputs[0])
        .arg("--keywords")
        .arg(&outputs[1])
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

/// Brings everybody's rows into order and writes them.
fn write(outputs: &[std::path::PathBuf; 2], everybody: &[Person], rooms: &Rooms<'_>) {
    let whole = OrderedResults::new(SpillSettings::default());
    let mut part = whole.part();
    everybody
        .iter()
        .for_each(|it| part.push(&it.result).unwrap());
    drop(part);
    let info = rooms.run_info(Embedder::builtin().hash());
    let mut writer = ResultsWriter::create(&outputs[0], Some(&outputs[1]), &info).unwrap();
    let mut write = |person: &PersonResult| -> Result<(), OrderError> {
        writer.write(person).unwrap();
        Ok(())
    };
    whole.merge(&mut write).unwrap();
    writer.finish().unwrap();
}

fn print(
    events: &Path,
    everybody: &[Person],
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) {
    let Rooms {
        config,
        corpus,
        grouping,
        naming,
        ranking,
        staging,
        related: table_of_related,
        as_of,
        ..
    } = *rooms;
    let sum = |of: &dyn Fn(&Person) -> usize| everybody.iter().map(of).sum::<usize>();
    let outputs = ["journeys", "keywords"].map(|it| events.with_file_name(format!("{it}.parquet")));
    write(&outputs, everybody, rooms);
    let written: u64 = outputs.iter().map(|it| it.metadata().unwrap().len()).sum();
    let file = events.metadata().unwrap().len() as usize;
    let d = embeddings.dimensions();
    let texts = sum(&|it| it.text_bytes);
    let count = sum(&|it| it.log.events.len());
    let units = sum(&|it| it.extracted.units.len());
    let keywords = sum(&|it| it.extracted.keywords.len());
    let keyword_bytes = sum(&|it| it.extracted.keywords.iter().map(|it| it.text.len()).sum());
    let pairs = sum(&|it| it.walked.affinities.pairs().len());
    // Texts and labels that make up the vectors of units, and links between units.
    let summands = sum(&|it| {
        let units = it.extracted.units.iter();
        units
            .map(|it| 1 + it.annotations.len() + it.interests.len() + it.context.len())
            .sum()
    });
    let journeys = sum(&|it| it.walked.assigned.candidates.len());
    let pairs_of_journeys = sum(&|it| it.walked.assigned.candidates.len().pow(2) / 2);
    let times = sum(&|it| {
        it.walked
            .assigned
            .candidates
            .iter()
            .map(|it| it.times.len())
            .sum()
    });
    let shown = sum(&|it| {
        it.walked
            .assigned
            .candidates
            .iter()
            .map(|it| it.keywords.len())
            .sum()
    });
    let rows = sum(&Person::row_bytes);
    let mut seen = PairBuilder::new(&config.corpus);
    everybody.iter().for_each(|it| seen.add(&it.extracted, 1));

    let machine = Machine::measure();
    let [count_, texts_, file_, units_, pairs_, keywords_] =
        [count, texts, file, units, pairs, keywords].map(|all| all / PEOPLE);
    println!(
        "Mean of {PEOPLE} people: {count_} events ({texts_} bytes of text, {file_} in Parquet),"
    );
    println!(
        "{units_} units, {pairs_} pairs of units, {keywords_} keywords, {:.1} journeys.",
        journeys as f64 / PEOPLE as f64
    );
    machine.describe();
    let work = |bytes, multiply_adds| Work {
        bytes,
        multiply_adds,
    };
    let mut table = Table::new(machine, everybody);
    table.whole("read Parquet, group", work(file + texts, 0), || {
        read(events, config);
    });
    let extracted = keyword_bytes + 48 * keywords + 160 * units + 8 * summands;
    table.each("extract", work(texts + 32 * count + extracted, 0), |it| {
        extract(&it.log, &config.actions, &config.extract).is_ok()
    });
    let waiting = 2 * (keyword_bytes + 160 * units);
    table.whole("wait for the corpus", work(waiting, 0), || queue(everybody));
    let counted = keyword_bytes + 24 * keywords + seen.bytes();
    table.whole("count corpus, moments", work(counted, 0), || {
        let (mut texts, mut pairs) = (CorpusBuilder::default(), PairBuilder::new(&config.corpus));
        for it in everybody {
            texts.add(&it.extracted);
            pairs.add(&it.extracted, texts.people());
        }
        std::hint::black_box((texts.drain(), pairs.finish()));
    });
    table.each(
        "look up corpus",
        work(keyword_bytes + 64 * keywords, 0),
        |it| KeywordFacts::of(&it.extracted, corpus),
    );
    table.each(
        "unit vectors",
        work(4 * d * keywords + 2 * d * units, d * summands),
        |it| UnitSpace::of(&it.extracted, &it.facts, embeddings, &config.affinity),
    );
    table.each(
        "all pairs",
        work(4 * pairs, (d + FEATURES.len()) * pairs),
        |it| {
            let model = &grouping.of(Evidence::of(&it.extracted)).affinity;
            Affinities::of(&it.extracted, &it.facts, &it.space, model)
        },
    );
    table.each("tree, prune", work(4 * pairs, pairs), |it| {
        let evidence = Evidence::of(&it.extracted);
        let threshold = config.cluster.join(evidence);
        cluster(
            &it.walked.affinities,
            &grouping.of(evidence).join,
            threshold,
        )
    });
    let products = sum(&Person::keyword_pairs) + 4 * keywords;
    table.each("assign", work(4 * pairs, d * products), |it| {
        it.assignment(rooms).assign()
    });
    table.each(
        "identify, rank, stage",
        work(8 * times, 6 * d * journeys),
        |it| {
            let candidates = &it.walked.assigned.candidates;
            let measured = features(&it.extracted, candidates, as_of);
            let one = |(candidate, measured): (&Candidate, &Features)| {
                let person = &it.extracted;
                let returns = ranking.return_probability.log_odds(measured);
                let meaning = it.space.meaning(&candidate.keywords);
                let lasts = staging.lasts.log_odds(&meaning);
                let values = of_journey(person, candidate, measured, returns, lasts, as_of);
                let recent = recent_meaning(person, candidate, &it.space);
                let opinion = staging.opinion(&values, &recent);
                (
                    journey_id(person, candidate),
                    ranking.return_probability(measured),
                    ranking.score(measured),
                    stage(candidate, as_of, opinion, &config.stage),
                )
            };
            candidates
                .iter()
                .zip(&measured)
                .map(one)
                .collect::<Vec<_>>()
        },
    );
    table.each("name", work(keyword_bytes, 0), |it| {
        let of_person = Naming {
            person: &it.extracted,
            corpus,
            space: &it.space,
            model: naming.of(Evidence::of(&it.extracted)),
        };
        of_person.name_all(&it.walked.assigned.candidates)
    });
    let diversifying = work(4 * d * shown, d * (shown + pairs_of_journeys));
    table.each("diversify", diversifying, |it| it.diversified(config));
    let looked_up = journeys * table_of_related.len();
    table.each("expand", work(4 * d * journeys, d * looked_up), |it| {
        let candidates = it.walked.assigned.candidates.iter();
        let meanings: Vec<Vec<f32>> = candidates
            .map(|candidate| it.space.meaning(&candidate.keywords))
            .collect();
        let here = it.walked.fates.iter().zip(&meanings);
        let here: Vec<Here<'_>> = here
            .map(|(fate, meaning)| Here {
                name: &fate.name.text,
                meaning,
                score: fate.score.value,
                is_hidden: false,
            })
            .collect();
        related(table_of_related, &here, &config.expand)
    });
    table.each("rows", work(2 * rows, 0), |it| {
        it.walked.result(&it.extracted)
    });
    let writing = work(2 * rows + written as usize, 0);
    table.whole("order, write Parquet", writing, || {
        write(&outputs, everybody, rooms);
    });
    table.finish(|| run(events, &outputs));
}
