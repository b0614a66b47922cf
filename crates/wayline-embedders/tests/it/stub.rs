//! An endpoint for embeddings that does what a test tells it, good or bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What it answers: a status and a body; or nothing, and the connection closes.
pub(crate) type Answer = Option<(u16, String)>;

type Script = dyn Fn(&Value, usize) -> Answer + Send + Sync;

/// A server of its own port; its thread ends with the test's process.
pub(crate) struct Stub {
    port: u16,
    asked: Arc<Mutex<Vec<Value>>>,
}

/// The vector of a text: its bytes' sum, its length and one.
pub(crate) fn vector_of(text: &str) -> Vec<f32> {
    let sum: u32 = text.bytes().map(u32::from).sum();
    vec![sum as f32, text.len() as f32, 1.0]
}

/// What a good server answers, its rows in an order of their own.
pub(crate) fn good(asked: &Value) -> Answer {
    let texts = asked["input"].as_array().expect("texts").iter();
    let mut rows: Vec<Value> = texts
        .enumerate()
        .map(|(index, text)| {
            let vector = vector_of(text.as_str().expect("a text"));
            json!({"object": "embedding", "index": index, "embedding": vector})
        })
        .collect();
    rows.reverse();
    let usage = json!({"prompt_tokens": 5, "total_tokens": 5});
    let body = json!({"object": "list", "data": rows, "model": "stub", "usage": usage});
    Some((200, body.to_string()))
}

impl Stub {
    /// Answers as the script says, which gets what was asked and how many were before it.
    pub(crate) fn start(script: impl Fn(&Value, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let stub = Self {
            port: listener.local_addr().expect("an address").port(),
            asked: Arc::default(),
        };
        let (script, asked): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&stub.asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
                std::thread::spawn(move || serve(stream, &*script, &asked));
            }
        });
        stub
    }

    /// Answers the first ones so, and later ones well.
    pub(crate) fn first(
        number: usize,
        answer: impl Fn() -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |asked, before| {
            if before < number {
                answer()
            } else {
                good(asked)
            }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().expect("whole").clone()
    }

    /// All texts that it was asked for, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self
            .asked()
            .iter()
            .flat_map(|it| it["input"].as_array().cloned().unwrap_or_default())
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect();
        texts.sort_unstable();
        texts
    }
}

fn serve(stream: TcpStream, script: &Script, asked: &Mutex<Vec<Value>>) {
    let mut lines = BufReader::new(stream);
    while let Some(request) = read(&mut lines) {
        let before = {
            let mut asked = asked.lock().expect("whole");
            asked.push(request.clone());
            asked.len() - 1
        };
        let Some((status, body)) = script(&request, before) else {
            return;
        };
        let head = format!(
            "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n",
            body.len()
        );
        let answer = format!("{head}\r\n{body}");
        if lines.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The request's JSON, with its path and key beside it.
fn read(lines: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut first = String::new();
    lines.read_line(&mut first).ok().filter(|it| *it > 0)?;
    let path = first.split(' ').nth(1)?.to_owned();
    let (mut length, mut key) = (0, String::new());
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|it| *it > 0)?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => key = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let mut json: Value = serde_json::from_slice(&body).ok()?;
    json["path"] = json!(path);
    json["key"] = json!(key);
    Some(json)
}
