//! What real servers say: `scripts/with-text-model` starts them. What their small model says is of no
//! matter here, but for its form.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wayline::text_model::{
    AskError, Finish, Reply, Request, Schema, TextModel, TextModelError, ask, ask_where,
};
use wayline_text_model::{Endpoint, Opened, Options, Settings, at_once};

use crate::{opened, options, settings};

/// llama-cpp-python's server takes no `json_schema`, llama.cpp's own does.
const SERVERS: [&str; 2] = ["WAYLINE_TEST_TEXT_MODEL", "WAYLINE_TEST_TEXT_MODEL_LLAMA"];
const RESTART: &str = "WAYLINE_TEST_TEXT_MODEL_RESTART";

/// One test at a time: one of them kills a server, and all are slow enough alone.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("scripts/with-text-model runs this")
}

fn to(url: &str) -> Options {
    Options {
        model: "smollm2".to_owned(),
        timeout: Duration::from_secs(300),
        ..options(url)
    }
}

fn endpoints() -> [Endpoint; 2] {
    SERVERS.map(|it| Endpoint::new(to(&variable(it))).expect("an endpoint"))
}

fn patient(url: &str, change: impl FnOnce(&mut Settings)) -> Opened {
    let mut settings = Settings {
        model: "smollm2".to_owned(),
        timeout_s: 300.0,
        concurrency: 2,
        ..settings(url)
    };
    change(&mut settings);
    opened(&settings)
}

fn colour() -> Schema {
    let json = r#"{"type":"object","properties":{"colour":{"type":"string","enum":["red","blue"]},"warm":{"type":"boolean"}},"required":["colour","warm"],"additionalProperties":false}"#;
    Schema::new("colour", json).expect("a schema")
}

