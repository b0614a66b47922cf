//! What a store in a folder costs: a person's update, from the record on disk to the record on disk,
//! and durable appending. Its people are copies of 300 simulated ones, which packs no better.
//!
//!   cargo bench -p wayline-cli --bench store                      20,000 people
//!   PEOPLE=1000000 DIR=/big cargo bench -p wayline-cli --bench store

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wayline::Rooms;
use wayline::config::Config;
use wayline::corpus::{Corpus, Snapshot};
use wayline::embed::{Embedder, EmbeddingCache};
use wayline::keep::{Change, Changes, Kept, PersonChange, Store, Stored, look_at};
use wayline::model::{GroupingModel, NamingModel, RankModel, StageModel};
use wayline::nouns::PersonLog;
use wayline::simulate::{Catalogue, SimulationConfig, people};
use wayline_files::corpus::general_corpus;
use wayline_store::{Folder, Open};

const DISTINCT: usize = 300;
const UPDATES: usize = 2_000;
/// A person's events of the last day, which an update adds.
const NEW_EVENTS: usize = 10;

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let is_test =
        std::env::args().any(|it| it == "--test") || !std::env::args().any(|it| it == "--bench");
    let wanted = std::env::var("PEOPLE").ok().and_then(|it| it.parse().ok());
    let count: usize = wanted.unwrap_or(if is_test { 50 } else { 20_000 });
    let updates = if is_test { 5 } else { UPDATES };
    let place = std::env::var("DIR").map_or_else(|_| std::env::temp_dir(), PathBuf::from);
    let folder = tempfile::tempdir_in(place).expect("a folder");
    let store = Folder::open(&folder.path().join("store"), Open::OrCreate).expect("a store");
    let config = Config::builtin();
    let simulation = SimulationConfig {
        people: DISTINCT as u64,
        seed: 1,
        ..SimulationConfig::default()
    };
    let logs: Vec<PersonLog> = people(Catalogue::builtin(), &simulation)
        .map(|it| it.log(&config.actions))
        .collect();
    let newest = logs
        .iter()
        .filter_map(|log| log.events.last())
        .map(|event| event.time)
        .max();
    let prior = Arc::new(general_corpus().expect("it is inside"));
    let corpus = Corpus::with_prior(Arc::new(Snapshot::default()), prior, config.corpus.clone());
    let rooms = Rooms {
        config: &config,
        corpus: &corpus,
        grouping: &GroupingModel::builtin(),
        ranking: &RankModel::builtin(),
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: wayline::expand::RelatedTable::builtin(),
        safety: wayline::model::builtin_safety(),
        model: None,
        asks_anew: true,
        as_of: newest.unwrap_or_default(),
    };
    let halves: Vec<(Vec<u8>, Vec<u8>)> = logs.iter().map(|log| halves(log, &rooms)).collect();
    let started = Instant::now();
    fill(&store, count, &halves);
    let seconds = started.elapsed().as_secs_f64();
    let counts = store.counts().expect("counted");
    let bytes = counts.disk_bytes.unwrap_or_default() / counts.people.max(1);
    println!("{count} people, filled in {seconds:.0} s, {bytes} bytes each on disk");
    let times = update_some(&store, count, updates, &halves, &rooms);
    told("update of one person, read, looked at, durable", &times);
    appended(&store, count, updates, &halves);
}

/// A record without the last events, and those.
fn halves(log: &PersonLog, rooms: &Rooms<'_>) -> (Vec<u8>, Vec<u8>) {
    let (mut before, mut last) = (PersonLog::new("p"), PersonLog::new("p"));
    let cut = log.events.len().saturating_sub(NEW_EVENTS);
    log.events[..cut]
        .iter()
        .for_each(|event| before.push_from(log, event));
    log.events[cut..]
        .iter()
        .for_each(|event| last.push_from(log, event));
    let config = rooms.config;
    let (mut kept, mut new) = (Kept::new("p"), Kept::new("p"));
    kept.fold(&before, &config.keep);
    look_at(
        &mut kept,
        rooms,
        &mut EmbeddingCache::new(Embedder::builtin(), 0),
    );
    new.fold(&last, &config.keep);
    (
        kept.to_bytes(&config.actions),
        new.to_bytes(&config.actions),
    )
}

fn id(number: usize) -> String {
    // Ids as they come, not in the order of the people.
    format!(
        "{:016x}",
        (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    )
}

fn fill(store: &dyn Store, count: usize, halves: &[(Vec<u8>, Vec<u8>)]) {
    for first in (0..count).step_by(256) {
        let people = first..count.min(first + 256);
        let people = people.map(|number| PersonChange {
            user_id: id(number),
            expected: 0,
            change: Change::Put {
                stored: Stored {
                    version: 1,
                    record: halves[number % halves.len()].0.clone(),
                },
                added_until: 0,
            },
        });
        let changes = Changes {
            people: people.collect(),
            ..Changes::default()
        };
        store.commit(&changes).expect("committed");
    }
}

fn update_some(
    store: &dyn Store,
    count: usize,
    updates: usize,
    halves: &[(Vec<u8>, Vec<u8>)],
    rooms: &Rooms<'_>,
) -> Vec<Duration> {
    let config = rooms.config;
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 32_768);
    let one = |turn: usize| {
        let number = (turn * 7_919) % count;
        let started = Instant::now();
        let user_id = id(number);
        let stored = store.get(&user_id).expect("read").expect("there");
        let mut kept =
            Kept::from_bytes(&user_id, &stored.record, &config.actions).expect("a record");
        let new = Kept::from_bytes(&user_id, &halves[number % halves.len()].1, &config.actions);
        kept.absorb(&new.expect("a record"), &config.keep);
        look_at(&mut kept, rooms, &mut embeddings);
        let change = Change::Put {
            stored: Stored {
                version: stored.version + 1,
                record: kept.to_bytes(&config.actions),
            },
            added_until: 0,
        };
        let people = vec![PersonChange {
            user_id,
            expected: stored.version,
            change,
        }];
        store
            .commit(&Changes {
                people,
                ..Changes::default()
            })
            .expect("committed");
        started.elapsed()
    };
    (0..updates).map(one).collect()
}

/// Batches of a person's events that wait, durable: one person a commit, and a hundred.
fn appended(store: &dyn Store, count: usize, updates: usize, halves: &[(Vec<u8>, Vec<u8>)]) {
    for at_once in [1, 100] {
        let commits = (updates / at_once).max(1);
        let started = Instant::now();
        for turn in 0..commits {
            let people = (0..at_once).map(|place| (turn * at_once + place) % count);
            let waiting =
                people.map(|number| (id(number), halves[number % halves.len()].1.clone()));
            store
                .commit(&Changes {
                    waiting: waiting.collect(),
                    ..Changes::default()
                })
                .expect("committed");
        }
        let events = (commits * at_once * NEW_EVENTS) as f64 / started.elapsed().as_secs_f64();
        println!(
            "appended, {at_once} people of {NEW_EVENTS} events a commit: {events:.0} events/s"
        );
    }
}

fn told(what: &str, times: &[Duration]) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
