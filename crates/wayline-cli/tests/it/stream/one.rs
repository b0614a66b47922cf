//! One member.

use super::{Topics, bare_lines, is_as_in_the_store, newest, told};
use crate::store::without_ids;
use crate::support::Folder;

#[test]
fn what_a_stream_takes_is_what_a_run_takes_and_others_are_told() {
    let folder = Folder::simulated("--people 12 --seed 31 --history-days 30-60");
    let lines = bare_lines(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let whole = folder.exported("whole", "");
    let topics = Topics::new("one", 3);
    let (first, second) = lines.split_at(lines.len() / 2);
    let line = topics.line(
        "@s",
        &format!("--once --quiet 1 --as-of {}", newest(&lines)),
    );
    topics.send(first);
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("events"), first.len() as u64);
    topics.send(second);
    // What is bad is kept aside with its reason.
    let bad = [
        ("u", Some("{not JSON")),
        (
            "u",
            Some(r#"{"user_id":"u","timestamp":"yesterday","action":"search"}"#),
        ),
        ("gone", None),
    ];
    topics.broker.send("one", bad);
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("events"), second.len() as u64);
    assert_eq!(ran.count("dead letters"), 3);
    let again = folder.run(&line).ok();
    assert_eq!(
        (again.count("events"), again.count("people looked at")),
        (0, 0)
    );
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&whole));
    is_as_in_the_store(&folder, &topics, "@s");
    let rejected = topics.broker.read("one-rejected");
    assert_eq!(rejected.len(), 3);
    for message in &rejected {
        assert!(!message.headers["wayline.reason"].is_empty());
        assert_eq!(message.headers["wayline.topic"], "one");
        assert!(message.headers["wayline.offset"].parse::<u64>().is_ok());
        assert_eq!(message.value.is_none(), message.key == "gone");
    }
}

#[test]
fn whatever_changes_a_person_is_told_by_the_stream() {
    let folder = Folder::simulated("--people 6 --seed 32 --history-days 30-60");
    let lines = bare_lines(&folder);
    let topics = Topics::new("others", 2);
    let line = topics.line(
        "@s",
        &format!("--once --quiet 1 --as-of {}", newest(&lines)),
    );
    topics.send(&lines[..lines.len() / 2]);
    folder.run(&line).ok();
    let before = told(&topics);
    // New events by a file, an erasure, a sweep.
    folder.write("more.jsonl", lines[lines.len() / 2..].concat());
    folder.run("update @more.jsonl --store @s").ok();
    let erased = before.keys().next().expect("somebody").clone();
    let ran = folder
        .run(&format!("store delete --store @s --user {erased}"))
        .ok();
    assert!(ran.stderr.contains("wayline stream"), "{}", ran.stderr);
    folder
        .run("sweep --store @s --as-of 2028-01-01T00:00:00Z")
        .ok();
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("people told late"), before.len() as u64);
    let after = told(&topics);
    assert_eq!(after[&erased], None, "a message without a value");
    is_as_in_the_store(&folder, &topics, "@s");
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("people told late"), 0);
    // Who comes back is told as a new one, with a higher version.
    let back: Vec<String> = lines
        .iter()
        .filter(|it| super::user_of(it) == erased)
        .cloned()
        .collect();
    topics.send(&back);
    folder.run(&line).ok();
    let version = |row: &Option<crate::support::Row>| {
        let row = row.as_ref().expect("a person");
        row["version"].as_u64().expect("a number")
    };
    assert!(version(&told(&topics)[&erased]) > version(&before[&erased]));
}

#[test]
fn transactions_count_when_they_are_committed_and_their_marks_are_stepped_over() {
    let folder = Folder::simulated("--people 3 --seed 36 --history-days 30-60");
    let lines = bare_lines(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let whole = folder.exported("whole", "");
    let topics = Topics::new("transactions", 3);
    let line = topics.line("@s", &format!("--once --as-of {}", newest(&lines)));
    let (first, second) = lines.split_at(lines.len() / 2);
    topics
        .broker
        .send_in_transaction("transactions", first, true);
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("events"), first.len() as u64);
    // The last thing in each partition is an aborted one.
    topics.send(second);
    topics
        .broker
        .send_in_transaction("transactions", first, false);
    let ran = folder.run(&line).ok();
    assert_eq!(ran.count("events"), second.len() as u64);
    assert_eq!(folder.run(&line).ok().count("events"), 0);
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&whole));
}

