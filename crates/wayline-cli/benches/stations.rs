//! What each station of the way costs a mean person, beside what the machine could do at best.
//! `cargo bench -p wayline-cli --bench stations`
//!
//! One thread takes 300 simulated people (seed 7) through one station after the other; a station's
//! time is the fastest of three passes over all of them. Its limit is the larger of
//!
//! - the bytes that must move ÷ the bytes a second that a plain copy of 64 MiB moves (what it reads
//!   and what it writes, both counted),
//! - the multiply-adds that must be made ÷ those a second of a loop over numbers in registers,
//!
//! both measured in the same run. "Must" is meant for what the station is defined to give, each
//! thing once (`d` dimensions of a vector, f32 of 4 bytes):
//!
//! | station | bytes | multiply-adds |
//! |---|---|---|
//! | read Parquet, group | file + texts of events | |
//! | extract | texts and fields of events + what is extracted | |
//! | count corpus, moments | texts of keywords + 24 a keyword + 16 a pair seen | |
//! | look up corpus | texts of keywords + 64 a keyword, a line of cache | |
//! | unit vectors | 4 d a keyword + 2 d a unit | d × (texts and labels of units + links) |
//! | all pairs | 4 a pair | (d + features) a pair |
//! | tree, prune | 4 a pair | 1 a pair |
//! | assign | 4 a pair | d × (pairs of keywords in a group + 4 a keyword) |
//! | identify, stage, rank | 8 a time at which something of a journey was seen | |
//! | name | texts of keywords + 2 d a unit | d × (units + keywords of journeys) |
//! | diversify | 4 d a keyword of a journey | d × (keywords of journeys + pairs of journeys) |
//! | rows | texts of rows, read and written | |
//! | order, write Parquet | texts of rows, read and written + files | |

#![expect(clippy::unwrap_used, reason = "a bench may stop")]

use std::convert::Infallible;
use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use multiversion::multiversion;
use wayline::affinity::{Affinities, FEATURES, UnitSpace};
use wayline::assign::{Assigned, Assignment, Standings, nominees};
use wayline::cluster::{Clustering, cluster};
use wayline::config::Config;
use wayline::corpus::{
    Corpus, CorpusBuilder, InMemoryCounter, KeywordFacts, PairBuilder, Snapshot,
};
use wayline::diversify::diversify;
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::extract::{Evidence, Extracted, extract};
use wayline::identify::journey_id;
use wayline::model::GroupingModel;
use wayline::name::Naming;
use wayline::nouns::{PersonLog, PersonResult, Timestamp};
use wayline::rank::score;
use wayline::simulate::{Catalogue, SimulatedPerson, SimulationConfig, people};
use wayline::stage::stage;
use wayline::{Rooms, Walked, walk};
use wayline_files::corpus::general_corpus;
use wayline_files::group::{GroupOptions, Grouping, for_each_person};
use wayline_files::read::{Inputs, ReadOptions};
use wayline_files::write::events::{EventRow, EventsParquetWriter};
use wayline_files::write::{OrderError, OrderedResults, ResultsWriter, SpillSettings};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: usize = 300;
const PASSES: usize = 3;
const CACHED_TEXTS: usize = 32_768;

/// What the machine does in a second.
struct Machine {
    bytes: f64,
    multiply_adds: f64,
}

impl Machine {
    fn measure() -> Self {
        let from = vec![1_u8; 64 << 20];
        let mut to = vec![0_u8; from.len()];
        let copy = fastest(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        const ROUNDS: usize = 1_000_000;
        let sums = fastest(|| {
            black_box(multiply_add(black_box(ROUNDS)));
        });
        Self {
            bytes: 2.0 * from.len() as f64 / copy,
            multiply_adds: (ROUNDS * 64) as f64 / sums,
        }
    }
}

/// 64 sums that don't wait for each other, as plain products and sums, as the rooms make them.
#[multiversion(targets("x86_64+avx2"))]
fn multiply_add(rounds: usize) -> [f32; 64] {
    let mut sums = [1.0_f32; 64];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = *sum * 0.999 + 0.001;
        }
    }
    sums
}

