//! The people of an input don't depend on its order, its files, the grouping or the threads.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wayline_files::group::{GroupError, GroupOptions, Grouping, for_each_person, partition};
use wayline_files::read::{Inputs, ReadOptions, ReadSummary};

use crate::common::{
    People, actions, collect, file, group_options, gzip, inputs, merged, write, zstd,
};

type Outcome = Result<(People, ReadSummary), GroupError<Infallible>>;

fn people(inputs: &Inputs, group: &GroupOptions, workers: usize) -> Outcome {
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.parse_threads = workers;
    let states = vec![People::new(); workers];
    let (states, summary) = for_each_person(inputs, &options, group, states, collect)?;
    Ok((merged(states), summary))
}

#[derive(Clone, Debug)]
struct Row {
    user: u8,
    second: u8,
    query: u8,
    event_id: Option<u8>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..6_u8, 0..4_u8, 0..3_u8, proptest::option::of(0..4_u8)).prop_map(
        |(user, second, query, event_id)| Row {
            user,
            second,
            query,
            event_id,
        },
    );
    proptest::collection::vec(row, 1..60)
}

fn text_of(rows: &[Row], format: usize) -> (String, Vec<u8>) {
    let mut text = String::new();
    let separator = ["", ",", "\t"][format % 3];
    if !separator.is_empty() {
        text.push_str(&["user_id", "timestamp", "query", "event_id\n"].join(separator));
    }
    for row in rows {
        let id = row.event_id.map(|id| id.to_string()).unwrap_or_default();
        let (user, second) = (row.user, 1_714_564_800 + u32::from(row.second));
        let query = row.query;
        if separator.is_empty() {
            text.push_str(&format!(
                "{{\"user_id\":{user},\"timestamp\":{second},\"query\":\"q{query}\",\"event_id\":\"{id}\"}}\n"
            ));
        } else {
            let fields = [
                user.to_string(),
                second.to_string(),
                format!("q{query}"),
                id,
            ];
            text.push_str(&fields.join(separator));
            text.push('\n');
        }
    }
    let name = ["jsonl", "csv", "tsv"][format % 3];
    match format / 3 {
        0 => (name.to_owned(), text.into_bytes()),
        1 => (format!("{name}.gz"), gzip(text.as_bytes())),
        _ => (format!("{name}.zst"), zstd(text.as_bytes())),
    }
}

