//! What an endpoint makes of servers, good and bad.

use std::time::{Duration, Instant};

use serde_json::json;
use wayline::text_model::{Finish, Remedy, Reply, Request, Schema, TextModel, TextModelError, ask};
use wayline_text_model::{Endpoint, Key, Options, Structure};

use crate::options;
use crate::stub::{Answer, Stub};

fn ask_once(options: Options) -> Result<Reply, TextModelError> {
    let endpoint = Endpoint::new(options).expect("an endpoint");
    endpoint.reply(&Request::new("", "hello", 20))
}

fn error_of(stub: &Stub) -> TextModelError {
    ask_once(options(&stub.url())).expect_err("an error")
}

fn schema() -> Schema {
    Schema::new("named", r#"{"type":"object"}"#).expect("a schema")
}

#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

#[test]
fn the_key_is_sent_and_told_to_nobody() {
    let stub = Stub::start(|asked, _| {
        let key = asked.header("authorization").unwrap_or("none");
        Answer::error(401, &format!("Incorrect API key provided: {key}"))
    });
    let key = Key::new("sk-very-secret").expect("a key");
    let error = ask_once(Options {
        key: Some(key),
        ..options(&stub.url())
    })
    .expect_err("refused");
    assert!(matches!(error, TextModelError::Key { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    let asked = stub.take_log();
    assert_eq!(asked[0].path, "/v1/chat/completions");
    assert_eq!(
        asked[0].header("authorization"),
        Some("Bearer sk-very-secret")
    );
    // Without a key none is sent.
    ask_once(options(&stub.url())).expect_err("refused");
    let asked = stub.take_log();
    assert_eq!(asked[0].header("authorization"), None);
}

#[test]
fn errors_say_what_helps() {
    let of = |answer: fn() -> Answer| error_of(&Stub::always(answer));
    let error = of(|| Answer::error(404, "The model `parrot` does not exist"));
    assert!(
        matches!(error, TextModelError::UnknownModel { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("`parrot`"), "{error}");
    let error = of(|| Answer::page(200));
    assert!(
        matches!(error, TextModelError::NoEndpoint { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("web page"), "{error}");
    assert_eq!(error.remedy(), Remedy::Settings);
    let error = of(|| Answer::page(404));
    assert!(
        matches!(error, TextModelError::NoEndpoint { .. }),
        "{error}"
    );
    let error = of(|| Answer::page(502));
    assert!(
        matches!(error, TextModelError::Failed { status: 502, .. }),
        "{error}"
    );
    let error = of(|| Answer::json(200, &json!({"hello": "world"})));
    assert!(matches!(error, TextModelError::Broken { .. }), "{error}");
    let error = of(|| Answer::Whole(200, Vec::new(), "text/plain", String::new()));
    assert!(matches!(error, TextModelError::Broken { .. }), "{error}");
    let error = of(|| {
        Answer::json(
            200,
            &json!({"error": {"message": "slow down", "code": 429}}),
        )
    });
    assert!(matches!(error, TextModelError::Busy { .. }), "{error}");
    let error = of(|| Answer::error(400, "your messages are odd"));
    assert!(
        matches!(error, TextModelError::Refused { status: 400, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("odd"), "{error}");
}

#[test]
fn https_begins_with_tls_and_tells_nothing_before() {
    use std::io::Read;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody");
        let mut heard = vec![0; 10_000];
        let length = stream.read(&mut heard).expect("read");
        heard.truncate(length);
        heard
    });
    let error = ask_once(Options {
        key: Some(Key::new("sk-secret").expect("a key")),
        ..options(&format!("https://127.0.0.1:{port}/v1"))
    });
    let error = error.expect_err("no TLS there");
    assert_eq!(error.remedy(), Remedy::Later, "{error}");
    let heard = heard.join().expect("no panic");
    // A handshake, of TLS 1.0 or later.
    assert_eq!(heard[..2], [0x16, 0x03]);
    assert!(!heard.windows(9).any(|it| it == b"sk-secret"));
}

#[test]
fn a_redirect_is_not_followed() {
    let stub = Stub::always(|| {
        Answer::Whole(301, Vec::new(), "text/plain", String::new())
            .with("location", "https://example.org/v1")
    });
    let error = error_of(&stub);
    assert!(
        matches!(error, TextModelError::NoEndpoint { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("https://example.org/v1"),
        "{error}"
    );
    assert_eq!(stub.times_asked(), 1);
}

#[test]
fn nobody_there_is_said_at_once() {
    let began = Instant::now();
    // A port that is nobody's.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let error = ask_once(options(&format!("http://127.0.0.1:{port}/v1"))).expect_err("nobody");
    assert!(
        matches!(error, TextModelError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(error.remedy(), Remedy::Later);
    let error = ask_once(options("http://no-such-host.invalid/v1")).expect_err("nobody");
    assert!(
        matches!(error, TextModelError::Unreachable { .. }),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_slow_server_is_waited_for_so_long() {
    let slow = |answer: fn() -> Answer| {
        let stub = Stub::always(answer);
        let began = Instant::now();
        let error = ask_once(Options {
            timeout: Duration::from_millis(300),
            ..options(&stub.url())
        });
        let took = began.elapsed();
        assert!(took < Duration::from_secs(3), "{took:?}");
        error.expect_err("too late")
    };
    let error = slow(|| Answer::says("at last").after(5_000));
    assert!(matches!(error, TextModelError::TimedOut { .. }), "{error}");
    assert!(error.to_string().contains("0.3 s"), "{error}");
    // A server that begins and doesn't go on is one too; it closes only later here.
    let error = slow(|| {
        Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()).after(5_000)
    });
    assert!(matches!(error, TextModelError::TimedOut { .. }), "{error}");
}

#[test]
fn half_a_reply_is_none() {
    let whole = Answer::completion("hello").to_string();
    let half = &whole[..whole.len() / 2];
    let with_length = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{half}",
        whole.len()
    );
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{half}\r\n",
        half.len()
    );
    // Its length is not said, so that only the JSON shows it.
    let until_close = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{half}");
    let in_the_head = "HTTP/1.1 200 OK\r\ncontent-le".to_owned();
    for text in [with_length, chunked, until_close, in_the_head] {
        let bytes = text.clone().into_bytes();
        let error = error_of(&Stub::always(move || Answer::Raw(bytes.clone())));
        assert!(
            matches!(error, TextModelError::Broken { .. }),
            "{text}: {error}"
        );
        assert_eq!(error.remedy(), Remedy::Later);
    }
    let error = error_of(&Stub::always(|| Answer::Close));
    assert!(matches!(error, TextModelError::Broken { .. }), "{error}");
    let error = error_of(&Stub::always(|| Answer::Raw(b"\0\0 no HTTP".to_vec())));
    assert!(matches!(error, TextModelError::Broken { .. }), "{error}");
}

#[test]
fn a_reply_has_so_many_bytes_at_most() {
    let length = Answer::completion("").to_string().len() as u64;
    let stub = Stub::always(|| Answer::says(&"x".repeat(1_000)));
    let exactly = Options {
        max_reply_bytes: length + 1_000,
        ..options(&stub.url())
    };
    assert_eq!(ask_once(exactly.clone()).expect("taken").text.len(), 1_000);
    let error = ask_once(Options {
        max_reply_bytes: length + 999,
        ..exactly
    });
    let error = error.expect_err("too large");
    assert!(matches!(error, TextModelError::TooLarge { .. }), "{error}");
    // Without end it isn't read to its end.
    let endless = Stub::always(|| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        bytes.extend(std::iter::repeat_n(b' ', 50_000_000));
        Answer::Raw(bytes)
    });
    let error = error_of(&endless);
    assert!(matches!(error, TextModelError::TooLarge { .. }), "{error}");
}

#[test]
fn what_servers_leave_out_is_made_up_for() {
    let stub = Stub::always(|| {
        Answer::json(
            200,
            &json!({"choices": [{"message": {"content": null}, "finish_reason": "length"}]}),
        )
    });
    let reply = ask_once(options(&stub.url())).expect("a reply");
    assert_eq!((reply.text.as_str(), reply.finish), ("", Finish::Length));
    assert!(reply.usage.is_estimated);
    assert_eq!(reply.usage.prompt_tokens, 2);
}

#[test]
fn a_model_that_declines_says_so() {
    let stub = Stub::always(|| {
        Answer::json(
            200,
            &json!({"choices": [{
                "message": {"content": null, "refusal": "I can't help with that."},
                "finish_reason": "stop",
            }]}),
        )
    });
    let error = error_of(&stub);
    assert!(matches!(error, TextModelError::Declined { .. }), "{error}");
    assert!(error.to_string().contains("can't help"), "{error}");
}

/// Knows no `json_schema`, as llama-cpp-python, and answers in a fence.
fn knows_objects(asked: &crate::stub::Asked) -> Answer {
    match asked.json["response_format"]["type"].as_str() {
        Some("json_schema") => Answer::error(
            500,
            "{'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}",
        ),
        _ => Answer::says("```json\n{\"name\": \"Shoes\"}\n```"),
    }
}

/// Knows no `response_format` at all.
fn knows_nothing(asked: &crate::stub::Asked) -> Answer {
    match asked.json.get("response_format") {
        Some(_) => Answer::json(
            422,
            &json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "response_format"]}]}),
        ),
        None => Answer::says("```json\n{\"name\": \"Shoes\"}\n```"),
    }
}

#[test]
fn a_server_without_schemas_is_asked_in_words() {
    for (script, refused) in [
        (knows_objects as fn(&crate::stub::Asked) -> Answer, 1),
        (knows_nothing, 2),
    ] {
        let stub = Stub::start(move |asked, _| script(asked));
        let endpoint = Endpoint::new(options(&stub.url())).expect("an endpoint");
        let request = Request::new("Name it.", "red shoes", 20);
        for _ in 0..3 {
            let answer = ask::<Named>(&endpoint, &request, &schema()).expect("parsed");
            assert_eq!(answer.value.name, "Shoes");
            assert!(!answer.is_repaired);
        }
        // It is remembered what the server doesn't know.
        assert_eq!(stub.times_asked(), refused + 3);
        let asked = stub.take_log();
        let system = asked[refused as usize].json["messages"][0]["content"].as_str();
        assert!(system.expect("a text").contains(schema().json()));
        assert_eq!(endpoint.notes().len(), 1);
        // Plain text is asked for as ever.
        endpoint.reply(&request).expect("said");
    }
}

#[test]
fn a_schema_can_be_insisted_on() {
    let stub = Stub::start(|asked, _| knows_objects(asked));
    let endpoint = Endpoint::new(Options {
        structure: Structure::Schema,
        ..options(&stub.url())
    });
    let mut request = Request::new("Name it.", "red shoes", 20);
    request.schema = Some(schema());
    let error = endpoint.expect("an endpoint").reply(&request);
    let error = error.expect_err("refused");
    assert!(
        matches!(error, TextModelError::SchemaUnsupported { .. }),
        "{error}"
    );
    assert_eq!(stub.times_asked(), 1);
    // Some servers repeat all that they were sent, and the key isn't told.
    let stub = Stub::start(|asked, _| {
        let key = asked.header("authorization").unwrap_or("none");
        Answer::error(400, &format!("unknown field response_format, from {key}"))
    });
    let endpoint = Endpoint::new(Options {
        structure: Structure::Schema,
        key: Some(Key::new("sk-very-secret").expect("a key")),
        ..options(&stub.url())
    });
    let error = endpoint.expect("an endpoint").reply(&request);
    let error = error.expect_err("refused").to_string();
    assert!(
        error.contains("response_format") && !error.contains("secret"),
        "{error}"
    );
}

#[test]
fn what_many_threads_learn_at_once_is_learned() {
    let stub = Stub::start(|asked, _| knows_nothing(asked).after(20));
    let endpoint = Endpoint::new(options(&stub.url())).expect("an endpoint");
    std::thread::scope(|scope| {
        for it in 0..8 {
            let endpoint = &endpoint;
            scope.spawn(move || {
                let request = Request::new("Name it.", &format!("{it} shoes"), 20);
                ask::<Named>(endpoint, &request, &schema()).expect("parsed");
            });
        }
    });
}

#[test]
fn it_is_checked_whether_the_server_has_the_model() {
    let with = |answer: fn() -> Answer| {
        let stub = Stub::always(answer);
        let endpoint = Endpoint::new(options(&stub.url())).expect("an endpoint");
        endpoint.check()
    };
    with(|| Answer::json(200, &json!({"data": [{"id": "parrot"}]}))).expect("there");
    with(|| Answer::json(200, &json!({"data": [{"id": "x", "aliases": ["parrot"]}]})))
        .expect("there");
    with(|| Answer::json(404, &json!({"detail": "Not Found"}))).expect("it doesn't tell");
    let error = with(|| Answer::json(200, &json!({"data": [{"id": "a"}, {"id": "b"}]})));
    let error = error.expect_err("not there");
    assert!(
        matches!(error, TextModelError::UnknownModel { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("it has a, b"), "{error}");
    let error = with(|| Answer::error(401, "no key")).expect_err("refused");
    assert!(matches!(error, TextModelError::Key { .. }), "{error}");
}
