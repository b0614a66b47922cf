//! Rows a second of each format, on one parsing thread.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use wayline::nouns::Actions;
use wayline_files::read::{Inputs, ReadOptions, read_events};

const ROWS: usize = 100_000;

/// A row of about 170 bytes of JSON.
struct Row {
    user: usize,
    time: i64,
    title: String,
    annotations: [String; 2],
}

fn rows() -> Vec<Row> {
    (0..ROWS)
        .map(|index| Row {
            user: index / 200,
            time: 1_714_564_800 + index as i64,
            title: format!("rustic idea number {} for the barn", index % 5_000),
            annotations: [
                format!("annotation {}", index % 900),
                format!("style {}", index % 70),
            ],
        })
        .collect()
}

fn json(rows: &[Row]) -> String {
    rows.iter()
        .map(|row| {
            let [first, second] = &row.annotations;
            format!(
                "{{\"user_id\":\"user{}\",\"timestamp\":{},\"action\":\"save\",\"item_id\":\"item{}\",\"title\":\"{}\",\"annotations\":[\"{first}\",\"{second}\"],\"board\":\"home\"}}\n",
                row.user, row.time, row.time % 5_000, row.title
            )
        })
        .collect()
}

fn csv(rows: &[Row]) -> String {
    let mut text = "user_id,timestamp,action,item_id,title,annotations,board\n".to_owned();
    for row in rows {
        text.push_str(&format!(
            "user{},{},save,item{},\"{}\",{},home\n",
            row.user,
            row.time,
            row.time % 5_000,
            row.title,
            row.annotations.join("|")
        ));
    }
    text
}

fn parquet(rows: &[Row], path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let text = |text: &dyn Fn(&Row) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(text)))
    };
    let mut annotations = ListBuilder::new(StringBuilder::new());
    for row in rows {
        annotations.append_value(row.annotations.iter().map(Some));
    }
    let times = Int64Array::from_iter_values(rows.iter().map(|row| row.time));
    let batch = RecordBatch::try_from_iter([
        ("user_id", text(&|row| format!("user{}", row.user))),
        ("timestamp", Arc::new(times) as ArrayRef),
        ("action", text(&|_| "save".to_owned())),
        ("item_id", text(&|row| format!("item{}", row.time % 5_000))),
        ("title", text(&|row| row.title.clone())),
        ("annotations", Arc::new(annotations.finish())),
        ("board", text(&|_| "home".to_owned())),
    ])?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .build();
    let file = std::fs::File::create(path)?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

fn bench(criterion: &mut Criterion) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let rows = rows();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a.jsonl"), json(&rows)).expect("a file");
    std::fs::write(path("a.csv"), csv(&rows)).expect("a file");
    std::fs::write(path("a.tsv"), csv(&rows).replace(',', "\t")).expect("a file");
    parquet(&rows, &path("a.parquet")).expect("a file");
    let actions = Actions::new([("search", 1.0), ("save", 1.0)]).expect("good actions");
    let options = ReadOptions::new(&actions);
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.sample_size(20);
    for name in ["a.jsonl", "a.csv", "a.tsv", "a.parquet"] {
        let inputs = Inputs::find([path(name).display().to_string()]).expect("inputs");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                read_events(&inputs, &options, &mut |batch| {
                    black_box(&batch);
                    ControlFlow::Continue(())
                })
                .expect("events")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
