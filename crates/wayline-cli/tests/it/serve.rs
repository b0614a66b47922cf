//! The service from outside, over sockets.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
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
            let heard = log.lines().find_map(|line| line.split_once("http://"));
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
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
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
fn tokens_open_what_their_scopes_say_and_stand_nowhere() {
    let folder = Folder::simulated("--people 1 --seed 5");
    let (reads, writes, erases) = (
        "reads-0123456789ab",
        "writes-0123456789ab",
        "erases-0123456789ab",
    );
    folder.write(
        "tokens",
        format!("read {reads}\nwrite {writes}\nerase {erases}\n"),
    );
    let options = format!("--store @s {AS_OF} --tokens @tokens --log debug --rate 50");
    let service = Service::start(&folder, &options);
    let log = folder.read("events.jsonl");
    let path = "/v1/people/s5-000000/journeys";
    for (token, method, path, status) in [
        (None, "POST", "/v1/events", 401),
        (Some("wrong-0123456789ab"), "POST", "/v1/events", 401),
        (Some(reads), "POST", "/v1/events", 403),
        (Some(writes), "POST", "/v1/events", 202),
        (Some(writes), "GET", path, 403),
        (Some(reads), "GET", path, 200),
        (Some(reads), "DELETE", "/v1/people/s5-000000", 403),
        (Some(erases), "DELETE", "/v1/people/s5-000000", 200),
        (None, "GET", "/healthz", 200),
        (None, "GET", "/readyz", 200),
    ] {
        let body = if method == "POST" { &log[..] } else { b"" };
        let answer = service.ask(method, path, token, body);
        assert_eq!(answer.status, status, "{method} {path} {token:?}");
        assert_eq!(
            answer.head.contains("www-authenticate: bearer"),
            status == 401
        );
        for secret in [reads, writes, erases, "wrong-0123456789ab"] {
            assert!(!answer.body.contains(secret));
        }
    }
    let statuses: Vec<u16> = (0..120)
        .map(|_| service.ask("GET", path, Some(reads), b"").status)
        .collect();
    assert!(
        statuses.contains(&429) && statuses.contains(&404),
        "{statuses:?}"
    );
    let log = String::from_utf8(folder.read("log.jsonl")).expect("UTF-8");
    for hidden in [reads, writes, erases, "s5-000000", "wrong-0123456789ab"] {
        assert!(!log.contains(hidden), "{hidden} stands in the log");
    }
    service.end();
    folder
        .run("serve --store @s --listen 0.0.0.0:0")
        .fails_with("without --tokens it listens on this machine alone");
    folder.write("none", "# nothing\n");
    folder
        .run("serve --store @s --tokens @none")
        .fails_with("holds no token");
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
                    "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
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
fn slow_and_silent_clients_and_strange_requests_do_no_harm() {
    let folder = Folder::new();
    let options = format!("--store memory: {AS_OF} --max-connections 3 --timeout 1");
    let service = Service::start(&folder, &options);
    // All connections are taken by those who say nothing, half of a head, and half of a body.
    let mut silent = service.connect();
    let mut slow = service.connect();
    slow.write_all(b"GET /healthz HTT").expect("sent");
    let mut half = service.connect();
    half.write_all(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .expect("sent");
    let begun = Instant::now();
    assert_eq!(service.get("/healthz").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "they made no way"
    );
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest);
    let told = answer(&mut half).expect("an answer");
    assert!((400..=503).contains(&told.status), "{}", told.status);
    for request in [
        "GARBAGE\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(500_000)),
        "GET /v1/people/%ff%fe/journeys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "GET /v1/people/a%00b/journeys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /v1/people/..%2f..%2fetc/journeys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "GET /v1/people/'%3b--/lineage?since=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n"
            .to_owned(),
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"
            .to_owned(),
    ] {
        let mut stream = service.connect();
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        if let Some(answer) = answer(&mut stream) {
            let start = &request[..request.len().min(60)];
            assert!(
                (400..500).contains(&answer.status),
                "{start}: {}",
                answer.status
            );
        }
    }
    assert_eq!(service.get("/healthz").status, 200);
    let metrics = service.get("/metrics");
    assert!(
        metrics.body.contains("wayline_http_requests_total"),
        "{}",
        metrics.body
    );
    let log = folder.read("log.jsonl");
    let errors = BufReader::new(&log[..]).lines().map_while(Result::ok);
    let errors: Vec<String> = errors.filter(|line| line.contains("ERROR")).collect();
    assert!(errors.is_empty(), "{errors:?}");
    service.end();
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
