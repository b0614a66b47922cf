//! Outputs that can't be written.

use std::fs;

use crate::support::{Folder, TinyDisk, wayline};

const ROW: &str = "{\"user_id\":\"u\",\"timestamp\":1700000000,\"query\":\"barn\"}\n";

fn refused(folder: &Folder, output: &str, message: &str) {
    let log = folder.path("x.jsonl");
    let ran = wayline([
        "infer".as_ref(),
        log.as_os_str(),
        "-o".as_ref(),
        output.as_ref(),
    ]);
    ran.fails_with(message);
    assert!(folder.outputs().is_empty(), "{:?}", folder.outputs());
}

#[test]
fn an_unknown_ending_is_refused() {
    let folder = Folder::with("x.jsonl", ROW);
    for name in ["j.csv", "j.json", "j", "j.parquet.gz"] {
        let output = folder.path("out").join(name);
        refused(
            &folder,
            output.to_str().expect("a name"),
            "the name must end in .jsonl",
        );
    }
}

#[test]
fn a_missing_directory_is_named() {
    let folder = Folder::with("x.jsonl", ROW);
    let output = folder.path("out/no/j.jsonl");
    refused(
        &folder,
        output.to_str().expect("a name"),
        "create it or name another",
    );
}

#[test]
fn a_directory_that_takes_no_file_is_named() {
    // Not even root can make files there.
    if std::path::Path::new("/proc/self").is_dir() {
        let folder = Folder::with("x.jsonl", ROW);
        refused(&folder, "/proc/j.jsonl", "no file can be made in /proc");
    }
}

#[test]
fn a_directory_is_no_output() {
    let folder = Folder::with("x.jsonl", ROW);
    fs::create_dir(folder.path("j.jsonl")).expect("a folder");
    let output = folder.path("j.jsonl");
    refused(
        &folder,
        output.to_str().expect("a name"),
        "is not a plain file but a directory",
    );
}

#[test]
fn two_outputs_in_one_file_are_refused() {
    let folder = Folder::with("x.jsonl", ROW);
    let ran = folder.infer("x.jsonl", "-o @out/j.jsonl");
    assert_eq!(ran.code, Some(2), "an option twice");
    let (log, output) = (folder.path("x.jsonl"), folder.path("out/j.jsonl"));
    let ran = wayline([
        "infer".as_ref(),
        log.as_os_str(),
        "-o".as_ref(),
        output.as_ref(),
        "--keywords".as_ref(),
        output.as_ref(),
    ]);
    ran.fails_with("named for two outputs");
    assert!(folder.outputs().is_empty());
}

#[test]
fn an_output_that_fails_leaves_the_old_one() {
    let folder = Folder::with("x.jsonl", ROW);
    folder.infer("x.jsonl", "").ok();
    let before = folder.results();
    folder.write("broken.jsonl.gz", "no gzip");
    assert_ne!(folder.infer("x.jsonl broken.jsonl.gz", "").code, Some(0));
    assert_eq!(folder.results(), before);
    assert_eq!(folder.outputs().len(), 2);
}

#[test]
fn a_full_disk_is_told_and_left_empty() {
    let Some(disk) = TinyDisk::mount() else {
        return;
    };
    let folder = Folder::simulated("--people 20");
    for ending in ["jsonl", "parquet"] {
        let (log, journeys, keywords) = (
            folder.path("events.jsonl"),
            disk.path().join(format!("j.{ending}")),
            disk.path().join(format!("k.{ending}")),
        );
        let ran = wayline([
            "infer".as_ref(),
            log.as_os_str(),
            "-o".as_ref(),
            journeys.as_ref(),
            "--keywords".as_ref(),
            keywords.as_ref(),
        ]);
        ran.fails_with("no space is left on its disk");
        assert!(disk.is_empty());
    }
}

#[test]
fn a_full_disk_of_temporary_files_is_told() {
    let Some(disk) = TinyDisk::mount() else {
        return;
    };
    let folder = Folder::simulated("--people 300 --scatter");
    let place = disk.path().display();
    let ran = folder.infer("events.jsonl", &format!("--memory 16 --temp-dir {place}"));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("full") || ran.stderr.contains("space"),
        "{}",
        ran.stderr
    );
    assert!(folder.outputs().is_empty() && disk.is_empty());
}

#[test]
fn a_missing_place_for_temporary_files_is_told() {
    let folder = Folder::simulated("--people 300 --scatter");
    let ran = folder.infer("events.jsonl", "--memory 16 --temp-dir @none");
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("none"), "{}", ran.stderr);
    assert!(folder.outputs().is_empty());
}

#[test]
fn what_is_read_is_never_overwritten() {
    let folder = Folder::with("x.jsonl", ROW);
    let log = folder.path("x.jsonl");
    let spare = folder.path("spare.jsonl");
    for extra in [
        ["-o", "x.jsonl", "--keywords", "spare.jsonl"],
        ["-o", "spare.jsonl", "--keywords", "x.jsonl"],
        ["-o", "spare.jsonl", "--rejects", "x.jsonl"],
        ["-o", "spare.jsonl", "--rejects", "spare.jsonl"],
    ] {
        let place = |word: &str| match word.strip_suffix(".jsonl") {
            Some(_) => folder.path(word).into_os_string(),
            None => word.into(),
        };
        let mut words = vec!["infer".into(), log.clone().into_os_string()];
        words.extend(extra.map(place));
        wayline(words).fails_with("name");
        assert_eq!(fs::read_to_string(&log).expect("the log"), ROW);
        assert!(!spare.exists());
    }
}
