//! Journey rows and keyword rows agree with each other and with the summary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wayline_files::write::rows_as_jsonl;

use crate::support::{Folder, Ran, Row, rows, text};

const REASONS: [&str; 8] = [
    "one_off",
    "navigational",
    "generic",
    "off_topic",
    "weak_evidence",
    "over_cap",
    "hidden",
    "no_words",
];

/// All that must hold for the results of a run.
pub(super) fn check_rows(folder: &Folder, ran: &Ran) {
    let (journeys, keywords) = (folder.journeys(), folder.keywords());
    check_summary(ran, &journeys, &keywords);
    check_references(&journeys, &keywords);
    check_each_person(&journeys);
    for journey in &journeys {
        for field in ["score", "confidence"] {
            let value = journey[field].as_f64().expect("a number");
            assert!((0.0..=1.0).contains(&value), "{field} {value}");
        }
        let weights: Vec<f64> = journey["keywords"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|keyword| keyword["weight"].as_f64().expect("a number"))
            .collect();
        assert!(weights.is_sorted_by(|a, b| a >= b), "strongest first");
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-3);
        assert!(text(journey, "started_at") <= text(journey, "last_active_at"));
    }
}

fn check_summary(ran: &Ran, journeys: &[Row], keywords: &[Row]) {
    assert_eq!(ran.count("journeys"), journeys.len() as u64);
    assert_eq!(ran.count("keywords"), keywords.len() as u64);
    let placed = keywords.iter().filter(|row| !row["journey_id"].is_null());
    assert_eq!(ran.count("  in journeys"), placed.count() as u64);
    for reason in REASONS {
        let rows = keywords
            .iter()
            .filter(|row| row["reason"] == reason)
            .count();
        assert_eq!(ran.count(&format!("  {reason}")), rows as u64, "{reason}");
    }
    for row in keywords {
        assert_ne!(row["journey_id"].is_null(), row["reason"].is_null());
    }
}

fn check_references(journeys: &[Row], keywords: &[Row]) {
    let mut of_journeys: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for journey in journeys {
        let key = (text(journey, "user_id"), text(journey, "journey_id"));
        let list = journey["keywords"].as_array().expect("a list").iter();
        let names: BTreeSet<&str> = list
            .map(|keyword| keyword["keyword"].as_str().expect("a text"))
            .collect();
        assert!(of_journeys.insert(key, names).is_none(), "{key:?} twice");
    }
    let mut of_keywords: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for row in keywords.iter().filter(|row| !row["journey_id"].is_null()) {
        let key = (text(row, "user_id"), text(row, "journey_id"));
        of_keywords
            .entry(key)
            .or_default()
            .insert(text(row, "keyword"));
    }
    assert_eq!(of_journeys, of_keywords);
    let ids: BTreeSet<&str> = of_journeys.keys().map(|(_, id)| *id).collect();
    assert_eq!(ids.len(), journeys.len(), "ids differ between people too");
}

fn check_each_person(journeys: &[Row]) {
    let mut people: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for journey in journeys {
        people
            .entry(text(journey, "user_id"))
            .or_default()
            .push(journey);
    }
    for (user, journeys) in people {
        let ranks: Vec<u64> = journeys
            .iter()
            .map(|row| row["rank"].as_u64().expect("a number"))
            .collect();
        assert_eq!(
            ranks,
            (1..=journeys.len() as u64).collect::<Vec<_>>(),
            "{user}"
        );
        let names: BTreeSet<String> = journeys
            .iter()
            .map(|row| text(row, "name").to_lowercase())
            .collect();
        assert_eq!(
            names.len(),
            journeys.len(),
            "two journeys of {user} are called alike"
        );
        assert!(names.iter().all(|name| !name.trim().is_empty()));
        let first = journeys[0]["score"].as_f64();
        assert!(
            journeys.iter().all(|row| row["score"].as_f64() <= first),
            "first place is best"
        );
    }
}

#[test]
fn people_come_in_the_order_of_their_ids() {
    let folder = Folder::simulated("--people 30 --seed 6 --scatter");
    folder.infer("events.jsonl", "--memory 16").ok();
    for rows in [folder.journeys(), folder.keywords()] {
        let users: Vec<&str> = rows.iter().map(|row| text(row, "user_id")).collect();
        assert!(users.is_sorted());
    }
    let keywords = folder.keywords();
    let keys = keywords
        .iter()
        .map(|row| (text(row, "user_id"), text(row, "keyword")));
    assert!(keys.is_sorted());
}

#[test]
fn parquet_holds_what_jsonl_holds() {
    let folder = Folder::simulated("--people 20 --seed 8");
    folder.infer("events.jsonl", "").ok();
    folder.infer_parquet("events.jsonl", "").ok();
    for (table, lines) in [("out/j", folder.journeys()), ("out/k", folder.keywords())] {
        let path = folder.path(&format!("{table}.parquet"));
        let read = rows_as_jsonl(Path::new(&path)).expect("read back");
        let read = rows(read.as_bytes());
        assert_eq!(read.len(), lines.len());
        for (read, line) in read.iter().zip(&lines) {
            assert_eq!(read, line);
        }
    }
}
