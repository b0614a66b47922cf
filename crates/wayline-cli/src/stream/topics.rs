//! Connections to Kafka: what all of them have in common.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;

/// So long a broker may take to say which topics there are.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the brokers are, and what the user says about reaching them.
pub(crate) struct Brokers {
    pub(crate) addresses: String,
    /// Settings of librdkafka, with their values.
    pub(crate) settings: Vec<(String, String)>,
}

impl Brokers {
    /// With ours, then the user's, then those that must be as they are.
    pub(super) fn config(&self, ours: &[(&str, &str)], fixed: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.addresses);
        config.set("client.id", "wayline");
        config.set_log_level(RDKafkaLogLevel::Warning);
        for (name, value) in ours {
            config.set(*name, *value);
        }
        for (name, value) in &self.settings {
            config.set(name, value);
        }
        for (name, value) in fixed {
            config.set(*name, *value);
        }
        config
    }
}

/// The partitions of a topic.
pub(super) fn partitions<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<Vec<i32>> {
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE);
    let metadata = metadata.map_err(|error| unreachable_brokers(&error))?;
    let found = metadata.topics().iter().find(|it| it.name() == topic);
    let partitions = found
        .filter(|it| it.error().is_none())
        .map(|it| it.partitions().iter().map(|it| it.id()).collect::<Vec<_>>());
    match partitions {
        Some(partitions) if !partitions.is_empty() => Ok(partitions),
        _ => bail!(
            "Kafka has no topic `{topic}` that may be used; make it, or check its name and rights"
        ),
    }
}

/// The offset after the last message of each partition.
pub(super) fn ends<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<Vec<(i32, i64)>> {
    let end = |partition| {
        let watermarks = consumer.fetch_watermarks(topic, partition, PATIENCE);
        let (begin, end) = watermarks.with_context(|| {
            format!("can't learn where partition {partition} of `{topic}` ends")
        })?;
        // Where nothing is left, nothing is to be read.
        Ok((partition, if begin == end { 0 } else { end }))
    };
    partitions(consumer, topic)?.into_iter().map(end).collect()
}

fn unreachable_brokers(error: &KafkaError) -> anyhow::Error {
    anyhow::anyhow!(
        "Kafka can't be reached ({error}); check --brokers, that one of them runs, and --kafka for \
         TLS and passwords"
    )
}

/// Says on the log what librdkafka says.
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "Kafka");
    }
}

impl ConsumerContext for Quiet {}

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => tracing::error!(facility, message, "Kafka"),
        RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => {
            tracing::warn!(facility, message, "Kafka");
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(facility, message, "Kafka");
        }
    }
}
