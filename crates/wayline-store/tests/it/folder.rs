//! What a store in a folder does beside what all do.

use std::fs;
use std::path::Path;

use wayline::keep::{Change, Changes, EVERYTHING, PersonChange, Store, Stored};
use wayline_store::{Folder, Open, open};

fn refused(path: &Path, how: Open) -> String {
    let refused = Folder::open(path, how).err();
    refused.expect("refused").to_string()
}

#[test]
fn what_is_no_store_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none");
    assert!(refused(&path, Open::Existing).contains("there is no store"));
    assert!(!path.exists(), "nothing was made");
    fs::write(folder.path().join("letter"), "x").expect("written");
    assert!(refused(folder.path(), Open::OrCreate).contains("other things"));
    let damaged = folder.path().join("damaged");
    fs::create_dir(&damaged).expect("made");
    fs::write(
        damaged.join("wayline.db"),
        "no database at all, but long enough to be asked",
    )
    .expect("written");
    assert!(refused(&damaged, Open::Existing).contains("damaged"));
    let other = folder.path().join("other");
    fs::create_dir(&other).expect("made");
    let database = rusqlite::Connection::open(other.join("wayline.db")).expect("made");
    database.execute_batch("CREATE TABLE t (x)").expect("made");
    drop(database);
    assert!(refused(&other, Open::OrCreate).contains("no store of Wayline"));
    let newer = folder.path().join("newer");
    drop(Folder::open(&newer, Open::OrCreate).expect("made"));
    let database = rusqlite::Connection::open(newer.join("wayline.db")).expect("opened");
    database
        .pragma_update(None, "user_version", 99)
        .expect("set");
    drop(database);
    assert!(refused(&newer, Open::Existing).contains("version 99"));
    let unknown = open("mysql://u:secret@h/d", Open::Existing);
    let told = unknown.err().expect("refused").to_string();
    assert!(
        told.contains("mysql://") && !told.contains("secret"),
        "{told}"
    );
}

#[test]
#[cfg(unix)]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let _store = Folder::open(&path, Open::OrCreate).expect("made");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o077;
    assert_eq!((mode(&path), mode(&path.join("wayline.db"))), (0, 0));
}

/// Connections of several processes know no more of each other than those of several threads.
#[test]
fn several_may_make_one_store_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..40 {
        let path = folder.path().join(round.to_string());
        std::thread::scope(|scope| {
            let path = &path;
            for maker in 0..4_u8 {
                scope.spawn(move || {
                    let store = Folder::open(path, Open::OrCreate).expect("opened");
                    let notes = vec![(maker.to_string(), Some(vec![maker]))];
                    let changes = Changes {
                        notes,
                        ..Changes::default()
                    };
                    store.commit(&changes).expect("committed");
                });
            }
        });
        let store = Folder::open(&path, Open::Existing).expect("opened");
        assert_eq!(store.notes("").expect("read").len(), 4);
    }
}

#[test]
fn what_is_erased_stands_in_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let store = Folder::open(&path, Open::OrCreate).expect("made");
    let secret = "somebody-who-wants-to-be-forgotten";
    let stands_somewhere = || {
        let files = fs::read_dir(&path).expect("read");
        files.into_iter().any(|file| {
            let bytes = fs::read(file.expect("a file").path()).expect("read");
            bytes
                .windows(secret.len())
                .any(|it| it == secret.as_bytes())
        })
    };
    for version in 1..=3 {
        for id in ["before", secret, "behind"] {
            let stored = Stored {
                version,
                record: vec![version as u8; 9_000 * version as usize],
            };
            let change = Change::Put {
                stored,
                added_until: 0,
            };
            let changes = Changes {
                people: vec![PersonChange {
                    user_id: id.to_owned(),
                    expected: version - 1,
                    change,
                }],
                waiting: vec![(id.to_owned(), format!("batch of {id}").into_bytes())],
                ..Changes::default()
            };
            store.commit(&changes).expect("taken");
        }
    }
    assert!(stands_somewhere());
    let erase = PersonChange {
        user_id: secret.to_owned(),
        expected: 3,
        change: Change::Erase {
            waiting_until: EVERYTHING,
        },
    };
    let changes = Changes {
        people: vec![erase],
        ..Changes::default()
    };
    store.commit(&changes).expect("taken");
    assert!(!stands_somewhere());
    assert_eq!(store.counts().expect("counted").people, 2);
}