fn write_rows(folder: &Path, rows: &[Row], cuts: &[usize], formats: &[usize]) {
    let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut % (rows.len() + 1)).collect();
    bounds.extend([0, rows.len()]);
    bounds.sort_unstable();
    for (index, pair) in bounds.windows(2).enumerate() {
        let (ending, bytes) = text_of(&rows[pair[0]..pair[1]], formats[index % formats.len()]);
        write(folder, &format!("{index}.{ending}"), bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn people_depend_on_nothing_but_their_rows(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        cuts in proptest::collection::vec(0..60_usize, 0..3),
        formats in proptest::collection::vec(0..9_usize, 1..4),
        workers in 1..4_usize,
        cap in prop_oneof![Just(100_u64), 3..20_u64],
    ) {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut grouped = rows;
        grouped.sort_by_key(|row| row.user);
        write_rows(&folder.path().join("grouped"), &grouped, &cuts, &formats);
        write_rows(&folder.path().join("shuffled"), &shuffled, &cuts, &formats);
        let spill = folder.path().join("spill");
        fs::create_dir(&spill).expect("a folder");
        let mut group = GroupOptions { max_events_per_person: cap, ..group_options(&spill) };

        group.grouping = Grouping::AsRead;
        let (expected, counted) = people(&inputs(&folder.path().join("grouped")), &group, workers).expect("people");
        group.grouping = Grouping::Partitioned;
        // With so little memory everything goes over the disk.
        for memory in [256 << 20, 1] {
            group.memory_bytes = memory;
            for order in ["grouped", "shuffled"] {
                let (found, summary) = people(&inputs(&folder.path().join(order)), &group, workers).expect("people");
                prop_assert_eq!(&found, &expected);
                prop_assert_eq!(summary.people, counted.people);
                prop_assert_eq!(summary.repeated_event_ids, counted.repeated_event_ids);
                prop_assert_eq!(summary.people_over_cap, counted.people_over_cap);
                prop_assert_eq!(summary.events_over_cap, counted.events_over_cap);
            }
        }
        prop_assert_eq!(fs::read_dir(&spill).expect("a folder").count(), 0);
    }
}

/// Rows of many people, one of whom has a third of them.
fn lopsided() -> String {
    (0..60_000_u32)
        .map(|row| {
            let user = if row % 3 == 0 { 0 } else { row % 1_000 };
            format!(
                "{{\"user_id\":\"u{user}\",\"timestamp\":{},\"query\":\"query number {row}\",\"title\":\"a title that fills memory\"}}\n",
                1_714_564_800 + row
            )
        })
        .collect()
}

#[test]
fn parts_that_are_too_large_are_cut_again() {
    let (folder, path) = file("a.jsonl", lopsided());
    let mut group = group_options(folder.path());
    let (expected, whole) = people(&inputs(&path), &group, 2).expect("people");
    assert_eq!(whole.events, 60_000);
    group.memory_bytes = 1 << 19;
    let (found, summary) = people(&inputs(&path), &group, 2).expect("people");
    assert!(found == expected);
    assert_eq!((summary.people, summary.people_over_cap), (whole.people, 0));

    for memory in [1 << 19, 256 << 20] {
        group.memory_bytes = memory;
        for (events, bytes) in [(10_000, 64 << 20), (100_000, 1 << 20)] {
            group.max_events_per_person = events;
            group.max_bytes_per_person = bytes;
            let (found, summary) = people(&inputs(&path), &group, 2).expect("people");
            assert_eq!(found.len() + 1, expected.len());
            assert_eq!(summary.people_over_cap, 1);
            assert_eq!(summary.events_over_cap, expected["u0"].len() as u64);
        }
    }
}

#[test]
fn people_can_be_gone_through_again() {
    let (folder, path) = file("a.jsonl", lopsided());
    let actions = actions();
    let mut group = group_options(folder.path());
    group.memory_bytes = 1 << 19;
    let parts = partition(&inputs(&path), &ReadOptions::new(&actions), &group, 2).expect("parts");
    assert_eq!(
        parts.summary().newest.map(|time| time.millis()),
        Some(1_714_624_799_000)
    );
    let all = || {
        let (states, summary) = parts
            .for_each_person(None, vec![People::new(); 3], collect)
            .expect("people");
        (merged(states), summary)
    };
    assert!(all() == all());
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    drop(parts);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_person_who_comes_up_again_is_noticed() {
    let rows = "user_id,timestamp,query\na,1714564800,x\nb,1714564800,x\na,1714564800,x\n";
    let (folder, path) = file("a.csv", rows);
    let mut group = group_options(folder.path());
    group.grouping = Grouping::AsRead;
    let error = people(&inputs(&path), &group, 2).expect_err("not grouped");
    assert!(
        matches!(&error, GroupError::NotGrouped { user_id } if user_id == "a"),
        "{error}"
    );
    group.grouping = Grouping::Partitioned;
    assert_eq!(
        people(&inputs(&path), &group, 2).expect("people").1.people,
        2
    );
}

#[test]
fn an_error_of_the_work_stops_it() {
    let (folder, path) = file("a.jsonl", lopsided());
    let actions = actions();
    let options = ReadOptions::new(&actions);
    let mut group = group_options(folder.path());
    for grouping in [Grouping::AsRead, Grouping::Partitioned] {
        group.grouping = grouping;
        let (folder, grouped) = file(
            "a.csv",
            (0..200_000).fold("user_id,timestamp,query\n".to_owned(), |text, user| {
                text + &format!("{user},1714564800,x\n")
            }),
        );
        let found = if grouping == Grouping::AsRead {
            &grouped
        } else {
            &path
        };
        let result = for_each_person(&inputs(found), &options, &group, vec![0; 2], |count, _| {
            *count += 1;
            if *count > 3 { Err("enough") } else { Ok(()) }
        });
        assert!(matches!(result, Err(GroupError::Person("enough"))));
        drop(folder);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (folder, path) = file("a.jsonl", lopsided());
    let group = group_options(&folder.path().join("nowhere"));
    let error = people(&inputs(&path), &group, 1).expect_err("no folder");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn an_unreadable_input_leaves_no_temporary_files() {
    let packed = gzip(lopsided().as_bytes());
    let (folder, path) = file("a.jsonl.gz", &packed[..packed.len() - 100]);
    let mut group = group_options(folder.path());
    group.memory_bytes = 1 << 19;
    for grouping in [Grouping::Partitioned, Grouping::AsRead] {
        group.grouping = grouping;
        people(&inputs(&path), &group, 2).expect_err("cut off or not grouped");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
