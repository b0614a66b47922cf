//! What every store must do.

use wayline::keep::{
    Change, Changes, ERASED, EVERYTHING, PersonChange, Store, StoreError, Stored, number_of,
};

use crate::Fresh;

/// Every check as a test of every kind of store.
macro_rules! suite {
    ($($kind:ident),+) => { $(
        mod $kind {
            $crate::conformance::checks!($kind:
                an_empty_store_has_nothing, what_was_put_is_there, a_conflict_changes_nothing,
                batches_wait_until_they_are_added, what_is_erased_is_gone,
                nobody_brings_back_who_was_erased, notes_must_stand_as_expected,
                of_numbers_the_highest_stays,
                people_come_in_the_order_of_their_ids, notes_are_found_by_their_beginnings,
                strange_texts_and_sizes_come_back, no_update_is_lost_between_threads,
                counts_are_of_what_is_there, all_is_there_again
            );
        }
    )+ };
}
pub(crate) use suite;

macro_rules! checks {
    ($kind:ident: $($check:ident),+) => { $(
        #[test]
        fn $check() {
            $crate::conformance::$check(&$crate::$kind());
        }
    )+ };
}
pub(crate) use checks;

fn put(user_id: &str, expected: u64, record: &[u8], added_until: u64) -> PersonChange {
    PersonChange {
        user_id: user_id.to_owned(),
        expected,
        change: Change::Put {
            stored: Stored {
                version: expected + 1,
                record: record.to_vec(),
            },
            added_until,
        },
    }
}

/// Of somebody who may have been erased before.
fn put_new(store: &dyn Store, user_id: &str, record: &[u8], added_until: u64) -> PersonChange {
    PersonChange {
        user_id: user_id.to_owned(),
        expected: 0,
        change: Change::Put {
            stored: Stored {
                version: store.erased_until().expect("read") + 1,
                record: record.to_vec(),
            },
            added_until,
        },
    }
}

fn erase(user_id: &str, expected: u64) -> PersonChange {
    PersonChange {
        user_id: user_id.to_owned(),
        expected,
        change: Change::Erase {
            waiting_until: EVERYTHING,
        },
    }
}

fn people(changes: Vec<PersonChange>) -> Changes {
    Changes {
        people: changes,
        ..Changes::default()
    }
}

fn waits(user_id: &str, batches: &[&str]) -> Changes {
    let batches = batches.iter();
    Changes {
        waiting: batches
            .map(|it| (user_id.to_owned(), it.as_bytes().to_vec()))
            .collect(),
        ..Changes::default()
    }
}

fn note(name: &str, value: Option<&str>) -> Changes {
    Changes {
        notes: vec![(name.to_owned(), value.map(|it| it.as_bytes().to_vec()))],
        ..Changes::default()
    }
}

/// What waits for a person, as texts.
fn waiting(store: &dyn Store, user_id: &str) -> Vec<String> {
    let waiting = store.waiting(user_id).expect("read");
    assert!(waiting.windows(2).all(|it| it[0].number < it[1].number));
    let texts = waiting
        .into_iter()
        .map(|it| String::from_utf8(it.batch).expect("a text"));
    texts.collect()
}

fn record(store: &dyn Store, user_id: &str) -> Option<(u64, Vec<u8>)> {
    let stored = store.get(user_id).expect("read");
    stored.map(|it| (it.version, it.record))
}

/// The version and the last batch that waits, of somebody who is there.
fn mark(store: &dyn Store, user_id: &str) -> Option<(u64, u64)> {
    let mark = store.mark(user_id).expect("read");
    mark.map(|it| (it.version, it.waiting_until))
}

