//! Files that can't be read as what they are named.

use crate::support::{Folder, gzip};

const ROW: &str = "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}\n";

#[test]
fn an_empty_file_is_no_log() {
    for name in ["e.jsonl", "e.csv", "e.tsv"] {
        Folder::with(name, "").refuses(name, "", "the files are empty");
    }
    Folder::with("e.jsonl", "\n\n").refuses("e.jsonl", "", "no events in");
    Folder::with("e.parquet", "").refuses("e.parquet", "", "broken or cut off at its footer");
    let folder = Folder::with("e.csv", "user_id,timestamp,query\n");
    folder.refuses("e.csv", "", "no events in");
    let ran = folder.infer_stdin(b"", "");
    ran.fails_with("no events in");
}

#[test]
fn an_empty_file_among_others_is_named() {
    let folder = Folder::with("a.jsonl", ROW);
    folder.write("b.jsonl", "");
    let ran = folder.infer("a.jsonl b.jsonl", "").ok();
    assert!(ran.line("empty file").expect("named").ends_with("b.jsonl"));
}

#[test]
fn a_file_without_a_known_column_says_which_it_has() {
    let told = "no column `user_id`; it has `a`, `b`; name the one to read with --map";
    Folder::with("x.csv", "a,b\n1,2\n").refuses("x.csv", "", told);
    Folder::with("x.tsv", "a\tb\n1\t2\n").refuses("x.tsv", "", told);
    Folder::with("x.jsonl", "{\"a\":1,\"b\":2}\n").refuses("x.jsonl", "", told);
}

#[test]
fn another_name_of_a_column_is_read_with_map() {
    let folder = Folder::with("x.csv", "uid,timestamp,term\nu,1700000000,barn\n");
    let ran = folder
        .infer("x.csv", "--map user_id=uid --map query=term")
        .ok();
    assert_eq!(ran.count("events"), 1);
}

#[test]
fn a_truncated_gzip_file_stops_the_run() {
    let whole = gzip(ROW.repeat(5_000).as_bytes());
    for length in [1, 9, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let folder = Folder::with("x.jsonl.gz", &whole[..length]);
        folder.refuses("x.jsonl.gz", "", "broken or cut off");
    }
    Folder::with("x.jsonl.gz", whole)
        .infer("x.jsonl.gz", "")
        .ok();
}

#[test]
fn a_truncated_parquet_file_stops_the_run() {
    let folder = Folder::simulated("--people 3 --format parquet");
    let whole = folder.read("events.parquet");
    for length in [4, whole.len() / 2, whole.len() - 1] {
        folder.write("x.parquet", &whole[..length]);
        folder.refuses(
            "x.parquet",
            "",
            "x.parquet: broken or cut off at its footer",
        );
    }
    let mut holed = whole;
    let middle = holed.len() / 3;
    holed[middle..middle + 400].fill(0xAA);
    folder.write("x.parquet", holed);
    folder.refuses("x.parquet", "", "broken or cut off");
}

#[test]
fn a_good_file_beside_a_truncated_one_leaves_no_result() {
    let folder = Folder::with("a.jsonl", ROW);
    folder.write("b.jsonl.gz", &gzip(ROW.as_bytes())[..20]);
    folder.refuses("a.jsonl b.jsonl.gz", "", "b.jsonl.gz: broken or cut off");
}

#[test]
fn what_is_missing_or_has_an_unknown_name_is_named() {
    let folder = Folder::with("x.txt", ROW);
    folder.refuses("none.jsonl", "", "none.jsonl: No such file");
    folder.refuses("x.txt", "", "can't tell the format by the name");
    folder.refuses("out", "", "nothing to read there");
    folder.write("x.json", format!("[{}]", ROW.trim()));
    folder.refuses("x.json", "", "jq -c '.[]'");
}

#[test]
fn a_cause_is_told_once() {
    let ran = Folder::new().infer("none.jsonl", "");
    assert_eq!(
        ran.stderr.matches("No such file").count(),
        1,
        "{}",
        ran.stderr
    );
}
