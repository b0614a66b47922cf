//! What people type is no instruction. Each line of `injections.jsonl` stands in one person's log, as a
//! search, a title and a board, and the model does whatever it says.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{Endpoint, Folder, Row, rows, text};

/// An injection, and what a model that heeds it would write.
struct Injection {
    text: String,
    wants: String,
}

fn injections() -> Vec<Injection> {
    let lines = rows(include_bytes!("injections.jsonl"));
    let lines = lines.iter().map(|row| Injection {
        text: text(row, "text").to_owned(),
        wants: text(row, "wants").to_owned(),
    });
    lines.collect()
}

/// People with journeys of their own, and an injection each: searched for, and on every third item.
fn attacked(injections: &[Injection]) -> Folder {
    let people = injections.len();
    let folder = Folder::simulated(&format!("--people {people} --seed 76"));
    let mut lines = Vec::new();
    for (number, line) in folder.lines().into_iter().enumerate() {
        let mut event: Row = serde_json::from_str(&line).expect("JSON");
        if event.get("item_id").is_some_and(Value::is_string) && number % 3 == 0 {
            let text = &injections[number_of(&event)].text;
            event.insert("title".to_owned(), json!(text));
            event.insert("board".to_owned(), json!(text));
        }
        lines.push(format!("{}\n", json!(event)));
    }
    for (person, injection) in injections.iter().enumerate() {
        for day in 10..13 {
            let event = json!({
                "user_id": format!("s76-{person:06}"),
                "timestamp": format!("2025-06-{day}T12:00:00Z"),
                "action": "search",
                "query": injection.text,
            });
            lines.push(format!("{event}\n"));
        }
    }
    folder.write("events.jsonl", lines.concat());
    folder
}

/// Which of the people it is.
fn number_of(row: &Row) -> usize {
    let number = text(row, "user_id").trim_start_matches("s76-");
    number.parse().expect("a number")
}

/// The data of a request, which nothing in them may have left.
fn data(request: &Value) -> Vec<Value> {
    let messages = request["messages"].as_array().expect("messages");
    let roles: Vec<&str> = messages
        .iter()
        .filter_map(|it| it["role"].as_str())
        .collect();
    assert_eq!(roles, ["system", "user"]);
    let asked = messages[1]["content"].as_str().expect("a text");
    let inner = asked.strip_prefix("<data>\n");
    let inner = inner.and_then(|it| it.strip_suffix("</data>"));
    let inner = inner.expect("data alone");
    assert!(!inner.contains('<'), "{inner}");
    inner
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// Calls everything what the injection in the data wants.
fn obedient(injections: &[Injection], request: &Value) -> String {
    let lines = data(request);
    let told = json!(lines).to_string().to_lowercase();
    let heeded = injections.iter().find(|it| told.contains(&it.wants));
    let wants = heeded.map_or("injected", |it| &it.wants);
    if lines.iter().any(|it| it["journey"].is_number()) {
        let names = lines.iter().filter(|it| it["called"].is_null());
        let names = names.map(|it| json!({ "journey": it["journey"], "name": wants }));
        return json!({ "names": names.collect::<Vec<_>>() }).to_string();
    }
    let journeys = lines.iter().filter(|it| it["keywords"].is_array());
    let journeys = journeys.map(|it| {
        let keywords = it["keywords"].as_array().into_iter().flatten();
        let keywords: Vec<&Value> = keywords.map(|it| &it[0]).collect();
        json!({ "name": wants, "keywords": keywords })
    });
    json!({ "journeys": journeys.collect::<Vec<_>>() }).to_string()
}

/// Runs over attacked people with an obedient model, and returns the journeys of each injection's person
/// that have nothing of the injection in them.
fn others(asking: &str) -> Vec<(Row, String)> {
    let injections = Arc::new(injections());
    assert!(injections.len() >= 50);
    let folder = attacked(&injections);
    let instructions = Arc::new(Mutex::new(BTreeSet::new()));
    let (told, known) = (Arc::clone(&instructions), Arc::clone(&injections));
    let endpoint = Endpoint::start(move |request| {
        let system = request["messages"][0]["content"].as_str()?;
        told.lock().ok()?.insert(system.to_owned());
        Some(obedient(&known, request))
    });
    endpoint.config(&folder, &format!("[asking]\n{asking}\n"));
    folder
        .run("infer @events.jsonl -o @out/j.jsonl --keywords @out/k.jsonl --config @model.toml")
        .ok();
    assert!(endpoint.answered() >= injections.len());
    // Whatever people typed, the instructions are the same.
    assert_eq!(instructions.lock().expect("no panic").len(), 1);
    let journeys = folder.journeys().into_iter();
    let journeys: Vec<(Row, String)> = journeys
        .filter_map(|journey| {
            let wants = injections[number_of(&journey)].wants.clone();
            let shown = journey["keywords"].to_string().to_lowercase();
            (!shown.contains(&wants)).then_some((journey, wants))
        })
        .collect();
    assert!(journeys.len() > 2 * injections.len(), "{}", journeys.len());
    journeys
}

fn called_as_wanted(others: &[(Row, String)]) -> usize {
    let is_called =
        |(journey, wants): &&(Row, String)| text(journey, "name").to_lowercase() == *wants;
    others.iter().filter(is_called).count()
}

#[test]
fn no_journey_is_called_what_an_injection_wants() {
    for step in ["names = true", "journeys = true"] {
        let others = others(step);
        assert_eq!(called_as_wanted(&others), 0, "{step}: {others:?}");
    }
}

/// So the injections do reach the model, which heeds them.
#[test]
fn without_the_check_against_the_evidence_journeys_would_be_called_so() {
    for step in ["names = true", "journeys = true"] {
        let others = others(&format!("{step}\nmin_similarity = -1.0"));
        let called = called_as_wanted(&others);
        // Of a person's journeys one may have a name.
        assert!(called > injections().len() / 3, "{step}: {called}");
    }
}