#[test]
fn what_is_lost_is_told_and_passed_over_on_demand() {
    let folder = Folder::simulated("--people 1 --seed 37");
    let lines = bare_lines(&folder);
    let topics = Topics::new("lost", 1);
    let line = topics.line("@s", "--once");
    topics.send(&lines[..10]);
    folder.run(&line).ok();
    topics.send(&lines[10..20]);
    topics.broker.lose("lost", 15);
    folder.run(&line).fails_with("--skip-lost");
    let ran = folder.run(&format!("{line} --skip-lost")).ok();
    assert_eq!(ran.count("events"), 5);
    assert_eq!(folder.run(&line).ok().count("events"), 0);
    // Also where nothing is left that could be read.
    topics.send(&lines[20..30]);
    topics.broker.lose("lost", 30);
    folder.run(&line).fails_with("--skip-lost");
    let ran = folder.run(&format!("{line} --skip-lost")).ok();
    assert_eq!(ran.count("events"), 0);
    topics.send(&lines[30..33]);
    assert_eq!(folder.run(&line).ok().count("events"), 3);
}

#[test]
fn what_is_too_long_keeps_nobody_else_waiting() {
    let folder = Folder::simulated("--people 1 --seed 38");
    let lines = bare_lines(&folder);
    let topics = Topics::new("long", 1);
    let line = topics.line("@s", "--once");
    let long = "x".repeat(1_020_000);
    let id = "y".repeat(4_000);
    let of_long_id =
        format!(r#"{{"user_id":"{id}","timestamp":1750000000,"action":"search","query":"q"}}"#);
    topics.broker.send(
        "long",
        [("k", Some(long.as_str())), ("k", Some(of_long_id.as_str()))],
    );
    topics.send(&lines[..5]);
    let ran = folder.run(&line).ok();
    assert_eq!((ran.count("events"), ran.count("dead letters")), (5, 2));
    let rejected = topics.broker.read("long-rejected");
    let of_bytes = |bytes: &str| {
        let mut found = rejected.iter();
        found
            .find(|it| it.headers["wayline.bytes"] == bytes)
            .expect("a letter")
    };
    assert_eq!(of_bytes("1020000").value, None);
    assert!(of_bytes(&of_long_id.len().to_string()).value.is_some());
}

#[test]
fn one_that_ends_ends_beside_others() {
    let folder = Folder::simulated("--people 2 --seed 39 --history-days 30-40");
    let lines = bare_lines(&folder);
    let topics = Topics::new("beside", 2);
    let member = super::Member::start(&folder, &topics.line("@s", "--quiet 1"));
    std::thread::sleep(std::time::Duration::from_secs(3));
    topics.broker.send_in_transaction("beside", &lines, true);
    let ran = folder.run(&topics.line("@s", "--once --quiet 1")).ok();
    assert!(ran.count("events") <= lines.len() as u64);
    member.end();
    let stats = folder.run("store stats --store @s --json").ok().stdout;
    assert!(stats.contains("\"waiting_batches\":0,"), "{stats}");
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let folder = Folder::simulated("--people 1 --seed 33");
    let topics = Topics::new("wrong", 1);
    let line = topics.line("@s", "--once");
    folder
        .run(&line.replace("--topic wrong ", "--topic nowhere "))
        .fails_with("no topic `nowhere`");
    folder
        .run(&line.replace("wrong-rejected", "nowhere"))
        .fails_with("no topic `nowhere`");
    for wrong in [
        "--kafka no.such.setting=hunter2",
        "--kafka ssl.key.password=hunter2",
        "--kafka sasl.password:hunter2",
        "--kafka session.timeout.ms=hunter2",
    ] {
        let ran = folder.run(&format!("{line} {wrong}"));
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        ran.fails_with("--kafka");
    }
    folder
        .run(&line.replace("wrong-rejected", "wrong"))
        .fails_with("named twice");
    topics.send(&folder.lines()[..3]);
    folder.run(&line).ok();
}
