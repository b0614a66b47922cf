//! What every model must do, on each kind of them, and what an endpoint does when servers misbehave.

mod budget;
mod cache;
mod conformance;
mod killed;
mod real_server;
mod record;
mod retries;
mod servers;
mod settings;
mod stub;
mod throughput;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use wayline::text_model::{Finish, Reply, Request, TextModel, TextModelError, Usage};
use wayline_text_model::{
    Budgeted, ByFunction, Cached, Cancel, Capped, Counting, Endpoint, Limited, Limits, Opened,
    Options, Patience, Purse, Recording, Replay, Resting, Retrying, Settings, Structure, Tally,
    open,
};

use stub::{Answer, Stub};

/// A model of each kind. All of them, asked `say X`, say `X`, and decline whatever else.
struct Fresh {
    model: Box<dyn TextModel>,
    /// How often whoever answers in the end was asked.
    asked: Arc<AtomicU64>,
    /// Servers and folders, as long as they are needed.
    _held: Vec<Box<dyn std::any::Any>>,
}

impl Fresh {
    fn around<M: TextModel + 'static>(wrap: impl FnOnce(Box<dyn TextModel>) -> M) -> Self {
        let inner = in_memory();
        Self {
            model: Box::new(wrap(inner.model)),
            ..inner
        }
    }
}

fn said(request: &Request) -> Option<&str> {
    request.messages.last()?.text.strip_prefix("say ")
}

fn reply(text: &str) -> Reply {
    Reply {
        text: text.to_owned(),
        usage: Usage {
            prompt_tokens: 10,
            completion_tokens: 5,
            is_estimated: false,
        },
        finish: Finish::Stop,
    }
}

fn parrot(request: &Request) -> Result<Reply, TextModelError> {
    said(request)
        .map(reply)
        .ok_or_else(|| TextModelError::Declined {
            reason: "nothing to say".to_owned(),
        })
}

fn in_memory() -> Fresh {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let model = ByFunction::new("parrot", move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        parrot(request)
    });
    Fresh {
        model: Box::new(model),
        asked,
        _held: Vec::new(),
    }
}

/// A chat endpoint that does the same.
fn parrot_stub() -> Stub {
    Stub::start(|asked, _| {
        let text = asked.last_message();
        match text.strip_prefix("say ") {
            Some(text) => Answer::says(text),
            None => Answer::json(
                400,
                &json!({"error": {"message": "nothing to say", "code": "content_filter"}}),
            ),
        }
    })
}

fn options(url: &str) -> Options {
    Options {
        url: url.to_owned(),
        model: "parrot".to_owned(),
        key: None,
        timeout: Duration::from_secs(10),
        max_reply_bytes: 100_000,
        connections: 64,
        structure: Structure::Auto,
    }
}

fn settings(url: &str) -> Settings {
    Settings {
        url: url.to_owned(),
        model: "parrot".to_owned(),
        ..Settings::default()
    }
}

fn opened(settings: &Settings) -> Opened {
    let opened = open(settings, &Cancel::default());
    opened.expect("it opens").expect("it is on")
}

/// Tries without waits that tests would feel.
fn quick(tries: usize) -> Patience {
    Patience {
        tries,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_secs(3),
    }
}

fn endpoint() -> Fresh {
    let stub = parrot_stub();
    Fresh {
        model: Box::new(Endpoint::new(options(&stub.url())).expect("an endpoint")),
        asked: stub.asked(),
        _held: vec![Box::new(stub)],
    }
}

fn counting() -> Fresh {
    Fresh::around(|it| Counting::new(it, Arc::default()))
}

fn capped() -> Fresh {
    Fresh::around(|it| Capped::new(it, 1_000))
}

fn limited() -> Fresh {
    Fresh::around(|it| Limited::new(it, 2, Cancel::default(), Arc::default()))
}

fn budgeted() -> Fresh {
    Fresh::around(|it| Budgeted::new(it, Arc::new(Purse::new(Limits::default()))))
}

fn retrying() -> Fresh {
    Fresh::around(|it| Retrying::new(it, quick(3), Cancel::default(), Arc::default()))
}

fn resting() -> Fresh {
    Fresh::around(|it| Resting::new(it, Duration::from_secs(1)))
}

fn cached() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let tally = Arc::new(Tally::default());
    let mut fresh = Fresh::around(|it| Cached::open(it, folder.path(), tally).expect("a cache"));
    fresh._held.push(Box::new(folder));
    fresh
}

fn recording() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    let mut fresh = Fresh::around(|it| Recording::open(it, &place).expect("a record"));
    fresh._held.push(Box::new(folder));
    fresh
}

/// Of a record that holds what the suite asks. What it declines there wasn't recorded.
fn replay() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("record.jsonl");
    let record = Recording::open(in_memory().model, &place).expect("a record");
    for request in conformance::all_requests() {
        record.reply(&request).expect("said");
    }
    Fresh {
        model: Box::new(Replay::open("parrot", &place).expect("a record")),
        ..in_memory()
    }
}

fn all_together() -> Fresh {
    let (stub, folder) = (parrot_stub(), tempfile::tempdir().expect("a folder"));
    let settings = Settings {
        cache: folder.path().join("cache"),
        record: folder.path().join("record.jsonl"),
        budget_tokens: 1_000_000,
        ..settings(&stub.url())
    };
    Fresh {
        model: Box::new(opened(&settings)),
        asked: stub.asked(),
        _held: vec![Box::new(stub), Box::new(folder)],
    }
}

conformance::suite!(
    in_memory,
    endpoint,
    counting,
    capped,
    limited,
    budgeted,
    retrying,
    resting,
    cached,
    recording,
    replay,
    all_together
);
