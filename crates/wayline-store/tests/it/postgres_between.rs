//! What happens in PostgreSQL between the steps of a commit, while others hold its rows.

use std::thread;
use std::time::{Duration, Instant};

use postgres::Client;
use wayline::keep::{Change, Changes, EVERYTHING, PersonChange, Store, StoreError, Stored};
use wayline_store::Postgres;

use crate::postgres::{client, database, waits};

fn put(user_id: &str) -> PersonChange {
    let stored = Stored {
        version: 1,
        record: b"late".to_vec(),
    };
    PersonChange {
        user_id: user_id.to_owned(),
        expected: 0,
        change: Change::Put {
            stored,
            added_until: 0,
        },
    }
}

fn erase(user_id: &str) -> PersonChange {
    PersonChange {
        user_id: user_id.to_owned(),
        expected: 0,
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

const INSERT: &str = "INSERT INTO wayline.people (user_id, version, record) VALUES ($1, 1, '')";

/// Returns when a connection of the store waits for another one's lock.
fn until_it_waits(client: &mut Client) {
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wayline' \
                 AND datname = current_database() AND wait_event_type = 'Lock'";
    let began = Instant::now();
    while client
        .query_one(waits, &[])
        .expect("asked")
        .get::<_, i64>(0)
        == 0
    {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it doesn't wait for the lock"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_conflict_names_whom_it_is_about() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    let (mut other, mut watch) = (client(&name), client(&name));
    let mut faster = other.transaction().expect("begun");
    faster.execute(INSERT, &[&b"b".as_slice()]).expect("held");
    let refused = thread::scope(|scope| {
        let commit = scope.spawn(|| store.commit(&people(vec![put("a"), put("b"), put("c")])));
        until_it_waits(&mut watch);
        faster.commit().expect("taken");
        commit.join().expect("no panic")
    });
    let refused = refused.expect_err("refused");
    assert!(
        matches!(&refused, StoreError::Conflict { user_id } if user_id == "b"),
        "{refused}"
    );
    assert_eq!(store.people(None, 10).expect("read").len(), 1);
}

#[test]
fn erasing_nobodys_record_spares_one_that_comes_meanwhile() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    let (mut other, mut watch) = (client(&name), client(&name));
    let mut held = other.transaction().expect("begun");
    held.execute(INSERT, &[&b"q".as_slice()]).expect("held");
    let done = thread::scope(|scope| {
        // Versions are compared, then it waits for `q`; meanwhile `p` gets a record.
        let commit = scope.spawn(|| store.commit(&people(vec![put("q"), erase("p")])));
        until_it_waits(&mut watch);
        watch.execute(INSERT, &[&b"p".as_slice()]).expect("taken");
        held.rollback().expect("rolled back");
        commit.join().expect("no panic")
    });
    // As if it had been erased before the record came, or refused: never gone unseen.
    let mut left = client(&name);
    let left = left
        .query_one(
            "SELECT count(*) FROM wayline.people WHERE user_id = 'p'",
            &[],
        )
        .expect("asked");
    assert_eq!(left.get::<_, i64>(0), 1, "{done:?}");
}

#[test]
fn notes_in_any_order_hold_nobody_up() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    let names: Vec<String> = (0..20).map(|it| format!("n{it}")).collect();
    let all = |is_reversed: bool, value: Option<Vec<u8>>| {
        let mut notes: Vec<_> = names.iter().map(|it| (it.clone(), value.clone())).collect();
        if is_reversed {
            notes.reverse();
        }
        Changes {
            notes,
            ..Changes::default()
        }
    };
    thread::scope(|scope| {
        for thread in 0..4_u8 {
            let (store, all) = (&store, &all);
            scope.spawn(move || {
                for turn in 0..25_u8 {
                    let value = (turn % 5 != 0).then(|| vec![thread, turn]);
                    store.commit(&all(thread % 2 == 0, value)).expect("taken");
                }
            });
        }
    });
    store.commit(&all(true, Some(vec![9]))).expect("taken");
    assert_eq!(store.notes("n").expect("read").len(), names.len());
    // Of two that say something of one note the later counts, as in the other kinds of store.
    let twice = Changes {
        notes: vec![
            ("n0".to_owned(), Some(vec![1])),
            ("n0".to_owned(), Some(vec![2])),
        ],
        ..Changes::default()
    };
    store.commit(&twice).expect("taken");
    assert_eq!(store.note("n0").expect("read"), Some(vec![2]));
}

#[test]
fn no_batch_is_seen_before_one_with_a_lower_number() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    let (mut other, mut watch) = (client(&name), client(&name));
    let mut holds = other.transaction().expect("begun");
    let note = "INSERT INTO wayline.notes (name, value) VALUES ('n', '')";
    holds.execute(note, &[]).expect("held");
    let (seen, later) = thread::scope(|scope| {
        // The first has its number, and waits for the note.
        scope.spawn(|| {
            let first = Changes {
                notes: vec![("n".to_owned(), Some(Vec::new()))],
                ..waits("p", b"first")
            };
            store.commit(&first).expect("taken");
        });
        until_it_waits(&mut watch);
        let second = scope.spawn(|| store.commit(&waits("p", b"second")).expect("taken"));
        thread::sleep(Duration::from_millis(300));
        let seen = (second.is_finished(), store.waiting("p").expect("read"));
        // Somebody of another group isn't held up.
        store.commit(&waits("q", b"later")).expect("taken");
        let later = store.waiting("q").expect("read").len();
        holds.rollback().expect("rolled back");
        (seen, later)
    });
    assert_eq!(seen, (false, Vec::new()));
    assert_eq!(later, 1);
    let waiting = store.waiting("p").expect("read");
    let batches: Vec<&[u8]> = waiting.iter().map(|it| it.batch.as_slice()).collect();
    assert_eq!(batches, [b"first".as_slice(), b"second"]);
}

#[test]
fn an_id_that_is_too_long_is_told() {
    let store = Postgres::open(&database(), true).expect("made");
    // Random digits: PostgreSQL would compress others until they fit.
    let mut state = 1_u64;
    let digits = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'!' + (state >> 58) as u8)
    });
    let long: String = digits.take(8_000).collect();
    let told = store.commit(&people(vec![put(&long)])).expect_err("told");
    assert!(told.to_string().contains("2,700 bytes"), "{told}");
}