#[derive(Debug, serde::Deserialize)]
struct Colour {
    colour: String,
    #[serde(rename = "warm")]
    _warm: bool,
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn plain_text_is_answered() {
    let _alone = alone();
    for endpoint in endpoints() {
        endpoint.check().expect("it has the model");
        let request = Request::new("You are friendly.", "Say hello.", 12);
        let reply = endpoint.reply(&request).expect("a reply");
        assert!(!reply.text.is_empty());
        assert!(matches!(reply.finish, Finish::Stop | Finish::Length));
        assert!(!reply.usage.is_estimated);
        assert!((1..=12).contains(&reply.usage.completion_tokens));
        assert!((10..100).contains(&reply.usage.prompt_tokens));
        // At temperature 0 it is the same again.
        let again = endpoint.reply(&request).expect("a reply");
        assert_eq!(again.text, reply.text);
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn values_come_in_their_form() {
    let _alone = alone();
    for (endpoint, notes) in endpoints().into_iter().zip([1, 0]) {
        for question in ["What colour is a rose?", "מה צבע הים?"] {
            let request = Request::new("", question, 60);
            let answer = ask::<Colour>(&endpoint, &request, &colour()).expect("a colour");
            assert!(["red", "blue"].contains(&answer.value.colour.as_str()));
            assert!(!answer.is_repaired);
        }
        assert_eq!(endpoint.notes().len(), notes, "{:?}", endpoint.notes());
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn what_breaks_the_form_twice_is_an_error() {
    let _alone = alone();
    for server in SERVERS {
        let model = patient(&variable(server), |_| {});
        let request = Request::new("", "What colour is a rose?", 60);
        let never = |_: &Colour| Err("no colour is good enough".to_owned());
        let error = ask_where(&model, &request, &colour(), never).expect_err("never");
        assert!(matches!(error, AskError::Unparsable { .. }), "{error}");
        // Nor has a reply its form that had no room for it.
        let short = Request::new("", "What colour is a rose?", 2);
        let error = ask::<Colour>(&model, &short, &colour()).expect_err("cut off");
        assert!(error.to_string().contains("cut off"), "{error}");
        let counts = model.counts();
        assert_eq!((counts.asked, counts.repairs, counts.failed), (4, 2, 0));
        assert!(counts.prompt_tokens > 0 && !counts.is_estimated);
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn wrong_names_paths_and_lengths_are_told_apart() {
    let _alone = alone();
    for server in SERVERS {
        let url = variable(server);
        let wrong_name = Endpoint::new(Options {
            model: "gpt-nonsense".to_owned(),
            ..to(&url)
        });
        // Asked, these servers answer with the model that they have.
        let error = wrong_name.expect("an endpoint").check().expect_err("wrong");
        assert!(
            matches!(error, TextModelError::UnknownModel { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("smollm2"), "{error}");
        let request = Request::new("", "Say hello.", 5);
        let reply = |url: &str| Endpoint::new(to(url)).expect("an endpoint").reply(&request);
        let error = reply(&format!("{url}/wrong")).expect_err("wrong");
        assert!(
            matches!(error, TextModelError::NoEndpoint { .. }),
            "{error}"
        );
        let endpoint = Endpoint::new(to(&url)).expect("an endpoint");
        let long = Request::new("", &"red shoes ".repeat(10_000), 5);
        let error = endpoint.reply(&long).expect_err("too long");
        assert!(matches!(error, TextModelError::TooLong { .. }), "{error}");
        // A schema that is none is refused, or the words about it are as good as any.
        let mut odd = Request::new("", "Say hello.", 5);
        odd.schema = Some(Schema::new("odd", r#"{"type":"nonsense"}"#).expect("JSON"));
        if let Err(error) = endpoint.reply(&odd) {
            println!("{error}");
        }
    }
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn a_server_that_is_too_slow_is_not_waited_for() {
    let _alone = alone();
    let endpoint = Endpoint::new(Options {
        timeout: Duration::from_millis(200),
        ..to(&variable(SERVERS[1]))
    });
    let long = Request::new("", "Count from one to a thousand.", 1_000);
    let error = endpoint.expect("an endpoint").reply(&long);
    let error = error.expect_err("too slow");
    assert!(matches!(error, TextModelError::TimedOut { .. }), "{error}");
}

fn numbered(number: usize) -> Request {
    Request::new("", &format!("Say something of the number {number}."), 24)
}

#[test]
#[ignore = "scripts/with-text-model runs it"]
fn a_server_that_is_killed_midway_is_an_error_or_asked_again() {
    let _alone = alone();
    let url = variable(SERVERS[0]);
    let folder = tempfile::tempdir().expect("a folder");
    // Without patience the errors show, and the run goes on to its end.
    let replies = while_it_restarts(&patient(&url, |it| it.tries = 1));
    for error in replies.iter().filter_map(|it| it.as_ref().err()) {
        assert!(
            matches!(
                error,
                TextModelError::Broken { .. } | TextModelError::Unreachable { .. }
            ),
            "{error}"
        );
    }
    assert!(replies.iter().any(Result::is_err), "it was killed midway");
    assert!(replies.iter().any(Result::is_ok), "and was there before");
    // With patience every request is answered, and none of them twice.
    let model = patient(&url, |it| {
        it.tries = 20;
        it.cache = folder.path().to_owned();
    });
    let replies = while_it_restarts(&model);
    for reply in &replies {
        assert!(reply.is_ok(), "{reply:?}");
    }
    let counts = model.counts();
    assert!(counts.retried > 0, "{counts}");
    assert_eq!(counts.called - counts.retried, replies.len() as u64);
    let again = patient(&url, |it| it.cache = folder.path().to_owned());
    for number in 0..replies.len() {
        again.reply(&numbered(number)).expect("kept");
    }
    assert_eq!(again.counts().called, 0);
}

/// What many requests get while the server is killed and comes back.
fn while_it_restarts(model: &Opened) -> Vec<Result<Reply, TextModelError>> {
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| at_once(0..16, 2, |it| model.reply(&numbered(it))));
        while model.counts().prompt_tokens == 0 && !asking.is_finished() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let restarted = Command::new(variable(RESTART)).status();
        assert!(restarted.expect("it runs").success());
        asking.join().expect("no panic")
    })
}
