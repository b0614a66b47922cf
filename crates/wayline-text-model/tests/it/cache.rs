//! Nothing is paid for twice.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wayline::text_model::{Reply, Request, TextModel, TextModelError};
use wayline_text_model::{ByFunction, Cached};

use crate::reply;

fn request(text: &str) -> Request {
    Request::new("", text, 20)
}

type Counted = (Box<dyn TextModel>, Arc<AtomicU64>);

/// Says how many were asked before.
fn numbering(name: &str) -> Counted {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let answer = move |_: &Request| -> Result<Reply, TextModelError> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        Ok(reply(&before.to_string()))
    };
    (Box::new(ByFunction::new(name, answer)), asked)
}

fn open((model, asked): Counted, folder: &Path) -> (Cached<Box<dyn TextModel>>, Arc<AtomicU64>) {
    let cached = Cached::open(model, folder, Arc::default()).expect("a cache");
    (cached, asked)
}

#[test]
fn what_was_asked_before_is_not_asked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("made/for/it");
    let (model, asked) = open(numbering("m"), &place);
    let first = model.reply(&request("a")).expect("said");
    assert_eq!(model.reply(&request("a")).expect("said"), first);
    assert_ne!(model.reply(&request("b")).expect("said"), first);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    // Another time too, and not for another model.
    let (model, asked) = open(numbering("m"), &place);
    assert_eq!(model.reply(&request("a")).expect("said"), first);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let (model, asked) = open(numbering("n"), &place);
    model.reply(&request("a")).expect("said");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn who_asks_the_same_at_once_pays_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (model, asked) = open(numbering("m"), folder.path());
    std::thread::scope(|scope| {
        for it in 0..16 {
            let model = &model;
            scope.spawn(move || model.reply(&request(["a", "b"][it % 2])).expect("said"));
        }
    });
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn errors_are_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = AtomicU64::new(0);
    let model = ByFunction::new("m", move |_: &Request| {
        match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Err(TextModelError::Cancelled),
            _ => Ok(reply("well")),
        }
    });
    let model = Cached::open(model, folder.path(), Arc::default()).expect("a cache");
    model.reply(&request("a")).expect_err("none");
    assert_eq!(model.reply(&request("a")).expect("said").text, "well");
}

#[test]
fn a_folder_that_cant_be_a_cache_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = |place: &Path| {
        let cached = Cached::open(numbering("m").0, place, Arc::default());
        cached.err().expect("refused").to_string()
    };
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    assert!(opened(&file).contains("file"));
    let other = folder.path().join("other");
    std::fs::create_dir(&other).expect("made");
    std::fs::write(other.join("replies.sqlite"), "x".repeat(5_000)).expect("written");
    let error = opened(&other);
    assert!(error.contains("delete the folder"), "{error}");
    let newer = folder.path().join("newer");
    std::fs::create_dir(&newer).expect("made");
    let database = rusqlite::Connection::open(newer.join("replies.sqlite")).expect("open");
    database
        .execute_batch("CREATE TABLE x (y); PRAGMA user_version = 9")
        .expect("made");
    let error = opened(&newer);
    assert!(error.contains("version 9"), "{error}");
}

#[test]
fn what_cant_be_kept_is_not_paid_for_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (model, asked) = open(numbering("m"), folder.path());
    let database = rusqlite::Connection::open(folder.path().join("replies.sqlite"));
    let no_more = "CREATE TRIGGER full BEFORE INSERT ON replies
        BEGIN SELECT RAISE(FAIL, 'no room'); END";
    database
        .expect("open")
        .execute_batch(no_more)
        .expect("made");
    model.reply(&request("a")).expect("paid for, and given");
    for text in ["a", "b", "c"] {
        let error = model.reply(&request(text)).expect_err("refused");
        assert!(error.to_string().contains("no room"), "{error}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
