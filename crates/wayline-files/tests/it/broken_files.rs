//! A file that can't be read as its format, or not to its end, stops with an error that names it.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use wayline_files::read::{Column, Inputs, ReadError, ReadOptions};

use crate::common::{actions, failure, file, gzip, inputs, parquet, read, summary, zstd};

fn rows(count: usize) -> String {
    let mut state = 1_u64;
    (0..count)
        .map(|_| {
            // Incompressible enough for several blocks.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            format!(
                "{{\"user_id\":\"u{}\",\"timestamp\":1714564800,\"query\":\"{state}\"}}\n",
                state >> 56
            )
        })
        .collect()
}

fn assert_broken(error: &ReadError, name: &str) {
    assert!(matches!(error, ReadError::Broken { .. }), "{error}");
    assert!(error.to_string().contains(name), "{error}");
}

#[test]
fn cut_off_gzip_and_zstd_stop() {
    let text = rows(20_000);
    for (name, packed) in [
        ("a.jsonl.gz", gzip(text.as_bytes())),
        ("a.jsonl.zst", zstd(text.as_bytes())),
    ] {
        assert_eq!(summary(name, &packed).events, 20_000);
        for end in [packed.len() / 2, packed.len() - 2] {
            assert_broken(&failure(name, &packed[..end]), name);
        }
        assert_broken(&failure(name, "user_id,timestamp\n"), name);
    }
}

#[test]
fn damaged_gzip_stops() {
    let mut packed = gzip(rows(20_000).as_bytes());
    let middle = packed.len() / 2;
    packed[middle..middle + 64].fill(0xFF);
    assert_broken(&failure("a.jsonl.gz", &packed), "a.jsonl.gz");
}

#[test]
fn gzip_and_zstd_of_several_members_are_read_to_the_end() {
    let text = rows(10);
    let twice = |packed: Vec<u8>| [packed.clone(), packed].concat();
    assert_eq!(
        summary("a.jsonl.gz", twice(gzip(text.as_bytes()))).events,
        20
    );
    assert_eq!(
        summary("a.jsonl.zst", twice(zstd(text.as_bytes()))).events,
        20
    );
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("a batch")
}

#[test]
fn broken_parquet_stops() {
    let count = 50_000;
    let queries = StringArray::from_iter_values((0..count).map(|row| format!("query {}", row * 7)));
    let whole = parquet(&batch(vec![
        ("user_id", Arc::new(Int64Array::from_iter_values(0..count))),
        (
            "timestamp",
            Arc::new(Int64Array::from(vec![1_714_564_800; 50_000])),
        ),
        ("query", Arc::new(queries)),
    ]));
    assert_eq!(summary("a.parquet", &whole).events, 50_000);
    assert_broken(
        &failure("a.parquet", &whole[..whole.len() - 10]),
        "a.parquet",
    );
    assert_broken(
        &failure("a.parquet", &whole[..whole.len() / 2]),
        "a.parquet",
    );
    assert_broken(&failure("a.parquet", "not Parquet"), "a.parquet");
    assert_broken(&failure("a.parquet", ""), "a.parquet");
}

#[test]
fn a_parquet_column_of_a_wrong_type_stops() {
    let whole = parquet(&batch(vec![
        ("user_id", Arc::new(Int64Array::from(vec![1]))),
        ("timestamp", Arc::new(Int64Array::from(vec![1_714_564_800]))),
        ("query", Arc::new(Float64Array::from(vec![1.0]))),
    ]));
    let error = failure("a.parquet", whole);
    assert!(matches!(error, ReadError::ColumnType { .. }), "{error}");
    assert!(
        error.to_string().contains("`query` has type Float64"),
        "{error}"
    );
}

#[test]
fn a_file_without_the_needed_columns_lists_those_it_has() {
    let missing = |error: ReadError, wanted: Column| {
        let text = error.to_string();
        assert!(
            matches!(error, ReadError::MissingColumn { column, .. } if column == wanted),
            "{text}"
        );
        assert!(text.contains("`who`") && text.contains("--map"), "{text}");
    };
    missing(
        failure("a.csv", "who,timestamp,query\nu,1,a\n"),
        Column::UserId,
    );
    missing(
        failure("a.tsv", "user_id\twho\tquery\nu\t1\ta\n"),
        Column::Timestamp,
    );
    missing(
        failure("a.jsonl", r#"{"who":"u","timestamp":1}"#),
        Column::UserId,
    );
    let whole = parquet(&batch(vec![("who", Arc::new(Int64Array::from(vec![1])))]));
    missing(failure("a.parquet", whole), Column::UserId);
    let error = failure("a.csv", "user_id,timestamp,query,query\nu,1,a,b\n");
    assert!(matches!(error, ReadError::ColumnTwice { .. }), "{error}");
}

#[test]
fn a_json_array_is_named() {
    let error = failure("a.json", "\n [\n{\"user_id\":1}]");
    assert!(matches!(error, ReadError::JsonArray { .. }), "{error}");
}

#[test]
fn a_break_in_a_later_file_stops_too() {
    let (folder, _) = file("a.jsonl", rows(10));
    let packed = gzip(rows(1_000).as_bytes());
    crate::common::write(folder.path(), "b.jsonl.gz", &packed[..packed.len() / 2]);
    let actions = actions();
    let error = read(&inputs(folder.path()), &ReadOptions::new(&actions)).expect_err("broken");
    assert_broken(&error, "b.jsonl.gz");
}

#[test]
fn a_vanished_file_is_named() {
    let (folder, path) = file("a.jsonl", rows(10));
    let inputs = Inputs::find([path.to_str().expect("a name")]).expect("inputs");
    drop(folder);
    let actions = actions();
    let error = read(&inputs, &ReadOptions::new(&actions)).expect_err("gone");
    assert!(matches!(error, ReadError::Open { .. }), "{error}");
}