/// Seconds of the fastest pass.
fn fastest(mut pass: impl FnMut()) -> f64 {
    let seconds = (0..PASSES).map(|_| {
        let start = Instant::now();
        pass();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// A person at every station, as the next one gets it.
struct Person {
    log: PersonLog,
    extracted: Extracted,
    facts: KeywordFacts,
    space: UnitSpace,
    affinities: Affinities,
    clustering: Clustering,
    assigned: Assigned,
    walked: Walked,
    result: PersonResult,
}

/// The table so far.
struct Table {
    machine: Machine,
    seconds: f64,
}

impl Table {
    /// Times a station; `bytes` and `multiply_adds` are of all people.
    fn station(&mut self, name: &str, bytes: usize, multiply_adds: usize, pass: impl FnMut()) {
        let seconds = fastest(pass);
        self.seconds += seconds;
        let (moved, made) = (
            bytes as f64 / self.machine.bytes,
            multiply_adds as f64 / self.machine.multiply_adds,
        );
        let micros = 1e6 / PEOPLE as f64;
        println!(
            "| {name} | {:.1} | {:.2} | {} | {:.0} |",
            seconds * micros,
            moved.max(made) * micros,
            if moved > made {
                "bytes"
            } else {
                "multiply-adds"
            },
            seconds / moved.max(made),
        );
    }
}

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

    let logs: Vec<PersonLog> = simulated.iter().map(|it| it.log(&config.actions)).collect();
    let extracted: Vec<Extracted> = logs
        .iter()
        .map(|log| extract(log, &config.actions, &config.extract).unwrap())
        .collect();
    let mut counter = InMemoryCounter::new(&config.corpus);
    extracted.iter().for_each(|person| counter.add(person));
    let snapshot = Arc::new(Snapshot::new(&counter.finish()));
    let prior = Arc::new(general_corpus().unwrap());
    let corpus = Corpus::with_prior(snapshot, prior, config.corpus.clone());
    let grouping = GroupingModel::builtin();
    let rooms = Rooms {
        config: &config,
        corpus: &corpus,
        grouping: &grouping,
        as_of: Timestamp::from_millis(simulation.as_of_ms),
    };
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), CACHED_TEXTS);
    let everybody: Vec<Person> = logs
        .into_iter()
        .zip(extracted)
        .map(|(log, extracted)| Person::of(log, extracted, &rooms, &mut embeddings))
        .collect();
    print(&events, &simulated, &everybody, &rooms, &mut embeddings);
}

impl Person {
    fn of(
        log: PersonLog,
        extracted: Extracted,
        rooms: &Rooms<'_>,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Self {
        let config = rooms.config;
        let facts = KeywordFacts::of(&extracted, rooms.corpus);
        let space = UnitSpace::of(&extracted, &facts, embeddings, &config.affinity);
        let walked = walk(&extracted, rooms, embeddings);
        Self {
            affinities: walked.affinities.clone(),
            clustering: walked.clustering.clone(),
            assigned: walked.assigned.clone(),
            result: walked.result(&extracted),
            walked,
            log,
            extracted,
            facts,
            space,
        }
    }

    fn assign(&self, rooms: &Rooms<'_>) -> Assigned {
        Assignment {
            person: &self.extracted,
            facts: &self.facts,
            space: &self.space,
            clustering: &self.clustering,
            affinities: &self.affinities,
            model: &rooms.grouping.of(Evidence::of(&self.extracted)).assign,
            config: &rooms.config.assign,
        }
        .assign()
    }

    fn keyword_bytes(&self) -> usize {
        self.extracted.keywords.iter().map(|it| it.text.len()).sum()
    }

    fn journey_keywords(&self) -> usize {
        let journeys = self.assigned.candidates.iter();
        journeys
            .map(|it| it.keywords.len() + it.interests.len())
            .sum()
    }

    /// Texts that make up the vectors of units, and links between units.
    fn summands(&self) -> usize {
        let units = self.extracted.units.iter();
        units
            .map(|it| 1 + it.annotations.len() + it.interests.len() + it.context.len())
            .sum()
    }

    /// Pairs of keywords that are in one group.
    fn keyword_pairs(&self) -> usize {
        let standings = Standings::of(&self.affinities, &self.clustering);
        let mut sizes = vec![0_usize; self.clustering.len()];
        let Self {
            extracted,
            facts,
            space,
            clustering,
            ..
        } = self;
        for nominee in nominees(extracted, facts, space, clustering, &standings) {
            sizes[nominee.group as usize] += 1;
        }
        sizes
            .iter()
            .map(|size| size * size.saturating_sub(1) / 2)
            .sum()
    }

