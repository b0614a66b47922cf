//! Servers that go away, answer nothing or refuse: what is told, and what is made again.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use postgres::Config;
use postgres::config::Host;
use wayline::keep::Store;
use wayline_store::{Open, Postgres, open};

use crate::postgres::{client, database, waits};

const THROUGH: u8 = 0;
/// The server is away.
const AWAY: u8 = 1;
/// The connection breaks before a COMMIT reaches the server.
const LOSES_COMMIT: u8 = 2;
/// The connection breaks when the server has answered a COMMIT.
const LOSES_ANSWER: u8 = 3;

/// Stands between a store and its database.
struct Between {
    /// What the store is opened by.
    name: String,
    mode: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Between {
    fn new(database: &str) -> Self {
        let config: Config = database.parse().expect("a name");
        let host = config.get_hosts().iter().find_map(|host| match host {
            Host::Tcp(name) => Some(name),
            _ => None,
        });
        let host = host.expect("a host");
        let server = format!("{host}:{}", config.get_ports().first().unwrap_or(&5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let between = Self {
            name: database.replace(&server, &address),
            mode: Arc::default(),
            open: Arc::default(),
        };
        assert!(between.name.contains(&address), "{}", between.name);
        let (mode, open) = (between.mode.clone(), between.open.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if mode.load(Ordering::SeqCst) == AWAY {
                    continue;
                }
                let server = TcpStream::connect(&server).expect("the server answers");
                let copy = |it: &TcpStream| it.try_clone().expect("cloned");
                open.lock()
                    .expect("no panic")
                    .extend([copy(&client), copy(&server)]);
                let (client_too, server_too) = (copy(&client), copy(&server));
                let (to, from) = (mode.clone(), mode.clone());
                thread::spawn(move || carry(client, server, &to, LOSES_COMMIT));
                thread::spawn(move || carry(server_too, client_too, &from, LOSES_ANSWER));
            }
        });
        between
    }

    fn becomes(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
        if mode == AWAY {
            for stream in self.open.lock().expect("no panic").drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

/// A COMMIT and the answer to one hold this word.
fn carry(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8, loses: u8) {
    let mut bytes = [0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let is_commit = bytes[..count].windows(7).any(|it| it == b"COMMIT\0");
        if (is_commit && mode.load(Ordering::SeqCst) == loses)
            || to.write_all(&bytes[..count]).is_err()
        {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

#[test]
fn a_server_that_was_away_is_found_again() {
    let between = Between::new(&database());
    let store = Postgres::open(&between.name, true).expect("made");
    store.commit(&waits("p", b"before")).expect("taken");
    // Some connections wait for their next use.
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| store.waiting("p").expect("read"));
        }
    });
    between.becomes(AWAY);
    for _ in 0..2 {
        let told = store.get("p").expect_err("away").to_string();
        assert!(told.contains("check that the database runs"), "{told}");
        store.commit(&waits("p", b"away")).expect_err("away");
    }
    between.becomes(THROUGH);
    store.commit(&waits("p", b"after")).expect("taken");
    let waiting = store.waiting("p").expect("read");
    let batches: Vec<&[u8]> = waiting.iter().map(|it| it.batch.as_slice()).collect();
    assert_eq!(batches, [b"before".as_slice(), b"after"]);
    // Gone and back unseen: everything that waits is broken, and nobody is told.
    between.becomes(AWAY);
    between.becomes(THROUGH);
    store.commit(&waits("p", b"again")).expect("taken");
    assert_eq!(store.waiting("p").expect("read").len(), 3);
}

#[test]
fn a_commit_whose_answer_is_lost_is_not_made_again() {
    let between = Between::new(&database());
    let store = Postgres::open(&between.name, true).expect("made");
    for (loses, are_in) in [(LOSES_COMMIT, 0), (LOSES_ANSWER, 1)] {
        between.becomes(loses);
        let told = store.commit(&waits("p", b"once")).expect_err("unknown");
        let told = told.to_string();
        assert!(told.contains("it isn't known whether"), "{told}");
        between.becomes(THROUGH);
        assert_eq!(store.waiting("p").expect("read").len(), are_in);
    }
}

#[test]
fn who_waits_for_long_is_told() {
    let name = database();
    let hurried = format!("{name}?options=-c%20lock_timeout%3D200ms");
    let store = Postgres::open(&hurried, true).expect("made");
    let mut other = client(&name);
    let mut holds = other.transaction().expect("begun");
    let lock =
        "SELECT pg_advisory_xact_lock(x'5741594c'::int, it) FROM generate_series(0, 63) AS it";
    holds.execute(lock, &[]).expect("held");
    let told = store.commit(&waits("p", b"x")).expect_err("told");
    assert!(
        told.to_string().contains("wait for it or stop it"),
        "{told}"
    );
    holds.rollback().expect("rolled back");
    store.commit(&waits("p", b"x")).expect("taken");
    assert_eq!(store.waiting("p").expect("read").len(), 1);
}

/// A server that answers whoever comes with this.
fn says(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 1024]);
            let _ = client.write_all(&answer);
        }
    });
    address.to_string()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    [&[kind], &length[..], body].concat()
}

