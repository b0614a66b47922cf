//! Rows that can't be used are counted by reason, and the others go on.

use crate::support::{Folder, rows, text};

const GOOD: &str = r#"{"user_id":"u","timestamp":"2024-05-01 12:00:00","query":"good"}"#;

/// A log of one good row, then these: every one must be rejected for `reason`.
fn all_rejected(reason: &str, bad: &[&str]) {
    let folder = Folder::with("x.jsonl", format!("{GOOD}\n{}\n", bad.join("\n")));
    let ran = folder.infer("x.jsonl", "--rejects @rejects.jsonl").ok();
    assert_eq!(ran.count("rows"), bad.len() as u64 + 1);
    assert_eq!(ran.count("events"), 1);
    assert_eq!(ran.count("rejected rows"), bad.len() as u64);
    let line = ran.line(&format!("  {reason}")).expect("the reason");
    let first = format!(
        "{}  (first: {}:2 ",
        bad.len(),
        folder.path("x.jsonl").display()
    );
    assert!(line.starts_with(&first), "{line}");
    let kept = rows(&folder.read("rejects.jsonl"));
    assert_eq!(kept.len(), bad.len());
    for (place, (row, bad)) in kept.iter().zip(bad).enumerate() {
        assert_eq!(text(row, "reason"), reason);
        assert_eq!(row["line"], place + 2);
        assert_eq!(text(row, "row"), *bad);
    }
    assert_eq!(folder.keywords().len(), 1);
}

#[test]
fn wrong_types() {
    all_rejected(
        "wrong_type",
        &[
            r#"{"user_id":{"x":1},"timestamp":1700000000,"query":"a"}"#,
            r#"{"user_id":1.5,"timestamp":1700000000,"query":"a"}"#,
            r#"{"user_id":"u","timestamp":true,"query":"a"}"#,
            r#"{"user_id":"u","timestamp":1700000000,"query":7}"#,
            r#"{"user_id":"u","timestamp":1700000000,"query":["a"]}"#,
            r#"{"user_id":"u","timestamp":1700000000,"action":"save","annotations":[1]}"#,
        ],
    );
}

#[test]
fn an_integer_is_a_good_user_id() {
    let folder = Folder::with(
        "x.jsonl",
        r#"{"user_id":7,"timestamp":1700000000,"query":"a"}"#,
    );
    folder.infer("x.jsonl", "").ok();
    assert_eq!(text(&folder.keywords()[0], "user_id"), "7");
}

#[test]
fn timestamps_out_of_range() {
    all_rejected(
        "timestamp_out_of_range",
        &[
            r#"{"user_id":"u","timestamp":0,"query":"a"}"#,
            r#"{"user_id":"u","timestamp":-5,"query":"a"}"#,
            r#"{"user_id":"u","timestamp":"1970-01-01T00:00:00Z","query":"a"}"#,
            r#"{"user_id":"u","timestamp":"2500-01-01 00:00:00","query":"a"}"#,
            r#"{"user_id":"u","timestamp":99999999999999999,"query":"a"}"#,
        ],
    );
}

#[test]
fn timestamps_in_the_future() {
    all_rejected(
        "timestamp_in_future",
        &[
            r#"{"user_id":"u","timestamp":"2199-01-01 00:00:00","query":"a"}"#,
            r#"{"user_id":"u","timestamp":7000000000,"query":"a"}"#,
        ],
    );
}

#[test]
fn timestamps_missing() {
    all_rejected(
        "timestamp_missing",
        &[
            r#"{"user_id":"u","query":"a"}"#,
            r#"{"user_id":"u","timestamp":null,"query":"a"}"#,
            r#"{"user_id":"u","timestamp":" ","query":"a"}"#,
        ],
    );
}

#[test]
fn timestamps_malformed() {
    all_rejected(
        "timestamp_malformed",
        &[
            r#"{"user_id":"u","timestamp":"yesterday","query":"a"}"#,
            r#"{"user_id":"u","timestamp":"2024-02-30 00:00:00","query":"a"}"#,
        ],
    );
}

#[test]
fn lines_that_are_no_json_object() {
    all_rejected(
        "malformed_json",
        &[
            r#"{"user_id":"u","timestamp":1700000000,"query":"a""#,
            "nonsense",
            "[1,2]",
        ],
    );
}

