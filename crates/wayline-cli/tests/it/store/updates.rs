//! Updates in parts give what one run over all of it gives.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::without_ids;
use crate::support::{Folder, Row, rows, text};

#[test]
fn a_run_that_keeps_people_gives_the_same_and_so_does_what_is_kept() {
    let folder = Folder::simulated("--people 20 --seed 5");
    let expected = folder.inferred("events.jsonl", "");
    assert!(folder.inferred("events.jsonl", "--store @s") == expected);
    assert!(folder.exported("s", "") == expected);
    // And again: ids are carried over, nothing is added.
    let again = folder.infer("events.jsonl", "--store @s").ok();
    assert!(folder.results() == expected);
    assert_eq!(again.count("  people new to it"), 0);
    assert_eq!(again.count("  started"), 0);
    // A store alone is enough.
    folder.run("infer @events.jsonl --store @other").ok();
    assert!(folder.exported("other", "") == expected);
    folder.run("infer @events.jsonl").code.expect("refused");
}

#[test]
fn an_input_counts_once() {
    let folder = Folder::simulated("--people 8 --seed 6");
    folder.run("update @events.jsonl --store @s").ok();
    let before = folder.exported("s", "");
    let again = folder.run("update @events.jsonl --store @s").ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    // The same events in another order and another file are the same input.
    let mut lines = folder.lines();
    lines.reverse();
    folder.write("backwards.jsonl", lines.concat());
    let again = folder.run("update @backwards.jsonl --store @s").ok();
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    assert!(folder.exported("s", "") == before);
    // On purpose they count once more, but those that have an id.
    let repeated = folder.run("update @events.jsonl --store @s --again").ok();
    assert_eq!(repeated.count("  repeated ids"), lines.len() as u64);
    assert!(folder.exported("s", "") == before);
    let bare = lines.iter().map(|line| {
        let mut row: Row = serde_json::from_str(line).expect("JSON");
        row.remove("event_id");
        serde_json::to_string(&row).expect("JSON") + "\n"
    });
    folder.write("bare.jsonl", bare.collect::<String>());
    folder.run("update @bare.jsonl --store @bare").ok();
    let twice = folder.run("update @bare.jsonl --store @bare --again").ok();
    assert_eq!(twice.count("kept: events added"), lines.len() as u64);
    let count = |row: &Row| row["count"].as_u64().expect("a number");
    folder.exported("bare", "");
    let sum: u64 = folder.keywords().iter().map(count).sum();
    let sum_before: u64 = rows(&before[1]).iter().map(count).sum();
    assert_eq!(sum, 2 * sum_before);
}

/// People whose log is cut and shuffled; made once, since every case takes a few runs.
fn in_parts(seed: u64, cuts: &[usize], bounds: &str) -> Result<(), TestCaseError> {
    let options = format!("--people 6 --seed {seed} --history-days 30-60");
    let folder = Folder::simulated(&options);
    folder.build_corpus();
    folder.write("bounds.toml", bounds);
    let shared = "--corpus @corpus.parquet --config @bounds.toml";
    folder
        .run(&format!("infer @events.jsonl --store @whole {shared}"))
        .ok();
    let whole = folder.exported("whole", "--config @bounds.toml");
    let lines = crate::properties::shuffled(folder.lines(), seed);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % lines.len()).collect();
    cuts.extend([0, lines.len()]);
    cuts.sort_unstable();
    for (number, part) in cuts.windows(2).filter(|it| it[0] < it[1]).enumerate() {
        // A few events come again in the next part, as streams give them.
        let end = (part[1] + 5).min(lines.len());
        let name = format!("part{number}.jsonl");
        folder.write(&name, lines[part[0]..end].concat());
        folder
            .run(&format!("update @{name} --store @parts {shared}"))
            .ok();
    }
    let parts = folder.exported("parts", "--config @bounds.toml");
    prop_assert_eq!(without_ids(&parts), without_ids(&whole));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 4, ..ProptestConfig::default() })]
    #[test]
    fn any_split_into_updates_gives_what_one_run_gives(
        seed in 1..1_000_u64,
        cuts in prop::collection::vec(0..100_000_usize, 1..4),
        bounds in prop::sample::select(vec!["", "[keep]\nmax_events = 120\n", "[keep]\nmax_days = 10\n"]),
    ) {
        in_parts(seed, &cuts, bounds)?;
    }
}

