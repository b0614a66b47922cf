//! With one corpus a person's result is the same alone and among others.

use crate::support::{Folder, text, wayline};

const AS_OF: &str = "--as-of 2025-06-30T23:59:59Z";

/// Lines of a person.
fn of(bytes: &[u8], user: &str) -> String {
    let needle = format!("{{\"user_id\":\"{user}\",");
    let all = std::str::from_utf8(bytes).expect("UTF-8");
    all.lines()
        .filter(|line| line.starts_with(&needle))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn with_corpus() -> Folder {
    let folder = Folder::simulated("--people 40 --seed 21 --scatter");
    folder.build_corpus();
    folder
}

#[test]
fn with_one_corpus_a_person_is_the_same_alone_and_among_others() {
    let folder = with_corpus();
    let options = format!("--corpus @corpus.parquet {AS_OF}");
    let among = folder.inferred("events.jsonl", &options);
    for user in ["s21-000000", "s21-000017", "s21-000039"] {
        folder.write("alone.jsonl", of(&folder.read("events.jsonl"), user));
        let alone = folder.inferred("alone.jsonl", &options);
        for (alone, among) in alone.iter().zip(&among) {
            assert!(!alone.is_empty());
            assert!(alone == of(among, user).as_bytes(), "{user}");
        }
    }
}

#[test]
fn the_corpus_of_the_log_is_what_infer_makes_itself() {
    let folder = with_corpus();
    let own = folder.inferred("events.jsonl", "");
    assert!(folder.inferred("events.jsonl", "--corpus @corpus.parquet") == own);
}

#[test]
fn a_corpus_does_not_depend_on_order_threads_or_memory() {
    let folder = with_corpus();
    let expected = folder.read("corpus.parquet");
    let mut lines: Vec<String> = std::str::from_utf8(&folder.read("events.jsonl"))
        .expect("UTF-8")
        .lines()
        .map(|line| format!("{line}\n"))
        .collect();
    lines.reverse();
    let (log, corpus) = (
        folder.write("b.jsonl", lines.concat()),
        folder.path("b.parquet"),
    );
    let args = [
        "corpus".as_ref(),
        "build".as_ref(),
        log.as_os_str(),
        "-o".as_ref(),
        corpus.as_os_str(),
    ];
    let options = ["--threads", "3", "--memory", "16"].map(AsRef::as_ref);
    wayline(args.into_iter().chain(options)).ok();
    assert!(folder.read("b.parquet") == expected);
}

#[test]
fn one_user_has_the_same_rows_as_among_all() {
    let folder = with_corpus();
    let all = folder.inferred("events.jsonl", "");
    let (one, other) = ("s21-000003", "s21-000020");
    let ran = folder.infer("events.jsonl", &format!("--user {one}")).ok();
    assert_eq!(ran.count("people"), 1);
    let [journeys, keywords] = folder.results();
    assert!(journeys == of(&all[0], one).as_bytes() && keywords == of(&all[1], one).as_bytes());
    let two = folder.inferred("events.jsonl", &format!("--user {other} --user {one}"));
    let expected = of(&all[0], one) + &of(&all[0], other);
    assert!(two[0] == expected.as_bytes());
}

#[test]
fn a_user_who_is_not_there_is_told() {
    let folder = Folder::simulated("--people 3");
    folder.refuses(
        "events.jsonl",
        "--user nobody",
        "none of the people given with --user",
    );
    let log = folder.path("events.jsonl");
    let ran = wayline([
        "explain".as_ref(),
        log.as_os_str(),
        "--user".as_ref(),
        "nobody".as_ref(),
    ]);
    ran.fails_with("`nobody` has no event in the input that could be used");
}

#[test]
fn explain_tells_the_journeys_that_infer_writes() {
    let folder = Folder::simulated("--people 12 --seed 5");
    folder.infer("events.jsonl", "").ok();
    let journeys = folder.journeys();
    let user = text(&journeys[0], "user_id");
    let log = folder.path("events.jsonl");
    let ran = wayline([
        "explain".as_ref(),
        log.as_os_str(),
        "--user".as_ref(),
        user.as_ref(),
    ])
    .ok();
    let own = journeys.iter().filter(|row| text(row, "user_id") == user);
    for journey in own {
        let title = format!(
            "\n{}. {}  [{}]\n",
            journey["rank"],
            text(journey, "name"),
            text(journey, "journey_id")
        );
        assert!(ran.stdout.contains(&title), "{title}");
    }
}
