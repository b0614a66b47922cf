//! Another embedder than the one inside: an endpoint that runs in this process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Folder, text, wayline};

const MODEL: &str = include_str!("../../../wayline/models/grouping.json");

/// An endpoint whose vectors say which words a text has.
struct Endpoint {
    url: String,
    /// Texts that it embedded.
    embedded: Arc<AtomicUsize>,
    /// Answers that it may still give; after that it fails.
    left: Arc<AtomicUsize>,
}

impl Endpoint {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let it = Self {
            url,
            embedded: Arc::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let (embedded, left) = (Arc::clone(&it.embedded), Arc::clone(&it.left));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (embedded, left) = (Arc::clone(&embedded), Arc::clone(&left));
                std::thread::spawn(move || serve(&stream, &embedded, &left));
            }
        });
        it
    }

    /// Texts embedded since this was asked last.
    fn embedded(&self) -> usize {
        self.embedded.swap(0, Ordering::SeqCst)
    }

    /// From now on it gives so many answers.
    fn answers(&self, so_many: usize) {
        self.left.store(so_many, Ordering::SeqCst);
    }

    /// A folder with people, and a config by which this endpoint embeds.
    fn folder(&self) -> Folder {
        let folder = Folder::simulated("--people 6 --seed 5");
        let cache = folder.path("cache");
        let config = format!(
            "[embedder]\nkind = \"endpoint\"\nurl = \"{}\"\nmodel = \"words\"\nbatch = 16\ntries = 1\n\
             cache = \"{}\"\n",
            self.url,
            cache.display()
        );
        folder.write("words.toml", config);
        folder
    }
}

fn serve(stream: &TcpStream, embedded: &AtomicUsize, left: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let asked: Value = serde_json::from_slice(&body).ok()?;
        let texts = asked["input"].as_array()?;
        let may = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        let (status, body) = if may.is_ok() {
            embedded.fetch_add(texts.len(), Ordering::SeqCst);
            let rows = texts.iter().enumerate();
            let rows = rows.map(|(index, text)| {
                json!({"index": index, "embedding": vector(text.as_str().unwrap_or_default())})
            });
            (200, json!({"data": rows.collect::<Vec<_>>()}))
        } else {
            (500, json!({"error": {"message": "out of order"}}))
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        (&*stream).write_all((head + &body).as_bytes()).ok()?;
    }
}

/// A place among sixty-four for each word.
fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0; 64];
    for word in text.split_whitespace() {
        let hash = word.bytes().fold(7_u64, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        vector[(hash % 64) as usize] += 1.0;
    }
    vector
}

/// The grouping model that ships, as if it had been fitted on the vectors of a run's embedder. What it
/// gives isn't good, but may be had.
fn claim_model(folder: &Folder) -> String {
    let refused = folder.infer("events.jsonl", "--config @words.toml");
    refused.fails_with("wayline train affinity --config");
    let (_, after) = refused
        .stderr
        .split_once("names the embedder ")
        .expect("the embedder's hash");
    let hash = after[..16].to_owned();
    let own = serde_json::from_str::<Value>(MODEL).expect("JSON")["embedder"].clone();
    folder.write(
        "words.json",
        MODEL.replace(own.as_str().expect("a hash"), &hash),
    );
    hash
}

const BY_WORDS: &str = "--config @words.toml --model @words.json";

#[test]
fn vectors_of_an_endpoint_group_and_are_asked_for_once() {
    let endpoint = Endpoint::start();
    let folder = endpoint.folder();
    let hash = claim_model(&folder);
    endpoint.embedded();
    let first = folder.inferred("events.jsonl", BY_WORDS);
    let asked = endpoint.embedded();
    assert!(asked > 50, "{asked}");
    for journey in folder.journeys() {
        let models = journey["run"]["models"].to_string();
        assert!(models.contains(&format!("embedder:{hash},")), "{models}");
    }
    let doctor = folder.run(&format!("doctor {BY_WORDS}")).ok();
    assert!(
        doctor.stdout.contains("64 numbers a text"),
        "{}",
        doctor.stdout
    );
    // Another order of threads, and nothing is asked any more: the endpoint may be away.
    endpoint.answers(0);
    folder.run(&format!("doctor {BY_WORDS}")).fails_with("");
    endpoint.embedded();
    let again = folder.inferred("events.jsonl", &format!("{BY_WORDS} --threads 1"));
    assert!(again == first);
    assert_eq!(endpoint.embedded(), 0);
    assert!(folder.inferred("events.jsonl", "") != first);
}

