//! What stands around a model takes next to no time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use wayline::text_model::{Request, TextModel};
use wayline_text_model::{Settings, at_once};

use crate::stub::{Answer, Stub};
use crate::{opened, settings};

const CALLS_EACH: usize = 40;

fn slow() -> Stub {
    Stub::start(|_, _| Answer::says("hello").after(50))
}

fn request(it: usize) -> Request {
    let prompt = format!("{it} {}", "red shoes ".repeat(200));
    Request::new("Name it.", &prompt, 20)
}

/// Seconds that calls take with all that can stand around a model.
fn with_all(concurrency: usize, threads: usize) -> f64 {
    let (stub, folder) = (slow(), tempfile::tempdir().expect("a folder"));
    let model = opened(&Settings {
        concurrency,
        cache: folder.path().join("cache"),
        record: folder.path().join("record.jsonl"),
        budget_tokens: 1_000_000_000,
        ..settings(&stub.url())
    });
    let calls = concurrency * CALLS_EACH;
    let began = Instant::now();
    let replies = at_once(0..calls, threads, |it| model.reply(&request(it)));
    let took = began.elapsed().as_secs_f64();
    assert!(replies.iter().all(Result::is_ok));
    assert_eq!(model.counts().called, calls as u64);
    took
}

/// Seconds that they take by bare connections, which write bytes and read bytes: more than the 50 ms
/// of each where the machine has other things to do.
fn bare(concurrency: usize) -> f64 {
    let stub = slow();
    let address = stub.url().replace("http://", "").replace("/v1", "");
    let body = serde_json::to_string(
        &serde_json::json!({"messages": [{"content": "hello ".repeat(400)}]}),
    );
    let body = body.expect("JSON");
    let head = format!(
        "POST /v1 HTTP/1.1\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let question = format!("{head}{body}");
    let began = Instant::now();
    at_once(0..concurrency, concurrency, |_| {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        stream.set_nodelay(true).expect("set");
        let mut answer = [0; 10_000];
        for _ in 0..CALLS_EACH {
            stream.write_all(question.as_bytes()).expect("sent");
            // It comes in one piece.
            assert!(stream.read(&mut answer).expect("read") > 0);
        }
    });
    began.elapsed().as_secs_f64()
}

#[test]
fn calls_are_as_many_as_the_endpoint_allows() {
    for (concurrency, threads) in [(1, 1), (8, 8), (8, 16), (32, 32)] {
        // Where bare connections mostly don't reach it either, the machine has too much to do to tell.
        let (mut reached, mut could_be) = (false, 0);
        for _ in 0..5 {
            let (bare, took) = (bare(concurrency), with_all(concurrency, threads));
            let best = CALLS_EACH as f64 * 0.05;
            println!(
                "{concurrency} at once: {:.1} calls/s, {:.3} of what can be; bare connections {:.3}",
                (concurrency * CALLS_EACH) as f64 / took,
                best / took,
                best / bare,
            );
            reached |= best / took >= 0.95;
            could_be += u32::from(best / bare >= 0.99);
            if reached {
                break;
            }
        }
        assert!(reached || could_be < 3, "{concurrency} at once");
    }
}

#[test]
fn no_more_calls_are_on_their_way_than_allowed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let (now, most) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let seen = (Arc::clone(&now), Arc::clone(&most));
    let stub = Stub::start(move |_, _| {
        let at_once = seen.0.fetch_add(1, Ordering::SeqCst) + 1;
        seen.1.fetch_max(at_once, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(20));
        seen.0.fetch_sub(1, Ordering::SeqCst);
        Answer::says("hello")
    });
    let model = opened(&Settings {
        concurrency: 3,
        ..settings(&stub.url())
    });
    at_once(0..60, 20, |it| {
        let request = Request::new("", &it.to_string(), 20);
        model.reply(&request).expect("said");
    });
    assert!(most.load(Ordering::SeqCst) <= 3);
}

#[test]
fn results_come_in_the_order_of_their_items() {
    let results = at_once(0..100, 7, |it| {
        std::thread::sleep(std::time::Duration::from_millis((it * 37) % 5));
        it * 2
    });
    assert_eq!(results, (0..100).map(|it| it * 2).collect::<Vec<_>>());
    assert!(at_once(0..0, 0, |it: u64| it).is_empty());
}