pub(crate) fn an_empty_store_has_nothing(fresh: &Fresh) {
    let store = &*fresh.store;
    assert_eq!(record(store, "p"), None);
    assert_eq!(mark(store, "p"), None);
    assert_eq!(waiting(store, "p"), [""; 0]);
    assert_eq!(store.people(None, 10).expect("read"), []);
    assert_eq!(store.people_waiting(None, 10).expect("read"), [""; 0]);
    assert_eq!(store.note("n").expect("read"), None);
    assert_eq!(store.notes("n").expect("read"), []);
    assert_eq!(store.erased_until().expect("read"), 0);
    let counts = store.counts().expect("counted");
    assert_eq!(
        (counts.people, counts.record_bytes, counts.waiting),
        (0, 0, 0)
    );
    store.compact().expect("compacted");
    store.commit(&Changes::default()).expect("nothing to do");
}

pub(crate) fn what_was_put_is_there(fresh: &Fresh) {
    let store = &*fresh.store;
    store
        .commit(&people(vec![
            put("p", 0, b"one", 0),
            put("q", 0, b"two", 0),
        ]))
        .expect("taken");
    assert_eq!(record(store, "p"), Some((1, b"one".to_vec())));
    assert_eq!(mark(store, "p"), Some((1, 0)));
    store
        .commit(&people(vec![put("p", 1, b"three", 0)]))
        .expect("taken");
    assert_eq!(record(store, "p"), Some((2, b"three".to_vec())));
    assert_eq!(record(store, "q"), Some((1, b"two".to_vec())));
}

pub(crate) fn a_conflict_changes_nothing(fresh: &Fresh) {
    let store = &*fresh.store;
    store
        .commit(&people(vec![put("p", 0, b"one", 0)]))
        .expect("taken");
    let changes = Changes {
        people: vec![put("q", 0, b"two", 0), put("p", 0, b"late", 0)],
        ..waits("q", &["batch"])
    };
    let changes = Changes {
        notes: note("n", Some("v")).notes,
        ..changes
    };
    let refused = store.commit(&changes).expect_err("refused");
    assert!(matches!(refused, StoreError::Conflict { user_id } if user_id == "p"));
    assert_eq!(record(store, "p"), Some((1, b"one".to_vec())));
    assert_eq!(record(store, "q"), None);
    assert_eq!(waiting(store, "q"), [""; 0]);
    assert_eq!(store.note("n").expect("read"), None);
    for wrong in [put("p", 2, b"x", 0), put("new", 1, b"x", 0), erase("p", 0)] {
        store.commit(&people(vec![wrong])).expect_err("refused");
    }
}

pub(crate) fn batches_wait_until_they_are_added(fresh: &Fresh) {
    let store = &*fresh.store;
    store.commit(&waits("p", &["a", "b"])).expect("taken");
    store.commit(&waits("q", &["x"])).expect("taken");
    store.commit(&waits("p", &["c"])).expect("taken");
    assert_eq!(waiting(store, "p"), ["a", "b", "c"]);
    let last = store.waiting("p").expect("read")[2].number;
    assert_eq!(mark(store, "p"), Some((0, last)));
    assert_eq!(store.people_waiting(None, 10).expect("read"), ["p", "q"]);
    let of_many = store.marks(&["q", "nobody", "p", "q"]).expect("read");
    let of_each = ["q", "nobody", "p", "q"].map(|it| store.mark(it).expect("read"));
    assert_eq!(of_many, of_each);
    let second = store.waiting("p").expect("read")[1].number;
    store
        .commit(&people(vec![put("p", 0, b"r", second)]))
        .expect("taken");
    assert_eq!(waiting(store, "p"), ["c"]);
    assert_eq!(waiting(store, "q"), ["x"]);
    let last = store.waiting("p").expect("read")[0].number;
    store
        .commit(&people(vec![put("p", 1, b"r", last)]))
        .expect("taken");
    assert_eq!(store.people_waiting(None, 10).expect("read"), ["q"]);
    // Numbers are given once.
    store.commit(&waits("p", &["d"])).expect("taken");
    assert!(store.waiting("p").expect("read")[0].number > last);
}

