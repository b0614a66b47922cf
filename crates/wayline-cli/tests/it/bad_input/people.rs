//! People who repeat themselves, act like machines, or have no event in time.

use std::time::{Duration, Instant};

use crate::support::{Folder, text};

const HUMAN: &str = "{\"user_id\":\"human\",\"timestamp\":1700000000,\"query\":\"barn\"}\n";

fn searches(user: &str, count: u64, seconds_between: u64) -> String {
    (0..count)
        .map(|n| {
            let time = 1_600_000_000 + n * seconds_between;
            format!(
                "{{\"user_id\":\"{user}\",\"timestamp\":{time},\"query\":\"q{}\"}}\n",
                n % 5_000
            )
        })
        .collect()
}

#[test]
fn the_same_event_id_counts_once() {
    let with_id =
        "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\",\"event_id\":\"7\"}\n";
    let other =
        "{\"user_id\":\"v\",\"timestamp\":1700000000,\"query\":\"barn\",\"event_id\":\"7\"}\n";
    let folder = Folder::with("x.jsonl", with_id.repeat(3) + other);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("rows"), ran.count("repeated ids")), (4, 2));
    let counts: Vec<_> = folder
        .keywords()
        .iter()
        .map(|row| row["count"].clone())
        .collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn without_an_id_a_repeated_row_is_a_repetition() {
    let folder = Folder::with("x.jsonl", HUMAN.repeat(3));
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.count("repeated ids"), 0);
    assert_eq!(folder.keywords()[0]["count"], 3);
}

#[test]
fn the_same_file_twice_is_its_events_twice_unless_they_have_ids() {
    let folder = Folder::with("x.jsonl", HUMAN);
    folder.infer("x.jsonl x.jsonl", "").ok();
    let count = folder.keywords()[0]["count"].as_u64().expect("a number");
    // A file that is named twice may be read once or twice, but never half.
    assert!((1..=2).contains(&count));
}

#[test]
fn somebody_with_a_million_events_is_left_out() {
    let started = Instant::now();
    let folder = Folder::with("x.jsonl", searches("bot", 1_000_000, 60) + HUMAN);
    for options in ["", "--memory 16 --threads 1"] {
        let ran = folder.infer("x.jsonl", options).ok();
        assert_eq!(ran.count("events"), 1_000_001);
        assert_eq!(ran.line("left out: too many"), Some("1 (1,000,000 events)"));
        assert_eq!((ran.count("people"), ran.count("keywords")), (1, 1));
        assert!(ran.count("peak memory") < 300, "{}", ran.stderr);
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_million_events_scattered_among_others_are_left_out() {
    // The rows of the others cut the machine's into two runs.
    let folder = Folder::with("x.jsonl", searches("bot", 500_000, 60) + HUMAN);
    folder.write("y.jsonl", searches("bot", 500_000, 61));
    let ran = folder.infer("x.jsonl y.jsonl", "").ok();
    assert_eq!(ran.line("left out: too many"), Some("1 (1,000,000 events)"));
    assert_eq!((ran.count("people"), ran.count("keywords")), (1, 1));
    assert!(ran.count("peak memory") < 500, "{}", ran.stderr);
}

#[test]
fn thousands_of_events_in_an_hour_look_automated() {
    let folder = Folder::with("x.jsonl", searches("bot", 3_000, 1) + HUMAN);
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.line("left out: automated"), Some("1 (3,000 events)"));
    assert_eq!(ran.count("people"), 1);
    let keywords = folder.keywords();
    assert!(keywords.iter().all(|row| text(row, "user_id") == "human"));
}

#[test]
fn a_log_of_machines_alone_gives_empty_results() {
    let folder = Folder::with("x.jsonl", searches("bot", 3_000, 1));
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!((ran.count("people"), ran.count("journeys")), (0, 0));
    assert_eq!(folder.results(), [Vec::<u8>::new(), Vec::new()]);
    folder.infer_parquet("x.jsonl", "").ok();
}

#[test]
fn more_searches_than_the_cap_are_counted() {
    let folder = Folder::with("x.jsonl", searches("u", 1_500, 3_600));
    let ran = folder.infer("x.jsonl", "").ok();
    assert_eq!(ran.line("units over cap"), Some("500 of 1 people"));
    assert_eq!(
        (ran.count("keywords"), ran.count("  over_cap")),
        (1_500, 500)
    );
}

#[test]
fn as_of_before_all_events_says_so() {
    let folder = Folder::with("x.jsonl", HUMAN.repeat(4));
    folder.refuses(
        "x.jsonl",
        "--as-of 2001-01-01T00:00:00Z",
        "all 4 events are later than --as-of",
    );
}

#[test]
fn events_after_as_of_are_left_out_and_counted() {
    let folder = Folder::with("x.jsonl", searches("u", 10, 86_400));
    let ran = folder.infer("x.jsonl", "--as-of 1600259200").ok();
    assert_eq!(
        (
            ran.count("rows"),
            ran.count("events"),
            ran.count("after as_of")
        ),
        (10, 4, 6)
    );
    assert_eq!(ran.count("keywords"), 4);
}

#[test]
fn an_as_of_that_is_no_time_is_refused() {
    let folder = Folder::with("x.jsonl", HUMAN);
    let ran = folder.infer("x.jsonl", "--as-of soon");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("not a timestamp"), "{}", ran.stderr);
}

#[test]
fn a_person_with_very_many_keywords_is_bounded_too() {
    // Four people share 12,000 annotations, so all of them are known and go together with others.
    let mut log = String::new();
    for user in 0..4 {
        for item in 0..400 {
            let labels: Vec<String> = (0..30)
                .map(|label| format!("\"label {}\"", item * 30 + label))
                .collect();
            let seconds = 1_600_000_000 + item * 9_000;
            log += &format!(
                "{{\"user_id\":\"u{user}\",\"timestamp\":{seconds},\"action\":\"save\",\"item_id\":\"i{item}\",\"annotations\":[{}]}}\n",
                labels.join(",")
            );
        }
    }
    let folder = Folder::with("x.jsonl", log);
    let ran = folder.infer("x.jsonl", "--memory 64").ok();
    assert_eq!(ran.count("keywords"), 48_000);
    // Products of all keywords with each other would take 576 MB a person.
    assert!(ran.count("peak memory") < 500, "{}", ran.stderr);
}
