//! What others are told: journeys and lineage of people, and messages that couldn't be taken.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, PurgeConfig, ThreadedProducer};
use serde::Serialize;
use wayline::nouns::{Journey, LineageEvent, RunInfo, Timestamp};
use wayline_files::read::RowError;

use super::consumer::Incoming;
use super::topics::{Brokers, found_topics, log, log_error, refused_setting};
use crate::live::JourneyRow;

/// So long messages may take to be on the brokers' disks, restarts of brokers included.
const PATIENCE: Duration = Duration::from_secs(150);

/// A dead letter of more comes without its value, which is still in the topic of events: brokers take no
/// message of more than 1 MiB, with its headers, unless they are told otherwise.
const MOST_LETTER_BYTES: usize = 900_000;

/// The topics that are written; nothing is told of what has none.
pub(crate) struct Topics {
    pub(crate) journeys: Option<String>,
    pub(crate) lineage: Option<String>,
    pub(crate) dead_letter: String,
}

/// Counts what didn't arrive.
struct Deliveries {
    failed: AtomicU64,
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, delivery: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = delivery {
            if error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge) {
                // It would be refused again and again, and keep all others waiting.
                let bytes = message.payload_len();
                tracing::error!(
                    bytes,
                    topic = message.topic(),
                    "a message is too large, and left out"
                );
                return;
            }
            self.failed.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "a message could not be delivered");
        }
    }
}

/// A person's journeys as others get them.
#[derive(Serialize)]
struct PersonMessage<'a> {
    user_id: &'a str,
    version: u64,
    as_of: Timestamp,
    journeys: Vec<JourneyRow<'a>>,
}

/// Tells others.
pub(super) struct Teller {
    producer: ThreadedProducer<Deliveries>,
    topics: Topics,
}

impl Teller {
    pub(super) fn new(brokers: &Brokers, topics: Topics) -> Result<Self> {
        let ours = [
            ("linger.ms", "5"),
            ("compression.type", "lz4"),
            ("message.timeout.ms", "120000"),
            ("queue.buffering.max.kbytes", "65536"),
            // How much is too much the brokers say.
            ("message.max.bytes", "1000000000"),
            // As Kafka's own clients share keys out, so that topics can be joined by partition.
            ("partitioner", "murmur2_random"),
        ];
        let fixed = [("enable.idempotence", "true"), ("acks", "all")];
        let config = brokers.config(&ours, &fixed);
        let deliveries = Deliveries {
            failed: AtomicU64::new(0),
        };
        let producer = config
            .create_with_context(deliveries)
            .map_err(|error| refused_setting(&error))?;
        let all = [&topics.journeys, &topics.lineage].into_iter().flatten();
        let all: Vec<String> = all.chain([&topics.dead_letter]).cloned().collect();
        found_topics(brokers, &all)?;
        Ok(Self { producer, topics })
    }

    /// A person's journeys, best first.
    pub(super) fn journeys(
        &self,
        user_id: &str,
        (version, as_of): (u64, Timestamp),
        journeys: &[Journey],
        run: &RunInfo,
    ) -> Result<()> {
        let Some(topic) = &self.topics.journeys else {
            return Ok(());
        };
        let journeys = journeys.iter();
        let message = PersonMessage {
            user_id,
            version,
            as_of,
            journeys: journeys
                .map(|journey| JourneyRow { journey, run })
                .collect(),
        };
        let payload = serde_json::to_vec(&message)?;
        self.send(
            BaseRecord::to(topic)
                .key(user_id.as_bytes())
                .payload(&payload),
        )
    }

    pub(super) fn lineage(&self, events: &[LineageEvent]) -> Result<()> {
        let Some(topic) = &self.topics.lineage else {
            return Ok(());
        };
        for event in events {
            let payload = serde_json::to_vec(event)?;
            let key = event.user_id.as_bytes();
            self.send(BaseRecord::to(topic).key(key).payload(&payload))?;
        }
        Ok(())
    }

    /// That a person was erased: a message without a value, by which compacted topics forget them too.
    pub(super) fn erased(&self, user_id: &str) -> Result<()> {
        let topics = [&self.topics.journeys, &self.topics.lineage];
        for topic in topics.into_iter().flatten() {
            let record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic).key(user_id.as_bytes());
            self.send(record)?;
        }
        Ok(())
    }

    /// A message that couldn't be taken, as it came, with why and where it was.
    pub(super) fn dead_letter(
        &self,
        topic: &str,
        message: &Incoming,
        reason: &RowError,
    ) -> Result<()> {
        let header = |key, value| Header {
            key,
            value: Some(value),
        };
        let bytes = message.payload.as_ref().map_or(0, Vec::len);
        let headers = OwnedHeaders::new()
            .insert(header("wayline.reason", reason.reason.name()))
            .insert(header("wayline.detail", reason.detail.as_str()))
            .insert(header("wayline.topic", topic))
            .insert(header("wayline.partition", &message.partition.to_string()))
            .insert(header("wayline.offset", &message.offset.to_string()))
            .insert(header("wayline.bytes", &bytes.to_string()));
        let mut record: BaseRecord<'_, [u8], [u8]> =
            BaseRecord::to(&self.topics.dead_letter).headers(headers);
        if let Some(key) = &message.key {
            record = record.key(key);
        }
        if let Some(payload) = &message.payload
            && payload.len() <= MOST_LETTER_BYTES
        {
            record = record.payload(payload);
        }
        self.send(record)
    }

    fn send(&self, mut record: BaseRecord<'_, [u8], [u8]>) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                // As much waits as may; the producer's own thread sends it.
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back))
                    if Instant::now() < until =>
                {
                    record = back;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err((error, _)) => bail!("a message can't be sent ({error})"),
            }
        }
    }

    /// What the producer can't mend.
    pub(super) fn fatal(&self) -> Option<String> {
        self.producer
            .client()
            .fatal_error()
            .map(|(code, text)| format!("{code} ({text})"))
    }

    /// Waits until all is on the brokers' disks.
    pub(super) fn arrived(&self) -> Result<()> {
        let flushed = self.producer.flush(PATIENCE);
        if flushed.is_err() {
            // Nothing of it may come later than what is told next.
            self.producer
                .purge(PurgeConfig::default().queue().inflight());
        }
        let failed = self.producer.context().failed.swap(0, Ordering::Relaxed);
        flushed.context("Kafka takes no messages; they are sent again")?;
        if failed > 0 {
            bail!("{failed} messages could not be delivered; they are sent again");
        }
        Ok(())
    }
}