pub(crate) fn what_is_erased_is_gone(fresh: &Fresh) {
    let store = &*fresh.store;
    store
        .commit(&people(vec![
            put("p", 0, b"one", 0),
            put("q", 0, b"two", 0),
        ]))
        .expect("taken");
    store.commit(&waits("p", &["a"])).expect("taken");
    store.commit(&people(vec![erase("p", 1)])).expect("taken");
    assert_eq!((record(store, "p"), waiting(store, "p").len()), (None, 0));
    assert_eq!(record(store, "q"), Some((1, b"two".to_vec())));
    // Somebody of whom nothing but a batch is there can be erased too, and come again.
    store.commit(&waits("p", &["b"])).expect("taken");
    store.commit(&people(vec![erase("p", 0)])).expect("taken");
    assert_eq!(waiting(store, "p").len(), 0);
    store
        .commit(&people(vec![put_new(store, "p", b"new", 0)]))
        .expect("taken");
    // Not what came since it was looked at, where that is said.
    let (version, _) = record(store, "p").expect("there");
    store.commit(&waits("p", &["c"])).expect("taken");
    let seen = store.waiting("p").expect("read")[0].number;
    store.commit(&waits("p", &["d"])).expect("taken");
    let erases = |waiting_until| {
        let mut change = erase("p", version);
        change.change = Change::Erase { waiting_until };
        store.commit(&people(vec![change]))
    };
    let refused = erases(seen).expect_err("refused");
    assert!(matches!(refused, StoreError::Conflict { user_id } if user_id == "p"));
    assert_eq!(waiting(store, "p").len(), 2);
    let last = store.waiting("p").expect("read")[1].number;
    erases(last).expect("taken");
    assert_eq!((record(store, "p"), waiting(store, "p").len()), (None, 0));
    store.commit(&note("n", Some("v"))).expect("taken");
    store.commit(&note("n", None)).expect("taken");
    store
        .commit(&note("n", None))
        .expect("taken, though it is gone");
    assert_eq!(store.note("n").expect("read"), None);
}

pub(crate) fn nobody_brings_back_who_was_erased(fresh: &Fresh) {
    let store = &*fresh.store;
    // Somebody looks at a batch while its person is erased.
    store.commit(&waits("p", &["a"])).expect("taken");
    let number = store.waiting("p").expect("read")[0].number;
    let look = put_new(store, "p", b"looked at", number);
    store.commit(&people(vec![erase("p", 0)])).expect("taken");
    store.commit(&people(vec![look])).expect_err("refused");
    assert_eq!(record(store, "p"), None);
    // Or at a record; the person is erased, comes back, and has as many looks as before.
    store
        .commit(&people(vec![put_new(store, "p", b"one", 0)]))
        .expect("taken");
    let (version, _) = record(store, "p").expect("there");
    let look = put("p", version, b"looked at", 0);
    store
        .commit(&people(vec![erase("p", version)]))
        .expect("taken");
    assert!(store.erased_until().expect("read") >= version);
    store
        .commit(&people(vec![put_new(store, "p", b"new", 0)]))
        .expect("taken");
    assert!(record(store, "p").expect("there").0 > version);
    store.commit(&people(vec![look])).expect_err("refused");
    // In one commit with others nothing of it is taken.
    let late = vec![put_new(store, "q", b"q", 0), put("r", 0, b"r", 0)];
    store.commit(&people(late)).expect_err("refused");
    assert_eq!(record(store, "q"), None);
}