    fn row_bytes(&self) -> usize {
        let keywords = self.result.keywords.iter().map(|it| it.keyword.len() + 40);
        let journeys = self.result.journeys.iter().map(|it| {
            let keywords = it.keywords.iter().map(|it| it.keyword.len() + 20);
            100 + it.name.len() + keywords.sum::<usize>()
        });
        keywords.sum::<usize>() + journeys.sum::<usize>()
    }
}

/// Bytes of an event's texts; its other fields have 32.
fn text_bytes(person: &SimulatedPerson) -> usize {
    let texts = |it: &[String]| it.iter().map(String::len).sum::<usize>();
    let optional = |it: &Option<String>| it.as_ref().map_or(0, String::len);
    let events = person.events.iter().map(|it| {
        optional(&it.query)
            + optional(&it.title)
            + optional(&it.item_id)
            + optional(&it.event_id)
            + optional(&it.board)
            + optional(&it.url)
            + texts(&it.annotations)
            + texts(&it.interests)
    });
    events.sum()
}

fn write_events(path: &Path, simulated: &[SimulatedPerson]) {
    let mut writer = EventsParquetWriter::new(File::create(path).unwrap()).unwrap();
    for event in simulated.iter().flat_map(|person| &person.events) {
        let row = EventRow {
            user_id: &event.user_id,
            timestamp_ms: event.timestamp_ms,
            event_id: event.event_id.as_deref(),
            action: Some(event.action),
            query: event.query.as_deref(),
            item_id: event.item_id.as_deref(),
            title: event.title.as_deref(),
            annotations: &event.annotations,
            interests: &event.interests,
            board: event.board.as_deref(),
            url: event.url.as_deref(),
        };
        writer.write(&row).unwrap();
    }
    writer.finish().unwrap();
}

