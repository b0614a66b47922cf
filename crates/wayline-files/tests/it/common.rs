//! Files to read and what comes out of them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use tempfile::TempDir;
use wayline::nouns::{Actions, PersonLog, TextId};
use wayline_files::group::{GroupOptions, Partitions, partition};
use wayline_files::read::{Inputs, ReadError, ReadOptions, ReadSummary, Reason, read_events};

pub(crate) fn actions() -> Actions {
    Actions::new([
        ("search", 1.0),
        ("closeup", 1.0),
        ("save", 2.0),
        ("click", 1.0),
        ("hide", -1.0),
    ])
    .expect("good actions")
}

/// A folder with one file.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = write(folder.path(), name, content);
    (folder, path)
}

pub(crate) fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(&path, content).expect("a file");
    path
}

pub(crate) fn inputs(path: &Path) -> Inputs {
    Inputs::find([path.to_str().expect("a name")]).expect("inputs")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("zstd")
}

pub(crate) fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None)
        .expect("a Parquet writer");
    writer.write(batch).expect("Parquet");
    writer.close().expect("Parquet");
    bytes
}

pub(crate) fn read(
    inputs: &Inputs,
    options: &ReadOptions<'_>,
) -> Result<(Vec<RecordBatch>, ReadSummary), ReadError> {
    let mut batches = Vec::new();
    let summary = read_events(inputs, options, &mut |batch| {
        batches.push(batch);
        ControlFlow::Continue(())
    })?;
    Ok((batches, summary))
}

/// The summary of reading one file with the defaults.
pub(crate) fn summary(name: &str, content: impl AsRef<[u8]>) -> ReadSummary {
    let (_folder, path) = file(name, content);
    let actions = actions();
    read(&inputs(&path), &ReadOptions::new(&actions))
        .expect("a readable file")
        .1
}

/// The error of reading one file with the defaults.
pub(crate) fn failure(name: &str, content: impl AsRef<[u8]>) -> ReadError {
    let (_folder, path) = file(name, content);
    let actions = actions();
    read(&inputs(&path), &ReadOptions::new(&actions)).expect_err("an unreadable file")
}

pub(crate) fn counts(summary: &ReadSummary) -> Vec<(Reason, u64)> {
    summary
        .rejects
        .iter()
        .map(|(reason, count)| (*reason, *count))
        .collect()
}

/// Every person's events as text, in canonical order.
pub(crate) type People = BTreeMap<String, Vec<String>>;

pub(crate) fn show(log: &PersonLog) -> Vec<String> {
    let text = |id: Option<TextId>| id.map(|id| log.texts.get(id));
    let list = |range| -> Vec<&str> {
        log.list(range)
            .iter()
            .map(|id| log.texts.get(*id))
            .collect()
    };
    log.events
        .iter()
        .map(|event| {
            format!(
                "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                event.time,
                event.action.index(),
                text(event.event_id),
                text(event.query),
                text(event.item_id),
                text(event.title),
                list(event.annotations),
                list(event.interests),
                text(event.board),
                text(event.url),
            )
        })
        .collect()
}

/// Collects people; a person must come once.
pub(crate) fn collect(people: &mut People, log: &mut PersonLog) -> Result<(), Infallible> {
    let before = people.insert(log.user_id.clone(), show(log));
    assert!(before.is_none(), "{} came twice", log.user_id);
    Ok(())
}

pub(crate) fn merged(states: Vec<People>) -> People {
    let mut people = People::new();
    for state in states {
        for (user_id, events) in state {
            let before = people.insert(user_id.clone(), events);
            assert!(before.is_none(), "{user_id} came twice");
        }
    }
    people
}

pub(crate) fn group_options(folder: &Path) -> GroupOptions {
    GroupOptions {
        spill_dir: folder.to_owned(),
        ..GroupOptions::default()
    }
}

/// The people of one file with the defaults.
pub(crate) fn people_of(name: &str, content: impl AsRef<[u8]>) -> People {
    let (folder, path) = file(name, content);
    let actions = actions();
    let options = ReadOptions::new(&actions);
    let partitions: Partitions =
        partition(&inputs(&path), &options, &group_options(folder.path()), 1).expect("parts");
    let (states, _) = partitions
        .for_each_person(None, vec![People::new()], collect)
        .expect("people");
    merged(states)
}
