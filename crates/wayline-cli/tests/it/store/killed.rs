//! An update that is killed goes on where it was.

use std::process::Stdio;
use std::time::Instant;

use crate::support::{Folder, command};

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_counts_twice() {
    killed_at_several_moments("killed");
}

/// In the database of WAYLINE_TEST_POSTGRES, which `scripts/with-postgres` makes.
#[cfg(feature = "postgres")]
#[test]
fn in_postgres_neither_kills_nor_others_lose_anything() {
    let database = std::env::var("WAYLINE_TEST_POSTGRES").expect("run it by scripts/with-postgres");
    two_at_once(&database);
    // The same people come again, with other events.
    let folder = Folder::simulated("--people 1 --seed 10");
    let people = (0..280).map(|number| format!(" --user s9-{number:06} --user s10-{number:06}"));
    let people: String = people.collect();
    folder
        .run(&format!("store delete --store {database}{people}"))
        .ok();
    killed_at_several_moments(&database);
    crate::serve::takes_serves_and_ends_in_good_order(&database);
}

fn killed_at_several_moments(store: &str) {
    let place = super::place(store);
    let folder = Folder::simulated("--people 280 --seed 9 --history-days 30-60");
    let lines = super::bare(folder.lines());
    let (first, second) = lines.split_at(lines.len() / 2);
    folder.write("first.jsonl", first.concat());
    folder.write("second.jsonl", second.concat());
    let takes = ["first", "second"].map(|part| {
        let begun = Instant::now();
        folder
            .run(&format!("update @{part}.jsonl --store @whole --threads 2"))
            .ok();
        begun.elapsed()
    });
    let whole = folder.exported("whole", "");
    let mut stopped = 0;
    for (part, takes) in ["first", "second"].into_iter().zip(takes) {
        let line = format!("update @{part}.jsonl --store {place} --threads 2 --temp-dir @out");
        // So many people that some are put back before all are looked at.
        for tenth in 0..12 {
            let mut child = command(folder.words(&line))
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            std::thread::sleep(takes * tenth / 10);
            child.kill().expect("killed");
            stopped += u32::from(!child.wait().expect("it ends").success());
        }
        let ran = folder.run(&line).ok();
        let had = ran.count("  people who had them");
        assert!(had > 0 || ran.stderr.contains("already"), "{}", ran.stderr);
    }
    assert!(stopped >= 4, "the runs were too fast to be killed");
    assert!(folder.exported(store, "") == whole);
}

#[test]
fn two_updates_at_once_lose_nothing() {
    two_at_once("both");
}

fn two_at_once(store: &str) {
    let place = super::place(store);
    let folder = Folder::simulated("--people 40 --seed 10 --history-days 30-60");
    let lines = folder.lines();
    // Both have events of everybody.
    let odd = |is_odd: bool| -> String {
        let lines = lines.iter().enumerate();
        lines
            .filter(|(place, _)| (place % 2 == 1) == is_odd)
            .map(|(_, line)| line.as_str())
            .collect()
    };
    folder.write("odd.jsonl", odd(true));
    folder.write("even.jsonl", odd(false));
    folder.run("update @events.jsonl --store @whole").ok();
    // The store is there before, so that both find one corpus.
    folder.write("none.jsonl", &lines[0]);
    folder
        .run(&format!("update @none.jsonl --store {place}"))
        .ok();
    let children = ["odd", "even"].map(|part| {
        command(folder.words(&format!("update @{part}.jsonl --store {place}")))
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    });
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let (both, whole) = (folder.exported(store, ""), folder.exported("whole", ""));
    assert!(super::without_ids(&both) == super::without_ids(&whole));
}