fn refuses(code: &str) -> String {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0Mso it says\0\0");
    says(message(b'E', fields.as_bytes()))
}

#[test]
fn what_a_server_refuses_is_told_with_advice_and_without_the_password() {
    for (code, advice) in [
        ("28P01", "check user and password"),
        ("28000", "pg_hba.conf"),
        ("3D000", "createdb"),
        ("42501", "needs CREATE"),
        ("53100", "make room"),
        ("53300", "max_connections"),
        ("57P03", "in a moment"),
        ("XX000", "see the database's log"),
    ] {
        let name = format!("postgres://user:s3cret@{}/journeys", refuses(code));
        let told = open(&name, Open::Existing).err().expect("refused");
        let told = told.to_string();
        let begins = "postgres://127.0.0.1/journeys: ";
        assert!(
            told.starts_with(begins) && told.contains("so it says"),
            "{told}"
        );
        assert!(
            told.contains(advice) && !told.contains("s3cret"),
            "{code}: {told}"
        );
    }
    let wants_password = says(message(b'R', &3_u32.to_be_bytes()));
    let told = open(
        &format!("postgres://user@{wants_password}/d"),
        Open::Existing,
    );
    let told = told.err().expect("refused").to_string();
    assert!(told.contains("USER:PASSWORD"), "{told}");
}

#[test]
fn a_name_that_cant_be_read_shows_nothing_of_the_password() {
    for name in [
        "postgres://user:s3@cret@host/d",
        "postgres://user:s3cret@host:port/d",
        "postgres://user:s3cret@host/d?sslmode=verify-full",
        "postgres://user:s3cret@host/d?unheard=of",
    ] {
        let told = open(name, Open::Existing).err().expect("refused");
        let told = told.to_string();
        assert!(!told.contains("cret") && !told.contains("s3"), "{told}");
        let advice = if name.contains("sslmode") {
            "sslmode=require"
        } else {
            "write it as"
        };
        assert!(told.contains(advice), "{name}: {told}");
    }
}

#[test]
fn a_user_may_have_nothing_but_the_schema() {
    let name = database();
    let role = name.rsplit_once('/').expect("a database").1;
    let mut owner = client(&name);
    let make = format!("CREATE ROLE {role} LOGIN PASSWORD 'p'");
    owner.batch_execute(&make).expect("made");
    let (_, place) = name.rsplit_once('@').expect("a user");
    let theirs = format!("postgres://{role}:p@{place}");
    let told = Postgres::open(&theirs, true).err().expect("refused");
    assert!(told.to_string().contains("needs CREATE"), "{told}");
    let make = format!("CREATE SCHEMA wayline AUTHORIZATION {role}");
    owner.batch_execute(&make).expect("made");
    let store = Postgres::open(&theirs, true).expect("made");
    store.commit(&waits("p", b"x")).expect("taken");
    store.compact().expect("compacted");
    assert!(store.counts().expect("counted").disk_bytes > Some(0));
}

#[test]
fn tls_is_never_left_out_where_it_is_asked_for() {
    // A server that has none says N.
    let name = format!(
        "postgres://user:s3cret@{}/d?sslmode=require",
        says(vec![b'N'])
    );
    let told = open(&name, Open::Existing).err().expect("refused");
    let told = told.to_string();
    let advice = if cfg!(feature = "postgres-tls") {
        "ssl = on"
    } else {
        "--features postgres-tls"
    };
    assert!(told.contains(advice) && !told.contains("s3cret"), "{told}");
}
