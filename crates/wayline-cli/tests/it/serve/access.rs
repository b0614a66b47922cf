//! Who may do what.

use std::time::{Duration, Instant};

use super::{AS_OF, Service};
use crate::support::Folder;

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
fn a_token_is_looked_at_before_anything_else() {
    let folder = Folder::new();
    let token = "0123456789abcdef";
    folder.write("tokens", format!("read {token}\n"));
    let service = Service::start(&folder, "--store @s --tokens @tokens --timeout 5");
    // Nothing of the body is sent, and it would be too large.
    for authorization in ["", "Authorization: Bearer no-token-of-ours\r\n"] {
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{authorization}\
             Content-Length: 4000000\r\n\r\n"
        );
        let begun = Instant::now();
        assert_eq!(service.say(&head).expect("an answer").status, 401);
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
    // Whoever guesses is slowed down, and keeps nobody else out.
    let guess = |number: usize| {
        let path = "/v1/people/p/journeys";
        service
            .ask("GET", path, Some(&format!("guessed-{number:020}")), b"")
            .status
    };
    let guesses: Vec<u16> = (0..200).map(guess).collect();
    assert!(
        guesses.iter().all(|it| [401, 429].contains(it)),
        "{guesses:?}"
    );
    assert!(guesses.contains(&429));
    let right = service.ask("GET", "/v1/people/p/journeys", Some(token), b"");
    assert_eq!(right.status, 404, "nobody is there");
    service.end();
}

#[test]
fn without_tokens_no_web_page_gets_in() {
    let folder = Folder::simulated("--people 1 --seed 5");
    let service = Service::start(&folder, "--store @s");
    let body = folder.lines()[0].clone();
    let post = |headers: &str| {
        let length = body.len();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        service.say(&(head + &body)).expect("an answer").status
    };
    // A page that sends, and one whose name points here.
    assert_eq!(
        post("Host: 127.0.0.1\r\nOrigin: https://a.example\r\n"),
        403
    );
    assert_eq!(post("Host: a.example\r\n"), 403);
    assert_eq!(post("Host: 127.0.0.1\r\nOrigin: null\r\n"), 403);
    assert_eq!(post("Host: 127.0.0.1\r\n"), 202);
    assert_eq!(
        post("Host: localhost:1\r\nOrigin: http://localhost:3000\r\n"),
        202
    );
    service.end();
}
