//! A language model that runs in this process, and answers what a test makes up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Folder;

/// A chat endpoint whose answers the test makes up.
pub(crate) struct Endpoint {
    url: String,
    /// Answers that it gave.
    answered: Arc<AtomicUsize>,
    /// Answers that it may still give; after that it fails.
    left: Arc<AtomicUsize>,
    /// Whether it then takes no key, instead of being down.
    takes_no_key: Arc<AtomicBool>,
}

impl Endpoint {
    /// `reply` makes the text of an answer from a request; none where the connection breaks instead.
    pub(crate) fn start(reply: impl Fn(&Value) -> Option<String> + Send + Sync + 'static) -> Self {
        let reply = Arc::new(reply);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let it = Self {
            url,
            answered: Arc::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
            takes_no_key: Arc::default(),
        };
        let (answered, left) = (Arc::clone(&it.answered), Arc::clone(&it.left));
        let takes_no_key = Arc::clone(&it.takes_no_key);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answered, left) = (Arc::clone(&answered), Arc::clone(&left));
                let (reply, takes_no_key) = (Arc::clone(&reply), Arc::clone(&takes_no_key));
                std::thread::spawn(move || {
                    serve(&stream, &*reply, &answered, &left, &takes_no_key)
                });
            }
        });
        it
    }

    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// From now on it gives so many answers.
    pub(crate) fn answers(&self, so_many: usize) {
        self.left.store(so_many, Ordering::SeqCst);
    }

    /// From now on it takes no key.
    pub(crate) fn refuses_keys(&self) {
        self.takes_no_key.store(true, Ordering::SeqCst);
        self.answers(0);
    }

    /// From now on it takes any key again.
    pub(crate) fn takes_keys(&self) {
        self.takes_no_key.store(false, Ordering::SeqCst);
    }

    pub(crate) fn config(&self, folder: &Folder, more: &str) {
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

fn serve(
    stream: &TcpStream,
    reply: &dyn Fn(&Value) -> Option<String>,
    answered: &AtomicUsize,
    left: &AtomicUsize,
    takes_no_key: &AtomicBool,
) -> Option<()> {
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
            (false, _) if takes_no_key.load(Ordering::SeqCst) => (
                "401 Unauthorized",
                json!({ "error": { "message": "no such key" } }),
            ),
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
                ("200 OK", chat(&reply(&request)?))
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

fn chat(content: &str) -> Value {
    json!({
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": { "role": "assistant", "content": content }
        }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 }
    })
}
