//! Steps that ask a language model: one that runs in this process, and answers what is asked.

use serde_json::{Value, json};

use crate::support::{Endpoint, Folder, Row, text};

/// Names journeys by their first keyword, and groups by the lines of the data.
fn reply(request: &Value) -> Option<String> {
    let asked = request["messages"].as_array()?.last()?["content"].as_str()?;
    let lines = asked
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines.collect();
    let content = if lines.iter().any(|it| it["journey"].is_number()) {
        let names = lines.iter().filter(|it| it["called"].is_null()).map(|it| {
            let name = format!("my {}", it["keywords"][0].as_str().unwrap_or_default());
            json!({ "journey": it["journey"], "name": name })
        });
        json!({ "names": names.collect::<Vec<_>>() })
    } else {
        let journeys = lines
            .iter()
            .filter(|it| it["keywords"].is_array())
            .map(|it| {
                let keywords = it["keywords"].as_array().into_iter().flatten();
                let keywords: Vec<&Value> = keywords.map(|it| &it[0]).collect();
                json!({ "name": it["keywords"][0][1], "keywords": keywords })
            });
        json!({ "journeys": journeys.collect::<Vec<_>>() })
    };
    Some(content.to_string())
}

fn named_by_model(folder: &Folder) -> usize {
    let journeys = folder.journeys();
    journeys
        .iter()
        .filter(|it| it["name_source"] == "llm")
        .count()
}

const INFER: &str =
    "infer @events.jsonl -o @out/j.jsonl --keywords @out/k.jsonl --config @model.toml";

#[test]
fn a_model_names_journeys_and_nothing_is_paid_twice() {
    let folder = Folder::simulated("--people 20 --seed 71");
    folder.run(&INFER.replace("--config @model.toml", "")).ok();
    let before = folder.journeys();
    let endpoint = Endpoint::start(reply);
    endpoint.config(&folder, "[asking]\nnames = true\n");
    let ran = folder.run(INFER).ok();
    let named = named_by_model(&folder);
    assert_eq!(ran.count("names by model"), named as u64);
    assert!(named > before.len() / 2, "{named} of {}", before.len());
    for (journey, before) in folder.journeys().iter().zip(&before) {
        // All but the name, and what depends on it, is as it was.
        for field in ["journey_id", "keywords", "stage", "score", "rank"] {
            assert_eq!(journey[field], before[field]);
        }
        let is_named = journey["name_source"] == "llm";
        assert_eq!(journey["name_reason"].is_null(), is_named, "{journey:?}");
        assert!(
            text(&journey["run"].as_object().expect("one").clone(), "models")
                .contains("text_model:stub")
        );
    }
    let answered = endpoint.answered();
    let first = folder.results();
    folder.run(INFER).ok();
    assert!(folder.results() == first);
    assert_eq!(endpoint.answered(), answered, "all of it was in the cache");
}

#[test]
fn a_model_that_dies_leaves_the_rooms_names_or_ends_the_run_as_configured() {
    let folder = Folder::simulated("--people 500 --seed 72 --history-days 60-120");
    let endpoint = Endpoint::start(reply);
    endpoint.config(&folder, "[asking]\nnames = true\nstops_at_failure = true\n");
    endpoint.answers(200);
    folder.run(INFER).fails_with("nothing was written");
    assert!(!folder.path("out/j.jsonl").exists());
    assert_eq!(endpoint.answered(), 200);
    // Run again, it pays for the rest alone.
    endpoint.answers(usize::MAX);
    folder.run(INFER).ok();
    let whole = folder.results();
    let asked = endpoint.answered();
    endpoint.answers(0);
    folder.run(INFER).ok();
    assert!(folder.results() == whole);
    assert_eq!(endpoint.answered(), asked);
    // Another folder has nothing in its cache: half is answered, half isn't.
    let folder = Folder::simulated("--people 500 --seed 72 --history-days 60-120");
    endpoint.config(&folder, "[asking]\nnames = true\n");
    endpoint.answers(asked / 2);
    let ran = folder.run(INFER).ok();
    let journeys = folder.journeys();
    let reasons = |reason: &str| {
        journeys
            .iter()
            .filter(|it| it["name_reason"] == reason)
            .count()
    };
    assert!(reasons("no_reply") > 0);
    assert_eq!(ran.count("  not: no_reply"), reasons("no_reply") as u64);
    assert!(named_by_model(&folder) > 0);
}

