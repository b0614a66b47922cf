//! What people did with journeys that they were shown: hidden journeys, and a score learned from it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::{Folder, Row, text, wayline};

const HEADER: &str = "user_id,journey_id,timestamp,channel,event,position\n";

fn row(journey: &Row, at: &str, event: &str, position: &str) -> String {
    let (user, id) = (text(journey, "user_id"), text(journey, "journey_id"));
    format!("{user},{id},{at},email,{event},{position}\n")
}

fn hidden(journeys: &[Row]) -> BTreeSet<&str> {
    let hidden = journeys.iter().filter(|it| it["hidden"] == true);
    hidden.map(|it| text(it, "journey_id")).collect()
}

/// The person with most journeys.
fn first_of_most(journeys: &[Row]) -> Row {
    let last = journeys.iter().max_by_key(|it| it["rank"].as_u64());
    let user = text(last.expect("a journey"), "user_id");
    let first = journeys.iter().find(|it| text(it, "user_id") == user);
    first.expect("a journey").clone()
}

#[test]
fn a_dismissed_journey_is_hidden_until_its_person_takes_it_up_again() {
    let folder = Folder::simulated("--people 12 --seed 5");
    folder.infer("events.jsonl", "").ok();
    let before = folder.journeys();
    assert!(hidden(&before).is_empty());
    let first = first_of_most(&before);
    let (user, id) = (text(&first, "user_id"), text(&first, "journey_id"));
    let end = text(&first, "last_active_at");
    folder.write(
        "feedback.csv",
        HEADER.to_owned() + &row(&first, end, "dismiss", "1"),
    );
    let ran = folder
        .infer("events.jsonl", "--feedback @feedback.csv")
        .ok();
    assert_eq!(
        (ran.count("  taken away"), ran.count("  hidden journeys")),
        (1, 1)
    );
    let after = folder.journeys();
    assert_eq!(hidden(&after), BTreeSet::from([id]));
    // Feedback may be newer than the log, unless a moment is given.
    let late = HEADER.to_owned() + &row(&first, "2030-01-01T00:00:00Z", "Dismiss", "1");
    folder.write("late.csv", late);
    folder.infer("events.jsonl", "--feedback @late.csv").ok();
    assert_eq!(hidden(&folder.journeys()), BTreeSet::from([id]));
    let as_of = after[0]["run"]["as_of"]
        .as_str()
        .expect("a time")
        .to_owned();
    folder
        .infer(
            "events.jsonl",
            &format!("--feedback @late.csv --as-of {as_of}"),
        )
        .ok();
    assert!(hidden(&folder.journeys()).is_empty());
    let of_user = |rows: &[Row]| -> Vec<String> {
        let rows = rows.iter().filter(|it| text(it, "user_id") == user);
        rows.map(|it| text(it, "journey_id").to_owned()).collect()
    };
    assert_eq!(
        of_user(&after).last().map(String::as_str),
        Some(id),
        "after all others"
    );
    assert_eq!(of_user(&after).len(), of_user(&before).len());
    // Days with it after that, and it is back.
    // What the person searched for is a unit again; an annotation alone would be a new one.
    let keywords = first["keywords"].as_array().expect("a list");
    let is_query = |it: &&serde_json::Value| {
        it["sources"]
            .as_array()
            .is_some_and(|all| all.contains(&"query".into()))
    };
    let searched = keywords.iter().find(is_query).expect("a query");
    let keyword = searched["keyword"].as_str().expect("a keyword");
    let mut log = String::from_utf8(folder.read("events.jsonl")).expect("UTF-8");
    let end_ms = wayline_time(end);
    for day in 1..=4 {
        let at = end_ms + day * 86_400_000;
        let event = serde_json::json!({
            "user_id": user, "timestamp": at, "action": "search", "query": keyword,
        });
        writeln!(log, "{event}").expect("a text");
    }
    folder.write("events.jsonl", log);
    folder
        .infer("events.jsonl", "--feedback @feedback.csv")
        .ok();
    let journeys = folder.journeys();
    assert!(!hidden(&journeys).contains(id), "{:?}", hidden(&journeys));
}

fn wayline_time(text: &str) -> i64 {
    let time: wayline::nouns::Timestamp = text.parse().expect("a time");
    time.millis()
}

