use serde_json::{Value, json};
use wayline::text_model::{Message, Request, Role, Schema, TextModelError};

use super::address::Address;
use super::dialect::{Dialect, Form};
use super::*;

const SCHEMA: &str =
    r#"{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"}}}"#;

fn with_schema() -> Request {
    let mut request = Request::new("Name it.", "red shoes", 50);
    request.schema = Some(Schema::new("named", SCHEMA).expect("a schema"));
    request.seed = Some(7);
    request
}

fn written(request: &Request, dialect: Dialect) -> String {
    String::from_utf8(body::json("m", request, dialect)).expect("a text")
}

fn auto() -> Dialect {
    Dialect::new(Structure::Auto)
}

fn refused(code: u16, body: &str) -> TextModelError {
    let status = Status {
        code,
        retry_after: None,
        location: None,
    };
    refusal::error(&status, body, "http://e/v1".to_owned(), "m")
}

#[test]
fn plain_requests_are_written_as_the_protocol_says() {
    let request = Request::new("Name it.", "red shoes", 50);
    assert_eq!(
        written(&request, auto()),
        r#"{"model":"m","messages":[{"role":"system","content":"Name it."},{"role":"user","content":"red shoes"}],"max_tokens":50,"temperature":0.0}"#
    );
}

#[test]
fn a_schema_goes_out_as_it_was_given() {
    // The order of its fields is the order in which a model writes them.
    let text = written(&with_schema(), auto());
    let format = format!(
        r#""response_format":{{"type":"json_schema","json_schema":{{"name":"named","strict":true,"schema":{SCHEMA}}}}}"#
    );
    assert!(text.contains(&format), "{text}");
    assert!(text.contains(r#""seed":7"#), "{text}");
    assert!(!text.contains("fits this JSON schema"), "{text}");
}

#[test]
fn a_schema_is_told_where_it_cant_be_held() {
    let object = Dialect {
        form: Form::Object,
        ..auto()
    };
    let text = written(&with_schema(), object);
    let format = format!(r#""response_format":{{"type":"json_object","schema":{SCHEMA}}}"#);
    assert!(text.contains(&format), "{text}");
    let words = Dialect::new(Structure::Words);
    for dialect in [object, words] {
        let text: Value = serde_json::from_str(&written(&with_schema(), dialect)).expect("JSON");
        let system = text["messages"][0]["content"].as_str().expect("a text");
        assert!(system.starts_with("Name it.\n\n"), "{system}");
        assert!(system.ends_with(SCHEMA), "{system}");
        assert_eq!(text["messages"].as_array().expect("some").len(), 2);
    }
    let mut alone = with_schema();
    alone.messages = vec![Message::new(Role::User, "red shoes")];
    let text: Value = serde_json::from_str(&written(&alone, words)).expect("JSON");
    assert_eq!(text["messages"][0]["role"], "system");
    assert_eq!(text["messages"][1]["content"], "red shoes");
    assert_eq!(text.get("response_format"), None);
}

#[test]
fn what_a_server_refuses_is_left_out() {
    // Each as some server has said it.
    let llama_cpp_python = r#"{"error":{"message":"1 validation error: {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}","type":"internal_server_error"}}"#;
    let lesson = auto().learn(500, llama_cpp_python, true).expect("learned");
    assert_eq!(lesson.form, Form::Object);
    let lesson = lesson.learn(400, "response_format is unavailable", true);
    let lesson = lesson.expect("learned");
    assert_eq!(lesson.form, Form::Words);
    assert_eq!(lesson.learn(400, "response_format", true), None);
    assert_eq!(auto().learn(400, "response_format", false), None);
    assert_eq!(auto().learn(503, "response_format", true), None);
    let newer = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let lesson = auto().learn(400, newer, false).expect("learned");
    let text = written(&with_schema(), lesson);
    assert!(text.contains(r#""max_completion_tokens":50"#), "{text}");
    assert!(!text.contains("max_tokens\""), "{text}");
    let warm = "Unsupported value: 'temperature' does not support 0 with this model.";
    let lesson = auto().learn(400, warm, false).expect("learned");
    assert!(!written(&with_schema(), lesson).contains("temperature"));
    let seed = r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"]}]}"#;
    let lesson = auto().learn(422, seed, false).expect("learned");
    assert!(!written(&with_schema(), lesson).contains("\"seed\""));
    assert_eq!(lesson.notes().len(), 1);
    assert_eq!(auto().notes(), [""; 0]);
}

#[test]
fn a_schema_that_must_be_held_is_no_matter_of_words() {
    let strict = Dialect::new(Structure::Schema);
    assert_eq!(strict.learn(400, "response_format", true), None);
    assert!(strict.must_hold(400, "response_format", true));
    assert!(!strict.must_hold(400, "something else", true));
}

#[test]
fn refusals_say_what_to_do() {
    let kind = |error: &TextModelError| {
        let text = format!("{error:?}");
        text.split([' ', '{']).next().expect("a word").to_owned()
    };
    for (code, body, wanted) in [
        (
            400,
            r#"{"error":{"code":400,"message":"request (9031 tokens) exceeds the available context size (2048 tokens)","type":"exceed_context_size_error"}}"#,
            "TooLong",
        ),
        (
            400,
            r#"{"error":{"message":"This model's maximum context length is 2048 tokens.","code":"context_length_exceeded"}}"#,
            "TooLong",
        ),
        (413, "", "TooLong"),
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided"}}"#,
            "Key",
        ),
        (401, r#"{"detail":"Invalid API key"}"#, "Key"),
        (403, "<html>", "Key"),
        (
            402,
            r#"{"error":{"message":"Insufficient credits","code":402}}"#,
            "Unpaid",
        ),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            "Unpaid",
        ),
        (429, r#"{"error":{"message":"Rate limit reached"}}"#, "Busy"),
        (
            404,
            r#"{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}"#,
            "UnknownModel",
        ),
        (
            404,
            r#"{"error":{"message":"model 'm' not found"}}"#,
            "UnknownModel",
        ),
        (404, r#"{"detail":"Not Found"}"#, "NoEndpoint"),
        (
            404,
            "<html><title>404 Not Found</title>our model shop",
            "NoEndpoint",
        ),
        (405, "", "NoEndpoint"),
        (308, "", "NoEndpoint"),
        (408, "", "Busy"),
        (500, "oops", "Failed"),
        (502, "<html>Bad Gateway</html>", "Failed"),
        (
            503,
            r#"{"error":{"code":503,"message":"Loading model"}}"#,
            "Failed",
        ),
        (504, "", "Failed"),
        (529, "", "Busy"),
        (501, "", "Refused"),
        (505, "", "Refused"),
        (511, "", "Refused"),
        (
            400,
            r#"{"error":{"message":"blocked","code":"content_filter"}}"#,
            "Declined",
        ),
        (400, r#"{"error":"bad messages"}"#, "Refused"),
    ] {
        let error = refused(code, body);
        assert_eq!(kind(&error), wanted, "{code} {body}: {error}");
        assert!(!error.to_string().contains("<html"), "{error}");
    }
}

#[test]
fn servers_words_are_short_and_in_one_line() {
    let long = json!({"error": {"message": "é\n\n".repeat(1000)}}).to_string();
    let words = refusal::words(&long);
    assert_eq!(words.chars().count(), 301);
    assert!(!words.contains('\n'));
    assert_eq!(refusal::words(""), "it gives no reason");
    assert_eq!(refusal::words(" <!doctype html>"), "a web page");
    assert_eq!(refusal::words(r#"{"object":"error","message":"no"}"#), "no");
}

#[test]
fn a_wait_that_the_server_wants_is_read() {
    let wait = |retry_after: &str| {
        let status = Status {
            code: 429,
            retry_after: Some(retry_after.to_owned()),
            location: None,
        };
        match refusal::error(&status, "", String::new(), "m") {
            TextModelError::Busy { retry_after_s, .. } => retry_after_s,
            other => panic!("{other}"),
        }
    };
    assert_eq!(wait("3"), Some(3));
    assert_eq!(wait(" 0.2 "), Some(1));
    assert_eq!(wait("-1"), None);
    assert_eq!(wait("NaN"), None);
    assert_eq!(wait("Wed, 21 Oct 2026 07:28:00 GMT"), None);
}

fn answered(text: &str, dialect: Dialect) -> Option<String> {
    let body = json!({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]});
    let reply = answer::reply(&body.to_string(), &with_schema(), dialect);
    reply.ok().map(|it| it.text)
}

#[test]
fn what_stands_around_json_is_taken_off_only_where_it_was_asked_for_in_words() {
    let fenced = "```json\n{\"a\":1}\n```";
    let words = Dialect::new(Structure::Words);
    assert_eq!(answered(fenced, words).as_deref(), Some("{\"a\":1}"));
    let thought = "<think>\nhm ```\n</think>\n\n{\"a\":1}";
    assert_eq!(answered(thought, words).as_deref(), Some("{\"a\":1}"));
    assert_eq!(answered("{\"a\":1}", words).as_deref(), Some("{\"a\":1}"));
    // Talk isn't: the strict parser is to see it.
    let talk = "Sure! {\"a\":1}";
    assert_eq!(answered(talk, words).as_deref(), Some(talk));
    assert_eq!(answered(fenced, auto()).as_deref(), Some(fenced));
}

#[test]
fn keys_show_nowhere() {
    let key = Key::new("  sk-secret\n").expect("a key");
    assert_eq!(format!("{key:?}"), "Key(…)");
    assert_eq!(key.bearer(), "Bearer sk-secret");
    assert_eq!(key.hide("Incorrect key sk-secret."), "Incorrect key ….");
    assert_eq!(Key::new(" \n"), Err(KeyError::Empty));
    assert_eq!(Key::new("a b"), Err(KeyError::Characters));
    assert_eq!(Key::new("schlüssel"), Err(KeyError::Characters));
    let unset = Key::from_env("WAYLINE_NO_SUCH_KEY").expect_err("unset");
    assert!(unset.to_string().contains("WAYLINE_NO_SUCH_KEY"));
}

#[test]
fn urls_are_what_stands_before_the_path() {
    let address = |url: &str| Address::new(url).map(|it| it.of("/chat/completions"));
    for url in [
        "http://h:1/v1",
        " http://h:1/v1/ ",
        "http://h:1/v1/chat/completions",
        "http://h:1/v1/embeddings",
    ] {
        assert_eq!(address(url).expect("one"), "http://h:1/v1/chat/completions");
    }
    for url in [
        "",
        "h:1/v1",
        "ftp://h/v1",
        "http://",
        "http:///v1",
        "http://user:secret@h/v1",
        "http://h/v1?key=secret",
        "http://h h/v1",
    ] {
        let error = address(url).expect_err("refused");
        assert!(matches!(error, TextModelError::NoEndpoint { .. }), "{url}");
        assert!(!error.to_string().contains("user:secret"), "{error}");
    }
    let is_loopback = |url: &str| Address::new(url).expect("one").is_loopback();
    assert!(is_loopback("http://localhost:1/v1"));
    assert!(is_loopback("http://127.0.0.2:1/v1"));
    assert!(is_loopback("http://[::1]:1/v1"));
    assert!(!is_loopback("https://example.org/v1"));
}
