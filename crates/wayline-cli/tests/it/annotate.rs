//! Journeys for people to judge, and labels from what they said.

use crate::support::{Folder, Ran, rows, wayline};

fn annotate(folder: &Folder, line: &str) -> Ran {
    wayline(folder.words(&format!("annotate {line}")))
}

/// The sample as a table: header, rows.
fn table(bytes: &[u8]) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let text = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .expect("a mark for spreadsheets");
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|row| row.expect("a row")).collect();
    (header, rows)
}

fn filled(bytes: &[u8], score: impl Fn(usize) -> String) -> Vec<u8> {
    let (header, rows) = table(bytes);
    let place = header
        .iter()
        .position(|name| name == "score")
        .expect("a column");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).expect("written");
    for (number, row) in rows.iter().enumerate() {
        let fields = row.iter().enumerate().map(|(at, field)| {
            if at == place {
                score(number)
            } else {
                field.to_owned()
            }
        });
        writer.write_record(fields).expect("written");
    }
    writer.into_inner().expect("written")
}

#[test]
fn a_sample_is_drawn_filled_in_and_becomes_labels() {
    let folder = Folder::simulated("--people 40 --seed 9");
    folder.infer("events.jsonl", "").ok();
    folder.infer_parquet("events.jsonl", "").ok();
    let ran = annotate(
        &folder,
        "export @out/j.jsonl --sample 40 --per-person 2 -o @sample.csv",
    )
    .ok();
    assert!(ran.stderr.contains("40 of "), "{}", ran.stderr);
    let sample = folder.read("sample.csv");
    let (header, drawn) = table(&sample);
    assert_eq!(drawn.len(), 40);
    for hidden in ["rank", "confidence", "return_probability"] {
        assert!(
            header.iter().all(|name| name != hidden),
            "{hidden} would lead annotators"
        );
    }
    annotate(
        &folder,
        "export @out/j.parquet --sample 40 --per-person 2 -o @again.csv",
    )
    .ok();
    assert!(
        folder.read("again.csv") == sample,
        "the same of either format"
    );
    annotate(
        &folder,
        "export @out/j.jsonl --sample 40 --per-person 2 -o @sample.jsonl",
    )
    .ok();
    assert_eq!(rows(&folder.read("sample.jsonl")).len(), 40);

    folder.write(
        "anna.csv",
        filled(&sample, |row| ["1", "3", "5"][row % 3].to_owned()),
    );
    folder.write(
        "ben.csv",
        filled(&sample, |row| match row {
            0 => String::new(),
            1 => "6".to_owned(),
            _ => ["1", "3", "5"][row % 3].to_owned(),
        }),
    );
    let ran = annotate(&folder, "import @anna.csv @ben.csv -o @labels.jsonl").ok();
    for said in [
        "40 journeys",
        "without a score: 1 rows",
        "score_out_of_range",
        "ben.csv:3",
        "anna and ben, 38 journeys: 1.000",
    ] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    let labels = rows(&folder.read("labels.jsonl"));
    assert_eq!(labels.len(), 40);
    assert!(labels.iter().all(|it| it["relevance"].as_f64().is_some()));
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = Folder::simulated("--people 6 --seed 9");
    folder.infer("events.jsonl", "").ok();
    annotate(&folder, "export @out/j.jsonl -o @sample.txt")
        .fails_with("must end in .csv or .jsonl");
    annotate(&folder, "export @out/j.jsonl -o @out/j.jsonl").fails_with("would be overwritten");
    annotate(&folder, "export @events.jsonl -o @sample.csv").fails_with("no journey");
    let rows = String::from_utf8(folder.read("out/j.jsonl")).expect("UTF-8");
    let mut turned: Vec<&str> = rows.lines().collect();
    turned.reverse();
    folder.write("turned.jsonl", turned.join("\n"));
    annotate(&folder, "export @turned.jsonl -o @sample.csv").fails_with("in the order of people");
    annotate(&folder, "export @out/j.jsonl -o @sample.csv").ok();
    annotate(&folder, "import @sample.csv -o @labels.jsonl").fails_with("no row has a score");
    annotate(&folder, "import @events.jsonl -o @labels.jsonl").fails_with("can be used");
    assert!(!folder.path("labels.jsonl").exists());
}
