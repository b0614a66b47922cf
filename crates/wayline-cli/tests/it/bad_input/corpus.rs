//! Corpus files that are none, or not whole, or of another version.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::support::{Folder, wayline};

fn with_corpus() -> Folder {
    let folder = Folder::simulated("--people 20");
    folder.build_corpus();
    folder
}

#[test]
fn a_truncated_corpus_says_how_to_remake_it() {
    let folder = with_corpus();
    let whole = folder.read("corpus.parquet");
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        folder.write("c.parquet", &whole[..length]);
        folder.refuses(
            "events.jsonl",
            "--corpus @c.parquet",
            "remake it with `wayline corpus build`",
        );
    }
}

#[test]
fn what_is_no_corpus_is_told() {
    let folder = with_corpus();
    folder.refuses(
        "events.jsonl",
        "--corpus @none.parquet",
        "is the path right?",
    );
    folder.refuses(
        "events.jsonl",
        "--corpus @gold.jsonl",
        "not a whole Parquet file",
    );
    folder.infer_parquet("events.jsonl", "").ok();
    folder.write("c.parquet", folder.read("out/j.parquet"));
    for name in ["out/j.parquet", "out/k.parquet"] {
        std::fs::remove_file(folder.path(name)).expect("removed");
    }
    folder.refuses(
        "events.jsonl",
        "--corpus @c.parquet",
        "no corpus of Wayline",
    );
}

#[test]
fn a_corpus_of_another_version_or_content_is_told() {
    let folder = with_corpus();
    rewritten(&folder, |key, value| {
        if key.contains("version") {
            "999".to_owned()
        } else {
            value.to_owned()
        }
    });
    let told = "a corpus of format version 999";
    folder.refuses("events.jsonl", "--corpus @c.parquet", told);
    rewritten(&folder, |key, value| {
        if key.contains("people") {
            "21".to_owned()
        } else {
            value.to_owned()
        }
    });
    let told = "the content doesn't match its hash";
    folder.refuses("events.jsonl", "--corpus @c.parquet", told);
}

#[test]
fn a_corpus_with_other_columns_is_told() {
    let folder = with_corpus();
    let column: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let batch = RecordBatch::try_from_iter([("x", column)]).expect("a batch");
    write(&folder, &metadata(&folder), &[batch]);
    folder.refuses(
        "events.jsonl",
        "--corpus @c.parquet",
        "its columns are others",
    );
}

#[test]
fn a_corpus_that_fails_leaves_no_file() {
    let folder = Folder::with("x.jsonl", "nonsense\n");
    let (log, corpus) = (folder.path("x.jsonl"), folder.path("out/c.parquet"));
    let args = [
        "corpus".as_ref(),
        "build".as_ref(),
        log.as_os_str(),
        "-o".as_ref(),
        corpus.as_ref(),
    ];
    wayline(args).fails_with("none of which is an event");
    assert!(folder.outputs().is_empty());
}

fn metadata(folder: &Folder) -> Vec<KeyValue> {
    let file = File::open(folder.path("corpus.parquet")).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let pairs = reader.metadata().file_metadata().key_value_metadata();
    pairs.expect("metadata").clone()
}

/// The corpus with other metadata, as `c.parquet`.
fn rewritten(folder: &Folder, change: impl Fn(&str, &str) -> String) {
    let pairs: Vec<KeyValue> = metadata(folder)
        .into_iter()
        .filter(|pair| pair.key != "ARROW:schema")
        .map(|pair| {
            let value = pair.value.unwrap_or_default();
            KeyValue::new(pair.key.clone(), change(&pair.key, &value))
        })
        .collect();
    let file = File::open(folder.path("corpus.parquet")).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let batches: Vec<RecordBatch> = reader
        .build()
        .expect("Parquet")
        .map(|batch| batch.expect("rows"))
        .collect();
    write(folder, &pairs, &batches);
}

fn write(folder: &Folder, pairs: &[KeyValue], batches: &[RecordBatch]) {
    let pairs: Vec<KeyValue> = pairs
        .iter()
        .filter(|pair| pair.key != "ARROW:schema")
        .cloned()
        .collect();
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(pairs))
        .build();
    let file = File::create(folder.path("c.parquet")).expect("a file");
    let mut writer =
        ArrowWriter::try_new(file, batches[0].schema(), Some(properties)).expect("a writer");
    for batch in batches {
        writer.write(batch).expect("written");
    }
    writer.close().expect("closed");
}
