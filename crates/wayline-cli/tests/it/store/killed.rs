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
    let begun = Instant::now();
    for part in ["first", "second"] {
        folder
            .run(&format!("update @{part}.jsonl --store @whole --threads 1"))
            .ok();
    }
    let step = begun.elapsed() / 30;
    let whole = folder.exported("whole", "");
    let (mut stopped, mut went_on) = (0, false);
    for part in ["first", "second"] {
        // One thread puts 64 people back long before it has looked at all.
        let line = format!("update @{part}.jsonl --store {place} --threads 1 --temp-dir @out");
        // Each may run a little longer than the one before, until one comes to its end.
        for pause in 0.. {
            let mut child = command(folder.words(&line))
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts");
            std::thread::sleep(step * pause);
            child.kill().expect("killed");
            let ended = child.wait_with_output().expect("it ends");
            if ended.status.success() {
                let said = String::from_utf8_lossy(&ended.stderr);
                went_on |= said.contains("  people who had them");
                break;
            }
            stopped += 1;
        }
        let ran = folder.run(&line).ok();
        assert!(ran.stderr.contains("already"), "{}", ran.stderr);
    }
    assert!(stopped >= 4, "the runs were too fast to be killed");
    assert!(
        went_on,
        "no run found what one that was killed had put back"
    );
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
