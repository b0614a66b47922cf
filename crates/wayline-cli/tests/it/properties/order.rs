//! The same events give the same bytes.

use std::hash::{DefaultHasher, Hash, Hasher};

use wayline::nouns::Timestamp;
use wayline_files::write::events::{EventRow, EventsParquetWriter};

use crate::support::{Folder, Row, rows, text, texts};

const PEOPLE: &str = "--people 24 --seed 11 --history-days 30-90";

fn lines(folder: &Folder) -> Vec<String> {
    let log = String::from_utf8(folder.read("events.jsonl")).expect("UTF-8");
    log.lines().map(|line| format!("{line}\n")).collect()
}

/// The lines in an order that looks like chance and depends on `seed` alone.
pub(crate) fn shuffled(mut lines: Vec<String>, seed: u64) -> Vec<String> {
    lines.sort_by_key(|line| {
        let mut hasher = DefaultHasher::new();
        (seed, line).hash(&mut hasher);
        hasher.finish()
    });
    lines
}

#[test]
fn the_order_of_lines_does_not_matter() {
    let folder = Folder::simulated(PEOPLE);
    let expected = folder.inferred("events.jsonl", "");
    for seed in 0..3 {
        folder.write("shuffled.jsonl", shuffled(lines(&folder), seed).concat());
        assert!(folder.inferred("shuffled.jsonl", "") == expected);
    }
    let mut backwards = lines(&folder);
    backwards.reverse();
    folder.write("backwards.jsonl", backwards.concat());
    assert!(folder.inferred("backwards.jsonl", "") == expected);
}

#[test]
fn equal_timestamps_in_any_order_give_the_same_bytes() {
    let folder = Folder::simulated("--people 6 --seed 12 --history-days 14-30");
    let coarse: Vec<String> = lines(&folder)
        .iter()
        .map(|line| {
            let mut row: Row = serde_json::from_str(line).expect("JSON");
            let hour = format!("{}:00:00Z", &text(&row, "timestamp")[..13]);
            row.insert("timestamp".to_owned(), hour.into());
            row.remove("event_id");
            serde_json::to_string(&row).expect("JSON") + "\n"
        })
        .collect();
    folder.write("a.jsonl", coarse.concat());
    let expected = folder.inferred("a.jsonl", "");
    for seed in 0..3 {
        folder.write("b.jsonl", shuffled(coarse.clone(), seed).concat());
        assert!(folder.inferred("b.jsonl", "") == expected);
    }
}

#[test]
fn threads_and_memory_do_not_matter() {
    let folder = Folder::simulated(&format!("{PEOPLE} --scatter"));
    let expected = folder.inferred("events.jsonl", "");
    for options in [
        "",
        "--threads 1",
        "--threads 4",
        "--memory 16",
        "--memory 16 --threads 7",
        "--temp-dir @out",
    ] {
        assert!(
            folder.inferred("events.jsonl", options) == expected,
            "{options}"
        );
    }
    folder.infer_parquet("events.jsonl", "--threads 1").ok();
    let parquet = ["out/j.parquet", "out/k.parquet"];
    let before = parquet.map(|name| folder.read(name));
    folder
        .infer_parquet("events.jsonl", "--threads 4 --memory 16")
        .ok();
    assert!(parquet.map(|name| folder.read(name)) == before);
}

#[test]
fn files_and_formats_do_not_matter() {
    let folder = Folder::simulated(PEOPLE);
    let expected = folder.inferred("events.jsonl", "");
    let shuffled = shuffled(lines(&folder), 5).concat();
    let all = rows(shuffled.as_bytes());
    let third = all.len() / 3;
    std::fs::create_dir(folder.path("log")).expect("a folder");
    folder.write(
        "log/a.jsonl.gz",
        crate::support::gzip(&jsonl(&all[..third])),
    );
    folder.write("log/b.csv", csv(&all[third..2 * third], b','));
    parquet(&folder, "log/c.parquet", &all[2 * third..]);
    assert!(
        folder.inferred("log", "") == expected,
        "a folder of three formats"
    );
    let given = "log/c.parquet log/a.jsonl.gz log/b.csv";
    assert!(folder.inferred(given, "") == expected, "in another order");
    folder.infer_stdin(shuffled.as_bytes(), "").ok();
    assert!(folder.results() == expected, "on standard input");
    folder.write("all.csv", csv(&all, b','));
    assert!(folder.inferred("all.csv", "") == expected, "CSV");
    folder.write("all.tsv", csv(&all, b'\t'));
    assert!(folder.inferred("all.tsv", "") == expected, "TSV");
    parquet(&folder, "all.parquet", &all);
    assert!(folder.inferred("all.parquet", "") == expected, "Parquet");
}

