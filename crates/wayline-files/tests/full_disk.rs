//! What happens when the disk is full: a clear error, and nothing left behind.
//!
//! Needs a tiny file system of its own, so it runs only where the tests may mount one (root on
//! Linux) and says so where they may not.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use wayline_files::write::{
    AsideFile, Keyed, OrderError, OrderedResults, ResultsWriter, SpillError, SpillQueue,
    SpillSettings, WriteError,
};

#[path = "../src/write/samples.rs"]
mod samples;

/// A file system of 128 KiB in memory, gone when dropped.
struct TinyDisk(tempfile::TempDir);

impl TinyDisk {
    fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
            .arg(directory.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: a tiny file system cannot be mounted here");
        }
        mounted.then_some(Self(directory))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(self.path()).expect("readable").count() == 0
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.path()).output().ok();
    }
}

#[test]
fn a_file_that_does_not_fit_is_told_and_leaves_nothing() {
    let Some(disk) = TinyDisk::mount() else {
        return;
    };
    let mut file = AsideFile::create(&disk.path().join("a.jsonl")).expect("created");
    let written = file.write_all(&vec![b'x'; 1 << 20]);
    let error = written.expect_err("too large");
    let error = WriteError::from_system(file.target(), error);
    assert!(matches!(error, WriteError::DiskFull { .. }), "{error}");
    drop(file);
    // What the buffer still holds is noticed too.
    let mut file = AsideFile::create(&disk.path().join("a.jsonl")).expect("created");
    while file.write_all(&[b'x'; 1_000]).is_ok() {}
    file.finish().expect_err("full");
    assert!(disk.is_empty());
}

#[test]
fn results_that_do_not_fit_are_told_and_leave_nothing() {
    let Some(disk) = TinyDisk::mount() else {
        return;
    };
    for ending in ["jsonl", "jsonl.gz", "jsonl.zst", "parquet"] {
        let path = |name: &str| disk.path().join(format!("{name}.{ending}"));
        let (journeys, keywords) = (path("journeys"), path("keywords"));
        let mut writer =
            ResultsWriter::create(&journeys, Some(&keywords), &samples::run()).expect("created");
        let people = samples::people(600, 1);
        let written = people.iter().try_for_each(|person| writer.write(person));
        let error = written
            .and_then(|()| writer.finish())
            .expect_err("too large");
        assert!(
            matches!(error, WriteError::DiskFull { .. }),
            "{ending}: {error:?}"
        );
        assert!(disk.is_empty(), "{ending}");
    }
}

#[test]
fn temporary_files_that_do_not_fit_are_told() {
    let Some(disk) = TinyDisk::mount() else {
        return;
    };
    let settings = SpillSettings {
        memory_bytes: 10_000,
        threads: 1,
        directory: Some(disk.path().to_owned()),
    };
    let people = samples::people(300, 1);
    assert_eq!(people[7].user_id(), "user-0000007");
    let whole = OrderedResults::new(settings.clone());
    let mut part = whole.part();
    let error = people.iter().find_map(|person| part.push(person).err());
    let full = matches!(error, Some(OrderError::Spill(SpillError::DiskFull { .. })));
    assert!(full, "{error:?}");
    drop(part);
    drop(whole);
    let queue = SpillQueue::new(settings);
    let mut part = queue.part().expect("a part");
    let error = people.iter().find_map(|person| part.push(person).err());
    assert!(
        matches!(error, Some(SpillError::DiskFull { .. })),
        "{error:?}"
    );
    drop(part);
    drop(queue);
    assert!(disk.is_empty());
}
