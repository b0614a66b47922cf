//! The service from outside, over sockets.

mod access;
mod hostile;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Row, command, rows, text};

/// A service that runs until it is dropped.
struct Service {
    child: Child,
    address: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| unreachable!("{}", self.body))
    }
}

impl Service {
    /// Starts it on a free port.
    fn start(folder: &Folder, options: &str) -> Self {
        let line = format!("serve --listen 127.0.0.1:0 {options}");
        let log = std::fs::File::create(folder.path("log.jsonl")).expect("a file");
        let mut child = command(folder.words(&line))
            .stdin(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .expect("it starts");
        let begun = Instant::now();
        loop {
            let log = String::from_utf8(folder.read("log.jsonl")).expect("UTF-8");
            // A line that is whole.
            let lines = log
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            let heard = lines
                .filter_map(|line| line.split_once("listening on http://"))
                .next();
            if let Some((_, address)) = heard {
                let address = address.split(';').next().unwrap_or_default().trim();
                return Self {
                    child,
                    address: address.to_owned(),
                };
            }
            let ended = child.try_wait().expect("asked");
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(60),
                "{log}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("set");
        stream
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> Answer {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if let Some(token) = token {
            let _ = write!(head, "Authorization: Bearer {token}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).expect("sent");
        // Whoever refuses a body needn't read it.
        let _ = stream.write_all(body);
        answer(&mut stream).expect("an answer")
    }

    /// Says this and nothing else, and hears the answer.
    fn say(&self, words: &str) -> Option<Answer> {
        let mut stream = self.connect();
        stream.write_all(words.as_bytes()).expect("sent");
        answer(&mut stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None, b"")
    }

    fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", path, None, body.as_ref())
    }

    fn signal(&self, signal: &str) {
        let mut kill = std::process::Command::new("kill");
        kill.args([signal, &self.child.id().to_string()]);
        assert!(kill.status().expect("kill runs").success());
    }

    /// Ends it, in good order.
    fn end(mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().expect("it ends").success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    assert!(!is_chunked, "{head}");
    Some(Answer {
        status,
        head: head.to_lowercase(),
        body: body.to_owned(),
    })
}

const AS_OF: &str = "--as-of 2025-07-01T00:00:00Z";

#[test]
fn what_is_served_is_what_a_run_gives() {
    let folder = Folder::simulated("--people 6 --seed 5");
    folder.run("update @events.jsonl --store @whole").ok();
    folder.exported("whole", AS_OF);
    let service = Service::start(&folder, &format!("--store @s {AS_OF} --look-every 1"));
    let lines = folder.lines();
    // Half as an array, half as lines.
    let (first, second) = lines.split_at(lines.len() / 2);
    let array = format!(
        "[{}]",
        first
            .iter()
            .map(|it| it.trim())
            .collect::<Vec<_>>()
            .join(",")
    );
    let taken = service.post("/v1/events", array);
    assert_eq!(
        (taken.status, &taken.json()["accepted"]),
        (202, &first.len().into())
    );
    assert_eq!(service.post("/v1/events", second.concat()).status, 202);
    let mut expected = folder.journeys();
    let served = |user: &str, options: &str| -> Vec<Row> {
        let answer = service.get(&format!("/v1/people/{user}/journeys{options}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_value(answer.json()["journeys"].clone()).expect("rows")
    };
    let users: Vec<String> = (0..6).map(|number| format!("s5-00000{number}")).collect();
    let all = |options: &str| {
        users
            .iter()
            .flat_map(|user| served(user, options))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(""), expected);
    // And again when they have been looked at, from what is remembered or not.
    let begun = Instant::now();
    let is_done = || {
        let stats = folder.run("store stats --store @s --json").ok().stdout;
        stats.contains("\"waiting_batches\":0,")
    };
    while !is_done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody looks");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(all(""), expected);
    assert_eq!(all(""), expected);
    expected
        .retain(|it| it["stage"]["status"] == "ongoing" && it["confidence"].as_f64() >= Some(0.9));
    assert!(!expected.is_empty());
    assert_eq!(all("?stage=ongoing&min_confidence=0.9"), expected);
    assert_eq!(served("s5-000000", "?limit=1").len(), 1);
    // One explained, and what became of all.
    let first = served("s5-000000", "?limit=1").remove(0);
    let one = service.get(&format!(
        "/v1/people/s5-000000/journeys/{}",
        text(&first, "journey_id")
    ));
    assert_eq!(one.json()["journey"], Value::Object(first));
    assert!(one.json()["explanation"].as_array().expect("lines").len() > 5);
    let lineage = |options: &str| {
        let answer = service.get(&format!("/v1/people/s5-000000/lineage{options}"));
        answer.json()["events"].as_array().expect("a list").len()
    };
    assert!(lineage("") > 0);
    assert_eq!(lineage("?since=2025-07-01T00:00:00Z"), lineage(""));
    assert_eq!(lineage("?since=2025-07-01T00:00:00.001Z"), 0);
    service.end();
    assert!(folder.exported("s", AS_OF)[0] == folder.exported("whole", AS_OF)[0]);
}

#[test]
fn a_journey_that_is_taken_away_is_hidden_at_once_and_a_person_erased_is_gone() {
    let folder = Folder::simulated("--people 2 --seed 5");
    let service = Service::start(&folder, &format!("--store memory: {AS_OF}"));
    assert_eq!(
        service
            .post("/v1/events", folder.read("events.jsonl"))
            .status,
        202
    );
    // Ids are known from the first look on.
    let path = "/v1/people/s5-000000/journeys";
    let first = service.get(path).json()["journeys"][0].clone();
    let said = format!(
        "{{\"user_id\":\"s5-000000\",\"journey_id\":{},\"timestamp\":\"2025-07-01T00:00:00Z\",\"channel\":\"app\",\"event\":\"dismiss\",\"position\":1}}",
        first["journey_id"]
    );
    assert_eq!(service.post("/v1/feedback", &said).status, 202);
    let after = service.get(path).json()["journeys"].clone();
    let after = after.as_array().expect("rows");
    let last = after.last().expect("one");
    assert_eq!(
        (&last["journey_id"], &last["hidden"]),
        (&first["journey_id"], &true.into())
    );
    let safe = service.get(&format!("{path}?safe=true")).json()["journeys"].clone();
    assert_eq!(safe.as_array().expect("rows").len(), after.len() - 1);
    let wrong = service.post("/v1/feedback", said.replace("dismiss", "shrug"));
    assert_eq!(
        (wrong.status, &wrong.json()["rows"][0]["reason"]),
        (422, &"unknown_event".into())
    );
    let erased = service.ask("DELETE", "/v1/people/s5-000000", None, b"");
    assert!(erased.json()["erased_events"].as_u64() > Some(0));
    assert_eq!(service.get(path).status, 404);
    assert_eq!(
        service
            .ask("DELETE", "/v1/people/s5-000000", None, b"")
            .status,
        404
    );
    assert_eq!(service.get("/v1/people/s5-000001/journeys").status, 200);
}

#[test]
fn a_damaged_record_is_erased_like_any_other() {
    let folder = Folder::simulated("--people 2 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let database = rusqlite::Connection::open(folder.path("s/wayline.db")).expect("opened");
    let damage = "UPDATE people SET record = x'00' WHERE user_id = 's5-000000'";
    assert_eq!(database.execute(damage, []), Ok(1));
    drop(database);
    let service = Service::start(&folder, &format!("--store @s {AS_OF}"));
    let person = "/v1/people/s5-000000";
    assert_eq!(service.get(&format!("{person}/journeys")).status, 500);
    let erased = service.ask("DELETE", person, None, b"");
    assert_eq!(erased.status, 200);
    assert!(erased.json()["erased_events"].is_null());
    assert_eq!(service.get(&format!("{person}/journeys")).status, 404);
    assert_eq!(service.get("/v1/people/s5-000001/journeys").status, 200);
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let folder = Folder::new();
    let service = Service::start(
        &folder,
        &format!("--store memory: {AS_OF} --max-rows 5 --max-body 1"),
    );
    let good = "{\"user_id\":\"u\",\"timestamp\":\"2025-06-01T10:00:00Z\",\"query\":\"oak\"}";
    let bad = "{\"user_id\":\"u\",\"timestamp\":\"soon\",\"query\":\"oak\"}";
    let answer = service.post("/v1/events", format!("{good}\n{bad}\n\n{good}\nnonsense\n"));
    assert_eq!(answer.status, 422);
    let wrong = answer.json();
    let told: Vec<(u64, &str)> = wrong["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            (
                row["row"].as_u64().expect("a number"),
                row["reason"].as_str().expect("a text"),
            )
        })
        .collect();
    assert_eq!(told, [(2, "timestamp_malformed"), (4, "malformed_json")]);
    assert_eq!(
        service.get("/v1/people/u/journeys").status,
        404,
        "nothing was taken"
    );
    let future = good.replace("2025", "2030");
    for (body, status) in [
        (String::new(), 400),
        ("[".to_owned(), 400),
        ("[]".to_owned(), 400),
        ("[1,null]".to_owned(), 422),
        (future, 422),
        ([good; 6].join("\n"), 413),
        (" ".repeat(2 << 20), 413),
        ("\u{0}\u{1}".to_owned(), 422),
        (good.to_owned(), 202),
    ] {
        let answer = service.post("/v1/events", &body);
        assert_eq!(answer.status, status, "{:?}", &body[..body.len().min(80)]);
        assert!(
            answer.head.contains("content-type: application/json"),
            "{}",
            answer.head
        );
        answer.json();
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = Folder::simulated("--people 20 --seed 5 --history-days 30-60");
    let lines = folder.lines();
    let mut taken = 0;
    for signal in ["-KILL", "-TERM", "-KILL"] {
        let service = Service::start(&folder, &format!("--store @s {AS_OF} --look-every 1"));
        let begun = Instant::now();
        let mut sent = taken;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(400));
                service.signal(signal);
            });
            while begun.elapsed() < Duration::from_secs(20) && sent < lines.len() {
                let end = (sent + 7).min(lines.len());
                let body = lines[sent..end].concat();
                let head = format!(
                    "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let Ok(mut stream) = TcpStream::connect(&service.address) else {
                    break;
                };
                if stream.write_all((head + &body).as_bytes()).is_err() {
                    break;
                }
                match answer(&mut stream) {
                    Some(answer) if answer.status == 202 => sent = end,
                    _ => break,
                }
            }
        });
        taken = sent;
    }
    assert!(taken > 100, "{taken}");
    // Events have ids, so a batch that was taken without an answer counts once.
    let service = Service::start(&folder, &format!("--store @s {AS_OF}"));
    for part in lines[taken..].chunks(5_000) {
        assert_eq!(service.post("/v1/events", part.concat()).status, 202);
    }
    service.end();
    folder.run("update @events.jsonl --store @whole").ok();
    let served = folder.exported("s", AS_OF);
    let whole = folder.exported("whole", AS_OF);
    let bare = |results: &[Vec<u8>; 2]| -> Vec<Value> {
        let mut rows = rows(&results[1]);
        rows.iter_mut().for_each(|it| {
            it.remove("journey_id");
        });
        rows.into_iter().map(Value::Object).collect()
    };
    assert!(bare(&served) == bare(&whole), "events were lost or doubled");
}

#[test]
fn the_document_says_what_is_served() {
    let folder = Folder::new();
    let service = Service::start(&folder, "--store memory:");
    let document = service.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 10);
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            let path = path.replace("{user_id}", "u").replace("{journey_id}", "j");
            let answer = service.ask(&method.to_uppercase(), &path, None, b"");
            assert_ne!(answer.status, 405, "{method} {path}");
            assert!(
                !answer.body.contains("nothing is served here"),
                "{method} {path}"
            );
        }
        let path = path.replace("{user_id}", "u").replace("{journey_id}", "j");
        assert_eq!(service.ask("PATCH", &path, None, b"").status, 405, "{path}");
    }
}

/// Over a database that nobody else uses just now.
#[cfg(feature = "postgres")]
pub(crate) fn takes_serves_and_ends_in_good_order(database: &str) {
    let folder = Folder::simulated("--people 3 --seed 11");
    let options = format!("--store {database} {AS_OF} --look-every 1");
    let service = Service::start(&folder, &options);
    assert_eq!(
        service.post("/v1/events", folder.lines().concat()).status,
        202
    );
    for _ in 0..3 {
        let answer = service.get("/v1/people/s11-000000/journeys");
        assert_eq!(answer.status, 200, "{}", answer.body);
        std::thread::sleep(Duration::from_millis(700));
    }
    service.end();
    let log = String::from_utf8(folder.read("log.jsonl")).expect("UTF-8");
    assert!(!log.contains("panicked"), "{log}");
    let people = (0..3).map(|number| format!(" --user s11-00000{number}"));
    let people: String = people.collect();
    folder
        .run(&format!("store delete --store {database}{people}"))
        .ok();
}
