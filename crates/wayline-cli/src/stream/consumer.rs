//! Messages of the partitions that are this member's, from where the store says that they were read to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Message, Offset, TopicPartitionList};
use wayline::keep::Store;
use wayline_files::read::{EventRow, ReadOptions, Reason, RowError, json_row};

use super::Hopeless;
use super::positions::{Position, Positions, Step};
use super::topics::{Brokers, ends, log, partitions};

/// Messages, and bytes of them, in one commit.
const MOST_MESSAGES: usize = 10_000;
const MOST_BYTES: usize = 16 << 20;
/// So long messages are gathered that come one by one.
const GATHERING: Duration = Duration::from_millis(200);

/// A partition of this member.
#[derive(Clone, Copy)]
struct Place {
    /// Where it stands in the store.
    position: Position,
    /// Messages before this one are there already.
    first: i64,
}

/// What of the group is this member's. Filled by the rebalance, which happens inside a poll.
struct Membership {
    store: Arc<dyn Store>,
    positions: Positions,
    topic: String,
    mine: Mutex<BTreeMap<i32, Place>>,
    /// Where the partitions end, as far as it is known.
    ends: Mutex<BTreeMap<i32, i64>>,
    /// How often the group has shared partitions out: what was gathered before comes again.
    shares: AtomicU64,
    /// Why the last rebalance failed.
    failed: Mutex<Option<anyhow::Error>>,
}

impl Membership {
    fn mine(&self) -> MutexGuard<'_, BTreeMap<i32, Place>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to read partitions where the store says.
    fn begin(&self, consumer: &BaseConsumer<Self>, partitions: &[i32]) -> Result<()> {
        let mut list = TopicPartitionList::new();
        let mut mine = BTreeMap::new();
        for partition in partitions {
            let position = self.positions.of(&*self.store, *partition)?;
            let offset = position.map_or(Offset::Beginning, Offset::Offset);
            list.add_partition_offset(&self.topic, *partition, offset)?;
            let first = position.unwrap_or(0);
            mine.insert(*partition, Place { position, first });
        }
        *self.mine() = mine;
        Ok(consumer.assign(&list)?)
    }
}

impl ClientContext for Membership {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "Kafka");
    }

    fn stats(&self, statistics: Statistics) {
        let Some(topic) = statistics.topics.get(&self.topic) else {
            return;
        };
        let ends = topic.partitions.iter();
        let ends = ends.filter(|(_, it)| it.hi_offset >= 0);
        let ends = ends.map(|(partition, it)| (*partition, it.hi_offset));
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = ends.collect();
    }
}

impl ConsumerContext for Membership {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let partitions: Vec<i32> = if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        {
            list.elements().iter().map(|it| it.partition()).collect()
        } else {
            Vec::new()
        };
        tracing::info!(?partitions, "partitions of this member");
        self.shares.fetch_add(1, Ordering::Relaxed);
        let begun = if partitions.is_empty() {
            self.mine().clear();
            consumer.unassign().map_err(Into::into)
        } else {
            self.begin(consumer, &partitions)
        };
        if let Err(error) = begun {
            // The group must go on; the next poll tells.
            let _ = consumer.unassign();
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }
}

/// One message, as it came.
pub(super) struct Incoming {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) payload: Option<Vec<u8>>,
}

impl Incoming {
    /// The event that it is; none for one that the options leave out.
    pub(super) fn event(&self, options: &ReadOptions<'_>) -> Result<Option<EventRow>, RowError> {
        match &self.payload {
            Some(payload) => json_row(payload, options),
            None => Err(RowError {
                reason: Reason::MalformedJson,
                detail: "the message has no value".to_owned(),
            }),
        }
    }
}

/// What was gathered, and how far that goes.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) messages: Vec<Incoming>,
    pub(super) steps: Vec<Step>,
}

/// A member of a group that reads a topic.
pub(super) struct Incomings {
    consumer: BaseConsumer<Membership>,
    topic: String,
    /// Whether messages that are gone before they were read are passed over.
    skips_lost: bool,
}

impl Incomings {
    pub(super) fn join(
        brokers: &Brokers,
        (group, topic): (&str, &str),
        store: &Arc<dyn Store>,
        skips_lost: bool,
    ) -> Result<Self> {
        let ours = [
            ("session.timeout.ms", "10000"),
            ("heartbeat.interval.ms", "2000"),
            ("queued.max.messages.kbytes", "32768"),
            ("fetch.wait.max.ms", "100"),
            ("statistics.interval.ms", "5000"),
        ];
        let fixed = [
            ("group.id", group),
            // The store keeps the offsets; Kafka is told for those who watch the lag.
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", "error"),
            ("partition.assignment.strategy", "range"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "false"),
        ];
        let membership = Membership {
            store: Arc::clone(store),
            positions: Positions::new(group, topic),
            topic: topic.to_owned(),
            mine: Mutex::default(),
            ends: Mutex::default(),
            shares: AtomicU64::new(0),
            failed: Mutex::default(),
        };
        let config = brokers.config(&ours, &fixed);
        let consumer: BaseConsumer<Membership> = config
            .create_with_context(membership)
            .context("--kafka holds a setting that librdkafka doesn't take")?;
        // Said now, rather than by silence.
        partitions(&consumer, topic)?;
        consumer.subscribe(&[topic])?;
        Ok(Self {
            consumer,
            topic: topic.to_owned(),
            skips_lost,
        })
    }

