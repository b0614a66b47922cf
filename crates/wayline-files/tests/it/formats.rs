//! The same events come out of every format.

use std::sync::Arc;

use arrow::array::builder::{LargeListBuilder, LargeStringBuilder, ListBuilder, StringBuilder};
use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, DictionaryArray, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow::datatypes::Int32Type;
use wayline_files::read::{ColumnNames, ReadOptions, Reason};

use crate::common::{
    People, actions, counts, file, gzip, inputs, parquet, people_of, read, summary, zstd,
};

const JSON: &str = r#"{"user_id":7,"timestamp":"2024-05-01T14:00:00+02:00","action":"save","item_id":"i1","title":"Red \"barn\", old","annotations":["barn","red | wood"],"interests":["farm"],"board":"Home","extra":[{"a":1}]}
{"user_id":"7","timestamp":1714564801,"query":"barn doors","url":"example.org","event_id":"e1"}

{"user_id":"8","timestamp":1714564802000,"action":"closeup","item_id":"i2","annotations":"x|y","interests":[]}
"#;
const CSV: &str = "extra,user_id,timestamp,action,query,item_id,title,annotations,interests,board,url,event_id\r\n\
1,7,2024-05-01 12:00:00,save,,i1,\"Red \"\"barn\"\", old\",barn|red|wood,farm,Home,,\r\n\
,7,1714564801.0,,barn doors,,,,,,example.org,e1\r\n\
,8,1714564802000,closeup,,i2,,x | y,,,,\r\n";

fn normal(people: People) -> People {
    // `|` separates in text formats only.
    let text = format!("{people:?}").replace("red | wood", "red\\\", \\\"wood");
    assert!(text.contains("Red"), "{text}");
    people
        .into_iter()
        .map(|(user_id, events)| {
            let events = events
                .into_iter()
                .map(|event| event.replace("red | wood", "red\", \"wood"))
                .collect();
            (user_id, events)
        })
        .collect()
}

#[test]
fn text_formats_plain_and_packed_agree() {
    let expected = normal(people_of("a.jsonl", JSON));
    assert_eq!(expected.len(), 2);
    assert_eq!(expected["7"].len(), 2);
    let tsv = CSV
        .replace("\"Red \"\"barn\"\", old\"", "Red \"barn\"; old")
        .replace(',', "\t")
        .replace("; old", ", old");
    for (name, content) in [
        ("a.ndjson", JSON),
        ("a.json", JSON),
        ("a.csv", CSV),
        ("a.tsv", &tsv),
    ] {
        let with_mark = format!("\u{feff}{content}");
        assert_eq!(normal(people_of(name, content)), expected, "{name}");
        assert_eq!(
            normal(people_of(name, with_mark)),
            expected,
            "{name} with mark"
        );
        let gz = gzip(content.as_bytes());
        assert_eq!(
            normal(people_of(&format!("{name}.gz"), gz)),
            expected,
            "{name}.gz"
        );
        let zst = zstd(content.as_bytes());
        assert_eq!(
            normal(people_of(&format!("{name}.zst"), zst)),
            expected,
            "{name}.zst"
        );
    }
}

#[test]
fn unknown_columns_are_named_once() {
    for (name, content) in [("a.jsonl", JSON), ("a.csv", CSV)] {
        let read = summary(name, content);
        assert_eq!(
            read.unknown_columns.into_iter().collect::<Vec<_>>(),
            ["extra"]
        );
        assert_eq!((read.rows, read.events, read.files), (3, 3, 1));
        assert_eq!(read.bytes, content.len() as u64);
    }
}

fn lists() -> (ArrayRef, ArrayRef) {
    let mut narrow = ListBuilder::new(StringBuilder::new());
    narrow.append_value([Some("barn"), None, Some("red")]);
    narrow.append_null();
    let mut wide = LargeListBuilder::new(LargeStringBuilder::new());
    wide.append_value([Some("farm")]);
    wide.append_value([Some(""), Some(" sky ")]);
    (Arc::new(narrow.finish()), Arc::new(wide.finish()))
}

fn parquet_people(user_id: ArrayRef, timestamp: ArrayRef, texts: [ArrayRef; 2]) -> People {
    let (annotations, interests) = lists();
    let [query, title] = texts;
    let batch = RecordBatch::try_from_iter_with_nullable([
        (
            "extra",
            Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef,
            true,
        ),
        ("title", title, true),
        ("query", query, true),
        ("user_id", user_id, true),
        ("timestamp", timestamp, true),
        ("annotations", annotations, true),
        ("interests", interests, true),
    ])
    .expect("a batch");
    people_of("a.parquet", parquet(&batch))
}