#[test]
fn a_scattered_log_larger_than_memory_is_read_from_standard_input() {
    let folder = Folder::simulated("--people 150 --seed 3 --scatter");
    let expected = folder.inferred("events.jsonl", "");
    folder
        .infer_stdin(&folder.read("events.jsonl"), "--memory 16")
        .ok();
    assert!(folder.results() == expected);
}

#[test]
fn items_joined_give_what_items_in_the_rows_give() {
    let folder = Folder::simulated("--people 8 --seed 4");
    let expected = folder.inferred("events.jsonl", "");
    let mut items = std::collections::BTreeMap::new();
    let mut bare = String::new();
    let mut same = true;
    for mut row in rows(&folder.read("events.jsonl")) {
        if let Some(id) = row.get("item_id").cloned() {
            let mut item = Row::new();
            item.insert("item_id".to_owned(), id.clone());
            for field in ["title", "annotations", "interests"] {
                if let Some(value) = row.remove(field) {
                    item.insert(field.to_owned(), value);
                }
            }
            let line = serde_json::to_string(&item).expect("JSON");
            let before = items.insert(id.to_string(), line.clone());
            same &= before.is_none_or(|before| before == line);
        }
        bare += &(serde_json::to_string(&row).expect("JSON") + "\n");
    }
    assert!(same, "an item of the simulation always carries the same");
    folder.write("bare.jsonl", bare);
    let items: Vec<String> = items.into_values().collect();
    folder.write("items.jsonl", items.join("\n"));
    assert!(folder.inferred("bare.jsonl", "--items @items.jsonl") == expected);
}

fn jsonl(rows: &[Row]) -> Vec<u8> {
    let lines = rows
        .iter()
        .map(|row| serde_json::to_string(row).expect("JSON") + "\n");
    lines.collect::<String>().into_bytes()
}

const COLUMNS: [&str; 10] = [
    "user_id",
    "timestamp",
    "event_id",
    "action",
    "query",
    "item_id",
    "title",
    "annotations",
    "interests",
    "board",
];

fn csv(rows: &[Row], separator: u8) -> Vec<u8> {
    let style = if separator == b'\t' {
        csv::QuoteStyle::Never
    } else {
        csv::QuoteStyle::Necessary
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .quote_style(style)
        .from_writer(Vec::new());
    let columns = || COLUMNS.iter().chain(&["url"]);
    writer.write_record(columns()).expect("a header");
    for row in rows {
        let fields = columns().map(|column| texts(row, column).join("|"));
        writer.write_record(fields).expect("a row");
    }
    writer.into_inner().expect("written")
}

fn parquet(folder: &Folder, name: &str, rows: &[Row]) {
    let file = std::fs::File::create(folder.path(name)).expect("a file");
    let mut writer = EventsParquetWriter::new(file).expect("a writer");
    for row in rows {
        let optional = |field: &str| row.get(field).and_then(|value| value.as_str());
        let list = |field: &str| -> Vec<String> {
            texts(row, field).into_iter().map(str::to_owned).collect()
        };
        let time: Timestamp = text(row, "timestamp").parse().expect("a time");
        let event = EventRow {
            user_id: text(row, "user_id"),
            timestamp_ms: time.millis(),
            event_id: optional("event_id"),
            action: optional("action"),
            query: optional("query"),
            item_id: optional("item_id"),
            title: optional("title"),
            annotations: &list("annotations"),
            interests: &list("interests"),
            board: optional("board"),
            url: optional("url"),
        };
        writer.write(&event).expect("written");
    }
    writer.finish().expect("finished");
}
