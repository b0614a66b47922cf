//! The bench itself, which needs a broker.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

fn wayline(words: &[&str]) -> Duration {
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_wayline"))
        .args(words)
        .status();
    assert!(status.expect("it starts").success());
    started.elapsed()
}

pub(super) fn measure() {
    let people = std::env::var("PEOPLE").unwrap_or_else(|_| "1000".to_owned());
    let address = std::env::var("WAYLINE_TEST_KAFKA").expect("run it by scripts/with-kafka");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let log = path("log");
    wayline(&["simulate", "--people", &people, "--seed", "1", "-o", &log]);
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &address);
    let topics = ["events", "journeys", "lineage", "rejected"];
    make(&config, &topics);
    let events = send(&config, &folder.path().join("log/events.jsonl"));
    let store = path("store");
    let line = format!(
        "stream --brokers {address} --topic events --group bench --store {store} --journeys-topic \
         journeys --lineage-topic lineage --dead-letter-topic rejected --once --threads 2"
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    let taken = wayline(&words);
    let people: f64 = people.parse().expect("a number");
    let seconds = taken.as_secs_f64();
    println!(
        "{events} events of {people} people taken, looked at and told in {seconds:.2} s: {:.0} events/s, \
         {:.0} people/s",
        events as f64 / seconds,
        people / seconds
    );
}

fn make(config: &ClientConfig, topics: &[&str]) {
    let admin: AdminClient<DefaultClientContext> = config.create().expect("a client");
    let topics: Vec<NewTopic<'_>> = topics
        .iter()
        .map(|name| NewTopic::new(name, 4, TopicReplication::Fixed(1)))
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let made = runtime.block_on(admin.create_topics(&topics, &AdminOptions::new()));
    for topic in made.expect("answered") {
        topic.expect("made");
    }
}

/// The lines of a log, in the order of time, by their people. Returns how many they are.
fn send(config: &ClientConfig, log: &Path) -> usize {
    let log = std::fs::read_to_string(log).expect("a log");
    let mut lines: Vec<(String, String, &str)> = log
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| row[name].as_str().expect("a text").to_owned();
            (text("timestamp"), text("user_id"), line)
        })
        .collect();
    lines.sort();
    let producer: ThreadedProducer<DefaultProducerContext> = config.create().expect("a producer");
    for (_, user_id, line) in &lines {
        let mut record = BaseRecord::to("events")
            .key(user_id.as_str())
            .payload(*line);
        while let Err((_, back)) = producer.send(record) {
            record = back;
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    producer.flush(Duration::from_secs(120)).expect("sent");
    lines.len()
}
