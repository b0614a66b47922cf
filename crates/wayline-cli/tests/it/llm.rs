//! `wayline llm`: examples of a teacher, and a student beside it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Endpoint, Folder, Ran, Row, rows, text, wayline};

fn run(folder: &Folder, line: &str) -> Ran {
    wayline(folder.words(&format!("llm {line}")))
}

fn examples(folder: &Folder, name: &str) -> Vec<Row> {
    rows(&folder.read(name))
}

fn content(example: &Row, place: usize) -> &str {
    example["messages"][place]["content"]
        .as_str()
        .expect("a text")
}

fn journeys(example: &Row) -> Vec<Value> {
    let reply: Value = serde_json::from_str(content(example, 2)).expect("JSON alone");
    reply["journeys"].as_array().expect("a list").clone()
}

#[test]
fn examples_ask_about_people_and_tell_what_the_teacher_found() {
    let folder = Folder::simulated("--people 40 --seed 5");
    let said = run(&folder, "export @events.jsonl -o @out/ex --validation 0.25").ok();
    let (train, validation) = (
        examples(&folder, "out/ex/train.jsonl"),
        examples(&folder, "out/ex/validation.jsonl"),
    );
    assert_eq!(train.len() as u64, said.count("to learn from"));
    assert_eq!(validation.len() as u64, said.count("for validation"));
    assert!(train.len() > 15 && validation.len() > 3, "{}", said.stderr);
    let asked: BTreeSet<&str> = train
        .iter()
        .chain(&validation)
        .map(|it| content(it, 1))
        .collect();
    assert_eq!(
        asked.len(),
        train.len() + validation.len(),
        "nobody is asked about twice"
    );
    let found: usize = train.iter().map(|it| journeys(it).len()).sum();
    assert!(found > train.len(), "{found}");
    let sheet = String::from_utf8(folder.read("out/ex/DATASHEET.md")).expect("UTF-8");
    assert!(
        sheet.contains(&format!("| `train.jsonl` | {} |", train.len())),
        "{sheet}"
    );
    assert!(sheet.contains("| from | events.jsonl |") && sheet.contains("Wayline itself"));
    for file in ["train.jsonl", "validation.jsonl", "DATASHEET.md"] {
        let text = String::from_utf8(folder.read(&format!("out/ex/{file}"))).expect("UTF-8");
        for person in rows(&folder.read("gold.jsonl")) {
            let id = format!("\"{}\"", text_of(&person));
            assert!(!text.contains(&id), "{file} holds the id {id}");
        }
    }
}

fn text_of(person: &Row) -> String {
    text(person, "user_id").to_owned()
}

#[test]
fn what_is_withheld_is_in_no_file() {
    let folder = Folder::simulated("--people 6 --seed 6");
    let mut log = folder.read("events.jsonl");
    let queries = [
        "oak table plans",
        "oak table mail someone@example.org",
        "oak bench",
        "chemotherapy",
    ];
    for (day, query) in (1..).zip(queries).cycle().take(40) {
        let row = serde_json::json!({
            "user_id": "o", "timestamp": format!("2025-03-{day:02}T10:00:00Z"),
            "action": "search", "query": query,
        });
        log.extend(format!("{row}\n").bytes());
    }
    folder.write("odd.jsonl", log);
    let told = |options: &str| {
        run(
            &folder,
            &format!("export @odd.jsonl --most-without 1 {options}"),
        )
        .ok();
        let files = ["train.jsonl", "validation.jsonl"];
        let texts = files
            .map(|it| folder.read(&format!("out/ex/{it}")))
            .concat();
        String::from_utf8(texts).expect("UTF-8")
    };
    let all = told("-o @out/ex");
    assert!(all.contains("oak bench") && !all.contains("someone@"));
    assert!(all.contains("chemotherapy"));
    assert!(!told("-o @out/ex --no-sensitive").contains("chemotherapy"));
}

#[test]
fn a_run_as_teacher_teaches_what_the_rooms_teach() {
    let folder = Folder::simulated("--people 25 --seed 6");
    folder.inferred("events.jsonl", "");
    run(&folder, "export @events.jsonl -o @out/rooms").ok();
    let from_run =
        "export @events.jsonl --journeys @out/j.jsonl --keywords @out/k.jsonl -o @out/run";
    run(&folder, from_run).ok();
    run(&folder, &format!("{from_run}2 --threads 1 --memory 16")).ok();
    for file in ["train.jsonl", "validation.jsonl"] {
        let of = |name: &str| folder.read(&format!("out/{name}/{file}"));
        assert!(of("rooms") == of("run"), "{file}");
        assert!(of("run2") == of("run"), "{file} depends on threads");
    }
    let sheet = String::from_utf8(folder.read("out/run/DATASHEET.md")).expect("UTF-8");
    let journeys = folder.journeys();
    let run_id = journeys[0]["run"]["run_id"].as_str().expect("an id");
    assert!(
        sheet.contains(&format!("results that were given, run {run_id}")),
        "{sheet}"
    );
}

