//! Simulate, infer, evaluate: the figures of people whose journeys are known.

use serde_json::Value;

use crate::support::{Folder, wayline};

fn evaluated(folder: &Folder, format: &str) -> Value {
    let gold = folder.path("gold.jsonl");
    let journeys = folder.path(&format!("out/j.{format}"));
    let keywords = folder.path(&format!("out/k.{format}"));
    let ran = wayline([
        "evaluate".as_ref(),
        "simulated".as_ref(),
        "--gold".as_ref(),
        gold.as_os_str(),
        "--journeys".as_ref(),
        journeys.as_os_str(),
        "--keywords".as_ref(),
        keywords.as_os_str(),
        "--json".as_ref(),
    ]);
    serde_json::from_str(&ran.ok().stdout).expect("JSON")
}

#[test]
fn journeys_of_simulated_people_are_found() {
    let folder = Folder::simulated("--people 60 --seed 7");
    folder.infer("events.jsonl", "").ok();
    let scores = evaluated(&folder, "jsonl");
    assert_eq!(scores["users"], 60);
    let figure = |name: &str| scores[name].as_f64().expect("a figure");
    assert!(figure("keyword_b3") > 0.7, "{scores:#}");
    assert!(figure("journey_f1") > 0.8, "{scores:#}");
    assert!(figure("name_token_f1") > 0.4, "{scores:#}");
    assert!(figure("status_accuracy") > 0.7, "{scores:#}");
    assert!(figure("kind_accuracy") > 0.6, "{scores:#}");
    assert!(figure("confidence_auc") > 0.7, "{scores:#}");
    folder.infer_parquet("events.jsonl", "").ok();
    assert_eq!(evaluated(&folder, "parquet"), scores);
}

#[test]
fn journeys_of_searches_alone_are_found() {
    let folder = Folder::simulated("--people 60 --seed 7 --kind searches-only");
    folder.infer("events.jsonl", "").ok();
    let scores = evaluated(&folder, "jsonl");
    let figure = |name: &str| scores[name].as_f64().expect("a figure");
    assert!(figure("keyword_b3") > 0.4, "{scores:#}");
}

#[test]
fn searches_of_a_large_log_gain_from_what_goes_together() {
    let folder = Folder::simulated("--people 1500 --seed 11 --kind searches-only");
    let b3 = |options: &str| {
        folder.infer("events.jsonl", options).ok();
        let scores = evaluated(&folder, "jsonl");
        scores["keyword_b3"].as_f64().expect("a figure")
    };
    folder.write("nothing.toml", "[corpus]\nmax_partners = 0\n");
    let (knowing, unknowing) = (b3(""), b3("--config @nothing.toml"));
    assert!(knowing > unknowing, "{knowing} {unknowing}");
}

#[test]
fn results_that_are_none_are_refused() {
    let folder = Folder::simulated("--people 3");
    folder.write("out/k.jsonl", "nonsense\n");
    folder.write("out/j.jsonl", "");
    let paths = ["gold.jsonl", "out/j.jsonl", "out/k.jsonl"].map(|name| folder.path(name));
    let ran = wayline([
        "evaluate".as_ref(),
        "simulated".as_ref(),
        "--gold".as_ref(),
        paths[0].as_os_str(),
        "--journeys".as_ref(),
        paths[1].as_os_str(),
        "--keywords".as_ref(),
        paths[2].as_os_str(),
    ]);
    ran.fails_with("k.jsonl");
}
