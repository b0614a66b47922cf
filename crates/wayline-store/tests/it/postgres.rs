//! What a store in PostgreSQL does beside what all do.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use wayline::keep::{Change, Changes, PersonChange, Store, Stored};
use wayline_store::{Open, Postgres, open};

/// The name of a new database on the server that the tests are given.
pub(crate) fn database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = server();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    client(&server)
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .expect("made");
    let (before, _) = server.rsplit_once('/').expect("a database");
    format!("{before}/{name}")
}

fn server() -> String {
    std::env::var("WAYLINE_TEST_POSTGRES").expect(
        "run these tests by scripts/with-postgres, which names a server in WAYLINE_TEST_POSTGRES",
    )
}

pub(crate) fn client(name: &str) -> Client {
    Client::connect(name, NoTls).expect("the server answers")
}

pub(crate) fn waits(user_id: &str, batch: &[u8]) -> Changes {
    Changes {
        waiting: vec![(user_id.to_owned(), batch.to_vec())],
        ..Changes::default()
    }
}

#[test]
fn two_that_open_at_once_make_one_store() {
    let name = database();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Postgres::open(&name, true).map(drop).expect("opened"));
        }
    });
    assert!(open(&name, Open::Existing).is_ok());
}

#[test]
fn what_is_no_store_is_refused_with_advice() {
    let told = |name: &str, how| open(name, how).err().expect("refused").to_string();
    let empty = database();
    assert!(told(&empty, Open::Existing).contains("there is no store"));
    drop(Postgres::open(&empty, true).expect("made"));
    client(&empty)
        .batch_execute("UPDATE wayline.version SET version = 99")
        .expect("set");
    assert!(told(&empty, Open::Existing).contains("version 99"));
    let (before, _) = empty.rsplit_once('/').expect("a database");
    assert!(told(&format!("{before}/nowhere"), Open::Existing).contains("createdb"));
    let shut = told("postgres://u:secret@127.0.0.1:1/d", Open::Existing);
    assert!(
        shut.contains("check that the database runs") && !shut.contains("secret"),
        "{shut}"
    );
}

#[test]
fn connections_that_broke_are_made_anew() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    store.commit(&waits("p", b"before")).expect("taken");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wayline' \
               AND datname = current_database()";
    client(&name).batch_execute(end).expect("ended");
    store.commit(&waits("p", b"after")).expect("taken");
    client(&name).batch_execute(end).expect("ended");
    assert_eq!(store.waiting("p").expect("read").len(), 2);
}

#[test]
fn batches_that_come_while_others_are_added_are_not_lost() {
    let name = database();
    let store = Postgres::open(&name, true).expect("made");
    let (writers, each) = (4_u8, 60_u8);
    let added = std::thread::scope(|scope| {
        for writer in 0..writers {
            let store = &store;
            scope.spawn(move || {
                for number in 0..each {
                    store.commit(&waits("p", &[writer, number])).expect("taken");
                }
            });
        }
        let mut record: Vec<u8> = Vec::new();
        let mut version = 0;
        let began = Instant::now();
        while record.len() < 2 * usize::from(writers) * usize::from(each) {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "batches were lost"
            );
            let waiting = store.waiting("p").expect("read");
            let Some(last) = waiting.last() else { continue };
            waiting.iter().for_each(|it| record.extend(&it.batch));
            let stored = Stored {
                version: version + 1,
                record: record.clone(),
            };
            let change = Change::Put {
                stored,
                added_until: last.number,
            };
            let people = vec![PersonChange {
                user_id: "p".to_owned(),
                expected: version,
                change,
            }];
            store
                .commit(&Changes {
                    people,
                    ..Changes::default()
                })
                .expect("taken");
            version += 1;
        }
        record
    });
    let mut pairs: Vec<&[u8]> = added.chunks(2).collect();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(
        pairs.len(),
        usize::from(writers) * usize::from(each),
        "one was added twice"
    );
}