#[test]
fn a_model_finds_journeys_at_once_and_a_store_keeps_them() {
    let folder = Folder::simulated("--people 12 --seed 73");
    let endpoint = Endpoint::start(reply);
    endpoint.config(&folder, "[asking]\njourneys = true\n");
    let ran = folder.run(INFER).ok();
    assert_eq!(ran.count("people grouped by model"), 12);
    let journeys = folder.journeys();
    assert!(journeys.iter().all(|it| it["grouped_by"] == "llm"));
    assert!(journeys.iter().any(|it| it["name_source"] == "llm"));
    // Every keyword stands in one row, and is in the journey that the row says.
    let keywords = crate::support::rows(&folder.read("out/k.jsonl"));
    let of = |journey: &Row| {
        let own = |row: &&Row| row["journey_id"] == journey["journey_id"];
        keywords.iter().filter(own).count()
    };
    for journey in &journeys {
        assert_eq!(
            journey["keywords"].as_array().map(Vec::len),
            Some(of(journey))
        );
    }
    // Kept, they stay as they are without being asked for again, and when the model is away.
    let as_of = journeys[0]["run"]["as_of"].as_str().expect("a time");
    let ran = folder.run(&format!(
        "infer @events.jsonl --store @s --config @model.toml --as-of {as_of}"
    ));
    assert_eq!(ran.ok().count("people grouped by model"), 12);
    let asked = endpoint.answered();
    endpoint.answers(0);
    folder.exported("s", &format!("--config @model.toml --as-of {as_of}"));
    let kept: Vec<Row> = folder.journeys();
    assert!(kept.iter().all(|it| it["grouped_by"] == "memory"));
    assert_eq!(endpoint.answered(), asked, "reading asks nobody");
    assert_eq!(kept.len(), journeys.len());
    for (kept, journey) in kept.iter().zip(&journeys) {
        for field in [
            "journey_id",
            "name",
            "name_source",
            "keywords",
            "score",
            "confidence",
            "rank",
        ] {
            assert_eq!(kept[field], journey[field], "{field} of {journey:?}");
        }
    }
    let swept = folder.run(&format!(
        "sweep --store @s --config @model.toml --as-of {as_of}"
    ));
    assert_eq!(
        swept.ok().count("  changed"),
        0,
        "nothing has ended by being read"
    );
    let line = folder.lines()[0].clone();
    let mut event: Row = serde_json::from_str(&line).expect("JSON");
    let user = text(&event, "user_id").to_owned();
    event.insert("timestamp".to_owned(), "2025-07-02T00:00:00Z".into());
    event.insert("event_id".to_owned(), "new".into());
    folder.write("one.jsonl", serde_json::to_string(&event).expect("JSON"));
    folder
        .run("update @one.jsonl --store @s --config @model.toml")
        .ok();
    folder.exported("s", "--config @model.toml");
    // Names that the model gave stay, and no row says of one that there was no reply for it.
    for journey in folder.journeys() {
        let by_model = journey["name_source"] == "llm";
        assert!(!by_model || journey["name_reason"].is_null(), "{journey:?}");
    }
    let ids = |rows: &[Row]| -> Vec<String> {
        let own = rows.iter().filter(|it| text(it, "user_id") == user);
        let mut ids: Vec<String> = own.map(|it| text(it, "journey_id").to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&folder.journeys()), ids(&kept));
}

#[test]
fn what_is_wrong_with_a_model_is_said_before_anything_is_read() {
    let folder = Folder::simulated("--people 2 --seed 74");
    let refuses = |config: &str, said: &str| {
        folder.write("model.toml", config);
        folder.run(INFER).fails_with(said);
    };
    refuses("[asking]\nnames = true\n", "[text_model] names none");
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\n[asking]\nnames = true\n",
        "model",
    );
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n[asking]\nnames = true\nstops_at_failure = true\n",
        "can't be reached",
    );
    refuses("[text_model]\nurll = \"x\"\n", "text_model.urll");
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\nkey_env = \"WAYLINE_NO_SUCH_KEY\"\n[asking]\nnames = true\n",
        "WAYLINE_NO_SUCH_KEY",
    );
    let endpoint = Endpoint::start(reply);
    endpoint.config(&folder, "[asking]\nnames = true\n");
    let config = String::from_utf8(folder.read("model.toml")).expect("UTF-8");
    refuses(&config.replace("\"stub\"", "\"another\""), "another");
    // A section that no step uses asks nobody.
    folder.write(
        "model.toml",
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n",
    );
    folder.run(INFER).ok();
}