#[test]
fn a_run_that_an_endpoint_fails_says_so_and_goes_on_from_what_was_embedded() {
    let endpoint = Endpoint::start();
    let folder = endpoint.folder();
    claim_model(&folder);
    endpoint.embedded();
    endpoint.answers(3);
    let failed = folder.infer("events.jsonl", BY_WORDS);
    failed.fails_with("out of order");
    assert!(
        failed.stderr.contains("nothing is embedded twice"),
        "{}",
        failed.stderr
    );
    assert_eq!(folder.outputs(), Vec::<String>::new());
    let before = endpoint.embedded();
    assert!(before > 0);
    endpoint.answers(usize::MAX);
    let went_on = folder.inferred("events.jsonl", BY_WORDS);
    let after = endpoint.embedded();
    let whole = endpoint.folder();
    whole.write("words.json", folder.read("words.json"));
    assert!(whole.inferred("events.jsonl", BY_WORDS) == went_on);
    // The first is what tells how long vectors are.
    assert_eq!(endpoint.embedded(), before + after + 1);
}

#[test]
fn a_store_and_explanations_go_by_the_same_vectors() {
    let endpoint = Endpoint::start();
    let folder = endpoint.folder();
    claim_model(&folder);
    let [journeys, _] = folder.inferred("events.jsonl", BY_WORDS);
    wayline(folder.words(&format!("infer @events.jsonl --store @store {BY_WORDS}"))).ok();
    let export = format!("store export --store @store -o @out/stored.jsonl {BY_WORDS}");
    wayline(folder.words(&export)).ok();
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines(&folder.read("out/stored.jsonl")), lines(&journeys));
    let user = text(&folder.journeys()[0], "user_id").to_owned();
    let told =
        wayline(folder.words(&format!("explain @events.jsonl --user {user} {BY_WORDS}"))).ok();
    assert!(told.stdout.contains("journeys"), "{}", told.stdout);
}

#[test]
fn what_an_embedder_is_worth_on_short_texts_is_told() {
    let endpoint = Endpoint::start();
    let folder = endpoint.folder();
    let texts = [
        "my card is lost",
        "a card was lost",
        "what is the rate",
        "the rate of today",
    ];
    let labels = ["lost", "lost", "rate", "rate"];
    let pairs: Vec<_> = texts.iter().zip(labels).collect();
    folder.write("clinc150.json", json!({ "test": pairs }).to_string());
    let rows = pairs
        .iter()
        .map(|(text, label)| format!("{text},{label}\n"));
    let rows = "text,category\n".to_owned() + &rows.collect::<String>();
    folder.write("banking77-test.csv", rows);
    let line = format!(
        "evaluate texts {} --json --config @words.toml",
        folder.path("").display()
    );
    let told: Value =
        serde_json::from_str(&wayline(folder.words(&line)).ok().stdout).expect("JSON");
    assert_eq!(told["dimensions"], 64);
    assert_eq!(told["sets"]["banking77"]["texts"], 4);
    assert_eq!(told["sets"]["clinc150"]["v_measure"], 1.0);
}

#[test]
fn what_does_not_fit_is_refused_with_what_to_do() {
    let endpoint = Endpoint::start();
    let folder = endpoint.folder();
    let hash = claim_model(&folder);
    // A model of other vectors, in both directions.
    folder.write("own.json", MODEL);
    folder.refuses(
        "events.jsonl",
        "--config @words.toml --model @own.json",
        &hash,
    );
    let refused = folder.infer("events.jsonl", "--model @words.json");
    refused.fails_with(&format!("was fitted with the embedder {hash}"));
    assert!(
        refused.stderr.contains("wayline train affinity"),
        "{}",
        refused.stderr
    );
    for (settings, message) in [
        ("kind = \"endpoint\"", "embedder.url must be"),
        ("kind = \"transformer\"", "embedder.folder must be"),
        ("kind = \"magic\"", "magic"),
        ("knd = \"endpoint\"", "unknown key `embedder.knd`"),
        ("batch = 0", "embedder.batch must be between"),
        (
            "kind = \"endpoint\"\nurl = \"http://127.0.0.1:9\"\nmodel = \"m\"\nkey_env = \"WAYLINE_NO_SUCH\"",
            "WAYLINE_NO_SUCH",
        ),
        (
            "kind = \"endpoint\"\nurl = \"http://127.0.0.1:9\"\nmodel = \"m\"\ntries = 1",
            "can't be reached",
        ),
        #[cfg(not(feature = "transformer"))]
        (
            "kind = \"transformer\"\nfolder = \"x\"",
            "built without transformers",
        ),
        #[cfg(feature = "transformer")]
        (
            "kind = \"transformer\"\nfolder = \"x\"",
            "must hold a sentence transformer",
        ),
    ] {
        folder.write("bad.toml", format!("[embedder]\n{settings}\n"));
        folder.refuses("events.jsonl", "--config @bad.toml", message);
    }
}
