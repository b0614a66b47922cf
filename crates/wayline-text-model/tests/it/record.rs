//! Records, and models out of them.

use std::path::Path;

use wayline::text_model::{Request, TextModel, TextModelError};
use wayline_text_model::{Cancel, Recording, Replay, Settings, open};

use crate::stub::Stub;
use crate::{in_memory, opened, parrot_stub, settings};

fn say(text: &str) -> Request {
    Request::new("", &format!("say {text}"), 20)
}

fn recorded(place: &Path, texts: &[&str]) {
    let model = Recording::open(in_memory().model, place).expect("a record");
    for text in texts {
        model.reply(&say(text)).expect("said");
    }
}

fn lines(place: &Path) -> usize {
    let text = std::fs::read_to_string(place).expect("read");
    text.lines().count()
}

#[test]
fn what_was_recorded_is_replayed_without_anybody() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    let stub: Stub = parrot_stub();
    let model = opened(&Settings {
        record: place.clone(),
        cache: folder.path().join("cache"),
        ..settings(&stub.url())
    });
    let first = model.reply(&say("hello")).expect("said");
    // From the cache it is recorded too, but once.
    model.reply(&say("hello")).expect("said");
    assert_eq!(lines(&place), 1);
    let replay = Settings {
        url: String::new(),
        replay: place,
        ..settings("")
    };
    let replay = opened(&replay);
    assert_eq!(replay.reply(&say("hello")).expect("recorded"), first);
    assert_eq!(stub.times_asked(), 1);
    replay.check().expect("nothing to check");
}

#[test]
fn what_was_not_recorded_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    recorded(&place, &["hello"]);
    let replay = Replay::open("parrot", &place).expect("a record");
    let unknown = say("bye");
    let error = replay.reply(&unknown).expect_err("unknown");
    assert!(matches!(error, TextModelError::NotRecorded { .. }));
    let text = error.to_string();
    assert!(text.contains(&unknown.hash("parrot").to_string()), "{text}");
    assert!(text.contains("record anew"), "{text}");
    let replay = Replay::open("another", &place).expect("a record");
    replay.reply(&say("hello")).expect_err("of another model");
}

#[test]
fn a_record_goes_on_after_a_run_that_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    recorded(&place, &["a", "b"]);
    // Killed amid a line.
    let text = std::fs::read_to_string(&place).expect("read");
    std::fs::write(&place, &text[..text.len() - 20]).expect("written");
    let replay = Replay::open("parrot", &place).expect("a record");
    replay.reply(&say("a")).expect("whole");
    replay.reply(&say("b")).expect_err("half");
    recorded(&place, &["b", "a", "c"]);
    assert_eq!(lines(&place), 3);
    let replay = Replay::open("parrot", &place).expect("a record");
    for text in ["a", "b", "c"] {
        assert_eq!(replay.reply(&say(text)).expect("whole").text, text);
    }
}

#[test]
fn what_is_no_record_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    let opens = |place: &Path| {
        Replay::open("parrot", place)
            .map(|_| ())
            .map_err(|it| it.to_string())
    };
    opens(&place).expect_err("not there");
    std::fs::write(&place, "").expect("written");
    opens(&place).expect("empty");
    std::fs::write(&place, "{\"user_id\": \"p\"}\n").expect("written");
    let error = opens(&place).expect_err("something else");
    assert!(error.contains("line 1"), "{error}");
    assert!(Recording::open(in_memory().model, &place).is_err());
    // A record that was changed by hand would answer what nobody asked.
    std::fs::remove_file(&place).expect("removed");
    recorded(&place, &["a"]);
    let text = std::fs::read_to_string(&place).expect("read");
    std::fs::write(&place, text.replace("say a", "say b")).expect("written");
    let error = opens(&place).expect_err("changed");
    assert!(error.contains("was changed"), "{error}");
}

#[test]
fn a_record_that_isnt_there_keeps_a_run_from_starting() {
    let settings = Settings {
        replay: "/nowhere/record.jsonl".into(),
        ..settings("")
    };
    let error = open(&settings, &Cancel::default()).err().expect("refused");
    assert!(
        error.to_string().contains("/nowhere/record.jsonl"),
        "{error}"
    );
}