#[test]
fn rows_that_cannot_be_used_are_counted_with_their_line() {
    let folder = Folder::simulated("--people 6 --seed 5");
    folder.infer("events.jsonl", "").ok();
    let plain = folder.journeys();
    let first = first_of_most(&plain);
    let mut table = HEADER.to_owned();
    for (at, event, position) in [
        ("yesterday", "sent", "1"),
        ("2025-01-01T00:00:00Z", "seen", "1"),
        ("2025-01-01T00:00:00Z", "sent", "0"),
        ("2025-01-01T00:00:00Z", "click", ""),
    ] {
        table += &row(&first, at, event, position);
    }
    table += "u,,2025-01-01T00:00:00Z,email,sent,1\n";
    table += "nobody,j,2025-01-01T00:00:00Z,email,dismiss,1\n";
    folder.write("feedback.csv", &table);
    let ran = folder
        .infer("events.jsonl", "--feedback @feedback.csv")
        .ok();
    assert_eq!(ran.count("feedback rows"), 6);
    assert_eq!(ran.count("  rejected"), 4);
    assert_eq!(ran.count("  of unknown journeys"), 1);
    for said in [
        "timestamp_malformed",
        "unknown_event",
        "position_out_of_range",
        "journey_id_missing",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("feedback.csv:2:"), "{}", ran.stderr);
    assert_eq!(folder.journeys(), plain, "nothing is hidden");
    folder.write("nothing-yet.csv", HEADER);
    folder
        .infer("events.jsonl", "--feedback @nothing-yet.csv")
        .ok();
    assert_eq!(folder.journeys(), plain);
    let other = Folder::simulated("--people 2 --seed 5");
    other.write("no-event.csv", "user_id,journey_id,timestamp,channel\n");
    other.refuses(
        "events.jsonl",
        "--feedback @no-event.csv",
        "no column `event`",
    );
    other.refuses("events.jsonl", "--feedback @none.csv", "none.csv");
}

/// People whose ongoing journeys are clicked, first places most.
fn clicks(journeys: &[Row], at: &str) -> String {
    let mut table = HEADER.to_owned();
    for (place, journey) in journeys.iter().enumerate() {
        let rank = journey["rank"].as_u64().expect("a rank");
        table += &row(journey, at, "sent", &rank.to_string());
        let ongoing = journey["stage"]["status"] == "ongoing";
        if ongoing && (rank == 1 || place % 3 == 0) {
            table += &row(journey, at, "click", &rank.to_string());
        }
    }
    table
}

#[test]
fn feedback_and_labels_teach_a_score() {
    let folder = Folder::simulated("--people 60 --seed 3");
    folder.infer("events.jsonl", "").ok();
    let journeys = folder.journeys();
    let as_of = journeys[0]["run"]["as_of"]
        .as_str()
        .expect("a time")
        .to_owned();
    folder.write("feedback.csv", clicks(&journeys, &as_of));
    let mut labels = String::new();
    for journey in &journeys {
        let relevance = if journey["stage"]["status"] == "ongoing" {
            5
        } else {
            2
        };
        let label = serde_json::json!({
            "user_id": journey["user_id"], "journey_id": journey["journey_id"],
            "as_of": as_of, "relevance": relevance,
        });
        writeln!(labels, "{label}").expect("a text");
    }
    folder.write("labels.jsonl", labels);
    let train = |options: &str| {
        let line = format!(
            "train ranker @events.jsonl --moments 2 --folds 2 -o @out/ranker.json {options}"
        );
        wayline(folder.words(&line))
    };
    train("").ok();
    let alone = folder.read("out/ranker.json");
    let ran =
        train("--feedback @feedback.csv --labels @labels.jsonl --learning-curve @out/curve.svg")
            .ok();
    for said in [
        "email    1",
        "learning curve",
        "from the model, penalty",
        "the lowest log loss ships",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("0 more that the log"), "{}", ran.stdout);
    assert_ne!(folder.read("out/ranker.json"), alone);
    assert!(folder.read("out/curve.svg").starts_with(b"<svg"));
    folder
        .infer("events.jsonl", "--ranker @out/ranker.json")
        .ok();
    train("--learning-curve @out/x.svg").fails_with("--learning-curve needs judgements");
    train("--labels @labels.jsonl --learning-curve @labels.jsonl").fails_with("overwritten");
    let twice = "--labels @labels.jsonl --learning-curve @out/ranker.json";
    train(twice).fails_with("named for two outputs");
    folder.write("nothing.jsonl", "");
    train("--labels @nothing.jsonl").fails_with("hold no row");
    let stranger = "{\"user_id\":\"u\",\"journey_id\":\"j\",\"as_of\":\"2025-06-01T00:00:00Z\",\"relevance\":3}\n";
    folder.write("stranger.jsonl", stranger);
    train("--labels @stranger.jsonl").fails_with("none of the 1 journeys");
    let labels = String::from_utf8(folder.read("labels.jsonl")).expect("UTF-8");
    let user = text(&journeys[0], "user_id");
    let own: Vec<&str> = labels.lines().filter(|it| it.contains(user)).collect();
    folder.write("one.jsonl", own.join("\n") + "\n");
    train("--labels @one.jsonl").fails_with("journeys of one person");
    let same = String::from_utf8(folder.read("labels.jsonl")).expect("UTF-8");
    folder.write(
        "same.jsonl",
        same.replace("\"relevance\":2", "\"relevance\":5"),
    );
    train("--labels @same.jsonl").fails_with("nothing can be learned of what is relevant");
}