pub(crate) fn notes_must_stand_as_expected(fresh: &Fresh) {
    let store = &*fresh.store;
    let value = |text: &str| Some(text.as_bytes().to_vec());
    let moves = |from: Option<&str>, to: &str| Changes {
        expects: vec![("n".to_owned(), from.and_then(value))],
        ..note("n", Some(to))
    };
    store.commit(&moves(None, "1")).expect("taken");
    store.commit(&moves(Some("1"), "2")).expect("taken");
    for wrong in [None, Some("1"), Some("")] {
        let changes = Changes {
            people: vec![put("p", 0, b"x", 0)],
            ..moves(wrong, "3")
        };
        let refused = store.commit(&changes).expect_err("refused");
        assert!(matches!(refused, StoreError::Moved { note } if note == "n"));
    }
    assert_eq!(record(store, "p"), None);
    assert_eq!(store.note("n").expect("read"), value("2"));
    // Of several who move it from one place at once, one does, whether it is there or not.
    for (name, from) in [("new", None), ("n", Some("2"))] {
        let move_it = |to: usize| {
            let changes = Changes {
                expects: vec![(name.to_owned(), from.and_then(value))],
                ..note(name, Some(&format!("by {to}")))
            };
            u32::from(store.commit(&changes).is_ok())
        };
        let moved: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|to| scope.spawn(move || move_it(to))).collect();
            threads
                .into_iter()
                .map(|it| it.join().expect("no panic"))
                .sum()
        });
        assert_eq!(moved, 1, "{name}");
    }
}

pub(crate) fn of_numbers_the_highest_stays(fresh: &Fresh) {
    let store = &*fresh.store;
    let raise = |number: i64| {
        let highest = vec![("h".to_owned(), number)];
        let changes = Changes {
            highest,
            ..Changes::default()
        };
        store.commit(&changes).expect("taken");
    };
    let there = || number_of(&store.note("h").expect("read").expect("there"));
    for (given, highest) in [(-5, -5), (-7, -5), (3, 3), (2, 3), (i64::MAX, i64::MAX)] {
        raise(given);
        assert_eq!(there(), highest);
    }
    store.commit(&note("h", None)).expect("taken");
    std::thread::scope(|scope| {
        for first in 0..4 {
            scope.spawn(move || (0..25).for_each(|it| raise((it * 7 + first) % 25)));
        }
    });
    assert_eq!(there(), 24);
}

pub(crate) fn people_come_in_the_order_of_their_ids(fresh: &Fresh) {
    let store = &*fresh.store;
    let ids = ["b", "B", "a", "é", "aa", "\u{10ffff}", "ß", "10", "9"];
    let mut ordered = ids.map(str::to_owned);
    ordered.sort_unstable();
    for id in ids {
        let changes = Changes {
            people: vec![put(id, 0, id.as_bytes(), 0)],
            ..waits(id, &["x", "y"])
        };
        store.commit(&changes).expect("taken");
    }
    for most in [1, 4, 100] {
        let (mut found, mut found_waiting): (Vec<String>, Vec<String>) = Default::default();
        loop {
            let page = store
                .people(found.last().map(String::as_str), most)
                .expect("read");
            assert!(
                page.iter()
                    .all(|(id, stored)| stored.record == id.as_bytes())
            );
            if page.is_empty() {
                break;
            }
            found.extend(page.into_iter().map(|(id, _)| id));
        }
        loop {
            let after = found_waiting.last().map(String::as_str);
            let page = store.people_waiting(after, most).expect("read");
            if page.is_empty() {
                break;
            }
            found_waiting.extend(page);
        }
        assert_eq!(found, ordered);
        assert_eq!(found_waiting, ordered);
    }
}

pub(crate) fn notes_are_found_by_their_beginnings(fresh: &Fresh) {
    let store = &*fresh.store;
    for name in ["a/2", "a/1", "a", "b", "a%", "a0", "é/1"] {
        store.commit(&note(name, Some(name))).expect("taken");
    }
    store.commit(&note("a/1", Some("again"))).expect("taken");
    assert_eq!(store.note("a/1").expect("read"), Some(b"again".to_vec()));
    let names = |beginning: &str| -> Vec<String> {
        let notes = store.notes(beginning).expect("read");
        notes.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names("a/"), ["a/1", "a/2"]);
    assert_eq!(names("a%"), ["a%"]);
    assert_eq!(names("é"), ["é/1"]);
    assert_eq!(names("").len() - names(ERASED).len(), 7);
    assert_eq!(names("c"), [""; 0]);
}

