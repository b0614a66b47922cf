//! People taken out of a store, put into one, joined and erased.

use wayline::keep::{Changes, number_of};

use crate::support::{Folder, Row, rows, text};

#[test]
fn all_that_is_kept_of_a_person_is_given_out() {
    let folder = Folder::simulated("--people 3 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    folder.exported("s", "");
    let journey = folder.journeys().into_iter().next().expect("a journey");
    let user = text(&journey, "user_id");
    let said = format!(
        "user_id,journey_id,timestamp,channel,event,position\n{user},{},2025-07-01T10:00:00Z,app,dismiss,1\nnobody,x,2025-07-01T10:00:00Z,app,dismiss,1\n",
        text(&journey, "journey_id")
    );
    folder.write("said.csv", said);
    // The events are there already; what was said is new.
    let line = "update @events.jsonl --store @s --feedback @said.csv";
    let ran = folder.run(line).ok();
    assert_eq!(ran.count("people who said something"), 1);
    assert_eq!(ran.count("  unknown"), 1);
    let got = folder
        .run(&format!("store get --store @s --user {user}"))
        .ok();
    let person: Row = serde_json::from_str(&got.stdout).expect("one object");
    let events = person["events"].as_array().expect("a list");
    let its = rows(&folder.read("events.jsonl"));
    let its: Vec<&Row> = its
        .iter()
        .filter(|it| text(it, "user_id") == user)
        .collect();
    assert_eq!(events.len(), its.len());
    for (event, original) in events.iter().zip(its) {
        for (field, value) in original.iter().filter(|(field, _)| *field != "user_id") {
            assert_eq!(event.get(field), Some(value), "{field}");
        }
    }
    assert_eq!(person["feedback"][0]["event"], "dismiss");
    assert!(!person["lineage"].as_array().expect("a list").is_empty());
    folder.exported("s", "");
    let hidden = |it: &&Row| it["hidden"] == true;
    let journeys = folder.journeys();
    let hidden: Vec<&Row> = journeys.iter().filter(hidden).collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0]["journey_id"], journey["journey_id"]);
    // Said again after many other inputs, nothing changes and no event counts again.
    let counted = folder.exported("s", "--as-of 2025-07-02T00:00:00Z");
    for number in 0..70 {
        let event = format!(
            "{{\"user_id\":\"{user}\",\"timestamp\":\"2025-07-03T00:00:{:02}Z\",\"query\":\"x{number}\"}}",
            number % 60
        );
        folder.write("one.jsonl", event);
        folder.run("update @one.jsonl --store @s").ok();
    }
    folder.run(line).ok();
    assert!(folder.exported("s", "--as-of 2025-07-02T00:00:00Z") == counted);
    let again = folder.run(line).ok();
    assert_eq!(again.count("  continued"), 0);
}

#[test]
fn people_move_from_store_to_store_as_they_are() {
    let folder = Folder::simulated("--people 12 --seed 5");
    folder.build_corpus();
    folder
        .run("infer @events.jsonl --store @a --corpus @corpus.parquet")
        .ok();
    let expected = folder.exported("a", "");
    folder
        .run("store export --store @a --people @out/p.jsonl --corpus @out/c.parquet")
        .ok();
    let mut people = rows(&folder.read("out/p.jsonl"));
    let of_store = people.remove(0);
    assert_eq!(of_store["inputs"].as_object().map(|it| it.len()), Some(1));
    for _ in 0..2 {
        folder
            .run("store import @out/p.jsonl --store @b --corpus @out/c.parquet")
            .ok();
        folder
            .run("store export --store @b --people @out/p2.jsonl")
            .ok();
        let mut moved = rows(&folder.read("out/p2.jsonl"));
        assert_eq!(moved.remove(0), of_store);
        assert_eq!(moved.len(), people.len());
        for (mut moved, mut person) in moved.into_iter().zip(people.clone()) {
            // Whoever was told of the person takes the higher version for the later.
            let versions = [moved.remove("version"), person.remove("version")];
            let versions = versions.map(|it| it.as_ref().and_then(serde_json::Value::as_u64));
            assert!(versions[0] >= versions[1]);
            assert_eq!(moved, person);
        }
    }
    assert!(folder.exported("b", "") == expected);
    // Its inputs are known there too.
    let again = folder.run("update @events.jsonl --store @b").ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    let first = folder.lines()[0].clone();
    folder.write("first.jsonl", first);
    folder
        .run("update @first.jsonl --store @b --corpus @corpus.parquet")
        .ok();
    assert!(
        folder.exported("b", "") == expected,
        "an event with an id that is there"
    );
    folder.write("wrong.jsonl", "{\"user_id\":\"p\"}\n");
    folder
        .run("store import @wrong.jsonl --store @b")
        .fails_with("wrong.jsonl:1");
    folder.run("store compact --store @b").ok();
    assert!(folder.exported("b", "") == expected);
}

