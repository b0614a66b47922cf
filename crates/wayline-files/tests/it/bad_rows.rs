//! Every kind of bad row is counted by its reason and stops nothing.

use std::fs;

use wayline::nouns::Timestamp;
use wayline_files::read::{ReadError, ReadOptions, Reason};

use crate::common::{actions, counts, failure, file, inputs, read, summary};

const GOOD: &str = r#"{"user_id":"u","timestamp":"2024-05-01 12:00:00","query":"barn"}"#;

fn reason_of(line: &str) -> (Reason, String) {
    let summary = summary("a.jsonl", format!("{GOOD}\n{line}\n{GOOD}\n"));
    assert_eq!((summary.rows, summary.events), (3, 2), "{line}");
    let counts = counts(&summary);
    assert_eq!(counts.len(), 1, "{line}: {counts:?}");
    let example = &summary.examples[&counts[0].0][0];
    assert_eq!(example.line, 2);
    assert!(example.file.ends_with("a.jsonl"));
    (counts[0].0, example.detail.clone())
}

#[test]
fn bad_json_lines_have_their_reasons() {
    let time = r#""timestamp":1714564800"#;
    let cases = [
        (
            r#"{"user_id":"u","timestamp""#.to_owned(),
            Reason::MalformedJson,
            "too early",
        ),
        ("nonsense".to_owned(), Reason::MalformedJson, "column 2"),
        ("[1]".to_owned(), Reason::MalformedJson, "not an object"),
        ("7".to_owned(), Reason::MalformedJson, "not an object"),
        (format!("{GOOD}{GOOD}"), Reason::MalformedJson, "trailing"),
        (
            format!(r#"{{"user_id":"u",{time},"query":"\ud800"}}"#),
            Reason::MalformedJson,
            "column",
        ),
        (
            format!(r#"{{{time},"query":"a"}}"#),
            Reason::UserIdMissing,
            "user_id",
        ),
        (
            format!(r#"{{"user_id":null,{time},"query":"a"}}"#),
            Reason::UserIdMissing,
            "user_id",
        ),
        (
            format!(r#"{{"user_id":" ",{time},"query":"a"}}"#),
            Reason::UserIdMissing,
            "user_id",
        ),
        (
            format!(r#"{{"user_id":true,{time},"query":"a"}}"#),
            Reason::WrongType,
            "`user_id` is true or false",
        ),
        (
            format!(r#"{{"user_id":1.5,{time},"query":"a"}}"#),
            Reason::WrongType,
            "`user_id`",
        ),
        (
            r#"{"user_id":"u","query":"a"}"#.to_owned(),
            Reason::TimestampMissing,
            "timestamp",
        ),
        (
            r#"{"user_id":"u","timestamp":"","query":"a"}"#.to_owned(),
            Reason::TimestampMissing,
            "timestamp",
        ),
        (
            r#"{"user_id":"u","timestamp":"soon","query":"a"}"#.to_owned(),
            Reason::TimestampMalformed,
            "soon",
        ),
        (
            r#"{"user_id":"u","timestamp":0,"query":"a"}"#.to_owned(),
            Reason::TimestampOutOfRange,
            "1990",
        ),
        (
            r#"{"user_id":"u","timestamp":18446744073709551615,"query":"a"}"#.to_owned(),
            Reason::TimestampOutOfRange,
            "1990",
        ),
        (
            r#"{"user_id":"u","timestamp":["x"],"query":"a"}"#.to_owned(),
            Reason::WrongType,
            "`timestamp` is a list",
        ),
        (
            format!(r#"{{"user_id":"u",{time}}}"#),
            Reason::NoAction,
            "action",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"query":"  "}}"#),
            Reason::NoAction,
            "action",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":"saved","item_id":"i"}}"#),
            Reason::UnknownAction,
            "`save`",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":"purchase","item_id":"i"}}"#),
            Reason::UnknownAction,
            "known are click, closeup",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":3,"item_id":"i"}}"#),
            Reason::WrongType,
            "`action`",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":"save"}}"#),
            Reason::NothingToRead,
            "item_id",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":"save","board":"b"}}"#),
            Reason::NothingToRead,
            "item_id",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"action":"search","title":"t"}}"#),
            Reason::NothingToRead,
            "query",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"query":5}}"#),
            Reason::WrongType,
            "`query` is a number",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"query":{{"a":[1]}}}}"#),
            Reason::WrongType,
            "`query` is an object",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"query":"a","annotations":["x",1]}}"#),
            Reason::WrongType,
            "`annotations`",
        ),
        (
            format!(r#"{{"user_id":"u",{time},"query":"a","interests":7}}"#),
            Reason::WrongType,
            "`interests`",
        ),
        (
            format!(
                r#"{{"user_id":"u",{time},"query":"{}"}}"#,
                "x".repeat(4_097)
            ),
            Reason::TextTooLong,
            "4097",
        ),
        (
            format!(
                r#"{{"user_id":"u",{time},"query":"a","annotations":["{}"]}}"#,
                "x".repeat(4_097)
            ),
            Reason::TextTooLong,
            "annotations",
        ),
        (
            format!(
                r#"{{"user_id":"u",{time},"query":"a","annotations":[{}"x"]}}"#,
                r#""x","#.repeat(10_000)
            ),
            Reason::ListTooLong,
            "10001",
        ),
    ];
    for (line, reason, part_of_detail) in cases {
        let shown: String = line.chars().take(90).collect();
        let (found, detail) = reason_of(&line);
        assert_eq!(found, reason, "{shown}: {detail}");
        assert!(detail.contains(part_of_detail), "{shown}: {detail}");
    }
}

