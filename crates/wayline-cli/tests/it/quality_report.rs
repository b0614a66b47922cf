//! Plots and reports of `wayline evaluate`.

use std::fs;

use crate::support::{Folder, Ran, wayline};

fn inferred() -> Folder {
    let folder = Folder::simulated("--people 30 --seed 7");
    folder.infer("events.jsonl", "").ok();
    folder
}

/// `wayline evaluate` on results of a folder: words that start with @ name its files.
fn evaluate(folder: &Folder, line: &str) -> Ran {
    wayline(folder.words(&format!("evaluate {line}")))
}

const SIMULATED: &str =
    "simulated --gold @gold.jsonl --journeys @out/j.jsonl --keywords @out/k.jsonl --resamples 50";

fn text(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).expect("UTF-8")
}

#[test]
fn a_report_shows_its_plots_and_the_worst_people() {
    let folder = inferred();
    let before = evaluate(&folder, SIMULATED).ok().stdout;
    let ran = evaluate(
        &folder,
        &format!("{SIMULATED} --report @out/quality.md --worst 2"),
    )
    .ok();
    assert_eq!(ran.stdout, before, "the table is the same");
    let report = text(&folder, "out/quality.md");
    assert!(
        report.starts_with("# Quality: simulated people\n"),
        "{report}"
    );
    assert!(report.contains("| journey F1 | 0."), "{report}");
    for plot in ["scores", "reliability"] {
        assert!(
            report.contains(&format!("](<quality-plots/{plot}.svg>)")),
            "{report}"
        );
        let svg = text(&folder, &format!("out/quality-plots/{plot}.svg"));
        assert!(svg.starts_with("<svg"), "{svg}");
    }
    assert!(!folder.path("out/quality-plots/ranking.svg").exists());
    assert_eq!(report.matches("\n### s7-").count(), 2, "{report}");
    assert!(
        report.contains("**missed**") || report.contains("**merged**"),
        "{report}"
    );
    // Nothing half-written stays behind.
    assert_eq!(
        folder.outputs(),
        ["j.jsonl", "k.jsonl", "quality-plots", "quality.md"]
    );
    evaluate(
        &folder,
        &format!("{SIMULATED} --report @out/quality.md --worst 2"),
    )
    .ok();
    assert_eq!(text(&folder, "out/quality.md"), report, "the same again");
}

#[test]
fn annotated_journeys_have_a_ranking_curve() {
    let folder = inferred();
    let gold: String = text(&folder, "gold.jsonl")
        .lines()
        .map(|line| {
            let mut person: serde_json::Value = serde_json::from_str(line).expect("JSON");
            for journey in person["journeys"].as_array_mut().expect("journeys") {
                journey["queries"] = journey["keywords"].take();
                journey["relevance"] = 4.into();
            }
            format!("{person}\n")
        })
        .collect();
    folder.write("annotated.jsonl", gold);
    evaluate(
        &folder,
        "annotated --gold @annotated.jsonl --journeys @out/j.jsonl --keywords @out/k.jsonl \
         --plots @drawn/here --report @out/quality.md",
    )
    .ok();
    let report = text(&folder, "out/quality.md");
    for plot in ["scores", "reliability", "ranking"] {
        assert!(
            report.contains(&format!("](<../drawn/here/{plot}.svg>)")),
            "{report}"
        );
        assert!(folder.path(&format!("drawn/here/{plot}.svg")).exists());
    }
    assert!(report.contains(", relevance 4 ("), "{report}");
}

#[test]
fn missions_have_plots_with_and_without_results() {
    let folder = Folder::with(
        "gold.tsv",
        "user_id\tquery\ttimestamp\tclick_url\tmission_id\n\
         7\tlawn mower\t2026-03-01 10:00:00\t\t1\n\
         7\tquiet lawn mower\t2026-03-02 10:00:00\t\t1\n",
    );
    folder.write(
        "k.jsonl",
        "{\"user_id\":7,\"keyword\":\"lawn mower\",\"journey_id\":\"a\"}\n",
    );
    folder.write(
        "j.jsonl",
        "{\"user_id\":7,\"journey_id\":\"a\",\"confidence\":0.5}\n",
    );
    evaluate(
        &folder,
        "missions --gold @gold.tsv --baseline exact-query --plots @base",
    )
    .ok();
    assert!(folder.path("base/scores.svg").exists());
    assert!(!folder.path("base/reliability.svg").exists());
    let results = "missions --gold @gold.tsv --keywords @k.jsonl --journeys @j.jsonl";
    evaluate(&folder, &format!("{results} --report @m.md --json")).ok();
    assert!(folder.path("m-plots/reliability.svg").exists());
    assert!(!text(&folder, "m.md").contains("## The people"));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let folder = inferred();
    folder.write("taken", "");
    for (options, message) in [
        ("--plots @taken", "the folder for plots can't be made"),
        (
            "--report @gold.jsonl",
            "named for an input and for the report",
        ),
        ("--report @out", "is not a plain file but a directory"),
    ] {
        evaluate(&folder, &format!("{SIMULATED} {options}")).fails_with(message);
    }
    assert!(
        fs::metadata(folder.path("gold.jsonl"))
            .expect("there")
            .len()
            > 0
    );
}
