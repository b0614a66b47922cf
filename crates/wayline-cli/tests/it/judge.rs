//! A language model that judges: a recorded one, which says what the tests make up.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};
use wayline::text_model::Request;

use crate::support::{Folder, Ran, rows, text, wayline};

/// Beside what fails, some commands tell what they found first.
pub(crate) trait Refused {
    fn refused(&self, message: &str);
}

impl Refused for Ran {
    fn refused(&self, message: &str) {
        assert_eq!(self.code, Some(1), "{}", self.stderr);
        assert!(self.stderr.contains(message), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

pub(crate) fn judge(folder: &Folder, line: &str) -> Ran {
    wayline(folder.words(&format!("judge {line}")))
}

/// A folder with simulated people and two runs over them.
fn folder() -> Folder {
    let folder = Folder::simulated("--people 24 --seed 5");
    folder.infer("events.jsonl", "").ok();
    fs::rename(folder.path("out/j.jsonl"), folder.path("a.jsonl")).expect("there");
    folder.write(
        "b.toml",
        "[assign.with_items]\nmin_keywords = 30\nmin_confidence = 0.6\n",
    );
    folder.infer("events.jsonl", "--config @b.toml").ok();
    fs::rename(folder.path("out/j.jsonl"), folder.path("b.jsonl")).expect("there");
    folder
}

/// Has a made-up model answer what a file of prompts asks, and keeps that as a record. `say` makes the
/// reply of the numbers of data lines in each of the request's lists.
pub(crate) fn answer(
    folder: &Folder,
    prompts: &str,
    record: &str,
    say: impl Fn(usize, &str) -> Value,
) {
    let mut lines = String::new();
    for (place, prompt) in rows(&folder.read(prompts)).into_iter().enumerate() {
        let request: Request =
            serde_json::from_value(prompt["request"].clone()).expect("a request");
        let reply = say(place, &request.messages[1].text);
        let line = json!({
            "hash": request.hash("made-up"),
            "model": "made-up",
            "request": prompt["request"],
            "reply": {
                "text": reply.to_string(),
                "usage": {"prompt_tokens": 1_000, "completion_tokens": 100},
                "finish": "stop",
            },
        });
        let _ = writeln!(lines, "{line}");
    }
    folder.write(record, lines);
}

/// Journeys of longer names are more relevant.
pub(crate) fn judgement(prompt: &str) -> Value {
    let lines = prompt
        .lines()
        .filter(|line| line.starts_with("{\"number\""));
    let journeys = lines.map(|line| {
        let journey: Value = serde_json::from_str(line).expect("JSON");
        let name = journey["name"].as_str().expect("a name");
        let errors = if name.len().is_multiple_of(3) {
            vec!["too_broad"]
        } else {
            vec![]
        };
        json!({
            "number": journey["number"],
            "why": "its name says so",
            "relevance": 1 + name.len() % 5,
            "errors": errors,
        })
    });
    json!({
        "journeys": journeys.collect::<Vec<_>>(),
        "missed_main_interest": [{"interest": "fishing", "why": "seen *often*"}],
    })
}

pub(crate) const LISTS: &str = "@a.jsonl --input @events.jsonl --people 12 --top 4";

/// A folder where the lists of A are judged: `judged.jsonl`, out of `record.jsonl`.
pub(crate) fn judged() -> Folder {
    let folder = folder();
    judge(&folder, &format!("{LISTS} --prompts @prompts.jsonl")).ok();
    answer(&folder, "prompts.jsonl", "record.jsonl", |_, it| {
        judgement(it)
    });
    judge(
        &folder,
        &format!("{LISTS} --replay @record.jsonl -o @judged.jsonl"),
    )
    .ok();
    folder
}

#[test]
fn a_sample_is_judged_and_repeats_byte_for_byte() {
    let folder = judged();
    let first = folder.read("judged.jsonl");
    let lines = rows(&first);
    assert_eq!(lines.len(), 12);
    for line in &lines {
        let shown = line["shown"]["journeys"].as_array().expect("shown");
        let told = line["outcome"]["judged"]["journeys"]
            .as_array()
            .expect("judged");
        assert!(!shown.is_empty() && shown.len() <= 4);
        assert_eq!(shown.len(), told.len());
        let ranks: Vec<u64> = told.iter().filter_map(|it| it["rank"].as_u64()).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        assert_eq!(line["asked"]["model"], "made-up");
        assert_eq!(line["asked"]["prompt"], "list 1");
    }
    let users: Vec<&str> = lines.iter().map(|it| text(it, "user_id")).collect();
    assert!(users.is_sorted());
    assert!(!folder.path("judged.jsonl.partial").exists());
    // The same again, elsewhere: the same bytes, with any number of calls at once.
    let again = judge(
        &folder,
        &format!("{LISTS} --replay @record.jsonl --at-once 1 -o @again.jsonl"),
    )
    .ok();
    assert!(
        again.stdout.contains("judged by made-up, list 1"),
        "{}",
        again.stdout
    );
    assert!(again.stdout.contains("mean relevance"), "{}", again.stdout);
    assert!(
        again.stdout.contains("a main interest is missed"),
        "{}",
        again.stdout
    );
    assert_eq!(folder.read("again.jsonl"), first);
    let ran = judge(&folder, "repeat @judged.jsonl").ok();
    assert!(
        ran.stdout.contains("12 records give the same"),
        "{}",
        ran.stdout
    );
    let ran = judge(
        &folder,
        "repeat @judged.jsonl --replay @record.jsonl -o @repeated.jsonl",
    )
    .ok();
    assert!(ran.stdout.contains("people"), "{}", ran.stdout);
    assert_eq!(folder.read("repeated.jsonl"), first);
    let changed = String::from_utf8(first).expect("UTF-8");
    let changed = changed.replacen("its name says so", "its name doesn't", 1);
    folder.write("changed.jsonl", changed);
    judge(&folder, "repeat @changed.jsonl").refused("1 of 12 records");
}

#[test]
fn two_runs_are_judged_blind() {
    let folder = folder();
    let pair = "pair @a.jsonl @b.jsonl --input @events.jsonl --people 10 --top 5 --both-orders";
    judge(&folder, &format!("{pair} --prompts @prompts.jsonl")).ok();
    // A judge that likes what comes first, except every fifth time.
    answer(&folder, "prompts.jsonl", "record.jsonl", |place, prompt| {
        assert!(!prompt.contains("RUN_") && !prompt.contains("a.jsonl"));
        let better = if place % 5 == 0 { "second" } else { "first" };
        json!({"why": "it stands there", "better": better})
    });
    let ran = judge(
        &folder,
        &format!("{pair} --replay @record.jsonl -o @pairs.jsonl"),
    )
    .ok();
    for said in [
        "win rate of B",
        "same list in both",
        "verdicts for the list shown first",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    let lines = rows(&folder.read("pairs.jsonl"));
    assert_eq!(lines.len() % 2, 0);
    let chose_first = lines
        .iter()
        .filter(|it| it["outcome"]["judged"]["better"] == it["shown"]["first"]);
    let all = lines.len();
    assert_eq!(chose_first.count(), all - all.div_ceil(5));
    for both in lines.chunks(2) {
        assert_eq!(both[0]["user_id"], both[1]["user_id"]);
        assert_ne!(both[0]["shown"]["first"], both[1]["shown"]["first"]);
    }
    judge(&folder, "repeat @pairs.jsonl").ok();
    let ran = judge(
        &folder,
        &format!("{pair} --replay @record.jsonl --json -o @pairs.jsonl"),
    )
    .ok();
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(told["first_chosen"].as_f64().expect("measured") > 0.7);
    judge(
        &folder,
        "pair @a.jsonl @a.jsonl --input @events.jsonl --prompts @p.jsonl",
    )
    .refused("nothing to judge");
    judge(&folder, "agreement @pairs.jsonl --again @pairs.jsonl").refused("no such judgement");
}

#[test]
fn a_judge_is_compared_with_people_and_with_itself() {
    let folder = judged();
    let sample = "annotate export @a.jsonl --sample 200 --per-person 50 -o @sample.jsonl";
    wayline(folder.words(sample)).ok();
    let lines = rows(&folder.read("sample.jsonl"));
    let scored = |annotator: &str, further: usize| -> String {
        let lines = lines.iter().map(|line| {
            let mut line = line.clone();
            let relevance = 1 + text(&line, "name").len() % 5;
            line["score"] = json!((relevance + further).min(5));
            line["annotator"] = json!(annotator);
            format!("{}\n", Value::Object(line))
        });
        lines.collect()
    };
    folder.write("first.jsonl", scored("first", 0));
    folder.write("second.jsonl", scored("second", 1));
    let ran = judge(
        &folder,
        "agreement @judged.jsonl --human @first.jsonl --json",
    )
    .ok();
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for key in ["exact", "within_one", "kappa", "spearman"] {
        assert_eq!(told["all"][key], 1.0, "{key}");
    }
    let both = "agreement @judged.jsonl --human @first.jsonl --human @second.jsonl";
    let ran = judge(&folder, both).ok();
    for said in [
        "quadratic-weighted kappa",
        "first and second",
        "second, and made-up",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    let ran = judge(
        &folder,
        "agreement @judged.jsonl --again @judged.jsonl --json",
    )
    .ok();
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(
        (&told["kappa"], &told["same_errors"]),
        (&json!(1.0), &json!(1.0))
    );
    judge(&folder, "agreement @judged.jsonl --human @sample.jsonl")
        .refused("no journey was scored");
    judge(&folder, "agreement @a.jsonl --again @judged.jsonl").refused("no such judgement");
}

#[test]
fn judgements_are_in_reports_and_comparisons() {
    let folder = judged();
    let b = LISTS.replace("@a.jsonl", "@b.jsonl");
    judge(&folder, &format!("{b} --prompts @prompts.jsonl")).ok();
    answer(&folder, "prompts.jsonl", "record-b.jsonl", |_, it| {
        judgement(it)
    });
    judge(
        &folder,
        &format!("{b} --replay @record-b.jsonl -o @judged-b.jsonl"),
    )
    .ok();
    let compare = |more: &str| {
        let line = "compare @a.jsonl @b.jsonl --judged-a @judged.jsonl --judged-b @judged-b.jsonl";
        wayline(folder.words(&format!("{line} {more}")))
    };
    let ran = compare("--max-judged-loss 4").ok();
    assert!(
        ran.stdout.contains("judged by made-up, list 1, "),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("B - A"), "{}", ran.stdout);
    let ran = compare("--json").ok();
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(told["judged"]["figures"][0]["key"], "relevance");
    let swapped = "compare @b.jsonl @a.jsonl --judged-a @judged.jsonl --judged-b @judged-b.jsonl";
    let ran = wayline(folder.words(swapped));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("judgements of another run"),
        "{}",
        ran.stderr
    );

    folder.infer("events.jsonl", "").ok();
    let evaluate = "evaluate simulated --gold @gold.jsonl --journeys @out/j.jsonl --keywords \
                    @out/k.jsonl --resamples 50 --report @quality.md --judgements";
    wayline(folder.words(&format!("{evaluate} @judged.jsonl"))).ok();
    let report = String::from_utf8(folder.read("quality.md")).expect("UTF-8");
    for said in [
        "## By the word of a language model",
        "| mean relevance, 1 to 5 |",
        "relevance 1. its name says so",
    ] {
        assert!(report.contains(said), "{report}");
    }
    wayline(folder.words(&format!("{evaluate} @judged-b.jsonl"))).refused("another run");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let folder = judged();
    let first = folder.read("judged.jsonl");
    judge(&folder, &format!("{LISTS} -o @x.jsonl")).refused("no language model is named");
    judge(
        &folder,
        &format!("{LISTS} --replay @record.jsonl -o @x.csv"),
    )
    .refused("must end in .jsonl");
    judge(
        &folder,
        &format!("{LISTS} --replay @record.jsonl -o @a.jsonl"),
    )
    .refused("would be overwritten");
    judge(&folder, &format!("{LISTS} --replay @a.jsonl -o @x.jsonl")).refused("is no record");
    judge(
        &folder,
        &format!("{LISTS} --replay @record.jsonl -o @b.jsonl"),
    )
    .refused("holds something else");
    let endpoint = "--text-model http://127.0.0.1:9/v1 --text-model-name x";
    judge(&folder, &format!("{LISTS} {endpoint} -o @x.jsonl")).refused("can't be reached");
    let other = LISTS.replace("--people 12", "--people 12 --seed 2 --order-seed 9");
    judge(
        &folder,
        &format!("{other} --replay @record.jsonl -o @x.jsonl"),
    )
    .refused("no question got a reply");
    folder.simulate("others", "--people 3 --seed 99");
    let stranger = LISTS.replace("@events.jsonl", "@others/events.jsonl");
    judge(&folder, &format!("{stranger} --prompts @x.jsonl")).refused("nobody of the sample");
    judge(
        &folder,
        "@events.jsonl --input @events.jsonl --prompts @x.jsonl",
    )
    .refused("is no journey");
    let ran = judge(&folder, "@a.jsonl --input @events.jsonl");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(!folder.path("x.jsonl").exists());
    assert_eq!(folder.read("judged.jsonl"), first);
}