fn print(
    events: &Path,
    simulated: &[SimulatedPerson],
    everybody: &[Person],
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) {
    let sum = |of: &dyn Fn(&Person) -> usize| everybody.iter().map(of).sum::<usize>();
    let config = rooms.config;
    let d = embeddings.dimensions();
    let (file, texts) = (
        File::open(events).unwrap().metadata().unwrap().len() as usize,
        simulated.iter().map(text_bytes).sum::<usize>(),
    );
    let count = sum(&|it| it.log.events.len());
    let units = sum(&|it| it.extracted.units.len());
    let keywords = sum(&|it| it.extracted.keywords.len());
    let keyword_bytes = sum(&Person::keyword_bytes);
    let pairs = sum(&|it| it.affinities.pairs().len());
    let summands = sum(&Person::summands);
    let journeys = sum(&|it| it.assigned.candidates.len());
    let shown = sum(&Person::journey_keywords);
    let rows = sum(&Person::row_bytes);
    let mut seen = PairBuilder::new(&config.corpus);
    everybody.iter().for_each(|it| seen.add(&it.extracted, 1));
    let pair_bytes = seen.bytes();

    let mut table = Table {
        machine: Machine::measure(),
        seconds: 0.0,
    };
    let mean = |all: usize| all / PEOPLE;
    println!(
        "Mean of {PEOPLE} people: {} events ({} bytes of text, {} in Parquet), {} units, {} pairs \
         of units, {} keywords, {} journeys.",
        mean(count),
        mean(texts),
        mean(file),
        mean(units),
        mean(pairs),
        mean(keywords),
        mean(journeys),
    );
    println!(
        "Copying moves {:.1} GB/s; {:.1} thousand million multiply-adds a second.\n",
        table.machine.bytes / 1e9,
        table.machine.multiply_adds / 1e9
    );
    println!("| station | µs | limit, µs | of | factor |\n|---|---|---|---|---|");
    table.station("read Parquet, group", file + texts, 0, || {
        let inputs = Inputs::find([events.to_string_lossy()]).unwrap();
        let group = GroupOptions {
            grouping: Grouping::AsRead,
            ..GroupOptions::default()
        };
        let read = ReadOptions::new(&config.actions);
        let each = |_: &mut (), log: &mut PersonLog| {
            black_box(log);
            Ok::<(), Infallible>(())
        };
        for_each_person(&inputs, &read, &group, vec![()], each).unwrap();
    });
    let extracted = 2 * keyword_bytes + 48 * keywords + 160 * units + 8 * summands;
    table.station("extract", texts + 32 * count + extracted, 0, || {
        for it in everybody {
            black_box(extract(&it.log, &config.actions, &config.extract).is_ok());
        }
    });
    table.station(
        "count corpus, moments",
        keyword_bytes + 24 * keywords + pair_bytes,
        0,
        || {
            let mut texts = CorpusBuilder::default();
            let mut pairs = PairBuilder::new(&config.corpus);
            for it in everybody {
                texts.add(&it.extracted);
                pairs.add(&it.extracted, texts.people());
            }
            black_box((texts.drain(), pairs.drain()));
        },
    );
    table.station("look up corpus", keyword_bytes + 64 * keywords, 0, || {
        for it in everybody {
            black_box(KeywordFacts::of(&it.extracted, rooms.corpus));
        }
    });
    table.station(
        "unit vectors",
        4 * d * keywords + 2 * d * units,
        d * summands,
        || {
            for it in everybody {
                black_box(UnitSpace::of(
                    &it.extracted,
                    &it.facts,
                    embeddings,
                    &config.affinity,
                ));
            }
        },
    );
    table.station("all pairs", 4 * pairs, (d + FEATURES.len()) * pairs, || {
        for it in everybody {
            let model = &rooms.grouping.of(Evidence::of(&it.extracted)).affinity;
            black_box(Affinities::of(&it.extracted, &it.facts, &it.space, model));
        }
    });
    table.station("tree, prune", 4 * pairs, pairs, || {
        for it in everybody {
            let evidence = Evidence::of(&it.extracted);
            let model = &rooms.grouping.of(evidence).join;
            black_box(cluster(
                &it.affinities,
                model,
                config.cluster.join(evidence),
            ));
        }
    });
    let products = sum(&Person::keyword_pairs) + 4 * keywords;
    table.station("assign", 4 * pairs, d * products, || {
        for it in everybody {
            black_box(it.assign(rooms));
        }
    });
    let times = sum(&|it| it.assigned.candidates.iter().map(|it| it.times.len()).sum());
    table.station("identify, stage, rank", 8 * times, 0, || {
        for it in everybody {
            for candidate in &it.assigned.candidates {
                black_box(journey_id(&it.extracted, candidate));
                black_box(stage(candidate, rooms.as_of, &config.stage));
                black_box(score(candidate, rooms.as_of, &config.rank));
            }
        }
    });
    table.station(
        "name",
        keyword_bytes + 2 * d * units,
        d * (units + shown),
        || {
            for it in everybody {
                let naming = Naming {
                    person: &it.extracted,
                    corpus: rooms.corpus,
                    facts: &it.facts,
                    space: &it.space,
                    config: &config.name,
                };
                black_box(naming.name_all(&it.assigned.candidates));
            }
        },
    );
    let resembling = sum(&|it| it.assigned.candidates.len().pow(2) / 2);
    table.station("diversify", 4 * d * shown, d * (shown + resembling), || {
        for it in everybody {
            let journeys = it.walked.order.iter();
            let scores: Vec<f64> = journeys
                .clone()
                .map(|index| it.walked.fates[*index].score.value)
                .collect();
            let meanings: Vec<Vec<f32>> = journeys
                .map(|index| it.space.meaning(&it.assigned.candidates[*index].keywords))
                .collect();
            let alike = |a: usize, b: usize| {
                let products = meanings[a].iter().zip(&meanings[b]).map(|(a, b)| a * b);
                f64::from(products.sum::<f32>())
            };
            black_box(diversify(&scores, alike, &config.diversify));
        }
    });
    table.station("rows", 2 * rows, 0, || {
        for it in everybody {
            black_box(it.walked.result(&it.extracted));
        }
    });
    let info = rooms.run_info(Embedder::builtin().hash());
    let outputs =
        ["journeys", "keywords"].map(|name| events.with_file_name(format!("{name}.parquet")));
    let write = || {
        let whole = OrderedResults::new(SpillSettings::default());
        let mut part = whole.part();
        everybody
            .iter()
            .for_each(|it| part.push(&it.result).unwrap());
        drop(part);
        let mut writer = ResultsWriter::create(&outputs[0], Some(&outputs[1]), &info).unwrap();
        let mut write = |person: &PersonResult| -> Result<(), OrderError> {
            writer.write(person).unwrap();
            Ok(())
        };
        whole.merge(&mut write).unwrap();
        writer.finish().unwrap();
    };
    write();
    let written: u64 = outputs.iter().map(|it| it.metadata().unwrap().len()).sum();
    table.station(
        "order, write Parquet",
        2 * rows + written as usize,
        0,
        write,
    );
    println!(
        "\nAll together {:.0} µs a person on one thread.",
        table.seconds * 1e6 / PEOPLE as f64
    );
}
