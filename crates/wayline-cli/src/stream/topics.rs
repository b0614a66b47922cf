//! Connections to Kafka: what all of them have in common.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use backon::{BlockingRetryable as _, ConstantBuilder};
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// So long a broker may take to say which topics there are.
const PATIENCE: Duration = Duration::from_secs(60);
/// That all brokers are down is said once in so long.
const SAYS_DOWN_EVERY: Duration = Duration::from_secs(10);

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

    /// Somebody who asks which topics there are, and reads none.
    fn asking(&self) -> Result<BaseConsumer<Quiet>> {
        let config = self.config(&[("group.id", "wayline")], &[]);
        config
            .create_with_context(Quiet)
            .map_err(|error| refused_setting(&error))
    }
}

/// A setting that librdkafka refuses: which, but not its value, which may be a password.
pub(super) fn refused_setting(error: &KafkaError) -> anyhow::Error {
    match error {
        KafkaError::ClientConfig(_, _, name, _) => {
            anyhow::anyhow!("--kafka: librdkafka doesn't take the setting `{name}`, or its value")
        }
        _ => anyhow::anyhow!("--kafka: librdkafka doesn't take a setting, or how they go together"),
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

/// Of each topic how many partitions it has; all of them must be there.
pub(crate) fn found_topics(brokers: &Brokers, topics: &[String]) -> Result<Vec<(String, usize)>> {
    let asking: BaseConsumer<Quiet> = brokers.asking()?;
    if topics.is_empty() {
        // Only whether they answer.
        let metadata = asking.fetch_metadata(None, PATIENCE);
        metadata.map_err(|error| unreachable_brokers(&error))?;
    }
    let found = topics.iter();
    let found = found.map(|topic| Ok((topic.clone(), partitions(&asking, topic)?.len())));
    found.collect()
}

/// What is there of a partition.
pub(super) struct Reach {
    pub(super) partition: i32,
    /// The offset of the first message.
    pub(super) begin: i64,
    /// That after the last one; the same where nothing is there.
    pub(super) end: i64,
}

/// What is there of each partition.
pub(super) fn reaches<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
) -> Result<Vec<Reach>> {
    let all = partitions(consumer, topic)?.into_iter();
    all.map(|partition| reach(consumer, topic, partition))
        .collect()
}

/// What is there of one partition.
pub(super) fn reach<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
) -> Result<Reach> {
    // A broker that has just come back doesn't lead its partitions yet.
    let pauses = ConstantBuilder::new()
        .with_delay(Duration::from_millis(500))
        .with_max_times(40);
    let watermarks = (|| consumer.fetch_watermarks(topic, partition, PATIENCE))
        .retry(pauses)
        .when(comes_back)
        .call();
    let (begin, end) = watermarks
        .with_context(|| format!("can't learn where partition {partition} of `{topic}` ends"))?;
    Ok(Reach {
        partition,
        begin,
        end,
    })
}

fn comes_back(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::BrokerNotAvailable
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::AllBrokersDown
        )
    )
}

fn unreachable_brokers(error: &KafkaError) -> anyhow::Error {
    anyhow::anyhow!(
        "Kafka can't be reached ({error}); check --brokers, that one of them runs, and --kafka for \
         TLS and passwords"
    )
}

/// Says on the log what librdkafka says.
struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
    }
}

impl ConsumerContext for Quiet {}

/// Says what librdkafka tells of a connection. That no broker is there it tells with every try.
pub(super) fn log_error(error: &KafkaError, reason: &str) {
    static SAID: Mutex<Option<Instant>> = Mutex::new(None);
    match error.rdkafka_error_code() {
        // Its log says so too, and which broker it was.
        Some(RDKafkaErrorCode::BrokerTransportFailure) => return,
        Some(RDKafkaErrorCode::AllBrokersDown) => {
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            if said.is_some_and(|it| it.elapsed() < SAYS_DOWN_EVERY) {
                return;
            }
            *said = Some(Instant::now());
        }
        _ => {}
    }
    tracing::warn!(%error, reason, "Kafka");
}

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    // That a setting for those who read means nothing to those who write.
    if facility == "CONFWARN" {
        tracing::debug!(facility, message, "Kafka");
        return;
    }
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