#[test]
fn a_teacher_that_doesnt_fit_is_refused() {
    let folder = Folder::simulated("--people 5 --seed 6");
    folder.inferred("events.jsonl", "");
    folder.write("none.jsonl", "");
    folder.write(
        "strange.jsonl",
        "{\"user_id\":\"u\",\"keyword\":\"k\",\"journey_id\":\"j\"}\n",
    );
    let export = |options: &str| {
        run(
            &folder,
            &format!("export @events.jsonl -o @out/ex {options}"),
        )
    };
    export("--journeys @none.jsonl --keywords @out/k.jsonl").fails_with("names the journey");
    export("--journeys @out/j.jsonl --keywords @strange.jsonl").fails_with("two files of one run");
    export("--journeys @none.jsonl --keywords @none.jsonl").fails_with("holds no journey");
    export("--journeys @out/k.jsonl --keywords @out/k.jsonl").fails_with("wayline infer -o");
    assert!(!folder.path("out/ex").exists(), "nothing is written");
    let nobody = "--most-without 0 --as-of 1995-01-01T00:00:00Z";
    export(nobody).fails_with("give a later moment");
}

#[test]
fn a_student_that_repeats_its_teacher_agrees_with_it() {
    let folder = Folder::simulated("--people 30 --seed 8");
    folder.inferred("events.jsonl", "");
    run(&folder, "export @events.jsonl -o @out/ex").ok();
    let scores = |line: &str| {
        let ran = run(&folder, &format!("evaluate {line} --json")).ok();
        serde_json::from_str::<Value>(&ran.stdout).expect("JSON")
    };
    let same = scores("--teacher @out/ex/train.jsonl --student @out/ex/train.jsonl");
    for figure in ["format_obedience", "b3", "journey_recall", "name_token_f1"] {
        assert_eq!(same[figure], 1.0, "{same}");
    }
    let mut student = folder.read("out/ex/train.jsonl");
    let broken = String::from_utf8(student.clone()).expect("UTF-8");
    let broken = broken.replacen(
        "\"content\":\"{\\\"journeys\\\"",
        "\"content\":\"Sure: {\\\"journeys\\\"",
        1,
    );
    student.clear();
    student.extend(broken.bytes());
    folder.write("student.jsonl", student);
    let one = scores("--teacher @out/ex/train.jsonl --student @student.jsonl");
    assert_eq!(
        (&one["not_json"], &one["missing"]),
        (&1.into(), &0.into()),
        "{one}"
    );
    assert!(one["format_obedience"].as_f64() < Some(1.0));
    let runs = "--teacher @out/j.jsonl --teacher-keywords @out/k.jsonl \
                --student @out/j.jsonl --student-keywords @out/k.jsonl";
    let runs = scores(runs);
    assert_eq!(
        (&runs["b3"], &runs["format_obedience"]),
        (&1.0.into(), &Value::Null)
    );
    run(
        &folder,
        "evaluate --teacher @events.jsonl --student @student.jsonl",
    )
    .fails_with("events.jsonl");
}

/// Puts the keywords of each line of the data into a journey that is called as the first of them.
fn group(request: &Value) -> Option<String> {
    let asked = request["messages"].as_array()?.last()?["content"].as_str()?;
    let lines = asked
        .lines()
        .filter_map(|it| serde_json::from_str::<Value>(it).ok());
    let journeys = lines.filter(|it| it["keywords"].is_array()).map(|it| {
        let keywords = it["keywords"].as_array().into_iter().flatten();
        let keywords: Vec<&Value> = keywords.map(|it| &it[0]).collect();
        serde_json::json!({ "name": it["keywords"][0][1], "keywords": keywords })
    });
    let journeys: Vec<Value> = journeys.collect();
    Some(serde_json::json!({ "journeys": journeys }).to_string())
}

#[test]
fn what_a_model_did_not_say_is_not_taught_as_its_word() {
    let folder = Folder::simulated("--people 25 --seed 6");
    let endpoint = Endpoint::start(group);
    let export = |options: &str| {
        let line = format!("export @events.jsonl --config @model.toml -o @out/ex {options}");
        run(&folder, &line)
    };
    let sheet = || String::from_utf8(folder.read("out/ex/DATASHEET.md")).expect("UTF-8");
    // One that answers nothing teaches nothing, whatever the rooms found in its place.
    for asking in ["journeys = true", "names = true"] {
        endpoint.config(&folder, &format!("[asking]\n{asking}\n"));
        endpoint.answers(0);
        export("").fails_with("a language model gave nothing that can be used");
        assert!(!folder.path("out/ex/train.jsonl").exists());
    }
    endpoint.config(
        &folder,
        "[asking]\njourneys = true\nstops_at_failure = true\n",
    );
    export("").fails_with("nothing was written");
    // One that dies midway teaches what it said before.
    endpoint.config(&folder, "[asking]\njourneys = true\n");
    endpoint.answers(10);
    let said = export("").ok();
    // Nothing came of fifteen, and of those all of whose names weren't taken.
    let left_out = said.count("  not by the model");
    assert!((15..25).contains(&left_out), "{}", said.stderr);
    assert!(
        said.stderr.contains("asked of the model"),
        "{}",
        said.stderr
    );
    let examples = || -> Vec<Row> {
        let files = ["train", "validation"].map(|it| format!("out/ex/{it}.jsonl"));
        files.iter().flat_map(|it| examples(&folder, it)).collect()
    };
    let first = examples();
    assert!((1..=10).contains(&first.len()), "{}", said.stderr);
    let row = format!("gave nothing that can be used | {left_out} |");
    assert!(sheet().contains(&row) && sheet().contains("text_model:stub"));
    // The same of a run that was made before.
    endpoint.answers(0);
    folder
        .infer(
            "events.jsonl",
            &format!("--config {}", folder.path("model.toml").display()),
        )
        .ok();
    let said = export("--journeys @out/j.jsonl --keywords @out/k.jsonl").ok();
    assert!(said.count("  not by the model") >= left_out);
    let again = examples();
    assert!(!again.is_empty() && again.iter().all(|it| first.contains(it)));
}
