//! Events from a real Kafka, journeys to it. `scripts/with-kafka` starts the broker.

mod broker;
mod group;
mod killed;
mod one;

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, Row, command, text};
use broker::Broker;

/// The topics of one test.
struct Topics {
    broker: Broker,
    name: &'static str,
}

impl Topics {
    fn new(name: &'static str, partitions: i32) -> Self {
        let it = Self {
            broker: Broker::here(),
            name,
        };
        let topics = ["", "-journeys", "-lineage", "-rejected"].map(|end| format!("{name}{end}"));
        let topics: Vec<(&str, i32)> = topics.iter().map(|it| (it.as_str(), partitions)).collect();
        it.broker.make_topics(&topics);
        it
    }

    /// Words of a command line that reads and writes them. A group waits for one who died while joining as
    /// long as members may be silent.
    fn line(&self, store: &str, options: &str) -> String {
        let (address, name) = (&self.broker.address, self.name);
        format!(
            "stream --brokers {address} --topic {name} --group {name} --store {store} --journeys-topic \
             {name}-journeys --lineage-topic {name}-lineage --dead-letter-topic {name}-rejected \
             --threads 2 --log warn --kafka max.poll.interval.ms=60000 {options}"
        )
    }

    fn send(&self, lines: &[String]) {
        let people = lines.iter().map(|line| user_of(line));
        let people: Vec<String> = people.collect();
        let messages = people.iter().zip(lines);
        let messages = messages.map(|(user, line)| (user.as_str(), Some(line.trim_end())));
        self.broker.send(self.name, messages);
    }
}

fn user_of(line: &str) -> String {
    let row: Row = serde_json::from_str(line).expect("JSON");
    text(&row, "user_id").to_owned()
}

/// The lines of `events.jsonl` in the order of time, without ids, so that what counts twice shows.
fn bare_lines(folder: &Folder) -> Vec<String> {
    let mut lines: Vec<(String, String)> = folder
        .lines()
        .into_iter()
        .map(|line| {
            let mut row: Row = serde_json::from_str(&line).expect("JSON");
            row.remove("event_id");
            let time = text(&row, "timestamp").to_owned();
            (time, serde_json::to_string(&row).expect("JSON") + "\n")
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The moment of the newest event.
fn newest(lines: &[String]) -> String {
    let row: Row = serde_json::from_str(lines.last().expect("a line")).expect("JSON");
    text(&row, "timestamp").to_owned()
}

/// A member at work; killed where a test fails.
struct Member(Child);

impl Member {
    fn start(folder: &Folder, line: &str) -> Self {
        let child = command(folder.words(line))
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
        Self(child)
    }

    fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("it ends");
    }

    /// Asks it to end, which it must do in good order.
    fn end(mut self) {
        let id = self.0.id().to_string();
        let status = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(status.expect("kill runs").success());
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.0.try_wait().expect("asked") {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(Instant::now() < until, "it doesn't end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Of each person the message that counts: the last one, which has the highest version.
fn told(topics: &Topics) -> BTreeMap<String, Option<Row>> {
    let mut told: BTreeMap<String, Option<Row>> = BTreeMap::new();
    for message in topics.broker.read(&format!("{}-journeys", topics.name)) {
        let row: Option<Row> = message
            .value
            .map(|value| serde_json::from_str(&value).expect("JSON"));
        told.insert(message.key, row);
    }
    told
}

/// What was told is what the store says.
fn is_as_in_the_store(folder: &Folder, topics: &Topics, store: &str) {
    folder
        .run(&format!(
            "store export --store {store} --people @out/p.jsonl"
        ))
        .ok();
    let told = told(topics);
    let lineage = topics.broker.read(&format!("{}-lineage", topics.name));
    let lineage: std::collections::BTreeSet<String> = lineage
        .into_iter()
        .filter_map(|it| it.value)
        .map(|value| {
            let row: Row = serde_json::from_str(&value).expect("JSON");
            text(&row, "key").to_owned()
        })
        .collect();
    let mut people = 0;
    for person in crate::support::rows(&folder.read("out/p.jsonl")).split_off(1) {
        people += 1;
        let user = text(&person, "user_id");
        let message = told.get(user).and_then(Option::as_ref);
        assert!(message.is_some(), "nothing was told of {user}");
        let message = message.expect("a message");
        assert_eq!(message["version"], person["version"], "{user}");
        for event in person["lineage"].as_array().expect("lineage") {
            let key = event["key"].as_str().expect("a key");
            assert!(lineage.contains(key), "{user}: {event} was not told");
        }
        let live = person["journeys"].as_array().expect("journeys");
        let live: Vec<&str> = live
            .iter()
            .filter(|it| it["standing"] == "live")
            .filter_map(|it| it["journey_id"].as_str())
            .collect();
        let journeys = message["journeys"].as_array().expect("journeys");
        for journey in journeys {
            let id = journey["journey_id"].as_str().expect("an id");
            assert!(live.contains(&id), "{user}: {id} isn't known");
        }
    }
    assert!(people > 0);
}
