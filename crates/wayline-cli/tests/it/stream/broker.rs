//! The broker that `scripts/with-kafka` started.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Headers;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Message, Offset, TopicPartitionList};

const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Broker {
    pub(crate) address: String,
}

/// A message that was read back.
pub(crate) struct Read {
    pub(crate) key: String,
    pub(crate) value: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Broker {
    pub(crate) fn here() -> Self {
        let address = std::env::var("WAYLINE_TEST_KAFKA").expect("run it by scripts/with-kafka");
        Self { address }
    }

    /// Kills it with SIGKILL and waits until it is back.
    pub(crate) fn restart(&self) {
        let restart = std::env::var("WAYLINE_TEST_KAFKA_RESTART").expect("a program");
        let status = Command::new(restart).status().expect("it starts");
        assert!(status.success());
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.address);
        config
    }

    pub(crate) fn make_topics(&self, topics: &[(&str, i32)]) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("a client");
        let topics: Vec<NewTopic<'_>> = topics
            .iter()
            .map(|(name, partitions)| NewTopic::new(name, *partitions, TopicReplication::Fixed(1)))
            .collect();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let made = runtime.block_on(admin.create_topics(&topics, &options));
        for topic in made.expect("answered") {
            topic.expect("made");
        }
    }

    /// Messages with their keys, in their order, each once.
    pub(crate) fn send<'m>(
        &self,
        topic: &str,
        messages: impl IntoIterator<Item = (&'m str, Option<&'m str>)>,
    ) {
        let mut config = self.config();
        config.set("enable.idempotence", "true");
        config.set("message.timeout.ms", "120000");
        config.set("message.max.bytes", "2000000");
        config.set("partitioner", "murmur2_random");
        let producer: ThreadedProducer<DefaultProducerContext> =
            config.create().expect("a producer");
        for (key, value) in messages {
            let mut record: BaseRecord<'_, str, str> = BaseRecord::to(topic).key(key);
            if let Some(value) = value {
                record = record.payload(value);
            }
            while let Err((error, back)) = producer.send(record) {
                let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
                assert_eq!(error, full);
                record = back;
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        producer.flush(PATIENCE).expect("sent");
    }

    /// Messages in a transaction, which is committed or aborted; it leaves a mark in the partitions.
    pub(crate) fn send_in_transaction(&self, topic: &str, lines: &[String], commits: bool) {
        let mut config = self.config();
        config.set("transactional.id", format!("{topic}-{commits}"));
        let producer: ThreadedProducer<DefaultProducerContext> =
            config.create().expect("a producer");
        producer.init_transactions(PATIENCE).expect("ready");
        producer.begin_transaction().expect("begun");
        for line in lines {
            let key = super::user_of(line);
            let record = BaseRecord::to(topic).key(&key).payload(line.trim_end());
            producer.send(record).map_err(|it| it.0).expect("sent");
        }
        if commits {
            producer.commit_transaction(PATIENCE).expect("committed");
        } else {
            producer.flush(PATIENCE).expect("sent");
            producer.abort_transaction(PATIENCE).expect("aborted");
        }
    }

    /// Lets the first messages of a topic's only partition be lost.
    pub(crate) fn lose(&self, topic: &str, before: i64) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("a client");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Offset(before))
            .expect("added");
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime
            .block_on(admin.delete_records(&list, &options))
            .expect("lost");
    }

    /// Everything that is in a topic.
    pub(crate) fn read(&self, topic: &str) -> Vec<Read> {
        let mut config = self.config();
        config.set("group.id", "nobody");
        config.set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE);
        let metadata = metadata.expect("metadata");
        let mut list = TopicPartitionList::new();
        let mut left = 0;
        for partition in metadata.topics()[0].partitions() {
            let id = partition.id();
            let (first, end) = consumer
                .fetch_watermarks(topic, id, PATIENCE)
                .expect("watermarks");
            left += end - first;
            list.add_partition_offset(topic, id, Offset::Beginning)
                .expect("added");
        }
        consumer.assign(&list).expect("assigned");
        let mut all = Vec::new();
        while left > 0 {
            let message = consumer.poll(PATIENCE);
            // Brokers that start anew are no errors.
            let Ok(message) = message.expect("messages come") else {
                continue;
            };
            left -= 1;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = message.headers().into_iter().flat_map(|it| it.iter());
            all.push(Read {
                key: text(message.key().unwrap_or_default()),
                value: message.payload().map(text),
                headers: headers
                    .map(|it| (it.key.to_owned(), text(it.value.unwrap_or_default())))
                    .collect(),
            });
        }
        all
    }
}
