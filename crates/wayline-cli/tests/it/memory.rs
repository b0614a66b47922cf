//! Memory stays bounded, however large the log is.

use crate::support::{Folder, exists};

/// A log of at least so many bytes, scattered: people of one block and those of another over
/// several files, read one after the other.
fn scattered(people: u64) -> Folder {
    Folder::simulated(&format!("--people {people} --seed 31 --scatter"))
}

#[test]
#[ignore = "heavy: 256 MiB of events"]
fn a_quarter_gibibyte_of_scattered_events_stays_within_the_limit() {
    let folder = scattered(2_600);
    let log = folder.path("events.jsonl");
    assert!(exists(&log));
    let bytes = std::fs::metadata(&log).expect("a file").len();
    assert!(bytes >= 256 << 20, "the log has {} MiB", bytes >> 20);
    let ran = folder.infer("events.jsonl", "--memory 128").ok();
    assert_eq!(ran.count("people"), 2_600);
    assert!(ran.count("peak memory") <= 512, "{}", ran.stderr);
}

#[test]
#[ignore = "heavy: 8,000 people"]
fn four_times_as_many_people_need_no_more_memory() {
    let peak = |people: u64| {
        let folder = scattered(people);
        let options = "--memory 128 --threads 2";
        let ran = folder.infer("events.jsonl", options).ok();
        assert_eq!(ran.count("people"), people);
        ran.count("peak memory")
    };
    // Buffers and caches fill up to their bounds over the first thousand people or two.
    let (few, many) = (peak(2_000), peak(8_000));
    println!("{few} MiB, and {many} MiB for four times as many");
    let most = few + few / 10 + 32;
    assert!(
        many <= most,
        "{few} MiB, and {many} MiB for four times as many"
    );
}