#[test]
fn parquet_types_of_other_writers_agree() {
    let texts = |query: ArrayRef| -> [ArrayRef; 2] {
        let title = DictionaryArray::<Int32Type>::from_iter([Some("Old barn"), None]);
        [query, Arc::new(title)]
    };
    let expected = parquet_people(
        Arc::new(Int64Array::from(vec![1, 2])),
        Arc::new(Int64Array::from(vec![1_714_564_800, 1_714_564_801])),
        texts(Arc::new(StringArray::from(vec!["a", "b"]))),
    );
    assert_eq!(expected.len(), 2);
    assert!(
        expected["1"][0].contains(r#"["barn", "red"] ["farm"]"#),
        "{expected:?}"
    );
    assert!(expected["2"][0].contains(r#"[] ["sky"]"#), "{expected:?}");
    let micros = [1_714_564_800_000_000, 1_714_564_801_000_000];
    let timestamps: [ArrayRef; 5] = [
        Arc::new(TimestampSecondArray::from(vec![
            1_714_564_800,
            1_714_564_801,
        ])),
        Arc::new(TimestampMicrosecondArray::from(micros.to_vec()).with_timezone("Europe/Berlin")),
        Arc::new(TimestampNanosecondArray::from(vec![
            micros[0] * 1_000 + 999,
            micros[1] * 1_000,
        ])),
        Arc::new(StringArray::from(vec![
            "2024-05-01 12:00:00",
            "2024-05-01T12:00:01Z",
        ])),
        Arc::new(arrow::array::Float64Array::from(vec![
            1_714_564_800.0,
            1_714_564_801.0,
        ])),
    ];
    for timestamp in timestamps {
        let found = parquet_people(
            Arc::new(LargeStringArray::from(vec!["1", "2"])),
            timestamp,
            texts(Arc::new(StringViewArray::from(vec!["a", "b"]))),
        );
        assert_eq!(found, expected);
    }
    let found = parquet_people(
        Arc::new(Int32Array::from(vec![1, 2])),
        Arc::new(Int64Array::from(vec![1_714_564_800_000, 1_714_564_801_000])),
        texts(Arc::new(BinaryArray::from_vec(vec![b"a", b"b"]))),
    );
    assert_eq!(found, expected);
    let days = parquet_people(
        Arc::new(Int32Array::from(vec![1, 2])),
        Arc::new(Date32Array::from(vec![19_844, 19_844])),
        texts(Arc::new(StringArray::from(vec!["a", "b"]))),
    );
    assert!(days["1"][0].starts_with("2024-05-01T00:00:00Z"), "{days:?}");
}

#[test]
fn parquet_rows_are_rejected_by_number() {
    let batch = RecordBatch::try_from_iter_with_nullable([
        (
            "user_id",
            Arc::new(StringArray::from(vec![
                Some("u"),
                None,
                Some("u"),
                Some("u"),
            ])) as ArrayRef,
            true,
        ),
        (
            "timestamp",
            Arc::new(Int64Array::from(vec![
                Some(1_714_564_800),
                Some(1_714_564_800),
                None,
                Some(1_714_564_800),
            ])),
            true,
        ),
        (
            "query",
            Arc::new(BinaryArray::from_vec(vec![b"a", b"b", b"c", b"\xFF"])),
            true,
        ),
    ])
    .expect("a batch");
    let read = summary("a.parquet", parquet(&batch));
    assert_eq!(
        counts(&read),
        [
            (Reason::NotUtf8, 1),
            (Reason::UserIdMissing, 1),
            (Reason::TimestampMissing, 1)
        ]
    );
    assert_eq!(read.examples[&Reason::UserIdMissing][0].line, 2);
    assert_eq!(read.examples[&Reason::NotUtf8][0].line, 4);
    assert_eq!(read.events, 1);
}

#[test]
fn columns_can_have_other_names() {
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.columns = ColumnNames::parse(["user_id=who", "timestamp=at", "query=search_term"])
        .expect("a good map");
    let batch = RecordBatch::try_from_iter([
        ("who", Arc::new(StringArray::from(vec!["u"])) as ArrayRef),
        (
            "at",
            Arc::new(Int64Array::from(vec![1_714_564_800])) as ArrayRef,
        ),
        (
            "search_term",
            Arc::new(StringArray::from(vec!["a"])) as ArrayRef,
        ),
    ])
    .expect("a batch");
    for (name, content) in [
        (
            "a.jsonl",
            br#"{"who":"u","at":1714564800,"search_term":"a"}"#.to_vec(),
        ),
        ("a.csv", b"who,at,search_term\nu,1714564800,a\n".to_vec()),
        (
            "a.tsv",
            b"who\tat\tsearch_term\nu\t1714564800\ta\n".to_vec(),
        ),
        ("a.parquet", parquet(&batch)),
    ] {
        let (_folder, path) = file(name, content);
        let (_, summary) = read(&inputs(&path), &options).expect("events");
        assert_eq!(summary.events, 1, "{name}");
        assert!(summary.unknown_columns.is_empty(), "{name}");
    }
}
