//! The rows that others read: names and types of fields, in JSONL and in Parquet.

use std::fs::File;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::support::{Folder, Row, text, texts};

fn inferred() -> Folder {
    let folder = Folder::simulated("--people 12 --seed 9");
    folder.infer("events.jsonl", "").ok();
    folder
}

fn fields(row: &Value) -> Vec<&str> {
    row.as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

fn sorted<const N: usize>(mut names: [&str; N]) -> Vec<&str> {
    names.sort_unstable();
    names.to_vec()
}

fn is_rfc3339(text: &str) -> bool {
    text.len() >= 20
        && text.as_bytes()[10] == b'T'
        && text.ends_with('Z')
        && text.parse::<wayline::nouns::Timestamp>().is_ok()
}

fn is_url_safe(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

fn is_count(value: &Value) -> bool {
    value.as_u64().is_some_and(|count| count > 0)
}

fn one_of(row: &Row, field: &str, words: &[&str]) {
    assert!(words.contains(&text(row, field)), "{field} {}", row[field]);
}

fn check_sources(row: &Row) {
    let sources = texts(row, "sources");
    assert!(!sources.is_empty() && row["sources"].is_array());
    assert!(
        sources
            .iter()
            .all(|source| ["query", "annotation", "interest"].contains(source))
    );
}

#[test]
fn journeys_have_the_fields_of_the_contract() {
    let expected = sorted([
        "user_id",
        "journey_id",
        "rank",
        "name",
        "name_source",
        "name_reason",
        "keywords",
        "interests",
        "stage",
        "confidence",
        "score",
        "return_probability",
        "started_at",
        "last_active_at",
        "events",
        "visits",
        "boards",
        "items",
        "hidden",
        "related",
        "grouped_by",
        "safety",
        "run",
    ]);
    for row in inferred().journeys() {
        assert_eq!(fields(&Value::Object(row.clone())), expected);
        assert!(is_url_safe(text(&row, "journey_id")));
        one_of(
            &row,
            "name_source",
            &["keyword", "interest", "composed", "llm"],
        );
        for field in ["started_at", "last_active_at"] {
            assert!(is_rfc3339(text(&row, field)), "{}", row[field]);
        }
        for field in ["rank", "events", "visits"] {
            assert!(is_count(&row[field]), "{field} {}", row[field]);
        }
        for field in ["interests", "boards", "items"] {
            let list = row[field].as_array().expect("a list");
            assert!(list.iter().all(Value::is_string));
        }
        for field in ["score", "confidence", "return_probability"] {
            assert!(row[field].is_f64(), "{field} {}", row[field]);
        }
        for keyword in row["keywords"].as_array().expect("a list") {
            assert_eq!(
                fields(keyword),
                sorted(["keyword", "sources", "count", "weight"])
            );
            let keyword = keyword.as_object().expect("an object");
            assert!(!text(keyword, "keyword").is_empty());
            assert!(is_count(&keyword["count"]) && keyword["weight"].is_number());
            check_sources(keyword);
        }
    }
}

#[test]
fn a_stage_has_the_words_of_the_contract() {
    for row in inferred().journeys() {
        assert_eq!(
            fields(&row["stage"]),
            sorted(["lifecycle", "status", "phase"])
        );
        let stage = row["stage"].as_object().expect("an object");
        one_of(stage, "lifecycle", &["situational", "evergreen"]);
        one_of(stage, "status", &["ongoing", "ended"]);
        if !stage["phase"].is_null() {
            one_of(stage, "phase", &["inspiration", "planning", "action"]);
        }
    }
}

#[test]
fn every_journey_names_its_run() {
    let folder = inferred();
    let journeys = folder.journeys();
    let run = &journeys[0]["run"];
    assert_eq!(
        fields(run),
        sorted([
            "run_id",
            "schema_version",
            "config_hash",
            "models",
            "corpus_hash",
            "as_of"
        ])
    );
    assert!(journeys.iter().all(|row| row["run"] == *run));
    let run = run.as_object().expect("an object");
    assert_eq!(run["schema_version"], 1);
    assert!(is_rfc3339(text(run, "as_of")));
    assert!(text(run, "models").contains("embedder:"));
    assert!(!text(run, "corpus_hash").is_empty());
    for field in ["run_id", "config_hash"] {
        assert!(is_url_safe(text(run, field)), "{}", run[field]);
    }
}

#[test]
fn a_run_id_changes_with_what_makes_it() {
    let folder = inferred();
    let run_id = |options: &str| {
        folder.infer("events.jsonl", options).ok();
        folder.journeys()[0]["run"]["run_id"].clone()
    };
    folder.write("c.toml", "[assign]\nmin_share = 0.6\n");
    let ids = [
        run_id(""),
        run_id("--as-of 2025-06-01T00:00:00Z"),
        run_id("--config @c.toml"),
    ];
    assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2]);
    assert_eq!(run_id("--threads 1 --memory 16"), ids[0]);
}

