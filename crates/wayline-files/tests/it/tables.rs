//! Tables beside the log: feedback, judgements and labels, in every format.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, DictionaryArray, RecordBatch};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use wayline::nouns::{Channel, Feedback, Reaction};
use wayline_files::read::{Inputs, Reason};
use wayline_files::tables::{TableSummary, read_feedback, read_judgements, read_labels};

use crate::common::file;

fn inputs(path: &std::path::Path) -> Inputs {
    Inputs::find([path.to_string_lossy()]).expect("a file")
}

fn feedback(name: &str, content: impl AsRef<[u8]>) -> (Vec<Feedback>, TableSummary) {
    let (_folder, path) = file(name, content);
    let mut rows = Vec::new();
    let read = read_feedback(&inputs(&path), |row| rows.push(row)).expect("a table");
    (rows, read)
}

const HEADER: &str = "user_id,journey_id,timestamp,channel,event,position\n";

#[test]
fn the_formats_of_one_table_say_the_same() {
    let rows = "u,j,2025-06-01T10:00:00Z,email,click,3\n7,k,1748772000,app,sent,\n";
    let (expected, _) = feedback("f.csv", HEADER.to_owned() + rows);
    assert_eq!(expected[0].position, Some(3));
    assert_eq!(expected[0].reaction, Reaction::Click);
    assert_eq!(expected[1].time, expected[0].time);
    assert_eq!(
        (expected[1].user_id.as_str(), expected[1].position),
        ("7", None)
    );
    assert_eq!(expected[1].channel, Channel::App);
    let tsv = (HEADER.to_owned() + rows).replace(',', "\t");
    let windows = (HEADER.to_owned() + rows).replace('\n', "\r\n");
    let json = "{\"user_id\":\"u\",\"journey_id\":\"j\",\"timestamp\":\"2025-06-01T10:00:00Z\",\"channel\":\"email\",\"event\":\"click\",\"position\":3}\n\
                {\"user_id\":7,\"journey_id\":\"k\",\"timestamp\":1748772000,\"channel\":\"app\",\"event\":\"sent\",\"position\":null}\n";
    for (name, content) in [
        ("f.tsv", tsv),
        ("f.csv", windows.clone()),
        ("f.csv", format!("\u{feff}{windows}")),
        ("f.jsonl", json.to_owned()),
    ] {
        let (found, read) = feedback(name, content);
        assert_eq!(found, expected, "{name}");
        assert_eq!((read.rows, read.rejected()), (2, 0), "{name}");
    }
}

#[test]
fn tables_of_data_frames_are_read_as_they_are_written() {
    let (expected, _) = feedback(
        "f.csv",
        HEADER.to_owned() + "u,j,1748736000,email,click,3\n",
    );
    let floats = HEADER.to_owned() + "u,j,1748736000.0,email,click,3.00\n";
    assert_eq!(feedback("f.csv", floats).0, expected);
    let word = |text: &str| -> ArrayRef {
        let words: DictionaryArray<Int32Type> = [text].into_iter().collect();
        Arc::new(words)
    };
    let position = Decimal128Array::from(vec![300]).with_precision_and_scale(5, 2);
    let columns: [(&str, ArrayRef); 6] = [
        ("user_id", word("u")),
        ("journey_id", word("j")),
        ("timestamp", Arc::new(Date32Array::from(vec![20_240]))),
        ("channel", word("email")),
        ("event", word("click")),
        ("position", Arc::new(position.expect("fits"))),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    assert_eq!(feedback("f.parquet", bytes).0, expected);
}

#[test]
fn what_cannot_be_used_is_told_with_its_line() {
    let (_, read) = feedback(
        "f.csv",
        HEADER.to_owned() + "u,j,2025-06-01T10:00:00Z,email,click,1\nu,j,soon,email,click,1\n",
    );
    let example = &read.examples[&Reason::TimestampMalformed];
    assert_eq!((example.line, read.rejected()), (3, 1));
    let (rows, read) = feedback("f.csv", HEADER);
    assert_eq!((rows.len(), read.rows), (0, 0), "nothing yet is fine");
    let (_folder, path) = file("f.csv", "user_id,journey_id,timestamp,channel\n");
    let refused = read_feedback(&inputs(&path), |_| ()).expect_err("refused");
    assert!(
        refused.to_string().contains("no column `event`"),
        "{refused}"
    );
    let (_folder, path) = file("f.csv", HEADER.to_owned() + "u,j,soon,email,click,1\n");
    let refused = read_feedback(&inputs(&path), |_| ()).expect_err("refused");
    assert!(refused.to_string().contains("f.csv:2"), "{refused}");
}

#[test]
fn judgements_and_labels_are_read() {
    let table = "user_id,journey_id,as_of,annotator,score\n\
                 u,j,2025-06-01T10:00:00Z,anna,4\nu,j,2025-06-01T10:00:00Z,anna,5\n\
                 u,k,2025-06-01T10:00:00Z,,2\nu,l,2025-06-01T10:00:00Z,,\nu,m,2025-06-01T10:00:00Z,,9\n";
    let (_folder, path) = file("ben.csv", table);
    let found = read_judgements(&inputs(&path)).expect("a table");
    let said: Vec<(&str, u8)> = found
        .rows
        .iter()
        .map(|row| (row.annotator.as_str(), row.score))
        .collect();
    assert_eq!(said, [("anna", 4), ("ben", 2)]);
    assert_eq!(found.unscored, 1);
    assert_eq!(found.summary.rejects[&Reason::JudgedTwice], 1);
    assert_eq!(found.summary.rejects[&Reason::ScoreOutOfRange], 1);
    let table = "user_id,journey_id,as_of,relevance\nu,j,2025-06-01T10:00:00Z,3.5\nu,j,2025-06-01T10:00:00Z,NaN\n";
    let (_folder, path) = file("l.csv", table);
    let (labels, read) = read_labels(&inputs(&path)).expect("a table");
    assert_eq!((labels.len(), labels[0].relevance), (1, 3.5));
    assert_eq!(read.rejects[&Reason::ScoreOutOfRange], 1);
}

/// Bytes that look like tables often enough to get past the header.
fn table_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(HEADER.as_bytes().to_vec()),
        Just(HEADER.replace(',', "\t").into_bytes()),
        Just(b"u,j,1748772000,email,click,1\n".to_vec()),
        Just(b"{\"user_id\":\"u\",\"journey_id\":".to_vec()),
        Just(b"\"j\",\"position\":1e9}\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_a_table_panic(bytes in table_like(), format in 0..4_usize) {
        let name = ["t.csv", "t.tsv", "t.jsonl", "t.parquet"][format];
        let (_folder, path) = file(name, bytes);
        let mut rows = 0;
        if let Ok(read) = read_feedback(&inputs(&path), |_| rows += 1) {
            prop_assert_eq!(rows + read.rejected(), read.rows);
        }
        // Whether they can be read or not.
        let _ = read_judgements(&inputs(&path)).map(|found| found.rows.len());
        let _ = read_labels(&inputs(&path)).map(|found| found.0.len());
    }
}
