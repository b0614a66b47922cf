//! What writing costs a person, in time per person: people of ~190 keywords and ~8 journeys.

#![expect(clippy::unwrap_used, reason = "a bench may stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wayline::nouns::PersonResult;
use wayline_files::write::{OrderError, OrderedResults, ResultsWriter, SpillSettings};

#[path = "../src/write/samples.rs"]
mod samples;

const PEOPLE: usize = 2_000;

fn write(directory: &Path, ending: &str, people: &[PersonResult]) {
    let [journeys, keywords] =
        ["journeys", "keywords"].map(|name| directory.join(format!("{name}.{ending}")));
    let mut writer = ResultsWriter::create(&journeys, Some(&keywords), &samples::run()).unwrap();
    for person in people {
        writer.write(person).unwrap();
    }
    writer.finish().unwrap();
}

fn order(memory_bytes: usize, people: &[PersonResult]) -> u64 {
    let whole = OrderedResults::new(SpillSettings {
        memory_bytes,
        ..SpillSettings::default()
    });
    let mut part = whole.part();
    for person in people {
        part.push(person).unwrap();
    }
    drop(part);
    whole
        .merge(|person| -> Result<(), OrderError> {
            black_box(person);
            Ok(())
        })
        .unwrap()
}

fn bench(criterion: &mut Criterion) {
    let people = samples::people(PEOPLE, 1);
    let directory = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("per person");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(PEOPLE as u64));
    for ending in ["jsonl", "jsonl.zst", "jsonl.gz", "parquet"] {
        group.bench_function(ending, |bencher| {
            bencher.iter(|| write(directory.path(), ending, &people));
        });
    }
    for (name, memory_bytes) in [
        ("ordered in memory", usize::MAX),
        ("ordered, spilled", 1 << 20),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| order(memory_bytes, &people));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
