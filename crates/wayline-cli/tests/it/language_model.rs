//! Steps that ask a language model: one that runs in this process, and answers what is asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Folder, Row, text};

/// A chat endpoint that names journeys by their first keyword and groups by the lines of the data.
struct Endpoint {
    url: String,
    /// Answers that it gave.
    answered: Arc<AtomicUsize>,
    /// Answers that it may still give; after that it fails.
    left: Arc<AtomicUsize>,
}

impl Endpoint {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let it = Self {
            url,
            answered: Arc::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let (answered, left) = (Arc::clone(&it.answered), Arc::clone(&it.left));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answered, left) = (Arc::clone(&answered), Arc::clone(&left));
                std::thread::spawn(move || serve(&stream, &answered, &left));
            }
        });
        it
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// From now on it gives so many answers.
    fn answers(&self, so_many: usize) {
        self.left.store(so_many, Ordering::SeqCst);
    }

    fn config(&self, folder: &Folder, more: &str) {
        let cache = folder.path("cache");
        folder.write(
            "model.toml",
            format!(
                "[text_model]\nurl = \"{}\"\nmodel = \"stub\"\nconcurrency = 4\ntries = 1\nrest_s = 0\n\
                 cache = \"{}\"\n{more}",
                self.url,
                cache.display()
            ),
        );
    }
}

fn serve(stream: &TcpStream, answered: &AtomicUsize, left: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':')?;
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let is_asked = first.starts_with("POST");
        let may = !is_asked
            || left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1))
                .is_ok();
        let (status, answer) = match (may, is_asked) {
            (false, _) => (
                "500 Internal Server Error",
                json!({ "error": { "message": "down" } }),
            ),
            (true, false) => (
                "200 OK",
                json!({ "object": "list", "data": [{ "id": "stub" }] }),
            ),
            (true, true) => {
                answered.fetch_add(1, Ordering::SeqCst);
                let request: Value = serde_json::from_slice(&body).ok()?;
                ("200 OK", reply(&request)?)
            }
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        let mut out = stream;
        out.write_all(head.as_bytes()).ok()?;
        out.write_all(answer.as_bytes()).ok()?;
    }
}

fn reply(request: &Value) -> Option<Value> {
    let asked = request["messages"].as_array()?.last()?["content"].as_str()?;
    let lines = asked
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines.collect();
    let content = if lines.iter().any(|it| it["journey"].is_number()) {
        let names = lines.iter().filter(|it| it["called"].is_null()).map(|it| {
            let name = format!("my {}", it["keywords"][0].as_str().unwrap_or_default());
            json!({ "journey": it["journey"], "name": name })
        });
        json!({ "names": names.collect::<Vec<_>>() })
    } else {
        let journeys = lines
            .iter()
            .filter(|it| it["keywords"].is_array())
            .map(|it| {
                let keywords = it["keywords"].as_array().into_iter().flatten();
                let keywords: Vec<&Value> = keywords.map(|it| &it[0]).collect();
                json!({ "name": it["keywords"][0][1], "keywords": keywords })
            });
        json!({ "journeys": journeys.collect::<Vec<_>>() })
    };
    Some(json!({
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": { "role": "assistant", "content": content.to_string() }
        }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 }
    }))
}

fn named_by_model(folder: &Folder) -> usize {
    let journeys = folder.journeys();
    journeys
        .iter()
        .filter(|it| it["name_source"] == "llm")
        .count()
}

const INFER: &str =
    "infer @events.jsonl -o @out/j.jsonl --keywords @out/k.jsonl --config @model.toml";

#[test]
fn a_model_names_journeys_and_nothing_is_paid_twice() {
    let folder = Folder::simulated("--people 20 --seed 71");
    folder.run(&INFER.replace("--config @model.toml", "")).ok();
    let before = folder.journeys();
    let endpoint = Endpoint::start();
    endpoint.config(&folder, "[asking]\nnames = true\n");
    let ran = folder.run(INFER).ok();
    let named = named_by_model(&folder);
    assert_eq!(ran.count("names by model"), named as u64);
    assert!(named > before.len() / 2, "{named} of {}", before.len());
    for (journey, before) in folder.journeys().iter().zip(&before) {
        // All but the name, and what depends on it, is as it was.
        for field in ["journey_id", "keywords", "stage", "score", "rank"] {
            assert_eq!(journey[field], before[field]);
        }
        let is_named = journey["name_source"] == "llm";
        assert_eq!(journey["name_reason"].is_null(), is_named, "{journey:?}");
        assert!(
            text(&journey["run"].as_object().expect("one").clone(), "models")
                .contains("text_model:stub")
        );
    }
    let answered = endpoint.answered();
    let first = folder.results();
    folder.run(INFER).ok();
    assert!(folder.results() == first);
    assert_eq!(endpoint.answered(), answered, "all of it was in the cache");
}

