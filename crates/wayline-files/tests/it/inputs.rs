//! Files, directories, globs, standard input and items.

use std::io::Cursor;
use std::sync::Mutex;

use wayline_files::group::{GroupOptions, Grouping, for_each_person};
use wayline_files::read::{ColumnNames, Inputs, Items, ReadError, ReadOptions};

use crate::common::{
    People, actions, collect, file, group_options, gzip, inputs, merged, read, write,
};

fn row(user_id: &str) -> String {
    format!("{{\"user_id\":\"{user_id}\",\"timestamp\":1714564800,\"query\":\"a\"}}\n")
}

fn find(input: &str) -> Result<Inputs, ReadError> {
    Inputs::find([input])
}

#[test]
fn a_directory_is_searched_and_other_files_skipped() {
    let (folder, _) = file("b.jsonl", row("b"));
    for name in ["sub/deep/a.csv", "c.tsv"] {
        let separator = if name.ends_with("csv") { "," } else { "\t" };
        let text = format!("user_id,timestamp,query\n{name},1714564800,a\n");
        write(folder.path(), name, text.replace(',', separator));
    }
    write(folder.path(), "D.JSONL.GZ", gzip(row("d").as_bytes()));
    for name in [
        ".hidden.jsonl",
        "_temporary/e.jsonl",
        "_SUCCESS",
        "notes.txt",
        ".git/f.jsonl",
    ] {
        write(folder.path(), name, "not an event");
    }
    let actions = actions();
    let (_, summary) = read(&inputs(folder.path()), &ReadOptions::new(&actions)).expect("events");
    assert_eq!(
        (summary.files, summary.events, summary.rejected()),
        (4, 4, 0)
    );
    assert_eq!(inputs(folder.path()).total_bytes(), Some(summary.bytes));
}

#[test]
fn a_glob_finds_files_and_a_file_named_twice_is_read_once() {
    let (folder, path) = file("day-1.jsonl", row("a"));
    write(folder.path(), "day-2.jsonl", row("b"));
    write(folder.path(), "night.jsonl", row("c"));
    let pattern = format!("{}/day-*.jsonl", folder.path().display());
    let named = path.display().to_string();
    let found = Inputs::find([named.as_str(), &pattern, &named]).expect("inputs");
    let actions = actions();
    let (_, summary) = read(&found, &ReadOptions::new(&actions)).expect("events");
    assert_eq!((summary.files, summary.events), (2, 2));
}

#[test]
fn inputs_that_name_nothing_are_refused() {
    let (folder, path) = file("notes.txt", "hello");
    let name = |path: &std::path::Path| path.display().to_string();
    assert!(matches!(
        find(&name(&path)),
        Err(ReadError::UnknownFormat { .. })
    ));
    assert!(matches!(
        find(&name(folder.path())),
        Err(ReadError::NothingFound { .. })
    ));
    assert!(matches!(
        find(&name(&folder.path().join("*.jsonl"))),
        Err(ReadError::NothingFound { .. })
    ));
    assert!(matches!(
        find(&name(&folder.path().join("none.jsonl"))),
        Err(ReadError::Open { .. })
    ));
    assert!(matches!(
        find("a***/[.jsonl"),
        Err(ReadError::BadGlob { .. })
    ));
    assert!(matches!(
        Inputs::find(Vec::<String>::new()),
        Err(ReadError::NothingFound { .. })
    ));
}

#[test]
fn a_name_with_brackets_is_a_file_first() {
    let (_folder, path) = file("a[1].jsonl", row("a"));
    let actions = actions();
    let (_, summary) = read(&inputs(&path), &ReadOptions::new(&actions)).expect("events");
    assert_eq!(summary.events, 1);
}

#[test]
fn an_empty_file_among_others_is_only_counted() {
    let (folder, _) = file("a.jsonl", row("a"));
    write(folder.path(), "b.jsonl", "");
    write(folder.path(), "c.csv", "user_id,timestamp,query\n");
    let actions = actions();
    let (_, summary) = read(&inputs(folder.path()), &ReadOptions::new(&actions)).expect("events");
    assert_eq!(summary.empty_files.len(), 2);
}

