//! Every keyword of the input stands in exactly one row, counted as the input counts it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wayline::nouns::Timestamp;
use wayline::simulate::LogKind;

use super::order::shuffled;
use super::rows::check_rows;
use crate::support::{Folder, Row, normal, rows, text, texts};

#[derive(Debug, PartialEq)]
struct Seen {
    sources: BTreeSet<String>,
    count: u64,
    first: Timestamp,
    last: Timestamp,
}

fn time(row: &Row, field: &str) -> Timestamp {
    text(row, field).parse().expect("a time")
}

/// What the input says of each keyword of each person.
fn of_input(events: &[Row]) -> BTreeMap<(String, String), Seen> {
    let mut all: BTreeMap<(String, String), Seen> = BTreeMap::new();
    for event in events {
        let at = time(event, "timestamp");
        let mut carried: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (field, source) in [
            ("query", "query"),
            ("annotations", "annotation"),
            ("interests", "interest"),
        ] {
            for keyword in texts(event, field) {
                let sources = carried.entry(normal(keyword)).or_default();
                sources.insert(source.to_owned());
            }
        }
        for (keyword, sources) in carried {
            let key = (text(event, "user_id").to_owned(), keyword);
            let seen = all.entry(key).or_insert(Seen {
                sources: BTreeSet::new(),
                count: 0,
                first: at,
                last: at,
            });
            seen.sources.extend(sources);
            seen.count += 1;
            seen.first = seen.first.min(at);
            seen.last = seen.last.max(at);
        }
    }
    all
}

/// What the rows say of it.
fn of_rows(keywords: &[Row]) -> BTreeMap<(String, String), Seen> {
    let mut all = BTreeMap::new();
    for row in keywords {
        let key = (
            text(row, "user_id").to_owned(),
            text(row, "keyword").to_owned(),
        );
        let seen = Seen {
            sources: texts(row, "sources")
                .into_iter()
                .map(str::to_owned)
                .collect(),
            count: row["count"].as_u64().expect("a number"),
            first: time(row, "first_seen"),
            last: time(row, "last_seen"),
        };
        let before = all.insert(key.clone(), seen);
        assert!(before.is_none(), "{key:?} has two rows");
    }
    all
}

fn check_keywords(folder: &Folder) {
    let events = rows(&folder.read("events.jsonl"));
    assert_eq!(of_rows(&folder.keywords()), of_input(&events));
}

#[test]
fn every_keyword_has_one_row_in_every_kind_of_log() {
    for kind in LogKind::ALL {
        let folder = Folder::simulated(&format!("--people 8 --seed 2 --kind {}", kind.name()));
        let ran = folder.infer("events.jsonl", "").ok();
        check_keywords(&folder);
        check_rows(&folder, &ran);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_simulated_log_keeps_its_keywords_in_any_order(
        seed in 0_u64..1_000_000,
        order in any::<u64>(),
        kind in 0..LogKind::ALL.len(),
        journeys in 1_usize..8,
    ) {
        let kind = LogKind::ALL[kind].name();
        let options = format!(
            "--people 5 --seed {seed} --kind {kind} --journeys-per-person 1-{journeys}"
        );
        let folder = Folder::simulated(&options);
        let ran = folder.infer("events.jsonl", "").ok();
        check_keywords(&folder);
        check_rows(&folder, &ran);
        let expected = folder.results();
        let log = String::from_utf8(folder.read("events.jsonl")).expect("UTF-8");
        let lines = log.lines().map(|line| format!("{line}\n")).collect();
        folder.write("shuffled.jsonl", shuffled(lines, order).concat());
        prop_assert!(folder.inferred("shuffled.jsonl", "--threads 3") == expected);
    }
}
