//! Two runs compared: what changed, and the status that gates a change.

use serde_json::Value;

use crate::support::{Folder, Ran, rows, wayline};

/// The command on files of a folder: words that start with @ name them.
fn compare(folder: &Folder, line: &str) -> Ran {
    wayline(folder.words(&format!("compare {line}")))
}

fn refused(folder: &Folder, line: &str, message: &str) {
    let ran = compare(folder, line);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
}

/// Two runs over the same people: `a` as configured and `b` with a stricter confidence, as
/// `a.jsonl`, `a-k.jsonl` and so on.
fn two_runs() -> Folder {
    let folder = Folder::simulated("--people 40 --seed 7");
    folder.write("b.toml", "[assign.with_items]\nmin_confidence = 0.6\n");
    for (run, options) in [("a", ""), ("b", "--config @b.toml")] {
        let [journeys, keywords] = folder.inferred("events.jsonl", options);
        folder.write(&format!("{run}.jsonl"), journeys);
        folder.write(&format!("{run}-k.jsonl"), keywords);
    }
    folder
}

#[test]
fn a_run_is_the_same_as_itself_in_either_format() {
    let folder = two_runs();
    folder.infer_parquet("events.jsonl", "").ok();
    let limits = "--max-psi 0 --max-gone 0 --max-new 0 --max-split 0 --max-merged 0 \
                  --max-renamed 0 --max-other-id 0 --max-changed 0";
    let ran = compare(
        &folder,
        &format!(
            "@a.jsonl @out/j.parquet --keywords-a @a-k.jsonl --keywords-b @out/k.parquet {limits}"
        ),
    )
    .ok();
    assert!(
        ran.stdout.contains("of the same config, models"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("changed most"), "{}", ran.stdout);
    let ran = compare(&folder, &format!("@a.jsonl @a.jsonl {limits}")).ok();
    assert!(
        ran.stderr.contains("A and B are one file"),
        "{}",
        ran.stderr
    );
}

#[test]
fn another_config_is_told_and_counted() {
    let folder = two_runs();
    let files = "@a.jsonl @b.jsonl --keywords-a @a-k.jsonl --keywords-b @b-k.jsonl";
    let ran = compare(&folder, &format!("{files} --worst 2")).ok();
    assert!(ran.stdout.contains("of another config"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("2 people whose lists changed most"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains(" gone\n"), "{}", ran.stdout);
    let ran = compare(&folder, &format!("{files} --worst 3 --json")).ok();
    let found: Value = serde_json::from_str(&ran.stdout).expect("one JSON object");
    let journeys = &found["journeys"];
    let count = |name: &str| journeys[name].as_u64().expect("a count");
    let a = rows(&folder.read("a.jsonl")).len() as u64;
    assert_eq!(count("a"), a);
    let fates = ["kept", "split", "merged", "gone"].map(count);
    assert_eq!(fates.iter().sum::<u64>(), a);
    let fates = ["kept", "parts", "merged_into", "new"].map(count);
    assert_eq!(fates.iter().sum::<u64>(), count("b"));
    assert!(count("gone") > 0, "{journeys}");
    assert_eq!(found["people"]["both"], 40);
    assert_eq!(found["worst"].as_array().map(Vec::len), Some(3));
    assert!(
        found["keywords"]["fell_out"].as_u64() > Some(0),
        "{found:#}"
    );
}

#[test]
fn a_limit_that_is_passed_is_named_with_status_1() {
    let folder = two_runs();
    let ran = compare(
        &folder,
        "@a.jsonl @b.jsonl --max-gone 0 --max-new 1 --max-psi 9",
    );
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("limit passed: the share of gone journeys is 0."),
        "{}",
        ran.stderr
    );
    assert_eq!(
        ran.stderr.matches("limit passed").count(),
        1,
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("journeys"), "what changed is shown too");
    let ran = compare(&folder, "@a.jsonl @b.jsonl --max-psi 0 --json");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("population stability index of confidence"),
        "{}",
        ran.stderr
    );
    let found: Value = serde_json::from_str(&ran.stdout).expect("one JSON object");
    let holds = |limit: &Value| limit["holds"] == true;
    assert!(
        !found["limits"]
            .as_array()
            .expect("verdicts")
            .iter()
            .all(holds)
    );
}

#[test]
fn what_is_no_run_is_refused_with_status_2() {
    let folder = two_runs();
    folder.write("empty.jsonl", "");
    folder.write("empty.parquet", "");
    folder.write("nonsense.jsonl", "nonsense\n");
    let text = String::from_utf8(folder.read("a.jsonl")).expect("UTF-8");
    let backwards: String = text.lines().rev().map(|row| format!("{row}\n")).collect();
    folder.write("backwards.jsonl", backwards);
    for (line, message) in [
        ("@none.jsonl @b.jsonl", "none.jsonl: cannot be read"),
        ("@a.jsonl @none.parquet", "none.parquet: cannot be read"),
        (
            "@gold.jsonl @b.jsonl",
            "gold.jsonl, row 1: missing field `journey_id`",
        ),
        (
            "@a.jsonl @b-k.jsonl",
            "give a file of journeys that `wayline infer` wrote",
        ),
        (
            "@a.jsonl @nonsense.jsonl",
            "nonsense.jsonl, row 1: expected",
        ),
        ("@empty.jsonl @b.jsonl", "nothing to compare with"),
        (
            "@empty.parquet @b.jsonl",
            "empty.parquet: cannot be read as Parquet",
        ),
        (
            "@backwards.jsonl @b.jsonl",
            "people must come in the byte order of user_id",
        ),
        ("@b.toml @b.jsonl", "the name must end in .jsonl"),
        ("@a.jsonl @b.jsonl --keywords-a @a-k.jsonl", "--keywords-b"),
        (
            "@a.jsonl @b.jsonl --keywords-a @b-k.jsonl --keywords-b @a-k.jsonl",
            "are the two files of one run",
        ),
        (
            "@a.jsonl @b.jsonl --max-gone 2",
            "a share is a number from 0 to 1",
        ),
        (
            "@a.jsonl @b.jsonl --max-psi=-1",
            "a number that isn't negative",
        ),
    ] {
        refused(&folder, line, message);
    }
}

#[test]
fn a_second_run_without_journeys_has_lost_them_all() {
    let folder = two_runs();
    folder.write("empty.jsonl", "");
    let ran = compare(
        &folder,
        "@a.jsonl @empty.jsonl --worst 0 --max-gone .5 --max-psi 9",
    );
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("gone journeys is 1.0000"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("can't be measured"), "{}", ran.stderr);
}
