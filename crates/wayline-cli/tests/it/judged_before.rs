//! Judgements that are there already: nobody is asked twice, and nothing that was paid for is lost.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::judge::{LISTS, Refused as _, answer, judge, judged, judgement};
use crate::support::{Folder, Row, rows, text};

/// Replies to `line`, a record at `record`.
fn record(folder: &Folder, line: &str, record: &str, say: impl Fn(usize, &str) -> Value) {
    judge(folder, &format!("{line} --prompts @prompts.jsonl")).ok();
    answer(folder, "prompts.jsonl", record, say);
}

/// A record that answers hardly anything.
fn one_line(folder: &Folder) {
    let record = String::from_utf8(folder.read("record.jsonl")).expect("UTF-8");
    let first = record.lines().next().expect("a line");
    folder.write("one.jsonl", format!("{first}\n"));
}

#[test]
fn nobody_is_asked_twice() {
    let folder = judged();
    let first = folder.read("judged.jsonl");
    let all = String::from_utf8(first.clone()).expect("UTF-8");
    let record = String::from_utf8(folder.read("record.jsonl")).expect("UTF-8");
    // Killed after seven, in the middle of the eighth.
    let lines: Vec<&str> = all.split_inclusive('\n').collect();
    let half = &lines[7][..lines[7].len() / 2];
    folder.write("killed.jsonl.partial", lines[..7].concat() + half);
    let rest: Vec<&str> = record.split_inclusive('\n').skip(7).collect();
    folder.write("rest.jsonl", rest.concat());
    let ran = judge(
        &folder,
        &format!("{LISTS} --replay @rest.jsonl -o @killed.jsonl"),
    )
    .ok();
    assert!(
        ran.stderr.contains("judged 5, known from before 7"),
        "{}",
        ran.stderr
    );
    assert_eq!(folder.read("killed.jsonl"), first);
    // What is there is enough, and a larger sample asks only for those who are new.
    folder.write(
        "one.jsonl",
        record.lines().next().expect("a line").to_owned() + "\n",
    );
    let ran = judge(
        &folder,
        &format!("{LISTS} --replay @one.jsonl -o @judged.jsonl"),
    )
    .ok();
    assert!(
        ran.stderr.contains("known from before 12"),
        "{}",
        ran.stderr
    );
    assert_eq!(folder.read("judged.jsonl"), first);
    let more = LISTS.replace("--people 12", "--people 20");
    let ran = judge(
        &folder,
        &format!("{more} --replay @one.jsonl -o @judged.jsonl"),
    )
    .ok();
    assert!(
        ran.stderr
            .contains("known from before 12, without a usable reply 8"),
        "{}",
        ran.stderr
    );
    let failed = rows(&folder.read("judged.jsonl"));
    let failed = failed
        .iter()
        .filter(|it| it["outcome"]["failed"].is_string());
    assert_eq!(failed.count(), 8, "seen, not silent");
}

#[test]
fn what_else_was_judged_of_the_run_stays_in_the_file() {
    let folder = judged();
    let all = folder.read("judged.jsonl");
    one_line(&folder);
    let replayed = |line: &str, record: &str| {
        let line = format!("{line} --replay @{record} --json -o @judged.jsonl");
        let ran = judge(&folder, &line).ok();
        let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        (told["people"].clone(), ran.stderr)
    };
    let fewer = LISTS.replace("--people 12", "--people 3");
    let (people, said) = replayed(&fewer, "one.jsonl");
    assert_eq!(people, 3, "the report is of what was asked for");
    assert!(said.contains("the file keeps 9 of the same run"), "{said}");
    assert_eq!(folder.read("judged.jsonl"), all);
    let (people, said) = replayed(LISTS, "one.jsonl");
    assert!(said.contains("known from before 12"), "{said}");
    assert_eq!(people, 12);
    // Another order is another question about the same people.
    let other = format!("{LISTS} --order-seed 2");
    record(&folder, &other, "other.jsonl", |_, it| judgement(it));
    let (people, _) = replayed(&other, "other.jsonl");
    assert_eq!(people, 12);
    let both = rows(&folder.read("judged.jsonl"));
    let seeds: Vec<u64> = both
        .iter()
        .filter_map(|it| it["asked"]["seed"].as_u64())
        .collect();
    assert!(seeds.len() > 12 && seeds.contains(&2), "{seeds:?}");
    judge(&folder, "repeat @judged.jsonl").ok();
    let kept = folder.read("judged.jsonl");
    replayed(LISTS, "one.jsonl");
    assert_eq!(folder.read("judged.jsonl"), kept);
}

/// The journeys of `a.jsonl` in the turned order, as another run would have ranked them.
fn turned(folder: &Folder) -> Vec<Row> {
    let mut journeys = rows(&folder.read("a.jsonl"));
    let mut most: HashMap<String, u64> = HashMap::new();
    for journey in &journeys {
        *most.entry(text(journey, "user_id").to_owned()).or_default() += 1;
    }
    for journey in &mut journeys {
        let rank = journey["rank"].as_u64().expect("a rank");
        let all = most[text(journey, "user_id")];
        journey.insert("rank".to_owned(), json!(all + 1 - rank));
        journey["run"]["run_id"] = json!("turned");
    }
    let lines = journeys.iter().map(|it| format!("{}\n", json!(it)));
    folder.write("turned.jsonl", lines.collect::<String>());
    journeys
}