#[test]
fn who_is_erased_is_gone_and_may_come_again() {
    let folder = Folder::simulated("--people 5 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let before = folder.exported("s", "");
    let user = text(&rows(&before[0])[0], "user_id").to_owned();
    let ran = folder
        .run(&format!(
            "store delete --store @s --user {user} --user nobody"
        ))
        .ok();
    assert!(
        ran.stderr.contains(&format!("erased `{user}`")),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("`nobody` is not in the store"),
        "{}",
        ran.stderr
    );
    folder.exported("s", "");
    assert!(
        folder
            .keywords()
            .iter()
            .all(|it| text(it, "user_id") != user)
    );
    folder
        .run(&format!("store get --store @s --user {user}"))
        .fails_with("knows nobody");
    folder
        .run(&format!("store delete --store @s --user {user}"))
        .fails_with("nobody was erased");
    folder.run("update @events.jsonl --store @s --again").ok();
    assert!(folder.exported("s", "") == before);
}

#[test]
fn a_visitor_is_joined_to_an_account() {
    let folder = Folder::simulated("--people 4 --seed 5");
    // One person's log under two ids.
    let mut number = 0;
    let lines = folder
        .lines()
        .into_iter()
        .filter(|line| line.contains("s5-000001"))
        .map(|line| {
            number += 1;
            if number % 2 == 0 {
                line.replace("\"user_id\":\"s5-000001\"", "\"user_id\":\"visitor\"")
            } else {
                line
            }
        });
    let both: String = lines.collect();
    folder.write(
        "whole.jsonl",
        both.replace("\"user_id\":\"visitor\"", "\"user_id\":\"s5-000001\""),
    );
    folder.write("both.jsonl", both);
    folder.run("update @whole.jsonl --store @whole").ok();
    folder.run("update @both.jsonl --store @both").ok();
    folder.exported("both", "");
    let ids = |rows: Vec<Row>, user: &str| -> Vec<String> {
        let its = rows.into_iter().filter(|it| text(it, "user_id") == user);
        its.map(|it| text(&it, "journey_id").to_owned()).collect()
    };
    let before = ids(folder.journeys(), "s5-000001");
    let ran = folder
        .run("store merge --store @both --from visitor --to s5-000001")
        .ok();
    assert!(ran.stderr.contains("`visitor` is erased"), "{}", ran.stderr);
    let joined = folder.exported("both", "");
    let after = ids(folder.journeys(), "s5-000001");
    assert!(
        before.iter().any(|id| after.contains(id)),
        "{before:?} {after:?}"
    );
    assert_eq!(
        super::without_ids(&joined),
        super::without_ids(&folder.exported("whole", ""))
    );
    folder
        .run("store merge --store @both --from visitor --to s5-000001")
        .fails_with("visitor");
    folder
        .run("store merge --store @both --from x --to x")
        .fails_with("one person");
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = Folder::simulated("--people 2 --seed 5");
    folder
        .run("store stats --store @none")
        .fails_with("there is no store");
    folder
        .run("sweep --store @none")
        .fails_with("there is no store");
    folder
        .run("update @events.jsonl --store @out/..")
        .fails_with("other things");
    folder
        .run("update @events.jsonl --store mysql://h/d")
        .fails_with("no kind of store");
    folder
        .run("store export --store @none")
        .fails_with("-o FILE");
    folder.run("update @events.jsonl --store memory:").ok();
    let stats = folder.run("update @events.jsonl --store @s").ok();
    assert_eq!(stats.count("  people new to it"), 2);
    let stats = folder.run("store stats --store @s --json").ok();
    let stats: Row = serde_json::from_str(&stats.stdout).expect("one object");
    assert_eq!(
        (stats["people"].as_u64(), stats["inputs"].as_u64()),
        (Some(2), Some(1))
    );
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let folder = Folder::simulated("--people 2 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let well = folder.run("doctor --store @s").ok();
    assert!(well.stdout.contains("all 2 can be read"), "{}", well.stdout);
    folder.write("lost.toml", "[actions]\nclick = 1.0\n");
    folder.run("doctor --store @s --config @lost.toml").ok();
    folder.write("tokens", "read short\n");
    let ill = folder.run("doctor --store @none --tokens @tokens --temp-dir @nowhere");
    assert!(ill.stdout.contains("FAILED  store"), "{}", ill.stdout);
    assert!(ill.stdout.contains("FAILED  tokens"), "{}", ill.stdout);
    assert!(ill.stdout.contains("FAILED  temporary"), "{}", ill.stdout);
    ill.fails_with("3 checks failed");
}

#[test]
fn a_store_that_moves_takes_along_what_streams_have_read_and_whom_it_erased() {
    let folder = Folder::simulated("--people 3 --seed 5");
    folder.run("update @events.jsonl --store @a").ok();
    let open = |name: &str| {
        let name = folder.path(name).display().to_string();
        wayline_store::open(&name, wayline_store::Open::Existing).expect("opened")
    };
    let position = |number: i64| Changes {
        highest: vec![("stream/group/topic/0".to_owned(), number)],
        ..Changes::default()
    };
    open("a").commit(&position(17)).expect("noted");
    folder.run("store delete --store @a --user s5-000001").ok();
    let until = open("a").erased_until().expect("read");
    assert!(until > 0);
    folder
        .run("store export --store @a --people @out/p.jsonl")
        .ok();
    folder.run("store import @out/p.jsonl --store @b").ok();
    let moved = open("b");
    let note = moved
        .note("stream/group/topic/0")
        .expect("read")
        .expect("there");
    assert_eq!(number_of(&note), 17);
    assert_eq!(moved.erased_until().expect("read"), until);
}

#[test]
fn a_batch_that_is_damaged_is_told_and_erased() {
    let folder = Folder::simulated("--people 2 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let name = folder.path("s").display().to_string();
    let store = wayline_store::open(&name, wayline_store::Open::Existing).expect("opened");
    let waiting = vec![("s5-000001".to_owned(), vec![7, 7, 7])];
    store
        .commit(&Changes {
            waiting,
            ..Changes::default()
        })
        .expect("taken");
    drop(store);
    let ill = folder.run("doctor --store @s");
    assert!(ill.stdout.contains("`s5-000001`"), "{}", ill.stdout);
    ill.fails_with("1 checks failed");
    folder.run("store delete --store @s --user s5-000001").ok();
    folder.run("doctor --store @s").ok();
}

#[test]
fn a_record_that_is_damaged_stops_nobody_and_can_be_replaced_or_erased() {
    let folder = Folder::simulated("--people 3 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let people = folder.people_of("s");
    let user = text(&people[0], "user_id");
    let damage = || {
        let database = rusqlite::Connection::open(folder.path("s/wayline.db")).expect("opened");
        let damaged = database.execute(
            "UPDATE people SET record = x'00' WHERE user_id = ?1",
            [user],
        );
        assert_eq!(damaged, Ok(1));
    };
    let whole = folder.read("out/p.jsonl");
    damage();
    folder
        .run(&format!("store get --store @s --user {user}"))
        .fails_with("restore the store from a backup");
    folder.write("whole.jsonl", whole);
    folder.run("store import @whole.jsonl --store @s").ok();
    folder
        .run(&format!("store get --store @s --user {user}"))
        .ok();
    damage();
    let erased = folder
        .run(&format!("store delete --store @s --user {user}"))
        .ok();
    assert!(
        erased.stderr.contains("couldn't be read"),
        "{}",
        erased.stderr
    );
    assert_eq!(folder.people_of("s").len(), 2);
}
