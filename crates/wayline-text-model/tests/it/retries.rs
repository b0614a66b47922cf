//! What is asked again, when, and what isn't.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wayline::text_model::{Request, TextModel, TextModelError};
use wayline_text_model::{Cancel, Endpoint, Limited, Resting, Retrying, Tally};

use crate::stub::{Answer, Stub};
use crate::{options, quick};

fn request() -> Request {
    Request::new("", "hello", 20)
}

fn patient(stub: &Stub, tries: usize) -> impl TextModel {
    let mut options = options(&stub.url());
    options.timeout = Duration::from_millis(500);
    let endpoint = Endpoint::new(options).expect("an endpoint");
    Retrying::new(endpoint, quick(tries), Cancel::default(), Arc::default())
}

#[test]
fn errors_that_pass_are_asked_again() {
    let half = || Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"choi".to_vec());
    let cases: [fn() -> Answer; 8] = [
        || Answer::error(500, "oops"),
        || Answer::error(503, "Loading model"),
        || Answer::page(502),
        || Answer::error(408, "too slow"),
        || Answer::error(429, "too often"),
        || Answer::Close,
        half,
        || Answer::says("too late").after(1_000),
    ];
    for answer in cases {
        let stub = Stub::first(2, answer);
        let reply = patient(&stub, 3)
            .reply(&request())
            .expect("well in the end");
        assert_eq!(reply.text, "well");
        assert_eq!(stub.times_asked(), 3);
    }
}

#[test]
fn it_gives_up_with_the_last_error() {
    let stub = Stub::always(|| Answer::error(500, "oops"));
    let error = patient(&stub, 3).reply(&request()).expect_err("never");
    assert!(
        matches!(error, TextModelError::Failed { status: 500, .. }),
        "{error}"
    );
    assert_eq!(stub.times_asked(), 3);
}

#[test]
fn other_errors_are_handed_on_at_once() {
    let cases: [fn() -> Answer; 7] = [
        || Answer::error(401, "no key"),
        || Answer::error(404, "The model `parrot` does not exist"),
        || Answer::error(400, "bad"),
        || Answer::error(402, "pay"),
        || Answer::error(413, "too long"),
        || Answer::page(200),
        || Answer::error(429, "insufficient_quota"),
    ];
    for answer in cases {
        let stub = Stub::always(answer);
        patient(&stub, 5).reply(&request()).expect_err("refused");
        assert_eq!(stub.times_asked(), 1);
    }
}

#[test]
fn a_server_is_left_alone_as_long_as_it_wants() {
    let stub = Stub::first(1, || {
        Answer::error(429, "slow down").with("retry-after", "1")
    });
    let began = Instant::now();
    patient(&stub, 2).reply(&request()).expect("well");
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(1), "{took:?}");
    // Longer than anybody waits: the error comes at once, and says how long.
    let stub = Stub::always(|| Answer::error(429, "slow down").with("retry-after", "3600"));
    let error = patient(&stub, 5).reply(&request()).expect_err("too long");
    let wanted = Some(3600);
    assert!(
        matches!(&error, TextModelError::Busy { retry_after_s, .. } if *retry_after_s == wanted),
        "{error}"
    );
    assert_eq!(stub.times_asked(), 1);
}

#[test]
fn whoever_stops_waits_for_nothing() {
    let stub = Stub::always(|| Answer::error(500, "oops"));
    let cancel = Cancel::default();
    let tally = Arc::new(Tally::default());
    let endpoint = Endpoint::new(options(&stub.url())).expect("an endpoint");
    let limited = Limited::new(endpoint, 1, cancel.clone(), Arc::clone(&tally));
    let mut patience = quick(20);
    patience.first_wait = Duration::from_secs(60);
    patience.longest_wait = Duration::from_secs(60);
    let model = Retrying::new(limited, patience, cancel.clone(), tally);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| model.reply(&request()));
        std::thread::sleep(Duration::from_millis(200));
        cancel.cancel();
        let error = waits.join().expect("no panic").expect_err("stopped");
        assert_eq!(error, TextModelError::Cancelled);
    });
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(model.reply(&request()), Err(TextModelError::Cancelled));
    assert_eq!(stub.times_asked(), 1);
}

#[test]
fn an_endpoint_that_is_down_is_left_alone_for_a_while() {
    let stub = Stub::first(6, || Answer::error(500, "oops"));
    let model = Resting::new(patient(&stub, 2), Duration::from_millis(500));
    for _ in 0..3 {
        model.reply(&request()).expect_err("down");
    }
    assert_eq!(stub.times_asked(), 6);
    for _ in 0..500 {
        let error = model.reply(&request()).expect_err("resting");
        assert!(matches!(error, TextModelError::Failed { .. }), "{error}");
    }
    assert_eq!(stub.times_asked(), 6);
    std::thread::sleep(Duration::from_millis(600));
    model.reply(&request()).expect("it is back");
    model.reply(&request()).expect("it is back");
    assert_eq!(stub.times_asked(), 8);
}