#[test]
fn day_after_day_journeys_keep_their_ids_and_say_what_happens() {
    let folder = Folder::simulated("--people 6 --seed 3 --history-days 40-60");
    folder.build_corpus();
    let mut days: BTreeMap<String, String> = BTreeMap::new();
    for line in folder.lines() {
        let row: Row = serde_json::from_str(&line).expect("JSON");
        days.entry(text(&row, "timestamp")[..10].to_owned())
            .or_default()
            .push_str(&line);
    }
    let mut lived: BTreeMap<String, &'static str> = BTreeMap::new();
    for (day, lines) in &days {
        folder.write("day.jsonl", lines);
        folder
            .run("update @day.jsonl --store @s --corpus @corpus.parquet --lineage @out/l.jsonl")
            .ok();
        for event in rows(&folder.read("out/l.jsonl")) {
            let id = text(&event, "journey_id").to_owned();
            let before = lived.get(&id).copied();
            let now = match text(&event, "event") {
                "started" => {
                    assert_eq!(before, None, "{id} started twice");
                    "ongoing"
                }
                "paused" | "ended" | "merged" => "over",
                "revived" => {
                    assert_eq!(before, Some("over"), "{id} was revived while it ran");
                    "ongoing"
                }
                _ => {
                    assert!(before.is_some(), "{id} goes on before it started");
                    continue;
                }
            };
            lived.insert(id, now);
        }
        assert!(!day.is_empty());
    }
    folder.exported("s", "");
    for journey in folder.journeys() {
        let id = text(&journey, "journey_id");
        assert!(lived.contains_key(id), "{id} was never started");
    }
    // A person who stays away.
    let later = folder.run("sweep --store @s --as-of 2028-01-01T00:00:00Z --lineage @out/l.jsonl");
    let ended = later.ok();
    assert!(ended.count("  ended") + ended.count("  paused") > 0);
    folder.exported("s", "--as-of 2028-01-01T00:00:00Z");
    assert!(
        folder
            .journeys()
            .iter()
            .all(|it| it["stage"]["status"] == "ended")
    );
    let lineage = folder.read("out/l.jsonl");
    let again = folder
        .run("sweep --store @s --as-of 2028-01-01T00:00:00Z --lineage @out/again.jsonl")
        .ok();
    assert_eq!(again.count("  changed"), 0, "nothing happened since");
    assert!(folder.read("out/again.jsonl") == lineage, "as after a kill");
}

#[test]
fn what_falls_out_is_counted() {
    let folder = Folder::simulated("--people 4 --seed 8");
    folder.write("few.toml", "[keep]\nmax_events = 50\n");
    let all = folder.lines().len() as u64;
    let ran = folder
        .run("update @events.jsonl --store @s --config @few.toml")
        .ok();
    assert_eq!(ran.count("kept: events added"), all);
    assert_eq!(ran.count("  fell out"), all - 200);
    for person in folder.people_of("s") {
        assert_eq!(person["events"].as_array().map(Vec::len), Some(50));
        assert!(person["dropped_events"].as_u64() > Some(0));
    }
}

#[test]
fn journeys_of_one_store_go_by_one_corpus() {
    let folder = Folder::simulated("--people 8 --seed 6");
    folder.build_corpus();
    folder.run("update @events.jsonl --store @s").ok();
    folder
        .run("update @events.jsonl --store @s --again --corpus @corpus.parquet")
        .fails_with("--corpus");
    let ran = folder.run("store stats --store @s").ok();
    assert!(ran.stdout.contains("the general one"), "{}", ran.stdout);
    // All of them anew take another.
    folder
        .run("infer @events.jsonl --store @s --corpus @corpus.parquet")
        .ok();
    folder
        .run("update @events.jsonl --store @s --again --corpus @corpus.parquet")
        .ok();
}