#[test]
fn limits_themselves_are_allowed() {
    let line = format!(
        r#"{{"user_id":7,"timestamp":1714564800.5,"query":"{}","item_id":12,"annotations":[{}"x"]}}"#,
        "x".repeat(4_096),
        r#""x","#.repeat(9_999)
    );
    assert_eq!(summary("a.jsonl", line).events, 1);
}

#[test]
fn bytes_that_are_no_utf8_reject_their_row_only() {
    let mut bytes = GOOD.as_bytes().to_vec();
    bytes.extend_from_slice(
        b"\n{\"user_id\":\"u\",\"timestamp\":1714564800,\"query\":\"caf\xE9\"}\n",
    );
    assert_eq!(counts(&summary("a.jsonl", &bytes)), [(Reason::NotUtf8, 1)]);
    let csv = b"user_id,timestamp,query\nu,1714564800,caf\xE9\nu,1714564800,barn\n";
    let read = summary("a.csv", csv);
    assert_eq!(counts(&read), [(Reason::NotUtf8, 1)]);
    assert_eq!(read.examples[&Reason::NotUtf8][0].line, 2);
    let tsv = b"user_id\ttimestamp\tquery\nu\t1714564800\tcaf\xE9\nu\t1714564800\tbarn\n";
    assert_eq!(counts(&summary("a.tsv", tsv)), [(Reason::NotUtf8, 1)]);
}

#[test]
fn rows_with_a_wrong_number_of_fields_are_rejected_with_their_line() {
    let csv = "user_id,timestamp,query\n\nu,1714564800,\"two\nlines\"\nu,1714564800\n\r\nu,1714564800,a,b\nu,1714564800,c\n";
    let read = summary("a.csv", csv);
    assert_eq!(counts(&read), [(Reason::WrongFieldCount, 2)]);
    let lines: Vec<u64> = read.examples[&Reason::WrongFieldCount]
        .iter()
        .map(|example| example.line)
        .collect();
    assert_eq!(lines, [5, 7]);
    let tsv = "user_id\ttimestamp\tquery\nu\t1714564800\nu\t1714564800\t\"a\n\t\t\n";
    let read = summary("a.tsv", tsv);
    assert_eq!(
        counts(&read),
        [(Reason::WrongFieldCount, 1), (Reason::UserIdMissing, 1)]
    );
    assert_eq!(read.examples[&Reason::UserIdMissing][0].line, 4);
}

#[test]
fn an_open_quote_is_named() {
    let rows = "user_id,timestamp,query\nu,1714564800,a\nu,1714564800,\"open\nu,1714564800,b\n";
    for end in ["", "u,1714564800,c", "u,1714564800,\"\"\n"] {
        let read = summary("a.csv", format!("{rows}{end}"));
        assert_eq!(counts(&read), [(Reason::OpenQuote, 1)], "{end}");
        assert_eq!(read.events, 1);
        let example = &read.examples[&Reason::OpenQuote][0];
        assert_eq!(example.line, 3);
        assert!(example.detail.contains("never closed"));
    }
    let closed = summary("a.csv", format!("{rows}u,1714564800,\"c"));
    assert_eq!(closed.rejected(), 0);
    let more = format!("{rows}u,1714564800,\"c,d\n");
    let read = summary("a.csv", more);
    assert_eq!(counts(&read), [(Reason::WrongFieldCount, 1)]);
    let detail = &read.examples[&Reason::WrongFieldCount][0].detail;
    assert!(detail.contains("closing quote"), "{detail}");
}