pub(crate) fn strange_texts_and_sizes_come_back(fresh: &Fresh) {
    let store = &*fresh.store;
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|it| (it.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let ids = [
        "'; DROP TABLE people; --",
        "%",
        "\u{202e}x",
        "a\0b",
        " ",
        "\n",
        "👤",
    ];
    for (place, id) in ids.iter().enumerate() {
        let record = if place == 0 { &large[..] } else { b"" };
        store
            .commit(&people(vec![put(id, 0, record, 0)]))
            .expect("taken");
        store.commit(&waits(id, &[""])).expect("taken");
    }
    for (place, id) in ids.iter().enumerate() {
        let expected = if place == 0 {
            large.clone()
        } else {
            Vec::new()
        };
        assert!(record(store, id) == Some((1, expected)), "{id:?}");
        assert_eq!(waiting(store, id), [""], "{id:?}");
    }
    assert_eq!(store.people(None, 100).expect("read").len(), ids.len());
}

pub(crate) fn no_update_is_lost_between_threads(fresh: &Fresh) {
    let store = &*fresh.store;
    let push = |thread: u8| {
        store.commit(&waits("p", &["w"])).expect("taken");
        loop {
            let there = store.get("p").expect("read");
            let (version, mut record) = there.map_or((0, Vec::new()), |it| (it.version, it.record));
            record.push(thread);
            let pushed = store.commit(&people(vec![put("p", version, &record, 0)]));
            if pushed.is_ok() {
                return;
            }
            let is_conflict = matches!(pushed, Err(StoreError::Conflict { .. }));
            assert!(is_conflict, "{pushed:?}");
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            scope.spawn(move || (0..25).for_each(|_| push(thread)));
        }
    });
    let (version, record) = record(store, "p").expect("there");
    assert_eq!((version, record.len()), (100, 100));
    for thread in 0..4 {
        assert_eq!(record.iter().filter(|it| **it == thread).count(), 25);
    }
    assert_eq!(waiting(store, "p").len(), 100);
}

pub(crate) fn counts_are_of_what_is_there(fresh: &Fresh) {
    let store = &*fresh.store;
    store
        .commit(&people(vec![
            put("p", 0, b"one", 0),
            put("q", 0, b"two", 0),
        ]))
        .expect("taken");
    store.commit(&waits("p", &["a", "b"])).expect("taken");
    store.commit(&people(vec![erase("q", 1)])).expect("taken");
    let counts = store.counts().expect("counted");
    assert_eq!((counts.people, counts.waiting), (1, 2));
    assert!(counts.record_bytes > 0);
}

pub(crate) fn all_is_there_again(fresh: &Fresh) {
    let store = &*fresh.store;
    let changes = Changes {
        people: vec![put("p", 0, b"one", 0)],
        ..waits("p", &["a"])
    };
    store.commit(&changes).expect("taken");
    store.commit(&note("n", Some("v"))).expect("taken");
    let Some(again) = &fresh.again else { return };
    // A second one beside the first sees the same, and what either writes.
    let second = again();
    assert_eq!(record(&*second, "p"), Some((1, b"one".to_vec())));
    second
        .commit(&people(vec![put("p", 1, b"two", 0)]))
        .expect("taken");
    assert_eq!(record(store, "p"), Some((2, b"two".to_vec())));
    store
        .commit(&people(vec![put("p", 1, b"late", 0)]))
        .expect_err("refused");
    drop(second);
    let third = again();
    assert_eq!(record(&*third, "p"), Some((2, b"two".to_vec())));
    assert_eq!(waiting(&*third, "p"), ["a"]);
    assert_eq!(third.note("n").expect("read"), Some(b"v".to_vec()));
}
