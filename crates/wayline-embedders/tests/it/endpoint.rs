//! A server asked for vectors, and servers that misbehave.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use serde_json::json;
use wayline::embed::TextEmbedder;

use crate::stub::{Answer, Stub, good, vector_of};
use crate::{endpoint, open, vectors};

fn says(status: u16, body: impl Into<String>) -> Answer {
    Some((status, body.into()))
}

fn refuses(status: u16, message: &str) -> Answer {
    says(status, json!({"error": {"message": message}}).to_string())
}

/// What an endpoint says in the end where a server always answers so, and how often it asked.
fn told(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (String, bool, usize) {
    let stub = Stub::start(move |_, _| answer());
    let endpoint = endpoint(&stub).expect("opened without a question");
    let error = vectors(&endpoint, &["barn"]).expect_err("no vector");
    (error.reason, error.may_pass, stub.asked().len())
}

#[test]
fn texts_go_out_in_batches_and_vectors_come_back_in_order() {
    let stub = Stub::start(|asked, _| good(asked));
    let endpoint = endpoint(&stub).expect("opened");
    let texts = ["barn wedding", "küche", "a", "b", "c"];
    let found = vectors(&endpoint, &texts).expect("vectors");
    assert_eq!(found, texts.map(vector_of));
    let asked = stub.asked();
    assert_eq!(asked.len(), 3, "two texts in each");
    assert_eq!(asked[0]["path"], "/v1/embeddings");
    assert_eq!(asked[0]["key"], "Bearer secret");
    assert_eq!(asked[0]["model"], "stub");
    assert_eq!(asked[0]["dimensions"], 3);
    let batch = json!(["barn wedding", "küche"]);
    assert!(asked.iter().any(|it| it["input"] == batch), "{asked:?}");
}

#[test]
fn no_more_calls_are_on_their_way_than_may_be() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let stub = Stub::start(|asked, _| {
        MOST.fetch_max(NOW.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        NOW.fetch_sub(1, SeqCst);
        good(asked)
    });
    let endpoint = endpoint(&stub).expect("opened");
    // The batches of one call among them.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| vectors(&endpoint, &["a", "b", "c"]).expect("vectors"));
        }
    });
    assert_eq!(MOST.load(SeqCst), 2);
    assert_eq!(stub.asked().len(), 8);
}

#[test]
fn errors_that_pass_are_tried_again() {
    let limited = || refuses(429, "Rate limit reached");
    let failed = || says(500, "oops");
    let closed = || None;
    let half = || says(200, r#"{"data":[{"index":0,"embe"#);
    for answer in [limited, failed, closed, half] as [fn() -> Answer; 4] {
        let stub = Stub::first(2, answer);
        let endpoint = endpoint(&stub).expect("opened");
        let found = vectors(&endpoint, &["barn"]).expect("the third try");
        assert_eq!(found, [vector_of("barn")]);
        assert_eq!(stub.asked().len(), 3);
        let (_, may_pass, times) = told(answer);
        assert!(may_pass);
        assert_eq!(times, 3, "no more than it may");
    }
}

#[test]
fn errors_that_stay_say_what_to_do_and_are_not_tried_again() {
    for (answer, wanted) in [
        (refuses(401, "Incorrect API key secret"), "key_env"),
        (refuses(404, "model `stub` not found"), "no model `stub`"),
        (says(404, "<html>"), "stands before /embeddings"),
        (
            says(200, "<!doctype html><p>hello"),
            "is no endpoint for embeddings",
        ),
        (refuses(402, "no credit"), "paid"),
        (refuses(400, "maximum context length is 512"), "too long"),
        (says(200, r#"{"data":[]}"#), "0 vectors for 1 texts"),
        (
            says(200, r#"{"data":[{"index":0,"embedding":[1,null,2]}]}"#),
            "Take another one",
        ),
    ] {
        let (reason, may_pass, times) = told(move || answer.clone());
        assert!(reason.contains(wanted), "{reason}");
        assert!(!reason.contains("secret"), "{reason}");
        assert!(!may_pass && times == 1, "{reason}: {times}");
    }
}

#[test]
fn vectors_of_another_length_are_refused() {
    let (reason, may_pass, _) = told(|| says(200, r#"{"data":[{"index":0,"embedding":[1,2]}]}"#));
    assert!(
        reason.contains("vectors of 2 numbers, where 3 are wanted"),
        "{reason}"
    );
    assert!(reason.contains("embedder.dimensions"), "{reason}");
    assert!(!may_pass);
}

#[test]
fn a_server_that_is_not_there_may_come_back() {
    let stub = Stub::start(|_, _| None);
    let options = wayline_embedders::Settings {
        kind: wayline_embedders::Kind::Endpoint,
        // A port that nobody listens on.
        url: "http://127.0.0.1:9/v1".to_owned(),
        model: "stub".to_owned(),
        tries: 1,
        ..Default::default()
    };
    let Err(error) = wayline_embedders::open(&options) else {
        panic!("nobody answers")
    };
    assert!(error.to_string().contains("can't be reached"), "{error}");
    drop(stub);
}

#[test]
fn how_long_vectors_are_is_asked_where_nobody_says() {
    let stub = Stub::start(|asked, _| good(asked));
    let endpoint = open(&stub, 0, 1, None).expect("opened");
    assert_eq!(endpoint.dimensions(), 3);
    assert_eq!(stub.asked().len(), 1);
    assert_eq!(stub.asked()[0].get("dimensions"), None);
    let told = open(&stub, 3, 1, None).expect("opened");
    assert_eq!(told.hash(), endpoint.hash(), "the same vectors");
    assert_ne!(open(&stub, 2, 1, None).expect("opened").hash(), told.hash());
}
