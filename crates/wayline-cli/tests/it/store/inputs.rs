//! What counts as one input, and what others do to the store meanwhile.

use super::without_ids;
use crate::support::{Folder, Row, rows, text};

/// Events without ids, in the order of time, and the time in the middle.
fn bare_in_order(folder: &Folder) -> (Vec<String>, String) {
    let mut lines = super::bare(folder.lines());
    let time = |line: &String| -> String {
        let row: Row = serde_json::from_str(line).expect("JSON");
        text(&row, "timestamp").to_owned()
    };
    lines.sort_by_key(time);
    let middle = time(&lines[lines.len() / 2]);
    (lines, middle)
}

#[test]
fn an_input_is_one_whenever_it_is_looked_at() {
    let folder = Folder::simulated("--people 6 --seed 51 --history-days 30-60");
    let (lines, middle) = bare_in_order(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let early = format!("update @bare.jsonl --store @s --as-of {middle}");
    let ran = folder.run(&early).ok();
    let later = ran.count("later than --as-of");
    assert!(later > 0 && later < lines.len() as u64, "{later}");
    assert_eq!(ran.count("kept: events added"), lines.len() as u64);
    // What is known then is as of that moment.
    let at = format!("--as-of {middle}");
    assert!(without_ids(&folder.exported("s", &at)) == without_ids(&folder.exported("whole", &at)));
    for line in ["update @bare.jsonl --store @s", &early] {
        let again = folder.run(line).ok();
        assert!(again.stderr.contains("already"), "{}", again.stderr);
    }
    folder.run("sweep --store @s").ok();
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&folder.exported("whole", "")));
    // Nor do bounds make another input of it.
    folder.write("few.toml", "[keep]\nmax_events = 50\n");
    let again = folder
        .run("update @bare.jsonl --store @s --config @few.toml")
        .ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
}

#[test]
fn a_run_again_writes_its_files_whole() {
    let folder = Folder::simulated("--people 8 --seed 52 --history-days 30-60");
    let line = "update @events.jsonl --store @s -o @out/j.jsonl --keywords @out/k.jsonl --lineage @out/l.jsonl";
    folder.run(line).ok();
    let files = || ["j", "k", "l"].map(|name| folder.read(&format!("out/{name}.jsonl")));
    let sorted = |file: &[u8]| {
        let mut lines: Vec<String> = rows(file).iter().map(|it| format!("{it:?}")).collect();
        lines.sort();
        lines
    };
    let first = files();
    assert!(!first[2].is_empty());
    for name in ["j", "k", "l"] {
        std::fs::remove_file(folder.path(&format!("out/{name}.jsonl"))).expect("removed");
    }
    let again = folder.run(line).ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    let second = files();
    assert!(second[..2] == first[..2]);
    assert_eq!(sorted(&second[2]), sorted(&first[2]));
}

#[test]
fn a_look_in_the_past_tells_nothing_false() {
    let folder = Folder::simulated("--people 6 --seed 53 --history-days 30-60");
    let (_, middle) = bare_in_order(&folder);
    folder.run("update @events.jsonl --store @s").ok();
    let before = folder.people_of("s");
    let swept = folder
        .run(&format!(
            "sweep --store @s --as-of {middle} --lineage @out/l.jsonl"
        ))
        .ok();
    assert_eq!(swept.count("  changed"), 0);
    assert_eq!(folder.read("out/l.jsonl"), b"");
    assert_eq!(folder.people_of("s"), before);
}

#[test]
fn a_log_replaces_what_is_older_and_nothing_that_came_since() {
    let folder = Folder::simulated("--people 6 --seed 54 --history-days 30-60");
    folder.build_corpus();
    let (lines, middle) = bare_in_order(&folder);
    let is_early = |line: &&String| {
        let row: Row = serde_json::from_str(line).expect("JSON");
        text(&row, "timestamp") <= middle.as_str()
    };
    let early: Vec<&String> = lines.iter().filter(is_early).collect();
    let late: Vec<&String> = lines.iter().filter(|line| !is_early(line)).collect();
    let joined = |lines: &[&String]| lines.iter().map(|it| it.as_str()).collect::<String>();
    folder.write("all.jsonl", lines.concat());
    folder.write("early.jsonl", joined(&early));
    folder.write("late.jsonl", joined(&late));
    let corpus = "--corpus @corpus.parquet";
    for input in ["early", "late"] {
        folder
            .run(&format!("update @{input}.jsonl --store @s {corpus}"))
            .ok();
    }
    // All of the log until the middle comes anew.
    for _ in 0..2 {
        folder
            .run(&format!("infer @early.jsonl --store @s {corpus}"))
            .ok();
    }
    folder
        .run(&format!("update @all.jsonl --store @whole {corpus}"))
        .ok();
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&folder.exported("whole", "")));
}