#[test]
fn a_key_that_isnt_taken_ends_a_run_and_what_is_in_the_store_stays() {
    let folder = Folder::simulated("--people 200 --seed 78 --history-days 60-90");
    let endpoint = Endpoint::start(reply);
    endpoint.config(&folder, "[asking]\nnames = true\n");
    endpoint.refuses_keys();
    folder.run(INFER).fails_with("nothing was written");
    // Into a store goes everybody for whom the model answered all, though commits weren't full.
    endpoint.config(&folder, "[asking]\nnames = true\nstops_at_failure = true\n");
    let update = "update @events.jsonl --store @s --config @model.toml";
    endpoint.takes_keys();
    endpoint.answers(60);
    folder.run(update).fails_with("is in the store");
    assert_eq!(endpoint.answered(), 60);
    let stats = folder.run("store stats --store @s --json").ok().stdout;
    let stats: Value = serde_json::from_str(&stats).expect("JSON");
    let people = stats["people"].as_u64().expect("a number");
    assert!((30..=60).contains(&people), "{people}");
    // Reading needs no model.
    folder.exported("s", "--config @model.toml --as-of 2025-06-30T00:00:00Z");
}

#[test]
fn a_budget_is_kept_and_what_is_left_is_said() {
    let folder = Folder::simulated("--people 20 --seed 75");
    let endpoint = Endpoint::start(reply);
    endpoint.config(
        &folder,
        "budget_tokens = 4000\nmax_tokens = 200\n[asking]\nnames = true\n",
    );
    let ran = folder.run(INFER).ok();
    assert!(
        ran.stderr.contains("tokens of the budget left"),
        "{}",
        ran.stderr
    );
    assert!(ran.count("  not: budget_spent") > 0, "{}", ran.stderr);
}

#[test]
fn a_model_checks_texts_too_and_the_stricter_verdict_counts() {
    let folder = Folder::new();
    let texts: Vec<String> = (0..50)
        .map(|number| format!("quilt number {number}\n"))
        .collect();
    folder.write("texts.txt", texts.concat() + "chemo hats\n");
    let endpoint = Endpoint::start(|request| {
        let asked = request["messages"].as_array()?.last()?["content"].as_str()?;
        let rows = asked
            .lines()
            .filter_map(|it| serde_json::from_str::<Value>(it).ok());
        let found = rows.filter(|it| it["text"].as_str().is_some_and(|it| it.ends_with('7')));
        let found = found.map(|it| json!({ "text": it["number"], "reason": "crime" }));
        Some(json!({ "found": found.collect::<Vec<_>>() }).to_string())
    });
    endpoint.config(&folder, "");
    let line = "safety check @texts.txt --ask --config @model.toml";
    let ran = folder.run(line).ok();
    let rows = crate::support::rows(ran.stdout.as_bytes());
    assert_eq!(rows.len(), 51);
    for row in &rows[..50] {
        let is_found = text(row, "text").ends_with('7');
        assert_eq!(
            row["verdict"],
            if is_found { "withhold" } else { "ok" },
            "{row:?}"
        );
    }
    assert_eq!(rows[50]["reason"], "health");
    assert_eq!(
        (endpoint.answered(), ran.count("without an answer")),
        (3, 0)
    );
    // What was answered is in the cache; a model that is away leaves the room's own verdicts.
    endpoint.answers(0);
    assert_eq!(folder.run(line).ok().stdout, ran.stdout);
    folder.write("texts.txt", "quilt number 7\nquilt number 77\n");
    let ran = folder.run(line).ok();
    assert_eq!(ran.count("without an answer"), 2);
    assert!(!ran.stdout.contains("withhold"));
}
