//! `evaluate` gives the numbers of the reference scorers, to the fourth decimal.
//!
//! The fixtures are made-up people; `make.py` beside them says how they came about and how to make
//! them anew. To check more of them, let `WAYLINE_FIXTURES` name a directory of such directories.

#![allow(clippy::unwrap_used)] // A test that can't read its fixture has failed.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use wayline::evaluate::{Predictions, Report, Resampling, annotated, missions, simulated};

const FEW: Resampling = Resampling {
    resamples: 20,
    seed: 1,
};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evaluate")
}

fn text(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

fn predictions(directory: &Path, of: &str) -> Predictions {
    let journeys = text(directory, &format!("{of}.journeys.jsonl"));
    let keywords = text(directory, &format!("{of}.keywords.jsonl"));
    Predictions::from_jsonl(&journeys, &keywords).unwrap()
}

/// Everything that the reference says must stand in the report, as the same number.
fn compare(report: &Report, directory: &Path, of: &str) {
    let expected: Value = serde_json::from_str(&text(directory, "expected.json")).unwrap();
    let found = serde_json::to_value(report).unwrap();
    for (key, value) in expected[of].as_object().unwrap() {
        let same = found[key].as_f64() == value.as_f64() && value.is_number();
        assert!(
            same,
            "{}, {of}: {key} is {value} but found {}",
            directory.display(),
            found[key]
        );
    }
    for (key, _, figure) in &report.figures {
        if let Some(interval) = figure.interval {
            assert!(interval.low <= interval.high, "{key}: {interval:?}");
        }
        assert!(
            (0.0..=1.0 + 1e-9).contains(&figure.value),
            "{key}: {figure:?}"
        );
    }
}

fn check(directory: &Path) {
    let gold = missions::Gold::from_tsv(&text(directory, "missions.gold.tsv")).unwrap();
    let inferred = predictions(directory, "missions");
    compare(
        &missions::evaluate(&gold, &inferred, FEW).report(),
        directory,
        "missions",
    );

    for of in ["annotated", "hashed"] {
        let gold = text(directory, &format!("{of}.gold.jsonl"));
        let gold = annotated::Gold::from_jsonl(&gold).unwrap();
        let scores = annotated::evaluate(&gold, &predictions(directory, of), FEW);
        compare(&scores.report(), directory, of);
    }

    let gold = simulated::Gold::from_jsonl(&text(directory, "simulated.gold.jsonl")).unwrap();
    let scores = simulated::evaluate(&gold, &predictions(directory, "simulated"), FEW);
    compare(&scores.report(), directory, "simulated");
}

#[test]
fn evaluate_agrees_with_the_reference_by_hand() {
    check(&fixtures().join("by_hand"));
}

#[test]
fn evaluate_agrees_with_the_reference_on_generated_people() {
    check(&fixtures().join("generated_1"));
    check(&fixtures().join("generated_2"));
}

#[test]
fn evaluate_agrees_with_the_reference_on_more_people() {
    let Ok(directory) = std::env::var("WAYLINE_FIXTURES") else {
        println!("skipped: WAYLINE_FIXTURES names no directory");
        return;
    };
    for entry in fs::read_dir(directory).unwrap() {
        check(&entry.unwrap().path());
    }
}

#[test]
fn evaluate_scores_nothing_without_failing() {
    let nothing = Predictions::default();
    let gold = missions::Gold::default();
    let scores = missions::evaluate(&gold, &nothing, Resampling::default());
    assert_eq!(
        (scores.figures.b3.value, scores.figures.b3.interval),
        (0.0, None)
    );
    let scores = annotated::evaluate(&annotated::Gold::default(), &nothing, FEW);
    assert_eq!((scores.people, scores.figures.f1.value), (0, 0.0));
    let scores = simulated::evaluate(&simulated::Gold::default(), &nothing, FEW);
    assert_eq!((scores.users, scores.figures.ece.value), (0, 0.0));
}

/// The baselines on the search missions that may not be copied here: `WAYLINE_DATA` names the
/// directory that holds `search-missions/dev.tsv`. Only aggregate scores are looked at.
#[test]
fn evaluate_baselines_reproduce_known_scores() {
    let Ok(data) = std::env::var("WAYLINE_DATA") else {
        println!("skipped: WAYLINE_DATA names no directory");
        return;
    };
    let gold =
        missions::Gold::from_tsv(&text(Path::new(&data), "search-missions/dev.tsv")).unwrap();
    let rows = [
        (missions::baseline_exact_query(&gold), [0.625, 0.403, 0.000]),
        (
            missions::baseline_char_trigram_components(&gold, 0.2),
            [0.814, 0.734, 0.641],
        ),
    ];
    for (predictions, known) in rows {
        let scores = missions::evaluate(&gold, &predictions, Resampling::default());
        println!("{}", scores.report().table());
        let figures = scores.figures;
        let found = [
            figures.b3.value,
            figures.pair_f1.value,
            figures.journey_f1.value,
        ];
        for (found, known) in found.into_iter().zip(known) {
            assert!((found - known).abs() <= 0.0005, "{found} is not {known}");
        }
    }
}