#[test]
fn people_missing() {
    all_rejected(
        "user_id_missing",
        &[
            r#"{"user_id":"","timestamp":1700000000,"query":"a"}"#,
            r#"{"timestamp":1700000000,"query":"a"}"#,
        ],
    );
}

#[test]
fn an_unknown_action_gets_a_hint() {
    let bad = r#"{"user_id":"u","timestamp":1700000000,"action":"serach","query":"a"}"#;
    all_rejected("unknown_action", &[bad]);
    let folder = Folder::with("x.jsonl", format!("{GOOD}\n{bad}\n"));
    let ran = folder.infer("x.jsonl", "");
    assert!(
        ran.stderr.contains("did the log mean `search`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn rows_that_say_nothing() {
    all_rejected("no_action", &[r#"{"user_id":"u","timestamp":1700000000}"#]);
    all_rejected(
        "nothing_to_read",
        &[
            r#"{"user_id":"u","timestamp":1700000000,"action":"save"}"#,
            r#"{"user_id":"u","timestamp":1700000000,"action":"search","query":"  "}"#,
        ],
    );
}

#[test]
fn not_utf8() {
    let mut log = format!("{GOOD}\n").into_bytes();
    log.extend(b"{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"\xff\xfe\"}\n");
    let ran = Folder::with("x.jsonl", log).infer("x.jsonl", "").ok();
    assert_eq!((ran.count("events"), ran.count("  not_utf8")), (1, 1));
    let mut log = b"user_id,timestamp,query\nu,1700000000,a\n".to_vec();
    log.extend(b"u,1700000000,\xe4\xf6\n");
    let ran = Folder::with("x.csv", log).infer("x.csv", "").ok();
    assert_eq!((ran.count("events"), ran.count("  not_utf8")), (1, 1));
}

#[test]
fn fields_too_many_or_too_few() {
    let log = "user_id,timestamp,query\nu,1700000000,a\nu,1700000000\nu,1700000000,a,b\n";
    let ran = Folder::with("x.csv", log).infer("x.csv", "").ok();
    assert_eq!(
        (ran.count("events"), ran.count("  wrong_field_count")),
        (1, 2)
    );
}

#[test]
fn unknown_columns_are_named_once() {
    let log = "user_id,timestamp,query,color\nu,1700000000,a,red\nu,1700000001,b,blue\n";
    let ran = Folder::with("x.csv", log).infer("x.csv", "").ok();
    assert_eq!(ran.line("ignored columns"), Some("color"));
}

#[test]
fn more_rejects_than_allowed_stop_the_run() {
    let folder = Folder::with("x.jsonl", format!("{GOOD}\nx\ny\n"));
    folder.refuses(
        "x.jsonl",
        "--max-rejects 1",
        "more than the 1 of --max-rejects",
    );
    folder.infer("x.jsonl", "--max-rejects 2").ok();
}

#[test]
fn nothing_but_rejects_is_no_log() {
    let folder = Folder::with("x.jsonl", "{\"user_id\":\"u\",\"query\":\"a\"}\nx\n");
    folder.refuses("x.jsonl", "", "2 rows, none of which is an event");
}

#[test]
fn rejects_are_counted_once_where_the_log_is_read_twice() {
    // A person who comes back after others makes the command start again.
    let people = |from: u64| {
        (from..from + 300)
            .map(|n| {
                format!(
                    "{{\"user_id\":\"u{}\",\"timestamp\":{},\"query\":\"q{n}\"}}\n",
                    n % 100,
                    1_700_000_000 + n
                )
            })
            .collect::<String>()
    };
    let folder = Folder::with("x.jsonl", format!("{}x\n{}", people(0), people(300)));
    let ran = folder.infer("x.jsonl", "--rejects @rejects.jsonl").ok();
    assert_eq!(
        (
            ran.count("rows"),
            ran.count("events"),
            ran.count("rejected rows")
        ),
        (601, 600, 1)
    );
    assert_eq!(ran.count("people"), 100);
    assert_eq!(rows(&folder.read("rejects.jsonl")).len(), 1);
}