#[test]
fn what_an_account_said_and_took_in_comes_with_it() {
    let folder = Folder::simulated("--people 2 --seed 55 --history-days 30-60");
    folder
        .run("update @events.jsonl --store @s -o @out/j.jsonl --keywords @out/k.jsonl")
        .ok();
    let of = |user: &str| -> Vec<Row> {
        let journeys = folder.journeys().into_iter();
        journeys.filter(|it| text(it, "user_id") == user).collect()
    };
    let (from, to) = ("s55-000000", "s55-000001");
    let unwanted = text(&of(from)[0], "journey_id").to_owned();
    let said = format!(
        "{{\"user_id\":\"{from}\",\"journey_id\":\"{unwanted}\",\"channel\":\"email\",\
         \"timestamp\":\"2025-07-01T00:00:00Z\",\"event\":\"dismiss\"}}\n"
    );
    folder.write("said.jsonl", said);
    folder
        .run("update @events.jsonl --store @s --feedback @said.jsonl")
        .ok();
    folder
        .run(&format!("store merge --store @s --from {from} --to {to}"))
        .ok();
    let people = folder.people_of("s");
    assert_eq!(people.len(), 1);
    assert_eq!(people[0]["stances"].as_array().map(Vec::len), Some(1));
    folder.exported("s", "");
    let hidden = |it: &&Row| it["hidden"] == true;
    assert!(folder.journeys().iter().any(|it| hidden(&it)));
    // The input that both were in is still in the store.
    let again = folder.run("update @events.jsonl --store @s").ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
}

#[test]
fn a_record_that_cannot_be_read_keeps_nobody_else_waiting() {
    let folder = Folder::simulated("--people 5 --seed 56 --history-days 30-60");
    folder.run("update @events.jsonl --store @s").ok();
    let database = rusqlite::Connection::open(folder.path("s").join("wayline.db"));
    let database = database.expect("a database");
    // Bytes that zstd takes and no record is.
    let record = zstd::encode_all(&b"no record"[..], 3).expect("packed");
    let spoil = "UPDATE people SET record = ?1 WHERE user_id = 's56-000002'";
    database.execute(spoil, [record]).expect("spoilt");
    drop(database);
    for line in [
        "sweep --store @s --as-of 2028-01-01T00:00:00Z",
        "store export --store @s -o @out/j.jsonl",
        "update @events.jsonl --store @s --again",
    ] {
        let ran = folder.run(line);
        assert!(
            ran.stderr.contains("records of 1 people"),
            "{line}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("s56-000002"), "{line}: {}", ran.stderr);
        assert_eq!(ran.code, Some(1));
    }
    let people: std::collections::BTreeSet<String> = folder
        .journeys()
        .iter()
        .map(|it| text(it, "user_id").to_owned())
        .collect();
    assert_eq!(people.len(), 4);
}

#[test]
fn of_two_rows_of_one_person_the_later_is_imported() {
    let folder = Folder::simulated("--people 3 --seed 57 --history-days 30-60");
    folder.run("update @events.jsonl --store @a").ok();
    folder
        .run("store export --store @a --people @out/p.jsonl")
        .ok();
    let once = String::from_utf8(folder.read("out/p.jsonl")).expect("UTF-8");
    folder.write("twice.jsonl", format!("{once}{once}"));
    folder.run("store import @twice.jsonl --store @b").ok();
    let expected = folder.exported("a", "");
    assert!(folder.exported("b", "") == expected);
}

/// The same input in two runs at once, while a third one ends others.
#[test]
fn runs_of_one_input_at_once_add_it_once() {
    let folder = Folder::simulated("--people 60 --seed 58 --history-days 30-60");
    let (lines, _) = bare_in_order(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.write("other.jsonl", &lines[0]);
    folder.run("update @other.jsonl --store @whole").ok();
    folder.run("update @bare.jsonl --store @whole").ok();
    let whole = folder.exported("whole", "");
    folder.run("update @other.jsonl --store @s").ok();
    let line = "update @bare.jsonl --store @s --threads 1";
    let runs = [0, 30, 60, 90].map(|after| {
        std::thread::sleep(std::time::Duration::from_millis(after));
        crate::support::command(folder.words(line))
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts")
    });
    for mut run in runs {
        assert!(run.wait().expect("it ends").success());
    }
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&whole));
}
