//! A chat endpoint that does what a test tells it, good or bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

/// What the stub was asked.
pub(crate) struct Asked {
    pub(crate) path: String,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) json: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn last_message(&self) -> String {
        let messages = self.json["messages"].as_array().expect("messages");
        let last = messages.last().expect("one");
        last["content"].as_str().expect("a text").to_owned()
    }
}

/// What it answers.
pub(crate) enum Answer {
    /// A whole answer: status, further headers, type, body.
    Whole(u16, Vec<(&'static str, String)>, &'static str, String),
    /// Exactly these bytes, then the connection closes.
    Raw(Vec<u8>),
    /// The same, after a while.
    Slow(Duration, Box<Self>),
    /// Nothing: the connection closes.
    Close,
}

impl Answer {
    pub(crate) fn json(status: u16, json: &Value) -> Self {
        Self::Whole(status, Vec::new(), "application/json", json.to_string())
    }

    pub(crate) fn page(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><body>Welcome to our router</body></html>";
        Self::Whole(status, Vec::new(), "text/html", page.to_owned())
    }

    /// What a good server sends when the model says this.
    pub(crate) fn says(text: &str) -> Self {
        Self::json(200, &Self::completion(text))
    }

    pub(crate) fn completion(text: &str) -> Value {
        json!({
            "id": "1", "object": "chat.completion", "created": 1, "model": "stub-2026",
            "choices": [{
                "index": 0, "finish_reason": "stop", "logprobs": null,
                "message": {"role": "assistant", "content": text},
            }],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        })
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(status, &json!({"error": {"message": message}}))
    }

    pub(crate) fn after(self, milliseconds: u64) -> Self {
        Self::Slow(Duration::from_millis(milliseconds), Box::new(self))
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Whole(status, mut headers, kind, body) => {
                headers.push((name, value.to_owned()));
                Self::Whole(status, headers, kind, body)
            }
            other => other,
        }
    }
}

type Script = dyn Fn(&Asked, u64) -> Answer + Send + Sync;

/// A server of its own port; its thread ends with the test's process.
pub(crate) struct Stub {
    port: u16,
    asked: Arc<AtomicU64>,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Answers as the script says, which gets what was asked and how many were before it.
    pub(crate) fn start(script: impl Fn(&Asked, u64) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let stub = Self {
            port: listener.local_addr().expect("an address").port(),
            asked: Arc::default(),
            log: Arc::default(),
        };
        let script: Arc<Script> = Arc::new(script);
        let (asked, log) = (Arc::clone(&stub.asked), Arc::clone(&stub.log));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
                let log = Arc::clone(&log);
                std::thread::spawn(move || serve(stream, &*script, &asked, &log));
            }
        });
        stub
    }

    /// Answers everything so.
    pub(crate) fn always(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |_, _| answer())
    }

    /// Answers the first ones so, and says `well` to later ones.
    pub(crate) fn first(number: u64, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |_, before| match before < number {
            true => answer(),
            false => Answer::says("well"),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    pub(crate) fn asked(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.asked)
    }

    pub(crate) fn times_asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// What it was asked so far.
    pub(crate) fn take_log(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.log.lock().expect("whole"))
    }
}

fn serve(stream: TcpStream, script: &Script, asked: &AtomicU64, log: &Mutex<Vec<Asked>>) {
    stream.set_nodelay(true).expect("set");
    let mut lines = BufReader::new(stream);
    while let Some(request) = read(&mut lines) {
        let before = asked.fetch_add(1, Ordering::Relaxed);
        let mut answer = script(&request, before);
        log.lock().expect("whole").push(request);
        while let Answer::Slow(time, next) = answer {
            std::thread::sleep(time);
            answer = *next;
        }
        let stream = lines.get_mut();
        let is_open = match answer {
            Answer::Whole(status, headers, kind, body) => {
                let mut head = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                stream
                    .write_all(format!("{head}\r\n{body}").as_bytes())
                    .is_ok()
            }
            Answer::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                false
            }
            Answer::Close | Answer::Slow(..) => false,
        };
        if !is_open {
            return;
        }
    }
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut first = String::new();
    lines.read_line(&mut first).ok().filter(|it| *it > 0)?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|it| *it > 0)?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked {
        path,
        headers,
        json: serde_json::from_slice(&body).unwrap_or_default(),
    })
}