#[test]
fn a_model_that_dies_leaves_the_rooms_names_or_ends_the_run_as_configured() {
    let folder = Folder::simulated("--people 30 --seed 72");
    let endpoint = Endpoint::start();
    endpoint.config(&folder, "[asking]\nnames = true\nstops_at_failure = true\n");
    endpoint.answers(12);
    folder.run(INFER).fails_with("nothing was written");
    assert!(!folder.path("out/j.jsonl").exists());
    assert_eq!(endpoint.answered(), 12);
    // Run again, it pays for the rest alone.
    endpoint.answers(usize::MAX);
    folder.run(INFER).ok();
    let whole = folder.results();
    let asked = endpoint.answered();
    endpoint.answers(0);
    folder.run(INFER).ok();
    assert!(folder.results() == whole);
    assert_eq!(endpoint.answered(), asked);
    // Another folder has nothing in its cache: half is answered, half isn't.
    let folder = Folder::simulated("--people 30 --seed 72");
    endpoint.config(&folder, "[asking]\nnames = true\n");
    endpoint.answers(asked / 2);
    let ran = folder.run(INFER).ok();
    let journeys = folder.journeys();
    let reasons = |reason: &str| {
        journeys
            .iter()
            .filter(|it| it["name_reason"] == reason)
            .count()
    };
    assert!(reasons("no_reply") > 0);
    assert_eq!(ran.count("  not: no_reply"), reasons("no_reply") as u64);
    assert!(named_by_model(&folder) > 0);
}

#[test]
fn a_model_finds_journeys_at_once_and_a_store_keeps_them() {
    let folder = Folder::simulated("--people 12 --seed 73");
    let endpoint = Endpoint::start();
    endpoint.config(&folder, "[asking]\njourneys = true\n");
    let ran = folder.run(INFER).ok();
    assert_eq!(ran.count("people grouped by model"), 12);
    let journeys = folder.journeys();
    assert!(journeys.iter().all(|it| it["grouped_by"] == "llm"));
    assert!(journeys.iter().any(|it| it["name_source"] == "llm"));
    // Every keyword stands in one row, and is in the journey that the row says.
    let keywords = crate::support::rows(&folder.read("out/k.jsonl"));
    let of = |journey: &Row| {
        let own = |row: &&Row| row["journey_id"] == journey["journey_id"];
        keywords.iter().filter(own).count()
    };
    for journey in &journeys {
        assert_eq!(
            journey["keywords"].as_array().map(Vec::len),
            Some(of(journey))
        );
    }
    // Kept, they stay as they are without being asked for again, and when the model is away.
    folder
        .run("update @events.jsonl --store @s --config @model.toml")
        .ok();
    let asked = endpoint.answered();
    folder.exported("s", "--config @model.toml");
    let kept: Vec<Row> = folder.journeys();
    assert!(kept.iter().all(|it| it["grouped_by"] == "memory"));
    assert_eq!(endpoint.answered(), asked, "reading asks nobody");
    endpoint.answers(0);
    let line = folder.lines()[0].clone();
    let mut event: Row = serde_json::from_str(&line).expect("JSON");
    let user = text(&event, "user_id").to_owned();
    event.insert("timestamp".to_owned(), "2025-07-02T00:00:00Z".into());
    event.insert("event_id".to_owned(), "new".into());
    folder.write("one.jsonl", serde_json::to_string(&event).expect("JSON"));
    folder
        .run("update @one.jsonl --store @s --config @model.toml")
        .ok();
    folder.exported("s", "--config @model.toml");
    let ids = |rows: &[Row]| -> Vec<String> {
        let own = rows.iter().filter(|it| text(it, "user_id") == user);
        let mut ids: Vec<String> = own.map(|it| text(it, "journey_id").to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&folder.journeys()), ids(&kept));
}

#[test]
fn what_is_wrong_with_a_model_is_said_before_anything_is_read() {
    let folder = Folder::simulated("--people 2 --seed 74");
    let refuses = |config: &str, said: &str| {
        folder.write("model.toml", config);
        folder.run(INFER).fails_with(said);
    };
    refuses("[asking]\nnames = true\n", "[text_model] names none");
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\n[asking]\nnames = true\n",
        "model",
    );
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n[asking]\nnames = true\nstops_at_failure = true\n",
        "can't be reached",
    );
    refuses("[text_model]\nurll = \"x\"\n", "text_model.urll");
    refuses(
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\nkey_env = \"WAYLINE_NO_SUCH_KEY\"\n[asking]\nnames = true\n",
        "WAYLINE_NO_SUCH_KEY",
    );
    let endpoint = Endpoint::start();
    endpoint.config(&folder, "[asking]\nnames = true\n");
    let config = String::from_utf8(folder.read("model.toml")).expect("UTF-8");
    refuses(&config.replace("\"stub\"", "\"another\""), "another");
    // A section that no step uses asks nobody.
    folder.write(
        "model.toml",
        "[text_model]\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n",
    );
    folder.run(INFER).ok();
}

#[test]
fn a_budget_is_kept_and_what_is_left_is_said() {
    let folder = Folder::simulated("--people 20 --seed 75");
    let endpoint = Endpoint::start();
    endpoint.config(
        &folder,
        "budget_tokens = 4000\nmax_tokens = 200\n[asking]\nnames = true\n",
    );
    let ran = folder.run(INFER).ok();
    assert!(
        ran.stderr.contains("tokens of the budget left"),
        "{}",
        ran.stderr
    );
    assert!(ran.count("  not: budget_spent") > 0, "{}", ran.stderr);
}