#[test]
fn keywords_have_the_fields_of_the_contract() {
    let expected = sorted([
        "user_id",
        "keyword",
        "journey_id",
        "reason",
        "sources",
        "count",
        "first_seen",
        "last_seen",
    ]);
    for row in inferred().keywords() {
        assert_eq!(fields(&Value::Object(row.clone())), expected);
        check_sources(&row);
        assert!(is_count(&row["count"]));
        assert!(row["journey_id"].is_null() != row["reason"].is_null());
        for field in ["first_seen", "last_seen"] {
            assert!(is_rfc3339(text(&row, field)), "{}", row[field]);
        }
    }
}

fn parquet_types(folder: &Folder, name: &str) -> Vec<String> {
    let file = File::open(folder.path(name)).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let fields = reader.schema().fields().iter();
    fields
        .map(|field| format!("{}: {}", field.name(), field.data_type()))
        .collect()
}

#[test]
fn parquet_has_the_types_of_the_contract() {
    let folder = inferred();
    folder.infer_parquet("events.jsonl", "").ok();
    assert_eq!(
        parquet_types(&folder, "out/j.parquet"),
        [
            "user_id: Utf8",
            "journey_id: Utf8",
            "rank: Int32",
            "name: Utf8",
            "name_source: Utf8",
            "name_reason: Utf8",
            "keywords: List(non-null Struct(\"keyword\": non-null Utf8, \"sources\": non-null List(non-null Utf8, field: 'element'), \"count\": non-null Int32, \"weight\": non-null Float64), field: 'element')",
            "interests: List(non-null Utf8, field: 'element')",
            "stage: Struct(\"lifecycle\": non-null Utf8, \"status\": non-null Utf8, \"phase\": Utf8)",
            "confidence: Float64",
            "score: Float64",
            "return_probability: Float64",
            "started_at: Timestamp(ms, \"UTC\")",
            "last_active_at: Timestamp(ms, \"UTC\")",
            "events: Int32",
            "visits: Int32",
            "boards: List(non-null Utf8, field: 'element')",
            "items: List(non-null Utf8, field: 'element')",
            "hidden: Boolean",
            "related: List(non-null Struct(\"name\": non-null Utf8, \"score\": non-null Float64, \"because\": non-null Utf8), field: 'element')",
            "grouped_by: Utf8",
            "safety: Struct(\"verdict\": non-null Utf8, \"reason\": Utf8)",
            "run: Struct(\"run_id\": non-null Utf8, \"schema_version\": non-null Int32, \"config_hash\": non-null Utf8, \"models\": non-null Utf8, \"corpus_hash\": non-null Utf8, \"as_of\": non-null Timestamp(ms, \"UTC\"))",
        ]
    );
    assert_eq!(
        parquet_types(&folder, "out/k.parquet"),
        [
            "user_id: Utf8",
            "keyword: Utf8",
            "journey_id: Utf8",
            "reason: Utf8",
            "sources: List(non-null Utf8, field: 'element')",
            "count: Int32",
            "first_seen: Timestamp(ms, \"UTC\")",
            "last_seen: Timestamp(ms, \"UTC\")",
        ]
    );
}