#[test]
fn of_another_runs_judgements_nothing_but_the_replies_is_taken() {
    let folder = judged();
    let journeys = turned(&folder);
    one_line(&folder);
    let lists = LISTS.replace("--top 4", "--top 50");
    record(&folder, &lists, "long.jsonl", |_, it| judgement(it));
    judge(
        &folder,
        &format!("{lists} --replay @long.jsonl -o @x.jsonl"),
    )
    .ok();
    let before = rows(&folder.read("x.jsonl"));
    let other = lists.replace("@a.jsonl", "@turned.jsonl");
    let ran = judge(&folder, &format!("{other} --replay @one.jsonl -o @x.jsonl")).ok();
    assert!(
        ran.stderr.contains("known from before 12"),
        "{}",
        ran.stderr
    );
    let ranks: HashMap<(&str, &str), &Value> = journeys
        .iter()
        .map(|it| ((text(it, "user_id"), text(it, "journey_id")), &it["rank"]))
        .collect();
    let after = rows(&folder.read("x.jsonl"));
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(after["shown"]["run_id"], "turned");
        assert_eq!(after["asked"]["exchanges"], before["asked"]["exchanges"]);
        let told = |row: &Row| row["outcome"]["judged"]["journeys"].as_array().cloned();
        let mut turned_back = told(before).expect("judged");
        turned_back.reverse();
        for (now, then) in told(after).expect("judged").iter().zip(&turned_back) {
            let id = now["journey_id"].as_str().expect("an id");
            assert_eq!(&now["rank"], ranks[&(text(after, "user_id"), id)]);
            assert_eq!(
                (&now["why"], &now["relevance"]),
                (&then["why"], &then["relevance"])
            );
            assert_eq!(now["journey_id"], then["journey_id"]);
        }
    }
    judge(&folder, "repeat @x.jsonl").ok();
}

#[test]
fn a_verdict_is_of_the_run_whose_list_it_was() {
    let folder = judged();
    one_line(&folder);
    let pair = "pair @a.jsonl @b.jsonl --input @events.jsonl --people 10 --top 5 --both-orders";
    record(
        &folder,
        pair,
        "pairs-record.jsonl",
        |place, _| json!({"why": "it is", "better": (["first", "second", "second"][place % 3])}),
    );
    judge(
        &folder,
        &format!("{pair} --replay @pairs-record.jsonl -o @pairs.jsonl"),
    )
    .ok();
    let verdicts = |a: &str, b: &str| -> Vec<(String, String, String)> {
        let lines = rows(&folder.read("pairs.jsonl"));
        let all = lines.iter().map(|it| {
            let better = it["outcome"]["judged"]["better"].as_str().expect("one");
            let better = better.replace('a', "A").replace('b', "B");
            let better = better.replace('A', a).replace('B', b);
            let hash = it["asked"]["hash"].as_str().expect("a hash").to_owned();
            (text(it, "user_id").to_owned(), hash, better)
        });
        let mut all: Vec<_> = all.collect();
        all.sort();
        all
    };
    let before = verdicts("one", "other");
    let turned = pair.replace("@a.jsonl @b.jsonl", "@b.jsonl @a.jsonl");
    let ran = judge(
        &folder,
        &format!("{turned} --replay @one.jsonl -o @pairs.jsonl"),
    )
    .ok();
    let known = format!("known from before {}", before.len());
    assert!(ran.stderr.contains(&known), "{}", ran.stderr);
    assert_eq!(verdicts("other", "one"), before);
}

#[test]
fn what_would_be_lost_is_refused_before_anybody_is_asked() {
    let folder = judged();
    let all = folder.read("judged.jsonl");
    let b = LISTS.replace("@a.jsonl", "@b.jsonl");
    record(&folder, &b, "record-b.jsonl", |_, it| judgement(it));
    let into = "-o @judged.jsonl";
    judge(&folder, &format!("{b} --replay @record-b.jsonl {into}")).refused("of another run");
    let other = "--replay @record.jsonl --text-model-name other";
    judge(&folder, &format!("{LISTS} {other} {into}"))
        .refused("12 judgements of another run, or by another");
    assert_eq!(folder.read("judged.jsonl"), all);
    assert!(!folder.path("judged.jsonl.partial").exists());
}

#[test]
fn people_who_are_asked_about_in_the_same_words_are_each_judged() {
    let folder = Folder::new();
    let mut log = String::new();
    for user in ["one", "two"] {
        for day in 1..20 {
            let query = ["barn wedding", "rustic barn wedding", "barn wedding cake"][day % 3];
            let row = json!({
                "user_id": user, "timestamp": format!("2025-03-{day:02}T10:00:00Z"),
                "action": "search", "query": query,
            });
            log.push_str(&format!("{row}\n"));
        }
    }
    folder.write("events.jsonl", log);
    folder.infer("events.jsonl", "").ok();
    let line = "@out/j.jsonl --input @events.jsonl --people 5 --top 1";
    record(&folder, line, "record.jsonl", |_, it| judgement(it));
    for _ in 0..2 {
        judge(
            &folder,
            &format!("{line} --replay @record.jsonl -o @judged.jsonl"),
        )
        .ok();
        let lines = rows(&folder.read("judged.jsonl"));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["asked"]["hash"], lines[1]["asked"]["hash"]);
        for (line, user) in lines.iter().zip(["one", "two"]) {
            assert_eq!(text(line, "user_id"), user);
        }
    }
}