    pub(super) fn positions(&self) -> &Positions {
        &self.consumer.context().positions
    }

    /// How many messages of each of this member's partitions aren't in the store.
    pub(super) fn lags(&self) -> BTreeMap<i32, i64> {
        let membership = self.consumer.context();
        let ends = membership
            .ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mine = membership.mine();
        let lags = mine.iter().filter_map(|(partition, place)| {
            let end = ends.get(partition)?;
            Some((*partition, (end - place.first).max(0)))
        });
        lags.collect()
    }

    /// Where each partition of the topic ends now.
    pub(super) fn ends(&self) -> Result<Vec<(i32, i64)>> {
        ends(&self.consumer, &self.topic)
    }

    /// What has come, up to a bound; waits for the first message at most so long.
    pub(super) fn gather(&self, patience: Duration) -> Result<Gathered> {
        let mut gathered = Gathered::default();
        let mut steps: BTreeMap<i32, Step> = BTreeMap::new();
        let mut bytes = 0;
        let membership = self.consumer.context();
        let mut shares = membership.shares.load(Ordering::Relaxed);
        let mut until = Instant::now() + patience;
        while gathered.messages.len() < MOST_MESSAGES && bytes < MOST_BYTES {
            let left = until.saturating_duration_since(Instant::now());
            let polled = self.consumer.poll(left);
            if membership.shares.load(Ordering::Relaxed) != shares {
                shares = membership.shares.load(Ordering::Relaxed);
                gathered.messages.clear();
                steps.clear();
            }
            let failed = membership
                .failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(error) = failed {
                return Err(error);
            }
            let message = match polled {
                None => break,
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    self.check(&error)?;
                    continue;
                }
            };
            if gathered.messages.is_empty() {
                until = Instant::now() + GATHERING;
            }
            let (partition, offset) = (message.partition(), message.offset());
            // One that was on its way when its partition went to another member, or comes again.
            let place = membership.mine().get(&partition).copied();
            let Some(place) = place.filter(|place| offset >= place.first) else {
                continue;
            };
            let step = steps.entry(partition).or_insert(Step {
                partition,
                from: place.position,
                to: offset,
            });
            step.to = offset + 1;
            let message = incoming(&message);
            bytes += message.payload.as_ref().map_or(0, Vec::len) + size_of::<Incoming>();
            gathered.messages.push(message);
        }
        gathered.steps = steps.into_values().collect();
        Ok(gathered)
    }

    /// What was gathered is in the store.
    pub(super) fn taken(&self, steps: &[Step]) {
        let mut list = TopicPartitionList::new();
        let mut mine = self.consumer.context().mine();
        for step in steps {
            if let Some(place) = mine.get_mut(&step.partition) {
                place.position = Some(step.to);
                place.first = step.to;
                let _ =
                    list.add_partition_offset(&self.topic, step.partition, Offset::Offset(step.to));
            }
        }
        // For those who watch the lag; that it didn't go is no loss.
        let _ = self.consumer.commit(&list, CommitMode::Async);
    }

    /// What was gathered isn't in the store: reads this member's partitions again from where it says.
    pub(super) fn again(&self) -> Result<()> {
        let membership = self.consumer.context();
        let partitions: Vec<i32> = membership.mine().keys().copied().collect();
        if partitions.is_empty() {
            return Ok(());
        }
        membership.begin(&self.consumer, &partitions)
    }

    fn check(&self, error: &KafkaError) -> Result<()> {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset) => {
                if !self.skips_lost {
                    bail!(Hopeless(format!(
                        "messages of `{}` that weren't read yet are gone, or the topic was made anew \
                         ({error}); --skip-lost goes on with the first ones that are there",
                        self.topic
                    )));
                }
                self.skip_lost()
            }
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::SaslAuthenticationFailed,
            ) => bail!(Hopeless(format!(
                "`{}` can't be read ({error}); check it and its rights",
                self.topic
            ))),
            // Brokers come and go; librdkafka has said so, and tries again.
            _ => {
                tracing::debug!(%error, "Kafka");
                Ok(())
            }
        }
    }

    /// Goes on with the first messages that are there, of partitions that stand before or behind them.
    fn skip_lost(&self) -> Result<()> {
        let mine = self.consumer.context().mine().clone();
        for (partition, Place { position, .. }) in mine {
            let patience = Duration::from_secs(30);
            let (first, end) = self
                .consumer
                .fetch_watermarks(&self.topic, partition, patience)?;
            let Some(position) = position.filter(|it| *it < first || *it > end) else {
                continue;
            };
            tracing::error!(partition, position, first, "messages are lost; it goes on");
            if let Some(place) = self.consumer.context().mine().get_mut(&partition) {
                place.first = first;
            }
            self.consumer
                .seek(&self.topic, partition, Offset::Offset(first), patience)?;
        }
        Ok(())
    }
}

fn incoming(message: &BorrowedMessage<'_>) -> Incoming {
    Incoming {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
    }
}