#[test]
fn a_huge_line_is_rejected_and_the_rest_read() {
    let huge = "x".repeat(40 << 20);
    let json = format!("{GOOD}\n{{\"user_id\":\"{huge}\"}}\n{GOOD}\n");
    let read = summary("a.jsonl", json);
    assert_eq!(read.events, 2);
    assert_eq!(counts(&read), [(Reason::RowTooLong, 1)]);
    assert_eq!(read.examples[&Reason::RowTooLong][0].line, 2);

    let json = format!("{GOOD}\n{huge}");
    let read = summary("a.jsonl", json);
    assert_eq!(counts(&read), [(Reason::RowTooLong, 1)]);

    let csv = format!("user_id,timestamp,query\nu,1714564800,a\nu,1,\"{huge}\"\nu,1714564800,b\n");
    let read = summary("a.csv", csv);
    assert_eq!(read.events, 2);
    assert_eq!(counts(&read), [(Reason::RowTooLong, 1)]);
    assert_eq!(read.examples[&Reason::RowTooLong][0].line, 3);
}

#[test]
fn events_from_the_future_are_rejected_and_later_than_as_of_left_out() {
    let (_folder, path) = file(
        "a.csv",
        "user_id,timestamp,query\nu,1714564800,a\nu,1714564801,b\nu,1714564802,c\nv,1714564800,d\n",
    );
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.newest_allowed = Some(Timestamp::from_millis(1_714_564_801_000));
    options.until = Some(Timestamp::from_millis(1_714_564_800_000));
    options.users = Some(["u".to_owned()].into());
    let (_, summary) = read(&inputs(&path), &options).expect("events");
    assert_eq!(counts(&summary), [(Reason::TimestampInFuture, 1)]);
    assert_eq!(
        (
            summary.rows,
            summary.events,
            summary.after_as_of,
            summary.other_users
        ),
        (4, 1, 1, 1)
    );
    assert_eq!(summary.newest, summary.oldest);
}

#[test]
fn too_many_rejects_stop_and_name_examples() {
    let (_folder, path) = file("a.jsonl", format!("{GOOD}\nx\ny\n{GOOD}\n"));
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.max_rejects = Some(2);
    assert!(read(&inputs(&path), &options).is_ok());
    options.max_rejects = Some(1);
    let error = read(&inputs(&path), &options).expect_err("too many");
    let text = error.to_string();
    assert!(
        text.contains("2 rows") && text.contains("a.jsonl:2"),
        "{text}"
    );
}

#[test]
fn rejects_are_kept_with_their_row() {
    let (folder, path) = file(
        "a.jsonl",
        format!("{GOOD}\n{{\"user_id\":\"{}\n{GOOD}\n", "é".repeat(3_000)),
    );
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    let kept = folder.path().join("rejects.jsonl");
    options.rejects = Some(kept.clone());
    read(&inputs(&path), &options).expect("events");
    let text = fs::read_to_string(&kept).expect("the file of rejects");
    let line: serde_json::Value = serde_json::from_str(text.trim()).expect("one line of JSON");
    assert_eq!(line["line"], 2);
    assert_eq!(line["reason"], "malformed_json");
    assert!(
        line["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("a.jsonl"))
    );
    let row = line["row"].as_str().expect("the row");
    assert!(row.starts_with(r#"{"user_id":"é"#) && row.len() <= 2_048);

    options.max_rejects = Some(0);
    options.rejects = Some(folder.path().join("other.jsonl"));
    read(&inputs(&path), &options).expect_err("too many rejects");
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn an_input_without_events_is_an_error_that_says_why() {
    assert!(matches!(
        failure("a.jsonl", ""),
        ReadError::NoEvents { rows: 0, .. }
    ));
    assert!(matches!(
        failure("a.csv", "user_id,timestamp,query\n"),
        ReadError::NoEvents { rows: 0, .. }
    ));
    let text = failure("a.jsonl", "nonsense\n").to_string();
    assert!(text.contains("malformed_json × 1"), "{text}");
}
