//! Journeys that stay current: `infer --store`, `update`, `sweep` and `store`.

mod inputs;
mod killed;
mod killed_often;
mod people;
mod updates;

use crate::support::{Folder, Ran, Row, rows, wayline};

impl Folder {
    /// Runs a command line; words that start with @ name files of this folder.
    pub(crate) fn run(&self, line: &str) -> Ran {
        wayline(self.words(line))
    }

    /// What a store, in a folder of this one or elsewhere, gives out: the bytes of journeys and of
    /// keywords.
    pub(crate) fn exported(&self, store: &str, options: &str) -> [Vec<u8>; 2] {
        let store = place(store);
        self.run(&format!(
            "store export --store {store} -o @out/j.jsonl --keywords @out/k.jsonl {options}"
        ))
        .ok();
        self.results()
    }

    /// All that a store keeps of people, without the line of the store.
    pub(crate) fn people_of(&self, store: &str) -> Vec<Row> {
        let store = place(store);
        self.run(&format!(
            "store export --store {store} --people @out/p.jsonl"
        ))
        .ok();
        let mut rows = rows(&self.read("out/p.jsonl"));
        assert!(rows.remove(0).contains_key("inputs"));
        rows
    }

    /// The lines of `events.jsonl`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let log = String::from_utf8(self.read("events.jsonl")).expect("UTF-8");
        log.lines().map(|line| format!("{line}\n")).collect()
    }
}

/// A store as a word of a command line.
fn place(store: &str) -> String {
    if store.contains("://") {
        store.to_owned()
    } else {
        format!("@{store}")
    }
}

/// Events without ids, so that what is added twice counts twice.
pub(crate) fn bare(lines: Vec<String>) -> Vec<String> {
    let bare = lines.into_iter().map(|line| {
        let start = line.find("\"event_id\"").expect("an id");
        let end = start + line[start..].find(',').expect("more") + 1;
        line[..start].to_owned() + &line[end..]
    });
    bare.collect()
}

/// Rows without what may depend on what happened before: ids and names.
pub(crate) fn without_ids([journeys, keywords]: &[Vec<u8>; 2]) -> Vec<Row> {
    let mut bare = rows(journeys);
    for row in &mut bare {
        for field in ["journey_id", "name", "name_source"] {
            row.remove(field);
        }
    }
    let mut keywords = rows(keywords);
    for row in &mut keywords {
        let is_in_one = !row["journey_id"].is_null();
        row.insert("journey_id".to_owned(), is_in_one.into());
    }
    bare.extend(keywords);
    bare
}