#[test]
fn standard_input_is_read_once_and_partitioned() {
    let text = [row("a"), row("b"), row("a")].concat();
    let (folder, path) = file("c.jsonl", row("c"));
    let found = Inputs::find(["-", path.to_str().expect("a name")])
        .expect("inputs")
        .with_stdin(Cursor::new(text));
    assert_eq!(found.total_bytes(), None);
    let group = GroupOptions {
        grouping: Grouping::AsRead,
        ..group_options(folder.path())
    };
    let actions = actions();
    let options = ReadOptions::new(&actions);
    let (states, summary) =
        for_each_person(&found, &options, &group, vec![People::new()], collect).expect("people");
    assert_eq!(merged(states)["a"].len(), 2);
    assert_eq!((summary.people, summary.files), (3, 2));
    let again = read(&found, &options).expect_err("standard input is used up");
    assert!(matches!(again, ReadError::StdinTwice), "{again}");
}

#[test]
fn progress_ends_at_the_total() {
    let (folder, _) = file("a.jsonl", row("a").repeat(50_000));
    write(
        folder.path(),
        "b.jsonl.gz",
        gzip(row("b").repeat(50_000).as_bytes()),
    );
    let seen = Mutex::new(Vec::new());
    let progress = |bytes: u64| seen.lock().expect("no panic").push(bytes);
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.progress = Some(&progress);
    let found = inputs(folder.path());
    read(&found, &options).expect("events");
    let seen = seen.lock().expect("no panic");
    assert!(seen.len() > 5 && seen.is_sorted());
    assert_eq!(seen.last().copied(), found.total_bytes());
}

#[test]
fn items_fill_what_events_lack() {
    let (folder, path) = file(
        "events.csv",
        "user_id,timestamp,action,item_id,title,annotations\n\
         u,1714564800,save,i1,,\nu,1714564801,save,i1,Own title,own\nu,1714564802,save,i9,,\n",
    );
    let items = write(
        folder.path(),
        "items.jsonl",
        r#"{"item_id":"i1","title":"A barn","annotations":["barn","red"],"interests":["farm"],"price":3}
{"item_id":"i1","title":"Another"}
{"title":"no id"}
{"item_id":2,"interests":"farm|home"}
"#,
    );
    let (items, read_items) = Items::read(&inputs(&items), &ColumnNames::default()).expect("items");
    assert_eq!(
        (
            items.len(),
            read_items.repeated_items,
            read_items.rejected()
        ),
        (2, 1, 1)
    );
    let two = items.get("2").expect("the second item");
    assert_eq!(two.interests().collect::<Vec<_>>(), ["farm", "home"]);
    assert_eq!(two.title, None);
    let actions = actions();
    let mut options = ReadOptions::new(&actions);
    options.items = Some(&items);
    for grouping in [Grouping::AsRead, Grouping::Partitioned] {
        let group = GroupOptions {
            grouping,
            ..group_options(folder.path())
        };
        let (states, _) = for_each_person(
            &inputs(&path),
            &options,
            &group,
            vec![People::new()],
            collect,
        )
        .expect("people");
        let events = &merged(states)["u"];
        assert!(
            events[0].contains(r#"Some("A barn") ["barn", "red"] ["farm"]"#),
            "{events:?}"
        );
        assert!(
            events[1].contains(r#"Some("Own title") ["own"] ["farm"]"#),
            "{events:?}"
        );
        assert!(events[2].contains(r#"Some("i9") None [] []"#), "{events:?}");
    }
}

#[test]
fn a_file_of_items_without_ids_is_refused() {
    let (_folder, path) = file("items.csv", "id,title\n1,a\n");
    let error = Items::read(&inputs(&path), &ColumnNames::default()).err();
    assert!(matches!(error, Some(ReadError::MissingColumn { .. })));
}
