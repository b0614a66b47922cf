//! Clients that are slow, silent, greedy or strange.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::{AS_OF, Service, answer};
use crate::support::{Folder, text};

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
    half.write_all(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
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
        format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(500_000)),
        "GET /v1/people/%ff%fe/journeys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "GET /v1/people/a%00b/journeys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /v1/people/..%2f..%2fetc/journeys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "GET /v1/people/'%3b--/lineage?since=%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18446744073709551615\r\n\r\n"
            .to_owned(),
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"
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
fn who_never_reads_answers_makes_way() {
    let folder = Folder::simulated("--people 1 --seed 5");
    let service = Service::start(&folder, "--store @s --max-connections 4 --timeout 1");
    let greedy: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = service.connect();
            stream
                .set_write_timeout(Some(Duration::from_millis(300)))
                .expect("set");
            let request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(64);
            // Until neither side takes any more.
            while stream.write_all(request.as_bytes()).is_ok() {}
            stream
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(service.get("/healthz").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    drop(greedy);
    service.end();
}

#[test]
fn bodies_wait_for_room() {
    let folder = Folder::simulated("--people 1 --seed 5");
    let options = "--store @s --max-body 1 --max-bodies 1 --timeout 2";
    let service = Service::start(&folder, options);
    let line = folder.lines()[0].clone();
    // One promises all that there is room for, and takes its time.
    let mut slow = service.connect();
    let head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n";
    slow.write_all(head.as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    // Whoever comes next waits until the slow one is given up.
    let begun = Instant::now();
    assert_eq!(service.post("/v1/events", &line).status, 202);
    let waited = begun.elapsed();
    assert!(waited > Duration::from_secs(1), "{waited:?}");
    let begun = Instant::now();
    assert_eq!(service.post("/v1/events", &line).status, 202);
    assert!(begun.elapsed() < Duration::from_secs(1));
    service.end();
}

#[test]
fn a_long_writer_keeps_nobody_from_reading() {
    let folder = Folder::simulated("--people 2 --seed 5");
    folder.run("update @events.jsonl --store @s").ok();
    let service = Service::start(&folder, &format!("--store @s {AS_OF} --timeout 20"));
    let lines = folder.lines();
    let user = {
        let row: crate::support::Row = serde_json::from_str(&lines[0]).expect("JSON");
        text(&row, "user_id").to_owned()
    };
    let database = rusqlite::Connection::open(folder.path("s").join("wayline.db"));
    let database = database.expect("a database");
    database.execute_batch("BEGIN IMMEDIATE").expect("locked");
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..24)
            .map(|_| scope.spawn(|| service.post("/v1/events", &lines[0]).status))
            .collect();
        std::thread::sleep(Duration::from_millis(500));
        for path in ["/readyz".to_owned(), format!("/v1/people/{user}/journeys")] {
            let begun = Instant::now();
            assert_eq!(service.get(&path).status, 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "{path}");
        }
        database.execute_batch("COMMIT").expect("free");
        for writer in writers {
            assert_eq!(writer.join().expect("no panic"), 202);
        }
    });
    service.end();
}

#[test]
fn hostile_ids_are_ids() {
    let folder = Folder::simulated("--people 1 --seed 5");
    let service = Service::start(&folder, "--store @s --log debug");
    let long = "x".repeat(20_000);
    let ids = [
        "%00",
        "..%2F..%2Fetc",
        "%F0%9F%92%A9",
        "%25",
        "a%0d%0ab",
        "'%20OR%201=1--",
        &long,
    ];
    for id in ids {
        for (method, path) in [
            ("GET", format!("/v1/people/{id}/journeys")),
            ("GET", format!("/v1/people/{id}/journeys/{id}")),
            ("GET", format!("/v1/people/{id}/lineage")),
            ("DELETE", format!("/v1/people/{id}")),
        ] {
            let answer = service.ask(method, &path, None, b"");
            assert!(
                (400..500).contains(&answer.status),
                "{method} {id}: {}",
                answer.status
            );
        }
    }
    // One that no store must hold.
    let row = format!(
        "{{\"user_id\":\"{long}\",\"timestamp\":\"2025-06-01T10:00:00Z\",\"query\":\"oak\"}}"
    );
    let refused = service.post("/v1/events", row);
    assert_eq!(
        (refused.status, &refused.json()["rows"][0]["reason"]),
        (422, &"text_too_long".into())
    );
    // What isn't UTF-8, and methods that nobody serves.
    assert_eq!(service.get("/v1/people/%FF/journeys").status, 400);
    for method in ["OPTIONS", "TRACE", "PATCH", "BREW"] {
        let answer = service.ask(method, "/v1/events", None, b"");
        assert!(
            (400..500).contains(&answer.status),
            "{method}: {}",
            answer.status
        );
    }
    let log = String::from_utf8(folder.read("log.jsonl")).expect("UTF-8");
    assert!(!log.contains("panicked") && !log.contains("etc"), "{log}");
    service.end();
}
