//! What it costs to embed a text. `cargo bench -p wayline --bench embed`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use wayline::embed::{Embedder, TableCache};

/// The queries of the catalogue's first journeys, and others of several kinds.
fn catalogue_queries() -> Vec<String> {
    include_str!("../data/catalogue.jsonl")
        .lines()
        .take(40)
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .flat_map(|journey| {
            let queries = journey["queries"].as_array().cloned().unwrap_or_default();
            queries
                .into_iter()
                .filter_map(|query| query["q"].as_str().map(str::to_lowercase))
        })
        .collect()
}

fn embed(c: &mut Criterion) {
    let embedder = Embedder::builtin();
    let mut out = vec![0.0; embedder.dimensions()];
    let mut group = c.benchmark_group("embed");
    let queries = catalogue_queries();
    group.throughput(Throughput::Elements(queries.len() as u64));
    group.bench_function("catalogue queries", |b| {
        b.iter(|| {
            for query in &queries {
                embedder.embed(black_box(query), &mut out);
            }
        });
    });
    group.bench_function("catalogue queries, kept", |b| {
        let mut cache = TableCache::new(embedder, 2 * queries.len());
        b.iter(|| {
            for query in &queries {
                cache.embed(black_box(query), &mut out);
            }
        });
    });
    group.throughput(Throughput::Elements(1));
    for (name, text) in [
        ("short query", "barn wedding ideas"),
        (
            "title",
            "12 small kitchen ideas that make the most of every inch of space",
        ),
        ("unknown words", "kitchn remodle ideaas"),
        ("german", "küchenrenovierung kosten pro quadratmeter"),
        ("japanese", "キッチンのリフォーム費用"),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                embedder.embed(black_box(text), &mut out);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
